"""`skmeta evaluate --retrieval`: files of word vectors as sources of a search."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from skmeta._progress import progress
from skmeta._retrieval._bm25 import BM25Vectorizer
from skmeta._retrieval._retriever import MetaRetriever
from skmeta.datasets._retrieval import load_retrieval
from skmeta.evaluate._retrieval import retrieval

__all__ = ["BASELINE", "RETRIEVAL_METRICS", "judge_retrieval"]

BASELINE = "BM25"
RETRIEVAL_METRICS = ("ndcg@10", "map", "recall@100")


def judge_retrieval(
    models: Mapping[str, Any], folder: Path, *, verbose: int = 0
) -> pd.DataFrame:
    """Evaluate word vectors alone and with BM25 as sources of a search.

    Parameters
    ----------
    models : mapping of str to WordVectors
    folder : Path
        What ``load_retrieval`` reads.
    verbose : int, default=0

    Returns
    -------
    table : DataFrame with one row a model of the collection
        Each metric and its interval, the difference of the first to that of BM25,
        ``queries``, and ``covered``, the share of these with a known word.
    """
    collection = load_retrieval(folder)
    bm25 = ("bm25", BM25Vectorizer())
    searched: dict[str, list[tuple[str, Any]]] = {BASELINE: [bm25]}
    for name, model in models.items():
        searched[name] = [("vectors", model)]
        searched[f"{BASELINE} + {name}"] = [bm25, ("vectors", model)]
    retrievers = {}
    with progress("Index", len(searched), verbose) as advance:
        for name, sources in searched.items():
            retrievers[name] = MetaRetriever(sources).fit(collection.documents)
            advance()
    found = retrieval(
        retrievers, collection, metrics=RETRIEVAL_METRICS, verbose=verbose
    )
    parts = [found.filter(regex=f"^{name}(_low|_high)?$") for name in RETRIEVAL_METRICS]
    difference = found.filter(like=f"{RETRIEVAL_METRICS[0]}_difference")
    difference.columns = difference.columns.str.removeprefix(f"{RETRIEVAL_METRICS[0]}_")
    covered = 1 - found["unanswered"] / found["queries"]
    counts = found[["queries"]].assign(covered=covered)
    table = pd.concat([*parts, difference, counts], axis=1)
    name = Path(folder).expanduser().resolve().name
    table.index = pd.MultiIndex.from_product(
        [[name], table.index], names=["collection", "model"]
    )
    return table
