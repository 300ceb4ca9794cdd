"""Are untouched vectorizers near their best with untouched linear classifiers?

python benchmarks/defaults.py --data DATA [--sets trec banking77] [--rows N]

Official splits. For every default vectorizer: the accuracy of LogisticRegression() and
LinearSVC(), and their best over C from 0.01 to 1000 (looked up on the test half: what
is asked is what a default leaves on the table, not which C to take). C is raised and
lowered from 1 until the accuracy is half a point below the best. The steps of
LogisticRegression() are 100 where it stops with a ConvergenceWarning.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import warnings
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from text_pipeline import CROPS, SETS, load

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
)

CS = ((1, 10, 100, 1000), (0.1, 0.01))
SOLVERS = {LogisticRegression: {"solver": "newton-cg"}, LinearSVC: {}}


def find_best(kind, train, y, test, y_test):
    """Return the best accuracy over C, and its C."""
    scores = {}
    for direction in CS:
        for C in direction:
            classifier = kind(C=C, max_iter=1_000, **SOLVERS[kind])
            scores[C] = classifier.fit(train, y).score(test, y_test)
            if scores[C] < max(scores.values()) - 0.005:
                break
    best = max(scores, key=scores.get)
    return scores[best], best


def main():
    """Print a line for each vectorizer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--rows", type=int, help="so many texts of each half at most")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    crops = {
        name: load_vectors(options.data / "vectors" / f"{name}.txt.gz")
        for name in CROPS
    }
    for name in options.sets:
        X, y, X_test, y_test = load(options.data, name, options.rows)
        documents, tests = (Tokenizer().transform(list(texts)) for texts in (X, X_test))
        rows = {
            "word2vec CBOW": Word2VecVectorizer(random_state=0),
            "word2vec skip-gram": Word2VecVectorizer(sg=1, random_state=0),
        }
        if name != "nsmc":  # Korean
            rows |= {crop: PretrainedVectorizer(crops[crop]) for crop in CROPS}
            pairs = list(crops.items())
            rows |= {
                f"meta of crops, {level}": MetaEmbeddingVectorizer(pairs, level=level)
                for level in ("word", "document")
            }
        print(name, flush=True)
        for row, vectorizer in rows.items():
            train = vectorizer.fit_transform(documents, y)
            test = vectorizer.transform(tests)
            found = []
            for kind in SOLVERS:
                untouched = kind().fit(train, y)
                best, C = find_best(kind, train, y, test, y_test)
                found.append(
                    f"{kind.__name__}() {untouched.score(test, y_test):.2%}, "
                    f"{np.max(untouched.n_iter_)} steps, best {best:.2%} at C={C}"
                )
            print(f"  {row}: " + "; ".join(found), flush=True)


if __name__ == "__main__":
    main()
