"""Approximate search: exact scores of the documents that any source proposes.

A source with a graph proposes documents that are near in it; any other source, those of
its highest scores. The candidates of all sources get exact scores by each source, so
that a document counts with all its scores, whichever source has proposed it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from skmeta._retrieval._fusion import (
    DEPTH,
    is_empty,
    mean_and_spread,
    reciprocal_rank,
)
from skmeta._retrieval._rows import Rows
from skmeta._retrieval._top import find_top, rank_pairs

__all__ = ["can_be_approximate", "find_among_candidates", "n_candidates_of"]

_N_CANDIDATES = 200  # of each source, at least
_PER_NEIGHBOR = 5
_LARGEST_SHARE = 1 / 16  # of all documents; more are found faster exactly


class _Pairs(NamedTuple):
    """Pairs of queries and documents, sorted, each once."""

    queries: np.ndarray
    documents: np.ndarray


class _Scored(NamedTuple):
    """A source's candidates for a block of queries, and how it scores any pairs."""

    candidates: _Pairs
    scores: Callable[[_Pairs], np.ndarray]
    moments: Callable[[], tuple[np.ndarray, np.ndarray]]  # of the scores of all


def can_be_approximate(n_documents: int) -> bool:
    """Return whether there are enough documents that some searches are not exact."""
    return n_documents * _LARGEST_SHARE >= _N_CANDIDATES


def n_candidates_of(
    rows: Sequence[Rows], n_neighbors: int, fusion: Literal["sum", "rank"]
) -> int:
    """Return how many documents each source proposes; 0 where search is exact.

    Parameters
    ----------
    rows : sequence of Rows
    n_neighbors : int
    fusion : {"sum", "rank"}
    """
    n_candidates = max(_N_CANDIDATES, _PER_NEIGHBOR * n_neighbors)
    if fusion == "rank":
        n_candidates = max(n_candidates, DEPTH)
    is_useful = n_candidates <= _LARGEST_SHARE * len(rows[0])
    has_graph = any(part.nearby is not None for part in rows)
    return n_candidates if has_graph and is_useful else 0


def find_among_candidates(
    rows: Sequence[Rows],
    queries: Sequence[Any],
    weights: np.ndarray,
    fusion: Literal["sum", "rank"],
    n_candidates: int,
    n_neighbors: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Find documents of high scores.

    Parameters
    ----------
    rows : sequence of Rows
        Of the documents, by each source.
    queries : sequence of matrices
        The rows of a block of queries, by each source.
    weights : ndarray of shape (n_sources,)
    fusion : {"sum", "rank"}
    n_candidates : int
        Of each source.
    n_neighbors : int

    Returns
    -------
    scores : float64 ndarray of shape (n_queries, n_neighbors)
    numbers : int64 ndarray of shape (n_queries, n_neighbors)
    """
    n_queries, n_documents = queries[0].shape[0], len(rows[0])
    sources = [
        _score_dense(part, x, n_candidates)
        if part.nearby is not None
        else _score_exactly(part, x, n_candidates)
        for part, x in zip(rows, queries)
    ]
    found = [one.candidates for one in sources]
    keys = np.unique(np.concatenate([q * n_documents + d for q, d in found]))
    pairs = _Pairs(*np.divmod(keys, n_documents))
    total = np.zeros(len(keys))
    for one, weight in zip(sources, weights):
        if fusion == "rank":
            total += weight * _gains(one, pairs, n_queries)
        elif len(sources) == 1:
            total = one.scores(pairs)
        else:
            means, spreads = one.moments()
            factors = np.divide(
                weight, spreads, out=np.zeros(n_queries), where=spreads > 0
            )
            centered = one.scores(pairs) - means[pairs.queries]
            total += centered * factors[pairs.queries]
    return rank_pairs(*pairs, total, n_queries, n_neighbors)


def _score_dense(rows: Rows, queries: np.ndarray, n_candidates: int) -> _Scored:
    """Take candidates from the graph of dense rows."""
    nearby = rows.nearby
    assert nearby is not None
    numbers = nearby.graph.search(queries, n_candidates)
    numbers[is_empty(queries)] = -1
    numbers.sort(axis=1)
    found, places = np.nonzero(numbers >= 0)
    return _Scored(
        _Pairs(found, numbers[found, places]),
        lambda pairs: rows.pair_products(queries, *pairs),
        lambda: nearby.moments.of_scores(queries),
    )


def _score_exactly(rows: Rows, queries: Any, n_candidates: int) -> _Scored:
    """Take the highest scores above 0 of all documents as candidates."""
    scores = rows.scores(queries)
    n_queries = len(scores)

    def find(pairs: _Pairs) -> np.ndarray:
        return scores[pairs.queries, pairs.documents].astype(np.float64)

    positive = np.where(scores > 0, scores, np.float32(-np.inf))
    _, numbers = find_top(
        positive, np.zeros(n_queries), lambda *pairs: find(_Pairs(*pairs)), n_candidates
    )
    numbers.sort(axis=1)
    found, places = np.nonzero(numbers >= 0)
    return _Scored(
        _Pairs(found, numbers[found, places]), find, lambda: mean_and_spread(scores)
    )


def _gains(one: _Scored, pairs: _Pairs, n_queries: int) -> np.ndarray:
    """Return the reciprocal ranks of pairs in a source; 0 where it found none."""
    scores = one.scores(one.candidates)
    _, numbers = rank_pairs(*one.candidates, scores, n_queries, DEPTH)
    queries, ranks = np.nonzero(numbers >= 0)
    n_documents = int(pairs.documents.max(initial=0)) + 1
    keys = pairs.queries * n_documents + pairs.documents
    places = np.searchsorted(keys, queries * n_documents + numbers[queries, ranks])
    gains = np.zeros(len(keys))
    gains[places] = reciprocal_rank(ranks)
    return gains
