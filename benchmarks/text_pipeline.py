"""Does text_pipeline() beat TF-IDF, and how near do embeddings alone come to it?

python benchmarks/text_pipeline.py --data DATA [--sets trec subj] [--seeds 3] [--rows N]
    [--parts pipeline embeddings]

Official splits; subj: one of five folds. TF-IDF is followed by logistic regression with
C=10; of words alone and words and pairs, the better one is chosen by cross-validation
on the training half. The interval of the difference is a paired bootstrap over the test
documents. "embeddings": no TF-IDF, but the mean of own and given vectors, parts of
words and pairs of words, and parts of fastText's vectors, weighted by labels.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmeta import (
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
    text_pipeline,
)
from skmeta.combine import SVD
from skmeta.datasets import load_csv
from skmeta.pooling import Partition

SETS = ("trec", "subj", "r8", "banking77", "nsmc", "20newsgroups", "imdb")
PARTS = ("pipeline", "embeddings")
CROPS = ("glove6b_50d_9k", "googlenews_w2v_300d_8k", "lexicon_svd_100d_13k")


def load(data, name, n_rows=None):
    """Return texts and labels of training and test halves, n_rows of each at most."""
    halves = load_halves(data, name)
    rng = np.random.default_rng(0)
    for first in (0, 2):
        texts = halves[first]
        kept = np.sort(rng.permutation(len(texts))[:n_rows])
        halves[first : first + 2] = [part[kept] for part in halves[first : first + 2]]
    return halves


def load_halves(data, name):
    """Return texts and labels of whole training and test halves."""
    folder = data / "classification" / name
    if name == "subj":
        texts, labels = load_csv(folder / "all.csv.xz")
        texts, labels = texts.to_numpy(object), labels.to_numpy(object)
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        train, test = next(iter(folds.split(texts, labels)))
        return [texts[train], labels[train], texts[test], labels[test]]
    halves = [load_csv(folder / f"{half}.csv.xz") for half in ("train", "test")]
    return [part.to_numpy(object) for half in halves for part in half]


def add_pairs(documents):
    """Add pairs of neighbours after the words; the first word has one as well."""
    return [
        [*words, *(f"{a} {b}" for a, b in zip(["<s>", *words], words))]
        for words in documents
    ]


def embeddings_alone(vectors, seed):
    """Build the best pipeline we know of word vectors without TF-IDF."""
    parts = {"pooling": Partition(n_components=400), "weighting": "log_odds"}
    own = {"sg": 1, "random_state": seed}
    means = [(f"given{i}", given) for i, given in enumerate(vectors or ())]
    sources = [
        (
            "means",
            MetaEmbeddingVectorizer(
                [*means, ("skipgram", Word2VecVectorizer(**own))],
                level="document",
                combiner=SVD("all"),
                center=True,
            ),
        ),
        (
            "parts",
            make_pipeline(
                FunctionTransformer(add_pairs),
                Word2VecVectorizer(window=10, **own, **parts),
            ),
        ),
        (
            "letters",
            FastTextVectorizer(min_n=2, max_n=4, unknown="subword", **own, **parts),
        ),
    ]
    features = MetaEmbeddingVectorizer(sources, level="document", weights="learn")
    return make_pipeline(Tokenizer(), features, LogisticRegression(max_iter=1_000))


def name_weights(features):
    """Write the weights of sources down."""
    pairs = zip(features.sources_, features.weights_)
    return ", ".join(f"{name} {weight:.2f}" for name, weight in pairs)


def bootstrap(difference):
    """Return the 95 % interval of a mean."""
    rng = np.random.default_rng(0)
    n = len(difference)
    means = [difference[rng.integers(n, size=n)].mean() for _ in range(2_000)]
    return np.percentile(means, [2.5, 97.5])


def main():
    """Print a line for each set and seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--effort", default="default")
    parser.add_argument("--rows", type=int, help="so many texts of each half at most")
    parser.add_argument("--folds", type=int, default=3, help="to choose TF-IDF by")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    crops = [load_vectors(options.data / "vectors" / f"{f}.txt.gz") for f in CROPS]
    for name in options.sets:
        X, y, X_test, y_test = load(options.data, name, options.rows)
        classifier = LogisticRegression(C=10, solver="newton-cg")
        baselines = [
            make_pipeline(TfidfVectorizer(ngram_range=(1, n)), classifier)
            for n in (1, 2)
        ]
        scores = [cross_val_score(b, X, y, cv=options.folds).mean() for b in baselines]
        chosen = int(np.argmax(scores))
        hits = [b.fit(X, y).predict(X_test) == y_test for b in baselines]
        print(
            f"{name}: TF-IDF {hits[0].mean():.2%}, with pairs {hits[1].mean():.2%}; "
            f"chosen: {'with pairs' if chosen else 'words'}",
            flush=True,
        )
        given = None if name == "nsmc" else crops  # Korean
        for seed in range(options.seeds):
            for part in options.parts:
                pipeline = (
                    text_pipeline(
                        vectors=given, effort=options.effort, random_state=seed
                    )
                    if part == "pipeline"
                    else embeddings_alone(given, seed)
                )
                start = time.process_time()
                found = pipeline.fit(X, y).predict(X_test) == y_test
                seconds = time.process_time() - start
                difference = found.astype(float) - hits[chosen]
                low, high = bootstrap(difference)
                print(
                    f"  seed {seed}: {part} {found.mean():.2%} "
                    f"({100 * difference.mean():+.2f}; {100 * low:+.2f} to "
                    f"{100 * high:+.2f}), {seconds:.0f} s of CPU, weights "
                    + name_weights(pipeline[1]),
                    flush=True,
                )


if __name__ == "__main__":
    main()
