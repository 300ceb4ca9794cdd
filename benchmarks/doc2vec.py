"""Is inference faster than gensim's, as good, and what do paragraph vectors give?

python benchmarks/doc2vec.py --data DATA [--sets r8] [--parts speed] [--models FOLDER]

speed: microseconds a document of ``infer_vector`` in a loop and of ``transform``, wall
clock, turn by turn, the best of the rounds; and cosines between what they infer.
accuracy: of logistic regression, trained and tested on inferred vectors, and on the
trained ones; at most 4,000 documents each of the two halves.
classification: beside TF-IDF and word2vec, all documents.
lee: correlation with human judgement of 50 news documents.

Models have 100 dimensions, ``min_count=2`` and 20 epochs, but for Lee's.
"""

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from gensim.test.utils import datapath
from gensim.utils import simple_preprocess
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from skmeta import (
    Doc2VecVectorizer,
    MetaEmbeddingVectorizer,
    Tokenizer,
    Word2VecVectorizer,
)
from skmeta.datasets import load_csv
from skmeta.evaluate import document_similarity

SETS = ("r8", "20newsgroups", "imdb")
SHORT = ("trec", "banking77")  # sentences; on request
PARTS = ("speed", "accuracy", "classification", "lee")
TRAINING = {"min_count": 2, "epochs": 20, "scale": 1}  # rows as gensim infers them
WORD2VEC_TOKENS = 8_000_000
MOST_DOCUMENTS = 4_000
GENSIM = "infer_vector"


def load(data, name):
    """Return documents and labels for training and for testing."""
    halves = []
    for half in ("train", "test"):
        texts, labels = load_csv(data / "classification" / name / f"{half}.csv.xz")
        halves += [Tokenizer().transform(texts.to_list()), labels.to_numpy(str)]
    return halves


def train(folder, name, dm, seed, documents):
    """Return the path of a model, trained at the first call."""
    path = folder / f"{name}-{dm}-{seed}.model"
    if not path.exists():
        vectorizer = Doc2VecVectorizer(dm=dm, random_state=seed, **TRAINING)
        vectorizer.fit(documents).save(path)
    return path


def infer_by_gensim(model, documents):
    return np.array([model.infer_vector(document) for document in documents])


def cosine(first, second):
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.mean(np.einsum("ij,ij->i", first, second) / lengths)


def time_inference(path, documents, rounds):
    """Return microseconds a document, and cosines to gensim's vectors."""
    documents = [document for document in documents if document][:1_000]
    ways = {
        f"{inference}, {n} threads": Doc2VecVectorizer.load(
            path, inference=inference, n_jobs=n, random_state=0
        )
        for inference, n in (("map", 1), ("map", 2), ("sgd", 1))
    }
    model = next(iter(ways.values())).model_
    seconds, inferred, by_gensim = {}, {}, []
    for _ in range(rounds):
        start = time.perf_counter()
        by_gensim.append(infer_by_gensim(model, documents))
        seconds.setdefault(GENSIM, []).append(time.perf_counter() - start)
        for way, vectorizer in ways.items():
            start = time.perf_counter()
            inferred[way] = vectorizer.transform(documents)
            seconds.setdefault(way, []).append(time.perf_counter() - start)
    best = {way: min(times) for way, times in seconds.items()}
    table = pd.DataFrame({"us": best}) * 1e6 / len(documents)
    table["ratio"] = table["us"][GENSIM] / table["us"]
    known = by_gensim[0].any(axis=1) & inferred["map, 1 threads"].any(axis=1)
    others = {GENSIM: by_gensim[1], **inferred}
    table["cosine"] = {
        way: cosine(by_gensim[0][known], other[known]) for way, other in others.items()
    }
    return table


def classifier():
    return make_pipeline(Normalizer(), LogisticRegression(C=10, max_iter=300))


def score(X_train, y_train, X_test, y_test):
    return 100 * classifier().fit(X_train, y_train).score(X_test, y_test)


def accuracies(path, halves):
    """Return the accuracy on what each way infers, and on trained vectors."""
    X, y, X_test, y_test = halves
    rng = np.random.default_rng(0)
    some = rng.permutation(len(X))[:MOST_DOCUMENTS]
    some_test = rng.permutation(len(X_test))[:MOST_DOCUMENTS]
    documents, documents_test = [X[i] for i in some], [X_test[i] for i in some_test]
    y, y_test = y[some], y_test[some_test]
    found = {}
    for way in ("map", "sgd"):
        vectorizer = Doc2VecVectorizer.load(path, inference=way, random_state=0)
        inferred = [vectorizer.transform(X) for X in (documents, documents_test)]
        found[way] = score(inferred[0], y, inferred[1], y_test)
        if way == "map":
            trained = vectorizer.document_vectors_[some]
            found["trained, tested on map"] = score(trained, y, inferred[1], y_test)
            found["cosine of trained and map"] = cosine(trained, inferred[0] + 1e-9)
    by_gensim = [
        infer_by_gensim(vectorizer.model_, X) for X in (documents, documents_test)
    ]
    return {GENSIM: score(by_gensim[0], y, by_gensim[1], y_test), **found}


def classify(paths, halves, seed):
    """Return the accuracy of each vectorizer on all documents."""
    X, y, X_test, y_test = halves
    epochs = int(np.clip(WORD2VEC_TOKENS / sum(map(len, X)), 5, 50))
    dbow, dm = (Doc2VecVectorizer(model=path, scale=1) for path in paths)
    vectorizers = {
        "Word2Vec mean": Word2VecVectorizer(
            sg=1, min_count=2, epochs=epochs, random_state=seed
        ),
        "DBOW": dbow,
        "DM": dm,
        "DBOW + DM": MetaEmbeddingVectorizer(
            [("dbow", dbow), ("dm", dm)], level="document"
        ),
    }
    if seed == 0:
        vectorizers = {"TF-IDF": TfidfVectorizer(analyzer=list), **vectorizers}
    return {
        name: score(
            vectorizer.fit_transform(X, y), y, vectorizer.transform(X_test), y_test
        )
        for name, vectorizer in vectorizers.items()
    }


def correlate_with_people(seeds):
    """Return correlations on Lee's documents, as gensim's tutorial trains."""
    lines = Path(datapath("lee_background.cor")).read_text("utf-8").splitlines()
    documents = [simple_preprocess(line) for line in lines]
    tables = []
    for seed in range(seeds):
        models = {}
        for kind, dm in (("DBOW", 0), ("DM", 1)):
            training = {"vector_size": 50, "min_count": 2, "epochs": 40, "dm": dm}
            d2v = Doc2VecVectorizer(random_state=seed, **training).fit(documents)
            for way in ("map", "sgd"):
                given = Doc2VecVectorizer(
                    model=d2v.model_, inference=way, random_state=seed
                )
                models[f"{kind}, {way}"] = given.fit(documents)
            first = [
                models[f"{kind}, map"].most_similar(document, topn=1)[0][0] == number
                for number, document in enumerate(documents)
            ]
            print(f"seed {seed}, {kind}: most similar to itself {np.mean(first):.1%}")
        pairs = [(kind.lower(), models[f"{kind}, map"]) for kind in ("DBOW", "DM")]
        meta = MetaEmbeddingVectorizer(pairs, level="document").fit(documents)
        models["DBOW + DM, map"] = meta
        models["TF-IDF"] = TfidfVectorizer(analyzer=list).fit(documents)
        table = document_similarity(models, n_bootstraps=0)
        tables.append(table[["pearson", "spearman"]])
    return pd.concat(tables).groupby(level="model", sort=False).mean()


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--sets", nargs="+", default=SETS, choices=(*SETS, *SHORT))
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--models", type=Path, default=Path("doc2vec-models"))
    options = parser.parse_args()
    options.models.mkdir(exist_ok=True)
    warnings.simplefilter("ignore")
    if "lee" in options.parts:
        print(correlate_with_people(options.seeds).round(3), flush=True)
    for name in options.sets:
        if set(options.parts) == {"lee"}:
            break
        halves = load(options.data, name)
        found, classified = {}, {}
        for seed in range(options.seeds):
            paths = [train(options.models, name, dm, seed, halves[0]) for dm in (0, 1)]
            for dm, path in enumerate(paths):
                if "speed" in options.parts and seed == 0:
                    table = time_inference(path, halves[2], options.rounds)
                    print(f"\n{name}, dm={dm}\n{table.round(3)}", flush=True)
                if "accuracy" in options.parts:
                    found[dm, seed] = accuracies(path, halves)
            if "classification" in options.parts:
                classified[seed] = classify(paths, halves, seed)
        if found:
            table = pd.DataFrame(found).T.groupby(level=0).mean()
            print(f"\n{name}: accuracy, mean of seeds, by dm\n{table.round(3).T}")
        if classified:
            table = pd.DataFrame(classified)
            table["mean"] = table.mean(axis=1)
            print(f"\n{name}: accuracy, all documents\n{table.round(2)}", flush=True)


if __name__ == "__main__":
    main()
