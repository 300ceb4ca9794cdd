"""How fast is training against gensim's and facebook's, and are the vectors as good?

python benchmarks/training.py --data DATA [--parts speed quality similarity threads]

speed: words a second of one thread, CPU time of the training alone (after the
vocabulary), turn by turn, the best of the rounds; the package ``fasttext`` too where it
is installed (once, of the first size; it reads the file in its time). The share of
multiply-adds is of those that one thread does in products of large matrices.
quality: accuracy on collections, vectors pooled by their mean, or paragraph vectors.
similarity: correlations and analogies of vectors trained on articles of Wikipedia.
threads: CPU and wall-clock seconds with 1 and 2 threads.
"""

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse
import lzma
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from gensim.models import Doc2Vec, FastText, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    Tokenizer,
    Word2VecVectorizer,
)
from skmeta._training._corpus import read_corpus
from skmeta._training._gensim import build_vocabulary
from skmeta._training._trainer import train_natively
from skmeta.datasets import load_csv
from skmeta.evaluate import analogies, word_similarity

PARTS = ("speed", "quality", "similarity", "threads")
SETS = ("trec", "subj", "r8", "banking77", "20newsgroups", "imdb")
MODELS = {
    "skip-gram": (Word2Vec, {"sg": 1}),
    "CBOW": (Word2Vec, {"sg": 0}),
    "fastText CBOW": (FastText, {"sg": 0, "bucket": 100_000}),
    "fastText skip-gram": (FastText, {"sg": 1, "bucket": 100_000}),
    "DBOW": (Doc2Vec, {"dm": 0}),
    "DM": (Doc2Vec, {"dm": 1}),
}
VECTORIZERS = {
    "skip-gram": Word2VecVectorizer(sg=1),
    "CBOW": Word2VecVectorizer(sg=0),
    "fastText CBOW": FastTextVectorizer(sg=0),
    "fastText skip-gram": FastTextVectorizer(sg=1),
    "DBOW": Doc2VecVectorizer(dm=0, scale=1),
    "DM": Doc2VecVectorizer(dm=1, scale=1),
}


def load(data, name):
    """Return documents and labels for training and for testing."""
    folder = data / "classification" / name
    halves = []
    if (folder / "all.csv.xz").exists():
        texts, labels = load_csv(folder / "all.csv.xz")
        documents = Tokenizer().transform(texts.to_list())
        X, X_test, y, y_test = train_test_split(
            documents, labels.to_numpy(str), test_size=0.1, random_state=0
        )
        return [X, y, X_test, y_test]
    for half in ("train", "test"):
        texts, labels = load_csv(folder / f"{half}.csv.xz")
        halves += [Tokenizer().transform(texts.to_list()), labels.to_numpy(str)]
    return halves


def take_tokens(documents, n_tokens):
    """Return documents that have so many tokens."""
    ends = np.cumsum([len(document) for document in documents])
    return documents[: int(np.searchsorted(ends, n_tokens)) + 1]


def cpu_seconds(function):
    start = time.process_time()
    function()
    return time.process_time() - start


def make(kind, vector_size, epochs=1):
    build, parameters = MODELS[kind]
    return build(
        vector_size=vector_size, min_count=2, epochs=epochs, workers=1, **parameters
    )


def time_gensim(kind, vector_size, documents):
    """Return CPU seconds an epoch."""
    model = make(kind, vector_size)
    corpus = documents
    if isinstance(model, Doc2Vec):
        corpus = [TaggedDocument(d, [i]) for i, d in enumerate(documents)]
    model.build_vocab(corpus)
    return cpu_seconds(
        lambda: model.train(corpus, total_examples=len(corpus), epochs=1)
    )


def time_ours(kind, vector_size, documents, n_threads=1):
    """Return CPU and wall-clock seconds an epoch, and the loss and the model."""
    model = make(kind, vector_size)
    corpus = read_corpus(documents)
    if isinstance(model, Doc2Vec):
        model.dv.index_to_key = list(range(len(documents)))
    build_vocabulary(model, corpus)
    start = time.perf_counter()
    seconds = cpu_seconds(lambda: train_natively(model, corpus, n_threads=n_threads))
    return seconds, time.perf_counter() - start


def time_facebook(kind, vector_size, file):
    """Return CPU seconds an epoch of the package fasttext, reading included."""
    import fasttext

    options = {"model": "skipgram" if "skip" in kind else "cbow", "minCount": 2}
    if "fastText" not in kind:
        options |= {"minn": 0, "maxn": 0}
    options |= {"dim": vector_size, "ws": 5, "neg": 5, "epoch": 1, "thread": 1}
    options |= {"bucket": 100_000, "t": 1e-3, "lr": 0.025, "verbose": 0}
    return cpu_seconds(lambda: fasttext.train_unsupervised(str(file), **options))


def multiply_adds_a_second():
    """Return what a product of large matrices reaches in one thread."""
    matrix = np.ones((1_500, 1_500), np.float32)
    seconds = min(cpu_seconds(lambda: matrix @ matrix) for _ in range(5))
    return len(matrix) ** 3 / seconds


def multiply_adds(kind, vector_size, documents):
    """Count those of an epoch: three for each pair of rows and each column."""
    model = make(kind, vector_size)
    corpus = read_corpus(documents)
    build_vocabulary(model, corpus)
    kept = model.wv.expandos["sample_int"] / 2.0**32
    n_windows = kept @ model.wv.expandos["count"]
    n_rows = 6 if kind.endswith("skip-gram") or kind == "skip-gram" else 1
    return 3 * n_windows * n_rows * (1 + model.negative) * vector_size


def speed(documents, sizes, kinds, rounds):
    """Print words a second."""
    n_tokens = sum(map(len, documents))
    limit = multiply_adds_a_second()
    print(f"\n{n_tokens:,} tokens, {limit / 1e9:.0f} billion multiply-adds a second")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "documents.txt")
        file.write_text("\n".join(map(" ".join, documents)), "utf-8")
        rows = {}
        for kind in kinds:
            for size in sizes:
                is_timed = size == sizes[0]
                times = {"gensim": [], "skmeta": []}
                for number in range(rounds):
                    times["gensim"].append(time_gensim(kind, size, documents))
                    times["skmeta"].append(time_ours(kind, size, documents)[0])
                    try:
                        if kind not in ("DBOW", "DM") and not number and is_timed:
                            times.setdefault("facebook", []).append(
                                time_facebook(kind, size, file)
                            )
                    except (ImportError, RuntimeError) as error:  # it may meet NaN
                        print(error)
                best = {
                    name: min(seconds) for name, seconds in times.items() if seconds
                }
                words = {name: n_tokens / s / 1e3 for name, s in best.items()}
                rows[kind, size] = {
                    **words,
                    "x gensim": best["gensim"] / best["skmeta"],
                    "% of limit": 100
                    * multiply_adds(kind, size, documents)
                    / best["skmeta"]
                    / limit,
                }
                print(kind, size, {k: round(v, 1) for k, v in rows[kind, size].items()})
    print("\nThousands of words a second, one thread")
    print(pd.DataFrame(rows).T.round(1).to_string(), flush=True)


def score(vectorizer, halves):
    """Return the accuracy, and the CPU seconds of the fit."""
    X, y, X_test, y_test = halves
    seconds = cpu_seconds(lambda: vectorizer.fit(X))
    scale, C = StandardScaler(), 0.1
    if isinstance(vectorizer, Doc2VecVectorizer):
        scale, C = Normalizer(), 10
    classifier = make_pipeline(scale, LogisticRegression(C=C, max_iter=300))
    classifier.fit(vectorizer.transform(X), y)
    return 100 * classifier.score(vectorizer.transform(X_test), y_test), seconds


def take_some(halves, n_documents):
    """Return so many documents of each half, with their labels."""
    rng = np.random.default_rng(0)
    X, y, X_test, y_test = halves
    some = rng.permutation(len(X))[:n_documents]
    some_test = rng.permutation(len(X_test))[:n_documents]
    return (
        [X[i] for i in some],
        y[some],
        [X_test[i] for i in some_test],
        y_test[some_test],
    )


def quality(data, sets, kinds, seeds, n_documents, training_tokens):
    """Print accuracies, means of the seeds."""
    for name in sets:
        halves = take_some(load(data, name), n_documents)
        n_tokens = sum(map(len, halves[0]))
        rows = {}
        for kind in kinds:
            epochs = int(np.clip(training_tokens / n_tokens, 5, 50))
            if kind in ("DBOW", "DM"):
                epochs = 20
            found = {}
            for solver in ("gensim", "native"):
                runs = [
                    score(
                        VECTORIZERS[kind].set_params(
                            min_count=2, epochs=epochs, solver=solver, random_state=seed
                        ),
                        halves,
                    )
                    for seed in seeds
                ]
                accuracies, seconds = zip(*runs)
                found[solver] = np.mean(accuracies)
                found[f"{solver}, spread"] = np.ptp(accuracies)
                found[f"{solver}, s"] = np.mean(seconds)
            found["difference"] = found["native"] - found["gensim"]
            rows[kind] = found
            print(name, kind, {k: round(v, 2) for k, v in found.items()}, flush=True)
        print(
            f"\n{name}, {len(halves[0]):,} documents, {n_tokens:,} tokens: accuracy, "
            f"mean of {len(seeds)} seeds, and CPU seconds of a fit"
        )
        print(pd.DataFrame(rows).T.round(2).to_string(), flush=True)


def similarity(data, kinds, seeds, n_tokens):
    """Print what vectors of Wikipedia's articles say of pairs and analogies."""
    path = data / "corpora" / "enwiki-articles.txt.xz"
    with lzma.open(path, "rt", encoding="utf-8") as file:
        articles = [line.split() for line in file]
    articles = take_tokens(articles, n_tokens)
    sets = {n: data / "similarity" / f"{n}.tsv" for n in ("men", "ws-353-all")}
    rows = {}
    for kind in kinds:
        for solver in ("gensim", "native"):
            for seed in seeds:
                vectorizer = VECTORIZERS[kind].set_params(
                    min_count=5, epochs=5, solver=solver, random_state=seed
                )
                seconds = cpu_seconds(lambda v=vectorizer: v.fit(articles))
                vectors = {"it": vectorizer.word_vectors_}
                table = word_similarity(vectors, sets, n_bootstraps=0)
                solved = analogies(vectors, data / "analogy" / "questions-words.txt")
                rows[kind, solver, seed] = {
                    **table["spearman"].droplevel("model").to_dict(),
                    "analogies": solved.loc["total", "accuracy"].iloc[0],
                    "seconds": seconds,
                }
                print(kind, solver, seed, rows[kind, solver, seed], flush=True)
    print(pd.DataFrame(rows).T.groupby(level=[0, 1]).mean().round(3).to_string())


def threads(documents):
    """Print CPU and wall-clock seconds of 1 and 2 threads."""
    rows = {}
    for kind in ("skip-gram", "CBOW"):
        for n in (1, 2, 1, 2):
            cpu, wall = time_ours(kind, 100, documents, n)
            best = rows.setdefault((kind, n), {"CPU": np.inf, "wall": np.inf})
            best["CPU"], best["wall"] = min(best["CPU"], cpu), min(best["wall"], wall)
    print(f"\n{pd.DataFrame(rows).T.round(2).to_string()}")


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    parser.add_argument("--sizes", nargs="+", type=int, default=[100, 300])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, help="of each half, at most")
    parser.add_argument(
        "--training-tokens", type=int, default=8_000_000, help="over all epochs"
    )
    parser.add_argument("--speed-tokens", type=int, default=1_100_000)
    parser.add_argument("--tokens", type=int, default=9_000_000, help="of Wikipedia")
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    warnings.simplefilter("ignore")
    if {"speed", "threads"} & set(options.parts):
        documents = load(options.data, "20newsgroups")[0]
        documents = take_tokens(documents, options.speed_tokens)
        if "speed" in options.parts:
            speed(documents, options.sizes, options.models, options.rounds)
        if "threads" in options.parts:
            threads(documents)
    if "quality" in options.parts:
        quality(
            options.data,
            options.sets,
            options.models,
            seeds,
            options.documents,
            options.training_tokens,
        )
    if "similarity" in options.parts:
        kinds = [k for k in options.models if k not in ("DBOW", "DM")]
        similarity(options.data, kinds, seeds, options.tokens)


if __name__ == "__main__":
    main()
