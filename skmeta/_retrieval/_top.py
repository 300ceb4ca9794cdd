"""The highest scores of each query, exactly, and of equal ones the first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["find_top", "rank_pairs", "round_scores"]

_DIGITS = 10  # of float64 that equal documents share, wherever they stand
_SMALLEST = 1e-280  # what is below is 0: powers of ten end at 308
_GROUPS_PER_NEIGHBOR = 16
_FEWEST_GROUPS = 512


def find_top(
    scores: np.ndarray,
    margins: np.ndarray,
    exact_scores: Callable[[np.ndarray, np.ndarray], np.ndarray],
    n_neighbors: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the documents of the highest scores.

    Parameters
    ----------
    scores : float32 ndarray of shape (n_queries, n_documents)
        Close to the true scores; -inf where a document is not to be found.
    margins : float64 ndarray of shape (n_queries,)
        How far from the true scores they may be.
    exact_scores : callable
        Takes numbers of queries and of documents, and returns the scores of the pairs.
    n_neighbors : int

    Returns
    -------
    top_scores : float64 ndarray of shape (n_queries, n_neighbors)
        In descending order; -inf where there are fewer documents.
    numbers : int64 ndarray of shape (n_queries, n_neighbors)
        Of the documents; -1 where there are fewer.
    """
    n_queries, n_documents = scores.shape
    bounds = _lower_bounds(scores, n_neighbors) - 2 * margins
    bounds = np.maximum(bounds, np.finfo(np.float32).min).astype(np.float32)
    found = np.flatnonzero(scores >= bounds[:, np.newaxis])
    queries, documents = np.divmod(found, n_documents)
    exact = exact_scores(queries, documents)
    return rank_pairs(queries, documents, exact, n_queries, n_neighbors)


def rank_pairs(
    queries: np.ndarray,
    documents: np.ndarray,
    scores: np.ndarray,
    n_queries: int,
    n_neighbors: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the highest scores among pairs of queries and documents.

    Parameters
    ----------
    queries, documents : int64 ndarrays of shape (n_pairs,)
        Their numbers; each pair once.
    scores : float64 ndarray of shape (n_pairs,)
        The true scores.
    n_queries, n_neighbors : int

    Returns
    -------
    top_scores, numbers : ndarrays of shape (n_queries, n_neighbors)
        As those of `find_top`.
    """
    exact = round_scores(scores)
    order = np.lexsort((documents, -exact, queries))
    queries, documents, exact = queries[order], documents[order], exact[order]
    starts = np.searchsorted(queries, np.arange(n_queries))
    ranks = np.arange(len(queries)) - starts[queries]
    kept = ranks < n_neighbors
    top_scores = np.full((n_queries, n_neighbors), -np.inf)
    numbers = np.full((n_queries, n_neighbors), -1)
    top_scores[queries[kept], ranks[kept]] = exact[kept]
    numbers[queries[kept], ranks[kept]] = documents[kept]
    return top_scores, numbers


def _lower_bounds(scores: np.ndarray, n_neighbors: int) -> np.ndarray:
    """Return numbers that at least so many scores of each query reach.

    The n-th largest of the maxima of groups of documents is one: each maximum is
    another document. Finding it takes one pass over the scores.
    """
    n_queries, n_documents = scores.shape
    if n_neighbors >= n_documents:
        return np.full(n_queries, -np.inf)
    n_groups = max(_GROUPS_PER_NEIGHBOR * n_neighbors, _FEWEST_GROUPS)
    size = n_documents // n_groups
    if size > 1:
        grouped = scores[:, : size * n_groups].reshape(n_queries, size, n_groups)
        scores = grouped.max(axis=1)
    place = scores.shape[1] - n_neighbors
    return np.partition(scores, place, axis=1)[:, place]


def round_scores(scores: np.ndarray, n_digits: int = _DIGITS) -> np.ndarray:
    """Round to the digits that do not depend on the order of adding up."""
    largest = max(abs(scores).max(initial=0.0), _SMALLEST)
    return scores.round(n_digits - int(np.ceil(np.log10(largest))))
