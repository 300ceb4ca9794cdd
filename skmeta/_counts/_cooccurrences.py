"""Exact co-occurrence counts of words, independent of the order of counting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skmeta._counts import _numpy_counting
from skmeta._counts._memory import Memory
from skmeta._counts._sparse_rows import Block, SparseRows, cut_evenly
from skmeta._counts._threads import map_in_order
from skmeta._messages import count_of
from skmeta._native import counting_kernels

__all__ = ["add_up", "count_cooccurrences", "count_dtype"]

_BYTES_PER_TOKEN = 64  # of memory allowed: 12 are taken while tokens are counted
_FEWEST, _MOST = 1 << 20, 1 << 30  # tokens counted at once
_module = _numpy_counting if counting_kernels is None else counting_kernels


def count_dtype(
    counts: np.ndarray, longest: int, window: int, dynamic: bool
) -> type[np.signedinteger]:
    """Return the dtype of co-occurrence counts.

    Parameters
    ----------
    counts : int64 ndarray of shape (n_words,)
        How often each word occurs.
    longest : int
        The number of tokens of the longest document.
    window, dynamic
        See count_cooccurrences.

    Raises
    ------
    ValueError
        If sums could overflow.
    """
    reach = max(min(window, longest - 1), 0)
    each = reach * (2 * window + 1 - reach) if dynamic else 2 * reach
    if int(counts.sum()) * each >= 2**62:
        raise ValueError(
            f"Found window={window} and {count_of(counts.sum(), 'token')}, whose "
            "co-occurrences are too many to count exactly, expected a smaller window. "
            "Set it to 1000 or less."
        )
    return np.int32 if int(counts.max(initial=0)) * each < 2**31 else np.int64


def count_cooccurrences(
    tokens: np.ndarray,
    offsets: np.ndarray,
    n_words: int,
    *,
    window: int,
    dynamic: bool,
    dtype: type[np.signedinteger],
    memory: Memory,
    n_threads: int = 1,
    block_size: int | None = None,
    advance: Callable[[int], None] = lambda n_tokens: None,
) -> SparseRows:
    """Count how often words occur near each other.

    Parameters
    ----------
    tokens : int32 ndarray of shape (n_tokens,)
        Rows of words.
    offsets : int64 ndarray of shape (n_documents + 1,)
        Windows end where documents do.
    n_words : int
    window : int
        The farthest distance that counts.
    dynamic : bool
        Whether a context word at distance d counts ``window + 1 - d`` times, so that
        near words count more; else once.
    dtype : int32 or int64
        See count_dtype.
    memory : Memory
    n_threads : int, default=1
        The counts do not depend on it.
    block_size : int, default=None
        Tokens counted at once; None: as many as memory lets. Nor on it.
    advance : callable
        Is told how many tokens were counted.

    Returns
    -------
    counts : SparseRows of n_words x n_words
        Symmetric.
    """
    if block_size is None:
        block_size = int(np.clip(memory.max_bytes / _BYTES_PER_TOKEN, _FEWEST, _MOST))
    runs = []
    for first in range(0, max(len(tokens), 1), block_size):
        last = min(first + block_size, len(tokens))
        args = tokens, offsets, first, last, n_words, window, dynamic
        runs.append(_count_run(args, dtype, memory, n_threads, advance))
    return add_up(runs, memory)


def _count_run(
    args: tuple,
    dtype: type[np.signedinteger],
    memory: Memory,
    n_threads: int,
    advance: Callable[[int], None],
) -> SparseRows:
    """Count the windows of tokens in a row, word by word."""
    windows = _module.Windows(*args)
    n_words = args[4]
    n_windows = np.diff(windows.ends, prepend=0)
    most = np.minimum(n_windows * min(2 * windows.reach, n_words), n_words)
    run = SparseRows(n_words, memory)

    def count(rows: tuple[int, int]) -> tuple[Block, int]:
        return windows.count(*rows, dtype), int(n_windows[slice(*rows)].sum())

    for block, n_counted in map_in_order(count, cut_evenly(most), n_threads):
        run.append(*block)
        advance(n_counted)
    return run


def add_up(runs: list[SparseRows], memory: Memory) -> SparseRows:
    """Return the sum of matrices, and empty them.

    Parameters
    ----------
    runs : list of SparseRows
        Of the same shape.
    memory : Memory

    Returns
    -------
    total : SparseRows
    """
    if len(runs) == 1:
        return runs[0]
    total = SparseRows(runs[0].n_columns, memory)
    lengths = np.sum([run.row_lengths() for run in runs], axis=0)
    for first, last in cut_evenly(lengths):
        rows = runs[0].rows(first, last)
        for run in runs[1:]:
            rows = rows + run.rows(first, last)
        total.append_csr(rows)
    for run in runs:
        run.clear()
    return total
