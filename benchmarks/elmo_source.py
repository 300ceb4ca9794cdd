"""Does a biLM pay as one more source of a meta-embedding that classifies documents?

``python benchmarks/elmo_source.py train --data DATA --models FOLDER --of NAME`` trains
skip-gram and a biLM that starts from it, with one thread, and saves both: of the first
``--tokens`` of enwiki-articles, cut into sentences, or of the training half of the set
of that name.

``python benchmarks/elmo_source.py score --data DATA --models FOLDER`` prints accuracies
on the test halves (subj: one of five folds), and paired bootstrap intervals of
differences. Rows of all sources are computed once; each line combines some of them,
``level="document", weights="learn", center=True``, before a logistic regression, all
else by default. Whether the layers of a biLM are mixed by learned weights or stand side
by side is chosen on a fifth of the training half. The skip-gram of Wikipedia stands for
what the same text adds without context.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import lzma
import re
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from text_pipeline import CROPS, load_halves

from skmeta import (
    ELMoVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
)
from skmeta.elmo import LayerMix, train_bilm

SETS = ("trec", "subj", "banking77")
CORPUS = "enwiki-articles"
TRAINING_TOKENS = 8_000_000  # that word2vec reads in all, as in classification.py
LAYERS = {"mixed": "learn", "side by side": None}
BASE = ["tf-idf", "cbow", "skip-gram", *CROPS]
LINES = {
    "TF-IDF": ["tf-idf"],
    "skip-gram": ["skip-gram"],
    "skip-gram, Wikipedia": ["static"],
    "ELMo": ["elmo"],
    "ELMo, Wikipedia": ["elmo-wikipedia"],
    "TF-IDF + skip-gram, Wikipedia": ["tf-idf", "static"],
    "TF-IDF + ELMo": ["tf-idf", "elmo"],
    "TF-IDF + ELMo, Wikipedia": ["tf-idf", "elmo-wikipedia"],
    "meta-embedding": BASE,
    "meta-embedding + skip-gram, Wikipedia": [*BASE, "static"],
    "meta-embedding + ELMo": [*BASE, "elmo"],
    "meta-embedding + ELMo, Wikipedia": [*BASE, "elmo-wikipedia"],
    "meta-embedding + both of Wikipedia": [*BASE, "static", "elmo-wikipedia"],
}
COMPARED = {  # the line that each is compared with
    "ELMo": "skip-gram",
    "ELMo, Wikipedia": "skip-gram, Wikipedia",
    "TF-IDF + skip-gram, Wikipedia": "TF-IDF",
    "TF-IDF + ELMo": "TF-IDF",
    "TF-IDF + ELMo, Wikipedia": "TF-IDF",
    "meta-embedding + skip-gram, Wikipedia": "meta-embedding",
    "meta-embedding + ELMo": "meta-embedding",
    "meta-embedding + ELMo, Wikipedia": "meta-embedding",
    "meta-embedding + both of Wikipedia": "meta-embedding + skip-gram, Wikipedia",
}


class Kept(TransformerMixin, BaseEstimator):
    """Rows of documents that a source has computed before."""

    found: dict = {}  # of each source: a row for each document

    def __init__(self, source):
        self.source = source

    def fit(self, X, y=None):
        """Learn nothing."""
        return self

    def transform(self, X):
        """Look the rows up."""
        rows = self.found[self.source]
        return np.array([rows[tuple(document)] for document in X])

    def __sklearn_is_fitted__(self):
        return True

    @classmethod
    def keep(cls, source, documents, rows):
        """Keep rows of documents."""
        cls.found[source] = dict(zip(map(tuple, documents), rows))


def load_sentences(data, n_tokens):
    """Return tokenized sentences of Wikipedia's articles, so many tokens in all."""
    cut = re.compile(r"(?<=[.!?]) +(?=[A-Z])").split
    tokenize, sentences = Tokenizer().transform, []
    with lzma.open(data / "corpora" / f"{CORPUS}.txt.xz", "rt") as lines:
        for line in lines:
            if n_tokens <= 0:
                break
            of_line = [tokens for tokens in tokenize(cut(line)) if tokens]
            sentences += of_line
            n_tokens -= sum(map(len, of_line))
    return sentences


def count_epochs(documents):
    """Return how often word2vec reads documents."""
    return int(np.clip(TRAINING_TOKENS / sum(map(len, documents)), 5, 50))


def train(options):
    """Train skip-gram and a biLM that starts from it, and save both."""
    if options.of == CORPUS:
        documents = load_sentences(options.data, options.tokens)
        static_settings = {"vector_size": 256, "min_count": 5, "epochs": 5}
        settings = {"vector_size": 256, "hidden_size": 256, "min_count": 10}
        settings |= {"n_steps": 40, "validation_fraction": 0.01}
        settings |= {"epochs": 1, "learning_rate": 0.0015, "dropout": 0.0}
    else:
        documents = Tokenizer().transform(load_halves(options.data, options.of)[0])
        static_settings = {"min_count": 2, "epochs": count_epochs(documents)}
        settings = {}  # the defaults
    start = time.process_time()
    word2vec = Word2VecVectorizer(sg=1, random_state=options.seed, **static_settings)
    static = word2vec.fit(documents).word_vectors_
    print(
        f"{options.of}, seed {options.seed}: {sum(map(len, documents)):,} tokens, "
        f"{len(documents):,} documents, word2vec of {len(static):,} words in "
        f"{time.process_time() - start:.0f} s of CPU",
        flush=True,
    )
    folder = options.models / f"{options.of}-{options.seed}"
    static.save(folder / "static")
    bilm = train_bilm(
        documents,
        static_vectors=static,
        max_seconds=options.seconds,
        random_state=options.seed,
        **settings,
    )
    bilm.save(folder / "bilm")
    for epoch in bilm.training_["epochs"]:
        print({name: round(number, 1) for name, number in epoch.items() if number})
    print(f"{time.process_time() - start:.0f} s of CPU in all", flush=True)


def keep_sources(options, name, seed, documents, n_train):
    """Compute the rows of all dense sources, with models of the training half."""
    own, wikipedia = options.models / f"{name}-{seed}", options.models / f"{CORPUS}-0"
    training = documents[:n_train]
    cbow = Word2VecVectorizer(
        sg=0, min_count=2, epochs=count_epochs(training), random_state=seed
    )
    given = {f: options.data / "vectors" / f"{f}.txt.gz" for f in CROPS}
    given |= {"skip-gram": own / "static", "static": wikipedia / "static"}
    sources = {
        source: PretrainedVectorizer(load_vectors(given[source])) for source in given
    }
    sources |= {"cbow": cbow}
    for source, folder in {"elmo": own, "elmo-wikipedia": wikipedia}.items():
        sources[source] = ELMoVectorizer(folder / "bilm", layer_weights="all")
    for source, vectorizer in sources.items():
        rows = vectorizer.fit(training).transform(documents)
        Kept.keep(source, documents, rows)


def make_source(source, layers):
    """Return a source of a meta-embedding."""
    if source == "tf-idf":
        return TfidfVectorizer(analyzer=list)
    if LAYERS.get(layers.get(source)) is None:
        return Kept(source)
    return make_pipeline(Kept(source), LayerMix(3, layer_weights="learn"))


def make_classifier(line, layers):
    """Return the pipeline of a line."""
    meta = MetaEmbeddingVectorizer(
        [(source, make_source(source, layers)) for source in LINES[line]],
        level="document",
        weights="learn",
        center=True,
    )
    return make_pipeline(meta, LogisticRegression(max_iter=1_000))


def choose_layers(documents, labels):
    """Choose what is done with the layers of each biLM, on a fifth of documents."""
    parts = train_test_split(
        np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0
    )
    (X, y), (X_valid, y_valid) = (
        ([documents[n] for n in part], labels[part]) for part in parts
    )
    chosen = {}
    for line in ("ELMo", "ELMo, Wikipedia"):
        [source] = LINES[line]
        scores = {
            how: make_classifier(line, {source: how}).fit(X, y).score(X_valid, y_valid)
            for how in LAYERS
        }
        chosen[source] = max(scores, key=scores.get)
        print(f"{line}, validation: {scores}", flush=True)
    return chosen


def bootstrap(difference):
    """Return the 95 % interval of a mean over documents."""
    rng = np.random.default_rng(0)
    n = len(difference)
    means = [difference[rng.integers(n, size=n)].mean() for _ in range(2_000)]
    return np.percentile(means, [2.5, 97.5])


def score_lines(options, name, seed, halves):
    """Return which test documents each line classifies correctly."""
    X, y, X_test, y_test = halves
    start = time.process_time()
    keep_sources(options, name, seed, X + X_test, len(X))
    print(f"{name}, seed {seed}: {time.process_time() - start:.0f} s of CPU")
    layers, hits = choose_layers(X, y), {}
    for line in LINES:
        start = time.process_time()
        pipeline = make_classifier(line, layers).fit(X, y)
        hits[line] = pipeline.predict(X_test) == y_test
        weights = " ".join(f"{weight:.2f}" for weight in pipeline[0].weights_)
        print(
            f"  {line}: {hits[line].mean():.2%}, weights {weights}, "
            f"{time.process_time() - start:.0f} s of CPU",
            flush=True,
        )
    return hits


def score(options):
    """Print accuracies of all lines; those of a set and seed are computed once."""
    warnings.simplefilter("ignore")
    for name in options.sets:
        X, y, X_test, y_test = load_halves(options.data, name)
        X, X_test = (Tokenizer().transform(texts) for texts in (X, X_test))
        hits: dict = {line: [] for line in LINES}
        for seed in options.seeds:
            file = options.models / f"{name}-{seed}" / "hits.npz"
            if not file.exists():
                halves = X, y, X_test, y_test
                np.savez(file, **score_lines(options, name, seed, halves))
            for line, found in np.load(file).items():
                hits[line].append(found)
        means = {line: np.mean(found, axis=0) for line, found in hits.items()}
        rows = []
        for line, found in means.items():
            row = {"accuracy": 100 * found.mean()}
            row["of seeds"] = [round(100 * one.mean(), 1) for one in hits[line]]
            if line in COMPARED:
                difference = 100 * (found - means[COMPARED[line]])
                low, high = bootstrap(difference)
                row["difference"] = (
                    f"{difference.mean():+.1f} ({low:+.1f} to {high:+.1f})"
                )
            rows.append(row)
        table = pd.DataFrame(rows, index=list(means)).fillna("")
        print(f"\n{name}\n{table.to_string(float_format='{:.1f}'.format)}", flush=True)


def main():
    """Train models, or print tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("action", choices=("train", "score"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--of", choices=(CORPUS, *SETS), default=CORPUS)
    parser.add_argument("--tokens", type=int, default=2_000_000)
    parser.add_argument("--seconds", type=float, help="of training a biLM at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--seeds", nargs="+", type=int, default=(0, 1))
    options = parser.parse_args()
    (train if options.action == "train" else score)(options)


if __name__ == "__main__":
    main()
