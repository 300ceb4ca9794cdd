"""Does text_pipeline() beat TF-IDF on sets that its recipe was not chosen on?

python benchmarks/other_texts.py --data DATA [--sets line docstrings] [--crops]

"line", "hard", "serve" and "interest": the senses of a word, told by its context
(Senseval's corpora, homonyms/senseval.zip of DATA). "docstrings": the package of a
docstring; "modules" the same with folds in the order of the files, which test on
modules that were not seen.
Five folds. TF-IDF is followed by logistic regression with C=10; of words alone and
words and pairs, the better one is chosen by cross-validation on each training part. The
interval of the difference is a paired bootstrap over all documents. --crops: with the
crops of published word vectors.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from senses import WORDS, load_senses
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from text_pipeline import CROPS, bootstrap, name_weights

from skmeta import load_vectors, text_pipeline
from skmeta.datasets import load_docstrings

SETS = (*WORDS, "docstrings", "modules")


def load(data, name):
    """Return texts, labels and folds."""
    if name in WORDS:
        documents, _, labels = load_senses(data, name)
    else:
        documents, labels = load_docstrings()
    texts = np.array([" ".join(tokens) for tokens in documents], object)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    if name == "modules":
        folds = KFold(5)
    return texts, labels, list(folds.split(texts, labels))


def make_baselines():
    """Return TF-IDF of words, and of words and pairs, each with a classifier."""
    classifier = LogisticRegression(C=10, solver="newton-cg")
    return [
        make_pipeline(TfidfVectorizer(ngram_range=(1, n)), classifier) for n in (1, 2)
    ]


def main():
    """Print a line for each fold and set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--crops", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    files = [options.data / "vectors" / f"{name}.txt.gz" for name in CROPS]
    vectors = [load_vectors(file) for file in files] if options.crops else None
    for name in options.sets:
        texts, labels, folds = load(options.data, name)
        hits = np.zeros((4, len(texts)))  # words, with pairs, the chosen one, ours
        seconds = 0.0
        for train, test in folds:
            X, X_test = texts[train], texts[test]
            y, y_test = labels[train], labels[test]
            baselines = make_baselines()
            scores = [cross_val_score(b, X, y, cv=3).mean() for b in baselines]
            for row, baseline in enumerate(baselines):
                hits[row, test] = baseline.fit(X, y).predict(X_test) == y_test
            hits[2, test] = hits[int(np.argmax(scores)), test]
            start = time.process_time()
            pipeline = text_pipeline(vectors=vectors).fit(X, y)
            hits[3, test] = pipeline.predict(X_test) == y_test
            seconds += time.process_time() - start
            found = ", ".join(f"{score:.2%}" for score in hits[:, test].mean(axis=1))
            print(f"  {found}; weights {name_weights(pipeline[1])}", flush=True)
        difference = hits[3] - hits[2]
        low, high = bootstrap(difference)
        words, pairs, chosen, ours = hits.mean(axis=1)
        print(
            f"{name}, {len(texts):,} texts, {len(set(labels))} classes: TF-IDF "
            f"{words:.2%}, with pairs {pairs:.2%}, chosen {chosen:.2%}, pipeline "
            f"{ours:.2%} ({100 * difference.mean():+.2f}; {100 * low:+.2f} to "
            f"{100 * high:+.2f}), {seconds / len(folds):.0f} s of CPU a fold",
            flush=True,
        )


if __name__ == "__main__":
    main()
