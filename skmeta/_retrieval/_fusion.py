"""Fusion of the scores of several sources, by sum or by rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from skmeta._retrieval._rows import Rows
from skmeta._retrieval._top import find_top

__all__ = [
    "DEPTH",
    "Fused",
    "fuse_by_rank",
    "fuse_by_sum",
    "is_empty",
    "mean_and_spread",
    "reciprocal_rank",
    "reciprocal_ranks",
    "standardize",
]

DEPTH = 1_000  # documents that get a score by their rank
_RANK_CONSTANT = 60  # of Cormack et al.
_ERROR = 1e-5  # of scores in float32, relative to the largest


class Fused(NamedTuple):
    """Scores of a block of queries: near the true ones, and how to get those."""

    scores: np.ndarray  # float32 of shape (n_queries, n_documents)
    margins: np.ndarray  # float64 of shape (n_queries,)
    exact: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def find_top(self, n_neighbors: int) -> tuple[np.ndarray, np.ndarray]:
        """Find the documents of the highest scores."""
        return find_top(self.scores, self.margins, self.exact, n_neighbors)


class Standardized(NamedTuple):
    """Scores of a source, standardized over the documents of each query."""

    raw: np.ndarray  # float32 of shape (n_queries, n_documents)
    means: np.ndarray  # float64 of shape (n_queries,), as all below
    factors: np.ndarray
    margins: np.ndarray

    def scores(self) -> np.ndarray:
        """Return scores of mean 0 and variance 1, or of zeros where all are equal."""
        centered = self.raw - self.means[:, np.newaxis].astype(np.float32)
        centered *= self.factors[:, np.newaxis].astype(np.float32)
        return centered


def standardize(rows: Rows, queries: Any, weight: float = 1.0) -> Standardized:
    """Standardize the scores of a source, lazily."""
    raw = rows.scores(queries)
    means, spreads = mean_and_spread(raw)
    factors = np.where(spreads > 0, weight / np.where(spreads > 0, spreads, 1), 0.0)
    return Standardized(raw, means, factors, _margins(raw) * factors)


def mean_and_spread(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the standard deviation of each row, as float64."""
    means = scores.mean(axis=1, dtype=np.float64)
    variances = np.empty(len(scores))
    for number, (row, mean) in enumerate(zip(scores, means.astype(np.float32))):
        centered = row - mean  # stays in the cache
        variances[number] = np.square(centered, out=centered).mean()
    return means, np.sqrt(variances)


def reciprocal_ranks(rows: Rows, queries: Any) -> np.ndarray:
    """Return 1 / (60 + rank) of the first thousand documents, 0 of the others.

    Sparse rows without a common feature have no rank.
    """
    one = _one(rows, queries)
    gains = np.zeros(one.scores.shape)
    if rows.is_sparse:
        one.scores[one.scores == 0] = -np.inf
    one.scores[:, rows.is_empty] = -np.inf
    one.scores[is_empty(queries)] = -np.inf
    _, numbers = one.find_top(min(DEPTH, len(rows)))
    places, ranks = np.nonzero(numbers >= 0)
    gains[places, numbers[places, ranks]] = reciprocal_rank(ranks)
    return gains


def reciprocal_rank(ranks: np.ndarray) -> np.ndarray:
    """Return 1 / (60 + rank), of ranks from 0."""
    return 1 / (_RANK_CONSTANT + 1 + ranks)


def fuse_by_sum(
    sources: Sequence[Rows], queries: Sequence[Any], weights: np.ndarray
) -> Fused:
    """Sum the standardized scores of sources; those of a single source are unchanged.

    Parameters
    ----------
    sources : sequence of Rows
    queries : sequence of matrices
        The rows of a block of queries, by each source.
    weights : ndarray of shape (n_sources,)
    """
    if len(sources) == 1:
        return _one(sources[0], queries[0])
    parts = [
        (rows, part, standardize(rows, part, weight))
        for rows, part, weight in zip(sources, queries, weights)
    ]
    total = parts[0][2].scores()
    for _, _, one in parts[1:]:
        total += one.scores()
    margins = np.sum([one.margins for _, _, one in parts], axis=0)

    def exact(query_numbers: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        added = np.zeros(len(numbers))
        for rows, part, one in parts:
            found = rows.pair_scores(one.raw, part, query_numbers, numbers)
            added += (found - one.means[query_numbers]) * one.factors[query_numbers]
        return added

    return Fused(total, margins + _margins(total), exact)


def fuse_by_rank(
    sources: Sequence[Rows], queries: Sequence[Any], weights: np.ndarray
) -> Fused:
    """Sum the reciprocal ranks of documents in the sources.

    Parameters are those of ``fuse_by_sum``.
    """
    total = np.zeros((queries[0].shape[0], len(sources[0])))
    for rows, part, weight in zip(sources, queries, weights):
        total += weight * reciprocal_ranks(rows, part)

    def exact(query_numbers: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        return total[query_numbers, numbers]

    return Fused(total.astype(np.float32), _margins(total), exact)


def _one(rows: Rows, queries: Any) -> Fused:
    """Return the scores of a single source."""
    scores = rows.scores(queries)

    def exact(query_numbers: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        return rows.pair_scores(scores, queries, query_numbers, numbers)

    return Fused(scores, _margins(scores), exact)


def _margins(scores: np.ndarray) -> np.ndarray:
    """Return bounds of the rounding errors of float32 scores."""
    largest = np.maximum(scores.max(axis=1), -scores.min(axis=1))
    return _ERROR * largest.astype(np.float64)


def is_empty(queries: Any) -> np.ndarray:
    """Return which rows of queries are zeros."""
    return np.asarray(abs(queries).sum(axis=1)).ravel() == 0
