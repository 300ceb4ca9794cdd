"""Weights of the sources of a search from queries with relevance judgements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd

from skmeta._messages import count_of
from skmeta._retrieval._collection import Collection, open_collection
from skmeta._retrieval._fusion import reciprocal_ranks, standardize
from skmeta._retrieval._learned_weights import METRIC, Pool, learn_weights
from skmeta._retrieval._search import Search

__all__ = ["learn_from_judgements", "open_judgements"]

_POOL = 200  # documents of each source, of which weights are learned


def open_judgements(ids: Any, queries: Any, relevance: Any, n_folds: int) -> Collection:
    """Check judged queries, and number the documents of their judgements.

    Parameters
    ----------
    ids : sequence
        Of the documents.
    queries : Series or mapping of texts or token lists
    relevance : DataFrame
    n_folds : int

    Raises
    ------
    ValueError
        If there are too few queries, or several of the same id.
    """
    documents = pd.Series(None, index=ids, dtype=object)  # only ids are of interest
    judged = open_collection(
        {"documents": documents, "queries": queries, "relevance": relevance}
    )
    n_queries = len(judged.queries)
    if n_queries < n_folds:
        raise ValueError(
            f"Found {count_of(n_queries, 'query', 'queries')} with relevant "
            f"documents for cv={count_of(n_folds, 'fold')}, expected at least as "
            "many. Judge more queries, or set weights."
        )
    if judged.counts["duplicates"]:
        raise ValueError(
            "Found documents or queries with the same id, expected each once. "
            "Drop the others before fit."
        )
    return judged


def learn_from_judgements(
    search: Search,
    judged: Collection,
    tokenize: Callable[[Any], list[Any]],
    fusion: Literal["sum", "rank"],
    n_folds: int,
) -> tuple[np.ndarray, pd.Series]:
    """Learn weights; return also nDCG@10 of these, of equal ones, of each source."""
    tokens = tokenize(judged.queries)
    pools = []
    for block, parts in search.embed(tokens, list(search.sources), len(search)):
        scores = [
            standardize(rows, part).scores()
            if fusion == "sum"
            else reciprocal_ranks(rows, part)
            for rows, part in zip(search.rows.values(), parts)
        ]
        for i, places in enumerate(judged.positions[block]):
            columns = np.stack([part[i] for part in scores], axis=1)
            gains = judged.gains[block][i]
            pools.append(_make_pool(columns, places, gains))
    learned = learn_weights(pools, n_folds)
    cv_scores = pd.Series(
        [learned.held_out, learned.equal, *learned.alone],
        index=["(learned)", "(equal)", *search.sources],
        name=METRIC,
    )
    return learned.weights, cv_scores


def _make_pool(scores: np.ndarray, places: np.ndarray, gains: np.ndarray) -> Pool:
    """Keep the first documents of each source, and the relevant ones."""
    n_documents = len(scores)
    if n_documents > _POOL:
        first = np.argpartition(-scores, _POOL, axis=0)[:_POOL].ravel()
        kept = np.union1d(first, places)
    else:
        kept = np.arange(n_documents)
    relevant = np.searchsorted(kept, places)
    return Pool(scores[kept].astype(np.float64), relevant, gains)
