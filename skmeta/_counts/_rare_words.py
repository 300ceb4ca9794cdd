"""Vectors of rare words, drawn toward what the words around them predict."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from skmeta._counts._block_krylov import PRODUCT_COLUMNS, multiply, sum_products
from skmeta._counts._sparse_rows import SparseRows

__all__ = ["shrink_rare_words"]

_COMMON = 1e-3  # contexts with a larger share of all count less, as in SIF
_ROWS_BLOCK_SIZE = 8_192


def shrink_rare_words(
    vectors: np.ndarray,
    matrix: SparseRows,
    counts: np.ndarray,
    totals: np.ndarray,
    *,
    smoothing: float,
    shrinkage: float,
    n_threads: int = 1,
) -> None:
    """Draw vectors toward a linear function of the mean vector of their contexts.

    A word that occurs n times keeps the share n / (n + shrinkage) of its own vector.
    The function is learned by least squares, in which words have these shares as
    weights: weights of n would fit the vectors of function words.

    Parameters
    ----------
    vectors : float32 ndarray of shape (n_words, size)
        Changed in place.
    matrix : SparseRows of n_words x n_words, float32
        Positive pointwise mutual information.
    counts : int64 ndarray of shape (n_words,)
        How often each word occurs.
    totals : int64 ndarray of shape (n_words,)
        The sums of the rows of co-occurrences.
    smoothing : float
        Of the contexts, in the matrix.
    shrinkage : float
    n_threads : int, default=1
        The result does not depend on it.
    """
    with threadpool_limits(1, "blas"):  # sums in the same order everywhere
        means = _average_contexts(vectors, matrix, totals, smoothing, n_threads)
        own = (counts / (counts + shrinkage)).astype(np.float32)[:, np.newaxis]
        weighted = means * own
        gram = sum_products(weighted, means, n_threads)
        gram.flat[:: len(gram) + 1] += 1  # a ridge, as of one word
        target = sum_products(weighted, vectors, n_threads)
        linear_map = np.linalg.solve(gram, target)
        for first in range(0, len(vectors), _ROWS_BLOCK_SIZE):
            rows = slice(first, first + _ROWS_BLOCK_SIZE)
            predicted = means[rows] @ linear_map
            vectors[rows] = own[rows] * vectors[rows] + (1 - own[rows]) * predicted


def _average_contexts(
    vectors: np.ndarray,
    matrix: SparseRows,
    totals: np.ndarray,
    smoothing: float,
    n_threads: int,
) -> np.ndarray:
    """Return the direction of the weighted mean of each word's contexts.

    A context weighs as often as it is counted in cells of positive information, times
    a / (a + p) for one that has the share p of all counts. Directions of contexts are
    averaged, not vectors.
    """
    size = vectors.shape[1]
    directions = np.zeros((len(vectors), -(-size // PRODUCT_COLUMNS) * PRODUCT_COLUMNS))
    directions[:, :size] = _normalize(vectors)
    shares = totals / max(totals.sum(), 1)
    weights = (shares**smoothing * _COMMON / (_COMMON + shares)).astype(np.float32)

    def count(values: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return np.exp(values) * weights[columns]  # up to a factor of the row

    directions = directions.astype(np.float32)
    return _normalize(multiply(matrix, directions, n_threads, count)[:, :size])


def _normalize(rows: np.ndarray) -> np.ndarray:
    """Scale rows to unit length; those of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
