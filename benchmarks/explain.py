"""How long does it take to explain predictions, and how much memory?"""

from __future__ import annotations

import argparse
import time
import tracemalloc

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer, WordVectors
from skmeta.inspection import explain

N_WORDS, N_SOURCES, SIZE = 20_000, 5, 100
RNG = np.random.default_rng(0)
WORDS = np.array([f"word{i}" for i in range(N_WORDS)])
SHARES = 1 / np.arange(1, N_WORDS + 1)
SHARES /= SHARES.sum()


def make_documents(n_documents, n_tokens):
    """Draw documents of words as frequent as Zipf's law has it."""
    numbers = RNG.choice(N_WORDS, (n_documents, n_tokens), p=SHARES)
    return [WORDS[row].tolist() for row in numbers]


def make_pipelines(documents, labels):
    """Fit pipelines of five sources."""
    sources = [
        (f"source{i}", WordVectors(WORDS.tolist(), RNG.normal(size=(N_WORDS, SIZE))))
        for i in range(N_SOURCES)
    ]
    for level in ("word", "document"):
        for combiner in ("concatenate", "svd"):
            vectorizer = MetaEmbeddingVectorizer(
                sources, combiner=combiner, level=level
            )
            pipeline = make_pipeline(vectorizer, RidgeClassifier())
            yield f"{level}, {combiner}", pipeline.fit(documents, labels)


def measure(pipeline, documents, top):
    """Return seconds, seconds of prediction, megabytes and rows."""
    start = time.process_time()
    why = explain(pipeline, documents, top=top)
    explained = time.process_time()
    pipeline.decision_function(documents)
    predicted = time.process_time()
    tracemalloc.start()
    explain(pipeline, documents, top=top)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return explained - start, predicted - explained, peak / 1e6, len(why)


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1_000)
    parser.add_argument("--tokens", type=int, default=200)
    arguments = parser.parse_args()
    documents = make_documents(arguments.documents, arguments.tokens)
    labels = np.arange(len(documents)) % 2
    print(f"{'pipeline':24}{'top':>6}{'explain s':>11}{'predict s':>11}{'MB':>8}"
          f"{'rows':>12}")  # fmt: skip
    for name, pipeline in make_pipelines(documents, labels):
        for top in (None, 10):
            seconds, predict, megabytes, n_rows = measure(pipeline, documents, top)
            print(f"{name:24}{top!s:>6}{seconds:11.2f}{predict:11.2f}{megabytes:8.0f}"
                  f"{n_rows:12,}")  # fmt: skip


if __name__ == "__main__":
    main()
