"""Norms of word vectors, which decide how much each word counts in a document."""

from __future__ import annotations

import numpy as np

__all__ = ["compute_norms", "set_norms"]

_PRIOR_COUNT = 5  # occurrences: words with so many get half of their norm
_NOISE = 1e-6  # of float32, relative to the largest norm
_ROWS_BLOCK_SIZE = 8_192


def compute_norms(gains: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the square roots of information gains, shrunk for rare words.

    In vectors of skip-gram, the square of a word's norm grows with the word's
    information gain, and words that are rarely trained are short.

    Parameters
    ----------
    gains : float64 ndarray of shape (n_words,)
    counts : int64 ndarray of shape (n_words,)
        How often the words occur.

    Returns
    -------
    norms : float64 ndarray of shape (n_words,)

    References
    ----------
    .. [1] M. Oyama, S. Yokoi, H. Shimodaira (2023). Norm of word embedding encodes
       information gain. EMNLP.
    """
    return np.sqrt(np.maximum(gains, 0)) * counts / (counts + _PRIOR_COUNT)


def set_norms(vectors: np.ndarray, norms: np.ndarray) -> None:
    """Scale rows to given norms, in place. Rows that are only rounding become zeros.

    Parameters
    ----------
    vectors : float32 ndarray of shape (n_words, vector_size)
    norms : float64 ndarray of shape (n_words,)
    """
    found = np.empty(len(vectors))
    for first in range(0, len(vectors), _ROWS_BLOCK_SIZE):
        rows = vectors[first : first + _ROWS_BLOCK_SIZE].astype(np.float64)
        found[first : first + len(rows)] = np.sqrt((rows**2).sum(axis=1))
    is_set = found > _NOISE * found.max(initial=0)
    factors = np.where(is_set, norms / np.where(is_set, found, 1), 0)
    vectors *= factors.astype(np.float32)[:, np.newaxis]
