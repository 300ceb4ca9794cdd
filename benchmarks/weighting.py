"""Which weighting, with components removed or not, serves a classifier best?

python benchmarks/weighting.py --data DATA

The settings of benchmarks/sentence_similarity.py before logistic regression (C=10) on
rows of unit length: accuracy in percent on official splits.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import warnings
from pathlib import Path

import pandas as pd
from sentence_similarity import make_settings, make_vectorizers, open_data
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from skmeta import Tokenizer
from skmeta.datasets import load_csv

SETS = ("trec", "r8", "banking77")


def judge(folder, vectorizer, settings):
    """Return the accuracy of each setting."""
    train, test = (load_csv(folder / f"{part}.csv.xz") for part in ("train", "test"))
    tokens = [Tokenizer().transform(texts) for texts, _ in (train, test)]
    accuracies = {}
    for setting, parameters in settings.items():
        classifier = LogisticRegression(C=10, max_iter=300)
        pipeline = make_pipeline(
            vectorizer.set_params(**parameters), Normalizer(), classifier
        ).fit(tokens[0], train[1])
        accuracies[setting] = 100 * pipeline.score(tokens[1], test[1])
    return pd.Series(accuracies)


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = os.environ.get("SKMETA_DATA", Path(__file__).parents[2] / "shared/data")
    parser.add_argument("--data", type=Path, default=data)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    sources, word_counts = open_data(options.data)
    vectorizers, settings = make_vectorizers(sources), make_settings(word_counts)
    table = {
        (name, source): judge(
            options.data / "classification" / name, vectorizers[source], settings
        )
        for name in SETS
        for source in ("googlenews", "concatenate")
    }
    print(pd.DataFrame(table).round(1).to_string())


if __name__ == "__main__":
    main()
