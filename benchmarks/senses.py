"""Do contextual vectors tell the senses of a word, where static ones cannot?

``python benchmarks/senses.py MODEL --data DATA`` classifies the senses of "line",
"hard", "serve" and "interest" in context (Senseval's four-word corpora,
``homonyms/senseval.zip`` of DATA) by 5-fold cross-validation. MODEL is a folder with a
biLM, trained on lower-cased tokens of the corpora there and frozen; ``--train`` makes
it first, in so many seconds with those of word2vec on the same text, whose vectors it
starts from unless told not to (``--alone``). Rivals: the vector of the target word
alone, which tells its form at most, and the mean of the static vectors of its
neighbours, those of word2vec, in as many dimensions, in windows of several sizes. Each
row has the best of the same regularizations.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import lzma
import re
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from gensim.models import Word2Vec
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmeta import ELMoVectorizer
from skmeta.elmo import train_bilm

WORDS = ("line", "hard", "serve", "interest")
WINDOWS = {"2": 2, "5": 5, "10": 10, "25": 25, "all": 10_000}
REGULARIZATIONS = (0.003, 0.01, 0.03, 0.1)  # C of the logistic regression
CORPORA = {"enwiki-articles": 0.6, "imdb-unlabelled": 0.4}


def load_senses(data, word):
    """Return documents, the place of the target in each, and its senses."""
    with zipfile.ZipFile(data / "homonyms" / "senseval.zip") as archive:
        name = next(n for n in archive.namelist() if n.endswith(f"{word}.pos"))
        text = archive.read(name).decode("utf-8", "replace")
    documents, places, senses = [], [], []
    for instance in re.findall(r"<instance.*?</instance>", text, re.DOTALL):
        try:
            tree = ElementTree.fromstring(instance)
        except ElementTree.ParseError:
            continue  # of 4,146 of "line" none; see what is printed
        tokens = []
        for node in tree.find("context"):
            if node.tag == "head":
                place = len(tokens)
                tokens.append("".join(node.itertext()).strip().lower())
            else:
                tokens.append((node.text or "").strip().lower())
        documents.append(tokens)
        places.append(place)
        senses.append(tree.find("answer").get("senseid"))
    return documents, np.array(places), np.array(senses)


def load_corpus(data, n_tokens):
    """Return lower-cased token lists of the corpora, so many tokens in all."""
    split = re.compile(r"\w+|[^\w\s]").findall
    documents = []
    for name, share in CORPORA.items():
        left = int(n_tokens * share)
        with lzma.open(data / "corpora" / f"{name}.txt.xz", "rt") as lines:
            for line in lines:
                if left <= 0:
                    break
                documents.append(split(line.lower()))
                left -= len(documents[-1])
    return documents


def average_neighbours(static, documents, places, window):
    """Return the mean of the static vectors around the target, without it."""
    rows = np.zeros((len(documents), static.vector_size), np.float32)
    for row, tokens, place in zip(rows, documents, places):
        around = tokens[max(place - window, 0) : place]
        around += tokens[place + 1 : place + 1 + window]
        known = [static[token] for token in around if token in static]
        if known:
            row[:] = np.mean(known, axis=0)
    return rows


def judge(vectors, senses, n_jobs):
    """Return accuracies of both classifiers, of five folds."""
    folds = StratifiedKFold(5, shuffle=True, random_state=0)

    def score(classifier):
        pipeline = make_pipeline(StandardScaler(), classifier)
        scores = cross_val_score(pipeline, vectors, senses, cv=folds, n_jobs=n_jobs)
        return scores.mean()

    return {
        "centroid": score(NearestCentroid()),
        "logistic": max(
            score(LogisticRegression(C=C, max_iter=300)) for C in REGULARIZATIONS
        ),
    }


def main():
    """Print a table, and draw one word's senses."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tokens", type=int, default=5_000_000)
    parser.add_argument("--train", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--alone", action="store_true", help="without word2vec")
    parser.add_argument("--vector-size", type=int, default=256)
    parser.add_argument("--hidden-size", type=int, default=256)
    parser.add_argument("--n-jobs", type=int, default=1)
    parser.add_argument("--plot", type=Path, help="a picture of the senses of 'line'")
    options = parser.parse_args()
    corpus = load_corpus(options.data, options.tokens)
    size, start = options.vector_size, time.perf_counter()
    static = Word2Vec(
        corpus, vector_size=size, min_count=5, sg=1, seed=0, workers=options.n_jobs
    ).wv
    seconds = time.perf_counter() - start
    print(f"word2vec: {seconds:.0f} s, {len(static):,} words", flush=True)
    if options.train:
        train_bilm(
            corpus,
            vector_size=size,
            hidden_size=options.hidden_size,
            epochs=1,
            min_count=10,
            batch_size=32,
            n_steps=40,
            learning_rate=0.0015,  # of more, less stays of what it starts from
            dropout=0.0,  # nothing is read twice
            validation_fraction=0.01,
            max_seconds=options.train - seconds,
            static_vectors=None if options.alone else static,
            n_jobs=options.n_jobs,
            random_state=0,
            verbose=1,
        ).save(options.model)
    rows = []
    for word in WORDS:
        documents, places, senses = load_senses(options.data, word)
        shares = pd.Series(senses).value_counts(normalize=True)
        print(f"{word}: {len(senses):,} in context, {len(shares)} senses", flush=True)
        rows.append((word, "majority", shares.iloc[0], shares.iloc[0]))
        own = np.array(
            [
                static[d[p]] if d[p] in static else np.zeros(size, np.float32)
                for d, p in zip(documents, places)
            ]
        )
        rows.append(
            (
                word,
                "static, of the target",
                *judge(own, senses, options.n_jobs).values(),
            )
        )
        for text, window in WINDOWS.items():
            around = average_neighbours(static, documents, places, window)
            name = f"static, mean of {text} on each side"
            rows.append((word, name, *judge(around, senses, options.n_jobs).values()))
        elmo = ELMoVectorizer(options.model, n_jobs=options.n_jobs).fit(documents[:1])
        layers = elmo.token_vectors(documents, all_layers=True)
        found = np.array([own[:, place] for own, place in zip(layers, places)])
        mixes = {"input": found[:, 0], "layer 1": found[:, 1], "layer 2": found[:, 2]}
        mixes["mean of layers"] = found.mean(1)
        mixes["layers side by side"] = found.reshape(len(found), -1)
        mixes["layers, beside the static mean of all"] = np.hstack(
            [found.reshape(len(found), -1), around]
        )
        for name, vectors in mixes.items():
            rows.append(
                (
                    word,
                    f"ELMo, {name}",
                    *judge(vectors, senses, options.n_jobs).values(),
                )
            )
        if options.plot and word == "line":
            from skmeta.plot import SenseMapDisplay

            display = SenseMapDisplay.from_vectors(found[:, 2], senses)
            display.figure_.savefig(options.plot, dpi=150, bbox_inches="tight")
    table = pd.DataFrame(rows, columns=["word", "vectors", "centroid", "logistic"])
    for classifier in ("centroid", "logistic"):
        wide = table.pivot(index="vectors", columns="word", values=classifier)
        wide = wide.loc[table["vectors"].unique(), list(WORDS)]
        print(f"\n{classifier}\n{wide.to_string(float_format='{:.3f}'.format)}")


if __name__ == "__main__":
    main()
