"""When does approximate search pay, and how much of exact search does it find?

python benchmarks/approximate_search.py --data DATA --documents 100000

Documents are windows of tokens of the corpora in DATA/corpora, queries are shorter
windows that are not among them. Vectors are a meta-embedding of all vectors in
DATA/vectors. Processor time of a query among many and alone, and the share of the ten
nearest of exact search that approximate search finds: of vectors alone, and together
with BM25.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import lzma
import re
import resource
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from skmeta import (
    BM25Vectorizer,
    MetaEmbeddings,
    MetaRetriever,
    PretrainedVectorizer,
    load_vectors,
)
from skmeta.combine import SVD

FILES = ("googlenews_w2v_300d_8k", "glove6b_50d_9k", "glove_twitter27b_25d_12k")
DOCUMENT_SIZE = 20  # tokens
QUERY_SIZE = 6


def read_tokens(data, n_tokens):
    """Return lower-case tokens; equal ones are one object."""
    tokens, known = [], {}
    for path in sorted((data / "corpora").glob("*.txt.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                found = re.findall(r"\w+", line.lower())
                tokens.extend(known.setdefault(word, word) for word in found)
                if len(tokens) >= n_tokens:
                    return tokens[:n_tokens]
    raise SystemExit(f"Found {len(tokens):,} tokens, expected {n_tokens:,}.")


def seconds_of(function, n_rounds=3):
    """Return the result, and the least processor time of some rounds."""
    seconds = []
    for _ in range(n_rounds):
        start = time.process_time()
        result = function()
        seconds.append(time.process_time() - start)
    return result, min(seconds)


def compare(retriever, queries, n_alone=20):
    """Print the time of exact and approximate search, and what both find."""
    found = {}
    for index in ("exact", "hnsw"):
        retriever.set_params(index=index)
        (_, numbers), many = seconds_of(lambda: retriever.kneighbors(queries, 10))
        _, alone = seconds_of(
            lambda: [retriever.kneighbors([query], 10) for query in queries[:n_alone]]
        )
        found[index] = numbers
        print(
            f"  {index}: {many / len(queries) * 1e3:.2f} ms a query among "
            f"{len(queries):,}, {alone / n_alone * 1e3:.2f} ms alone",
            flush=True,
        )
    shared = [np.intersect1d(*pair).size for pair in zip(*found.values())]
    print(f"  recall of the ten nearest: {np.mean(shared) / 10:.3f}", flush=True)


def main():
    """Print a report of one number of documents."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("SKMETA_DATA"))
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--size", type=int, default=100, help="Of the vectors.")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    n, n_queries = options.documents, options.queries
    size = n * DOCUMENT_SIZE
    tokens = read_tokens(options.data, size + n_queries * DOCUMENT_SIZE)
    documents = [
        tokens[start : start + DOCUMENT_SIZE] for start in range(0, size, DOCUMENT_SIZE)
    ]
    queries = [
        tokens[start : start + QUERY_SIZE]
        for start in range(size, len(tokens), DOCUMENT_SIZE)
    ]
    del tokens
    vectors = MetaEmbeddings(
        [load_vectors(options.data / "vectors" / f"{name}.txt.gz") for name in FILES],
        combiner=SVD(options.size),
    )
    print(f"{n:,} documents x {options.size}, {n_queries:,} queries", flush=True)
    sources = [
        ("bm25", BM25Vectorizer()),
        ("vectors", PretrainedVectorizer(vectors, weighting="idf")),
    ]
    retriever = MetaRetriever(sources)
    start = time.process_time()
    retriever.fit(documents)
    print(f"  fit without a graph: {time.process_time() - start:.1f} s", flush=True)
    start = time.process_time()
    list(retriever._search.link())
    print(f"  build the graph: {time.process_time() - start:.1f} s", flush=True)
    for what, weights in {"vectors": [0, 1], "BM25 and vectors": [0.5, 0.5]}.items():
        print(f"{what}:")
        names = [name for name, _ in sources]
        retriever.weights_ = pd.Series(weights, index=names, dtype=float)
        compare(retriever, queries)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"the process had {peak:,.0f} MB at most")


if __name__ == "__main__":
    main()
