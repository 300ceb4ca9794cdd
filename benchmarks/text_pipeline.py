"""Does text_pipeline() beat TF-IDF, and how near do embeddings alone come to it?

python benchmarks/text_pipeline.py --data DATA [--sets trec subj] [--seeds 3]

Official splits; subj: one of five folds. TF-IDF is followed by logistic regression with
C=10; of words alone and words and pairs, the better one is chosen by cross-validation
on the training half. The interval of the difference is a paired bootstrap over the test
documents. "embeddings": the pipeline without its two sparse sources.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skmeta import load_vectors, text_pipeline
from skmeta.datasets import load_csv

SETS = ("trec", "subj", "r8", "banking77", "nsmc", "20newsgroups", "imdb")
CROPS = ("glove6b_50d_9k", "googlenews_w2v_300d_8k", "lexicon_svd_100d_13k")


def load(data, name):
    """Return texts and labels of training and test halves."""
    folder = data / "classification" / name
    if name == "subj":
        texts, labels = load_csv(folder / "all.csv.xz")
        texts, labels = texts.to_numpy(object), labels.to_numpy(object)
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        train, test = next(iter(folds.split(texts, labels)))
        return texts[train], labels[train], texts[test], labels[test]
    halves = [load_csv(folder / f"{half}.csv.xz") for half in ("train", "test")]
    return [part.to_numpy(object) for half in halves for part in half]


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
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    crops = [load_vectors(options.data / "vectors" / f"{f}.txt.gz") for f in CROPS]
    for name in options.sets:
        X, y, X_test, y_test = load(options.data, name)
        classifier = LogisticRegression(C=10, max_iter=1_000)
        baselines = [
            make_pipeline(TfidfVectorizer(ngram_range=(1, n)), classifier)
            for n in (1, 2)
        ]
        chosen = int(
            np.argmax([cross_val_score(b, X, y, cv=3).mean() for b in baselines])
        )
        hits = [b.fit(X, y).predict(X_test) == y_test for b in baselines]
        print(
            f"{name}: TF-IDF {hits[0].mean():.2%}, with pairs {hits[1].mean():.2%}; "
            f"chosen: {'with pairs' if chosen else 'words'}",
            flush=True,
        )
        given = None if name == "nsmc" else crops  # Korean
        for seed in range(options.seeds):
            pipeline = text_pipeline(
                vectors=given, effort=options.effort, random_state=seed
            )
            dense = clone(pipeline).set_params(
                features__words="drop", features__characters="drop"
            )
            start = time.process_time()
            found = pipeline.fit(X, y).predict(X_test) == y_test
            seconds = time.process_time() - start
            alone = dense.fit(X, y).predict(X_test) == y_test
            difference = found.astype(float) - hits[chosen]
            low, high = bootstrap(difference)
            weights = dict(
                zip(pipeline["features"].sources_, pipeline["features"].weights_)
            )
            print(
                f"  seed {seed}: text_pipeline {found.mean():.2%} "
                f"({100 * difference.mean():+.2f}; {100 * low:+.2f} to "
                f"{100 * high:+.2f}), embeddings {alone.mean():.2%}, "
                f"{seconds:.0f} s of CPU, weights "
                + ", ".join(f"{n} {w:.2f}" for n, w in weights.items()),
                flush=True,
            )


if __name__ == "__main__":
    main()
