"""Does text_pipeline() hold up on few, short, long, dirty or rare texts?

python benchmarks/unusual_texts.py --data DATA [--sets "imdb, 50" ...] [--draws N]

Each draw takes other texts of the collections: up to 1,000 to test on. TF-IDF is
followed by logistic regression with C=10, or ridge regression of two penalties; of
words alone and words and pairs, and of the penalties, the best is chosen by
cross-validation. Scores are accuracies, micro F1 of several labels, R2 of numbers, and
macro F1 where one class is rare. No vectors are given.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time
import warnings
from collections import Counter
from functools import cache, partial
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, f1_score, r2_score
from sklearn.model_selection import cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from text_pipeline import load_halves

from skmeta import text_pipeline
from skmeta.datasets import load_sts

DATA = Path(os.environ.get("SKMETA_DATA", ""))
N_TEST = 1_000
JUNK = ["😀", "🔥🔥", "<br /><br />", "<a href='http://t.co/{}'>", "@user{}", "#tag{}"]
JUNK += ["https://www.example.com/{}?q=1&amp;x", "&nbsp;", "\x00", "\u200b", "…"]
POSITIVE = (
    "good great best love well excellent wonderful nice fun perfect enjoyed beautiful "
    "amazing better interesting funny brilliant superb hilarious favorite"
)


@cache
def load_once(name):
    return load_halves(DATA, name)


def draw(name, n, rng, n_test=N_TEST):
    """Return n texts and labels, and others to test on."""
    X, y, X_test, y_test = load_once(name)
    train, test = rng.permutation(len(X))[:n], rng.permutation(len(X_test))[:n_test]
    return X[train], y[train], X_test[test], y_test[test]


def map_texts(change, halves):
    """Change each text."""
    X, y, X_test, y_test = halves
    return [change(x) for x in X], y, [change(x) for x in X_test], y_test


def shortened(name, n, rng):
    """Cut to two to four words in a row."""

    def cut(text):
        words, n_words = text.split(), rng.integers(2, 5)
        start = rng.integers(0, max(1, len(words) - n_words))
        return " ".join(words[start : start + n_words])

    return map_texts(cut, draw(name, n, rng))


def dirty(name, n, rng):
    """Mix the case of words, and put junk between."""

    def soil(text):
        words = []
        for word in text.split():
            change = rng.choice([str.upper, str.title, str], p=[0.2, 0.2, 0.6])
            words.append(change(word))
            if rng.random() < 0.15:
                words.append(rng.choice(JUNK).format(rng.integers(10**6)))
        return " ".join(words)

    return map_texts(soil, draw(name, n, rng))


def emptied(name, n, rng):
    """Leave nothing of some texts."""

    def empty(text):
        return rng.choice(["", "  ", "!!"]) if rng.random() < 0.3 else text

    return map_texts(empty, draw(name, n, rng))


def doubled(name, n, rng, make=draw):
    """Repeat each training text about five times."""
    X, y, *test = make(name, n, rng)
    rows = rng.integers(0, n, 5 * n)
    return np.array(X, object)[rows], y[rows], *test


def joined(name, n, rng, n_parts=5):
    """Join texts of a class."""

    def join(X, y):
        texts, labels = [], []
        for label in np.unique(y):
            own = X[y == label]
            for i in range(0, len(own) - n_parts + 1, n_parts):
                texts.append("\n".join(own[i : i + n_parts]))
                labels.append(label)
        return texts, np.array(labels, object)

    X, y, X_test, y_test = draw(name, n_parts * n, rng, n_parts * N_TEST)
    return *join(X, y), *join(X_test, y_test)


def skewed(name, n, rng):
    """Take 95 % of one of two classes."""

    def pick(X, y, n):
        first, second = (np.flatnonzero(y == label) for label in np.unique(y))
        n_second = n // 20
        rows = [rng.choice(first, n - n_second, False)]
        rows = np.concatenate([*rows, rng.choice(second, n_second, False)])
        return X[rows], y[rows]

    X, y, X_test, y_test = load_once(name)
    return *pick(X, y, n), *pick(X_test, y_test, N_TEST)


def many_classes(name, n, rng):
    """Take 3 to 10 texts of n classes, and one of one class."""
    X, y, X_test, y_test = load_once(name)
    classes = rng.permutation(np.unique(y))[:n]
    sizes = [1, *rng.integers(3, 11, n - 1)]
    rows = [
        rng.choice(np.flatnonzero(y == c), k, False) for c, k in zip(classes, sizes)
    ]
    rows, tests = np.concatenate(rows), np.isin(y_test, classes)
    return X[rows], y[rows], X_test[tests], y_test[tests]


def two_labels(name, n, rng):
    """Join pairs of texts, with both labels."""
    X, y, X_test, y_test = draw(name, 2 * n, rng, 2 * N_TEST)
    classes = np.unique(y)

    def join(X, y):
        y = (y[:, np.newaxis] == classes).astype(int)
        n = len(X) // 2 * 2
        texts = [f"{a} {b}" for a, b in zip(X[:n:2], X[1:n:2])]
        return texts, y[:n:2] | y[1:n:2]

    return *join(X, y), *join(X_test, y_test)


def sentiment(name, n, rng):
    """Make numbers of the class and the length."""
    X, y, X_test, y_test = draw(name, n, rng)

    def number(X, y):
        lengths = np.array([len(text) for text in X])
        return 3.0 * (y == y_test.max()) + 0.002 * lengths + rng.normal(0, 0.3, len(y))

    return X, number(X, y), X_test, number(X_test, y_test)


def positive_words(name, n, rng):
    """Count positive words."""
    X, _, X_test, _ = draw(name, n, rng)

    def number(X):
        return np.array(
            [sum(map(t.lower().split().count, POSITIVE.split())) for t in X], float
        )

    return X, number(X), X_test, number(X_test)


def sentence_pairs(name, n, rng):
    """Take the similarity of two sentences, which are one text."""
    halves = []
    for half, size in (("train", n), ("dev", N_TEST)):
        table = load_sts(DATA / "sts" / name / f"sts-{half}.csv.gz")
        table = table.iloc[rng.permutation(len(table))[:size]]
        texts = [f"{a} | {b}" for a, b in zip(table["text1"], table["text2"])]
        halves += [texts, table["score"].to_numpy(float)]
    return halves


SETS = {
    **{f"trec, {n}": (draw, "trec", n) for n in (20, 50, 200)},
    **{f"subj, {n}": (draw, "subj", n) for n in (20, 200)},
    **{f"imdb, {n}": (draw, "imdb", n) for n in (50, 200)},
    "nsmc, 1000": (draw, "nsmc", 1_000),
    "many classes": (many_classes, "banking77", 60),
    "rare class": (skewed, "subj", 1_000),
    "dirty": (dirty, "subj", 500),
    "repeated": (doubled, "subj", 200),
    "repeated, imdb": (doubled, "imdb", 200),
    "repeated, r8": (doubled, "r8", 300),
    "empty": (emptied, "subj", 500),
    "short, subj": (shortened, "subj", 1_000),
    "short, banking77": (shortened, "banking77", 1_500),
    "long": (joined, "20newsgroups", 300),
    "sentiment, 50": (sentiment, "imdb", 50),
    "sentiment, 500": (sentiment, "imdb", 500),
    "repeated, sentiment": (partial(doubled, make=sentiment), "imdb", 200),
    "positive words": (positive_words, "imdb", 500),
    "sentence pairs": (sentence_pairs, "stsbenchmark", 500),
    "two labels": (two_labels, "r8", 500),
}


def find_task(y):
    """Return the task, classifiers or regressors for TF-IDF, and the score."""
    if y.ndim == 2:
        classifier = OneVsRestClassifier(LogisticRegression(C=10, solver="newton-cg"))
        return "multilabel", [classifier], lambda *p: f1_score(*p, average="micro")
    if y.dtype == float:
        return "regression", [Ridge(0.1), Ridge(1)], r2_score
    classifier = LogisticRegression(C=10, solver="newton-cg")
    _, counts = np.unique(y, return_counts=True)
    if len(counts) == 2 and counts.min() < len(y) / 10:
        return "classification", [classifier], lambda *p: f1_score(*p, average="macro")
    return "classification", [classifier], accuracy_score


def compare(X, y, X_test, y_test):
    """Return the scores of the chosen TF-IDF and of the pipeline, and the latter."""
    task, models, score = find_task(y)
    baselines = [
        make_pipeline(TfidfVectorizer(ngram_range=(1, n)), model)
        for n in (1, 2)
        for model in models
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [cross_val_score(b, X, y, cv=3).mean() for b in baselines]
        best = baselines[int(np.nanargmax(found))].fit(X, y)
    pipeline = text_pipeline(task).fit(X, y)
    predictions = [model.predict(X_test) for model in (best, pipeline)]
    return *(100 * score(y_test, p) for p in predictions), pipeline


def main():
    """Print a line for each set."""
    global DATA
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--draws", type=int, default=6)
    options = parser.parse_args()
    DATA = options.data
    for name in options.sets:
        make, collection, n = SETS[name]
        scores, weights, warned = [], [], Counter()
        start = time.process_time()
        for seed in range(options.draws):
            halves = make(collection, n, np.random.default_rng(seed))
            halves = [list(p) if i % 2 == 0 else p for i, p in enumerate(halves)]
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                *pair, pipeline = compare(*halves)
            scores.append(pair)
            weights.append(pipeline["features"].weights_)
            warned.update(f"{w.category.__name__}: {w.message}" for w in caught)
        scores = np.array(scores)
        difference = scores[:, 1] - scores[:, 0]
        error = difference.std(ddof=1) / len(difference) ** 0.5
        print(
            f"{name}: TF-IDF {scores[:, 0].mean():.1f}, pipeline "
            f"{scores[:, 1].mean():.1f} ({difference.mean():+.2f}, standard error "
            f"{error:.2f}, {options.draws} draws), weights "
            f"{np.mean(weights, axis=0).round(2)}, {time.process_time() - start:.0f} s",
            flush=True,
        )
        for message, times in warned.items():
            print(f"  {times} times {message}", flush=True)


if __name__ == "__main__":
    main()
