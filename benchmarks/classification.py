"""Do meta-embeddings classify better than their sources, and with TF-IDF than TF-IDF?

python benchmarks/classification.py --data DATA [--sets trec subj] [--rows combiners]

Official splits (subj: 5 folds), averaged over seeds of the training of word2vec. Every
row uses the same trained sources and the same classifier: logistic regression, C=10, on
rows of unit length.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
)
from skmeta.combine import GCCA, SVD
from skmeta.datasets import load_csv
from skmeta.evaluate import compare_vectorizers

SETS = ("subj", "trec", "r8", "banking77", "20newsgroups", "nsmc", "imdb")
CROPS = {
    "glove": "glove6b_50d_9k",
    "googlenews": "googlenews_w2v_300d_8k",
    "lexicon": "lexicon_svd_100d_13k",
}
TRAINING_TOKENS = 8_000_000
COMBINERS = {
    "concatenate": {},
    "concatenate centred": {"center": True},
    "concatenate regress": {"missing": "regress"},
    "concatenate neighbors": {"missing": "neighbors"},
    "average": {"combiner": "average"},
    "svd": {"combiner": "svd"},
    "svd all": {"combiner": SVD(1000)},
    "svd power 1": {"combiner": SVD(power=1)},
    "procrustes": {"combiner": "procrustes"},
    "gcca": {"combiner": "gcca"},
    "gcca all": {"combiner": GCCA(1000)},
    "gcca regress": {"combiner": "gcca", "missing": "regress"},
    "one_to_n": {"combiner": "one_to_n"},
    "geometry_aware": {"combiner": "geometry_aware"},
}


def load(data, name):
    """Return documents, labels and splits."""
    folder = data / "classification" / name
    files = ["all"] if name == "subj" else ["train", "test"]
    parts = [load_csv(folder / f"{file}.csv.xz") for file in files]
    X = [Tokenizer().transform(texts.to_list()) for texts, _ in parts]
    y = np.concatenate([labels.to_numpy(dtype=object) for _, labels in parts])
    if name == "subj":
        folds = StratifiedKFold(5, shuffle=True, random_state=0)
        return X[0], y, list(folds.split(y, y))
    n_train = len(X[0])
    return X[0] + X[1], y, [(np.arange(n_train), np.arange(n_train, len(y)))]


def make_rows(name, documents, crops, seed, rows):
    """Return the vectorizers to compare."""
    n_tokens = sum(map(len, documents))
    epochs = int(np.clip(TRAINING_TOKENS / n_tokens, 5, 50))
    shared = {"min_count": 2, "epochs": epochs, "random_state": seed}
    sources = {
        "cbow": Word2VecVectorizer(sg=0, **shared),
        "skip-gram": Word2VecVectorizer(sg=1, **shared),
    }
    if name != "nsmc":  # Korean
        sources |= {crop: PretrainedVectorizer(crops[crop]) for crop in crops}
    pairs, tf_idf = list(sources.items()), TfidfVectorizer(analyzer=list)
    metas = {}
    if "combiners" in rows:
        metas |= {
            f"{level} {combiner}": MetaEmbeddingVectorizer(
                pairs, level=level, **parameters
            )
            for level in ("word", "document")
            for combiner, parameters in COMBINERS.items()
        }
    if "learn" in rows:
        metas |= {
            f"{level} learned": MetaEmbeddingVectorizer(
                pairs, level=level, weights="learn"
            )
            for level in ("word", "document")
        }
    if "tf-idf" in rows:
        metas["TF-IDF"] = tf_idf
        for weights, center in ((None, False), ("learn", False), ("learn", True)):
            metas[f"with TF-IDF, {weights}, {center}"] = MetaEmbeddingVectorizer(
                [*pairs, ("tf-idf", tf_idf)],
                level="document",
                weights=weights,
                center=center,
            )
    return sources | metas


def main():
    """Print a table of accuracies in percent."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--rows", nargs="+", default=["learn", "tf-idf"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    files = {n: options.data / "vectors" / f"{f}.txt.gz" for n, f in CROPS.items()}
    crops = {name: load_vectors(file) for name, file in files.items()}
    classifier = make_pipeline(Normalizer(), LogisticRegression(C=10, max_iter=300))
    for name in options.sets:
        documents, labels, folds = load(options.data, name)
        results = []
        for seed in range(options.seeds):
            rows = make_rows(name, documents, crops, seed, options.rows)
            results.append(
                compare_vectorizers(
                    rows,
                    documents,
                    labels,
                    cv=folds,
                    classifier=classifier,
                    n_jobs=options.jobs,
                )["accuracy"]
            )
        table = pd.concat(results, axis=1)
        table = pd.DataFrame({"mean": table.mean(axis=1), "std": table.std(axis=1)})
        print(f"\n{name}: accuracy in percent, {options.seeds} seeds")
        print((100 * table).round(2).to_string(), flush=True)


if __name__ == "__main__":
    main()
