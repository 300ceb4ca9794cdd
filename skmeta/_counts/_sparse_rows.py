"""A sparse matrix in blocks of rows, some of which can be stored in a file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array, vstack

from skmeta._counts._memory import Memory

__all__ = ["Block", "SparseRows", "cut_evenly"]

_CELLS_BLOCK_SIZE = 1 << 22
Block = tuple[np.ndarray, np.ndarray, np.ndarray]  # values, columns, indptr


class SparseRows:
    """Compressed sparse rows, block after block.

    Parameters
    ----------
    n_columns : int
    memory : Memory
        Where the blocks are kept.

    Attributes
    ----------
    blocks : list of (values, columns, indptr)
        A block's columns are int32 and rise in each row, its indptr is int64.
    starts : list of int
        The first row of each block, and the number of rows.
    """

    def __init__(self, n_columns: int, memory: Memory) -> None:
        self.n_columns, self._memory = n_columns, memory
        self.blocks: list[Block] = []
        self.starts = [0]

    def append(
        self, values: np.ndarray, columns: np.ndarray, indptr: np.ndarray
    ) -> None:
        """Add rows at the end."""
        keep = self._memory.keep
        self.blocks.append((keep(values), keep(columns), indptr))
        self.starts.append(self.starts[-1] + len(indptr) - 1)

    def append_csr(self, matrix: csr_array) -> None:
        """Add the rows of a matrix at the end, in blocks."""
        for first, last in cut_evenly(np.diff(matrix.indptr)):
            rows = matrix[first:last]
            rows.sort_indices()
            indptr = rows.indptr.astype(np.int64)
            self.append(rows.data, rows.indices.astype(np.int32), indptr)

    def rows(self, first: int, last: int) -> csr_array:
        """Return some rows."""
        parts = []
        for start, (values, columns, indptr) in zip(self.starts, self.blocks):
            low, high = max(first - start, 0), min(last - start, len(indptr) - 1)
            if low < high:
                cells = slice(indptr[low], indptr[high])
                ends = indptr[low : high + 1] - indptr[low]
                shape = high - low, self.n_columns
                parts.append(csr_array((values[cells], columns[cells], ends), shape))
        return parts[0] if len(parts) == 1 else vstack(parts, "csr")

    def row_lengths(self) -> np.ndarray:
        """Return the number of cells of each row."""
        return np.concatenate([np.diff(indptr) for _, _, indptr in self.blocks])

    def drain(self) -> Iterator[tuple[int, Block]]:
        """Yield each block with the number of its first row, and release it."""
        self.blocks.reverse()
        for start in self.starts[:-1]:
            block = self.blocks.pop()
            yield start, block
            self._memory.release(block[0])
            self._memory.release(block[1])

    def clear(self) -> None:
        """Release all blocks."""
        for _ in self.drain():
            pass


def cut_evenly(n_cells: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the first row of each block and the one after its last.

    Parameters
    ----------
    n_cells : int ndarray of shape (n_rows,)
        The most that each row can have.
    """
    ends = np.cumsum(n_cells)
    first = n_before = 0
    while first < len(ends):
        last = int(np.searchsorted(ends, n_before + _CELLS_BLOCK_SIZE, side="right"))
        last = max(last, first + 1)
        yield first, last
        first, n_before = last, ends[last - 1]
