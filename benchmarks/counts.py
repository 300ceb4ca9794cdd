"""Are vectors from counts as good as skip-gram, and what do they cost?

python benchmarks/counts.py --data DATA [--parts similarity quality sources memory]

similarity: all articles of Wikipedia in DATA, 100 dimensions: CPU seconds of a fit by
one thread, Spearman's correlation with people's judgements, and the share of the pairs
that are known, for each of ``--min-counts``. With ``--gensim`` also gensim's skip-gram,
which takes minutes.
quality: accuracy of logistic regression on documents pooled by their mean; skip-gram is
the mean of the seeds.
sources: the same for a meta-embedding with learned weights, with and without PPMI.
memory: peak memory of a process that fits to a stream of the articles.
"""

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import argparse
import lzma
import multiprocessing
import resource
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from gensim.models import Word2Vec
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from skmeta import (
    MetaEmbeddingVectorizer,
    PPMIVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
)
from skmeta.datasets import load_csv
from skmeta.evaluate import word_similarity

PARTS = ("similarity", "quality", "sources", "memory")
SETS = ("trec", "subj", "r8", "banking77", "20newsgroups", "nsmc", "imdb")
PAIRS = ("men", "ws-353-all", "simlex-999")
TUNED = {"sample": 1e-4, "eigenvalue_weighting": 0, "max_vocab": 20_000}


class Articles:
    """Articles of Wikipedia, read anew at each pass."""

    def __init__(self, data):
        self.path = data / "corpora" / "enwiki-articles.txt.xz"

    def __iter__(self):
        with lzma.open(self.path, "rt", encoding="utf-8") as file:
            for line in file:
                yield line.split()


def load(data, name, most=None):
    """Return documents and labels for training and for testing, so many at most."""
    halves = load_all(data, name)
    for first in (0, 2):
        documents, labels = halves[first : first + 2]
        if most is not None and len(documents) > most:
            kept = np.sort(np.random.default_rng(0).permutation(len(documents))[:most])
            halves[first] = [documents[row] for row in kept]
            halves[first + 1] = labels[kept]
    return halves


def load_all(data, name):
    """Return documents and labels for training and for testing."""
    folder = data / "classification" / name
    halves = []
    if (folder / "all.csv.xz").exists():
        texts, labels = load_csv(folder / "all.csv.xz")
        documents = Tokenizer().transform(texts.to_list())
        X, X_test, y, y_test = train_test_split(
            documents, labels.to_numpy(str), test_size=0.2, random_state=0
        )
        return [X, y, X_test, y_test]
    for half in ("train", "test"):
        texts, labels = load_csv(folder / f"{half}.csv.xz")
        halves += [Tokenizer().transform(texts.to_list()), labels.to_numpy(str)]
    return halves


def cpu_seconds(function):
    start = time.process_time()
    function()
    return time.process_time() - start


def similarity(data, options):
    """Print how vectors of Wikipedia's articles agree with judgements of pairs."""
    articles = list(Articles(data))
    if options.lowercase:
        articles = [[token.lower() for token in article] for article in articles]
    sets = {name: data / "similarity" / f"{name}.tsv" for name in PAIRS}
    for min_count in options.min_counts:
        compare_models(articles, sets, min_count, options)


def compare_models(articles, sets, min_count, options):
    """Print the rows of one vocabulary."""
    common = {"min_count": min_count}
    models = {"PPMI": PPMIVectorizer(**common)}
    for n_iter in options.n_iter:
        models[f"PPMI, n_iter={n_iter}, {TUNED}"] = PPMIVectorizer(
            n_iter=n_iter, **common, **TUNED
        )
    models["skip-gram"] = Word2VecVectorizer(sg=1, epochs=5, random_state=0, **common)
    for name, vectorizer in models.items():
        vectorizer.set_params(scale=1)  # which pools no documents
        seconds = cpu_seconds(lambda v=vectorizer: v.fit(articles))
        report(name, seconds, vectorizer.word_vectors_, sets)
    if options.gensim:
        model = Word2Vec(min_count=min_count, sg=1, epochs=5, workers=1, seed=0)

        def train():
            model.build_vocab(articles)
            model.train(articles, total_examples=len(articles), epochs=5)

        report("gensim's skip-gram", cpu_seconds(train), model, sets)


def report(name, seconds, vectors, sets):
    """Print a row."""
    vectors = load_vectors(vectors)
    table = word_similarity({"it": vectors}, sets, n_bootstraps=0).droplevel("model")
    found = table["spearman"].round(3).to_dict()
    covered = table["covered"].round(3).to_dict()
    print(
        f"{name}: {len(vectors):,} words, {seconds:.1f} CPU s, {found}, of {covered}",
        flush=True,
    )


def score(vectorizer, halves):
    """Return accuracy in percent, and the CPU seconds of the fit."""
    X, y, X_test, y_test = halves
    seconds = cpu_seconds(lambda: vectorizer.fit(X, y))
    classifier = LogisticRegression(max_iter=1_000)
    classifier.fit(vectorizer.transform(X), y)
    return 100 * classifier.score(vectorizer.transform(X_test), y_test), seconds


def quality(data, sets, seeds, most):
    """Print accuracies; skip-gram of several seeds."""
    for name in sets:
        halves = load(data, name, most)
        rows = {}
        for kind, make in (
            ("PPMI", lambda seed: PPMIVectorizer(random_state=seed)),
            ("skip-gram", lambda seed: Word2VecVectorizer(sg=1, random_state=seed)),
        ):
            runs = [score(make(seed), halves) for seed in range(seeds)]
            accuracies, seconds = map(np.array, zip(*runs))
            rows[kind] = {
                "accuracy": accuracies.mean(),
                "first": accuracies[0],
                "spread": np.ptp(accuracies),
                "CPU s": seconds.mean(),
            }
        print(f"\n{name}\n{pd.DataFrame(rows).T.round(2).to_string()}", flush=True)


def sources(data, sets, seeds, most):
    """Print accuracies of learned meta-embeddings with and without PPMI."""
    for name in sets:
        halves = load(data, name, most)
        found = {"without": [], "with": []}
        for seed in range(seeds):
            fitted = [
                ("skipgram", Word2VecVectorizer(sg=1, random_state=seed)),
                ("cbow", Word2VecVectorizer(random_state=seed)),
                ("ppmi", PPMIVectorizer(random_state=seed)),
            ]
            views = [
                (kind, PretrainedVectorizer(vectorizer.fit(halves[0]).word_vectors_))
                for kind, vectorizer in fitted
            ]
            for kind, some in (("without", views[:2]), ("with", views)):
                meta = MetaEmbeddingVectorizer(some, level="document", weights="learn")
                found[kind].append(score(meta, halves)[0])
        means = {kind: np.mean(values) for kind, values in found.items()}
        gains = np.subtract(found["with"], found["without"])
        print(
            f"{name}: {means['without']:.2f} without, {means['with']:.2f} with PPMI: "
            f"{gains.mean():+.2f}, seed by seed {np.round(gains, 2).tolist()}",
            flush=True,
        )


def memory(data):
    """Print the peak memory of processes that fit to a stream."""
    cases = {
        "100 dimensions, min_count=5": {"min_count": 5},
        "200,000 words x 300": {
            "vector_size": 300,
            "min_count": 1,
            "max_vocab": 200_000,
        },
        "the same, max_memory=1e8": {
            "vector_size": 300,
            "min_count": 1,
            "max_vocab": 200_000,
            "max_memory": 1e8,
        },
    }
    for name, parameters in cases.items():
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            before, after, seconds, n = pool.apply(fit_stream, (data, parameters))
        print(
            f"{name}: {n:,} words, {after:.0f} MB at most, {before:.0f} before; "
            f"{seconds:.1f} CPU s",
            flush=True,
        )


def fit_stream(data, parameters):
    """Return peak memory before and after, CPU seconds and the number of words."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    vectorizer = PPMIVectorizer(scale=1, **parameters)
    seconds = cpu_seconds(lambda: vectorizer.fit(Articles(data)))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return before, after, seconds, len(vectorizer.word_vectors_)


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most", type=int, help="documents of training and of testing")
    parser.add_argument("--n-iter", nargs="*", type=int, default=[6])
    parser.add_argument("--min-counts", nargs="+", type=int, default=[5])
    parser.add_argument("--lowercase", action="store_true", help="of the articles")
    parser.add_argument("--gensim", action="store_true", help="train gensim's, too")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if "similarity" in options.parts:
        similarity(options.data, options)
    if "quality" in options.parts:
        quality(options.data, options.sets, options.seeds, options.most)
    if "sources" in options.parts:
        sources(options.data, options.sets, options.seeds, options.most)
    if "memory" in options.parts:
        memory(options.data)


if __name__ == "__main__":
    main()
