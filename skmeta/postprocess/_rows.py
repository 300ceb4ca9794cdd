"""Process rows block by block, in memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from skmeta._vectors._unit_rows import row_lengths
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["blocks", "change_rows", "row_norms", "subtract"]

_NUMBERS_BLOCK_SIZE = 1 << 22
_ROUNDING = 1e-12  # what float64 leaves of a row minus itself


def blocks(vectors: np.ndarray) -> Iterator[slice]:
    """Split rows into blocks of a moderate size."""
    n_rows = max(1, _NUMBERS_BLOCK_SIZE // vectors.shape[1])
    for start in range(0, len(vectors), n_rows):
        yield slice(start, min(start + n_rows, len(vectors)))


def row_norms(vectors: np.ndarray) -> np.ndarray:
    """Return the length of every row, float64 of shape (n_words,)."""
    norms = np.empty(len(vectors))
    for block in blocks(vectors):
        norms[block] = row_lengths(vectors[block])
    return norms


def change_rows(
    word_vectors: WordVectors, change: Callable[[np.ndarray], np.ndarray]
) -> WordVectors:
    """Transform the vectors of words; zeros stay zeros.

    Parameters
    ----------
    word_vectors : WordVectors
    change : callable
        Takes float64 rows, none of them zeros, and returns as many.

    Returns
    -------
    changed : WordVectors
        With the same words and counts.
    """
    vectors = word_vectors.vectors
    changed = np.zeros(vectors.shape, dtype=np.float32)
    for block in blocks(vectors):
        present = vectors[block].any(axis=1)
        changed[block][present] = change(vectors[block][present].astype(np.float64))
    return WordVectors(word_vectors.words, changed, word_vectors.counts)


def subtract(rows: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Subtract; rows of which only rounding errors are left become zeros."""
    left = rows - parts
    sizes = np.linalg.norm(rows, axis=1) + np.linalg.norm(np.atleast_2d(parts), axis=1)
    left[np.linalg.norm(left, axis=1) <= _ROUNDING * sizes] = 0
    return left
