"""Positive pointwise mutual information of words and their contexts."""

from __future__ import annotations

import numpy as np

from skmeta._counts._memory import Memory
from skmeta._counts._sparse_rows import Block, SparseRows

__all__ = ["compute_ppmi"]

_ROUNDING = 1e-9  # what is less is no information
_SMALL = 1 << 16  # logarithms of counts below are looked up


def compute_ppmi(
    counts: SparseRows, smoothing: float, shift: float, memory: Memory
) -> tuple[SparseRows, SparseRows, np.ndarray]:
    """Transform co-occurrences into positive pointwise mutual information.

    Parameters
    ----------
    counts : SparseRows of n_words x n_words
        Symmetric; emptied.
    smoothing : float
        The power that contexts' frequencies are raised to.
    shift : float
        Subtracted before negative cells become zero.
    memory : Memory

    Returns
    -------
    matrix, transposed : SparseRows of n_words x n_words, float32
        Of words by contexts, and of contexts by words. Only cells above zero are kept.
    gains : float64 ndarray of shape (n_words,)
        The information gain of each word: the Kullback-Leibler divergence of its
        contexts from those of all words. Neither smoothed nor shifted.
    """
    marginals = np.concatenate([_sum_rows(block) for block in counts.blocks])
    small = np.log(np.maximum(np.arange(_SMALL), 1))
    of_words = np.log(np.maximum(marginals, 1))
    of_contexts = smoothing * of_words
    shares = np.exp(
        of_contexts - of_contexts.max(),
        where=marginals > 0,
        out=np.zeros(len(marginals)),
    )
    constant = np.log(shares.sum() or 1.0) + of_contexts.max() - shift
    gains = np.where(marginals > 0, np.log(marginals.sum() or 1) - of_words, 0)
    matrix = SparseRows(counts.n_columns, memory)
    transposed = SparseRows(counts.n_columns, memory)
    for first, (values, columns, indptr) in counts.drain():
        rows = np.repeat(np.arange(first, first + len(indptr) - 1), np.diff(indptr))
        is_small = values.max(initial=0) < _SMALL
        logarithms = small[values] if is_small else np.log(values)
        parts = logarithms - of_words[columns]
        parts *= values / marginals[rows]
        gains += np.bincount(rows, parts, len(gains))
        del parts
        logarithms += constant
        for target, words, contexts in (
            (matrix, rows, columns),
            (transposed, columns, rows),
        ):
            cells = logarithms - of_words[words]
            cells -= of_contexts[contexts]
            target.append(*_keep_positive(cells, columns, indptr))
    return matrix, transposed, gains


def _sum_rows(block: Block) -> np.ndarray:
    """Return the exact sums of a block's rows."""
    values, _, indptr = block
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums[indptr[1:]] - sums[indptr[:-1]]


def _keep_positive(cells: np.ndarray, columns: np.ndarray, indptr: np.ndarray) -> Block:
    """Drop cells that are not positive."""
    kept = cells > _ROUNDING
    n_kept = np.zeros(len(cells) + 1, np.int64)
    np.cumsum(kept, out=n_kept[1:])
    return cells[kept].astype(np.float32), columns[kept], n_kept[indptr]
