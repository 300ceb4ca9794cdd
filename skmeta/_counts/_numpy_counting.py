"""Counting of co-occurrences, and sparse products, in NumPy and SciPy.

What _native/_counting_kernels.pyx computes faster.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

__all__ = ["Windows", "multiply_rows"]


class Windows:
    """The windows around tokens, found by the word in their middle.

    Parameters
    ----------
    tokens : int32 ndarray of shape (n_tokens,)
        Rows of words.
    offsets : int64 ndarray of shape (n_documents + 1,)
    first, last : int
        The tokens in the middle of windows; these reach beyond, within a document.
    n_words : int
    window : int
        The farthest distance that counts.
    dynamic : bool
        Whether a context word at distance d counts ``window + 1 - d`` times.

    Attributes
    ----------
    ends : int64 ndarray of shape (n_words,)
        How many windows there are of the words up to each.
    """

    def __init__(
        self,
        tokens: np.ndarray,
        offsets: np.ndarray,
        first: int,
        last: int,
        n_words: int,
        window: int,
        dynamic: bool,
    ) -> None:
        self.ends = np.cumsum(np.bincount(tokens[first:last], minlength=n_words))
        places = np.arange(first, last)
        documents = np.searchsorted(offsets, places, side="right") - 1
        begins, ends = offsets[documents], offsets[documents + 1]
        reach = min(window, int((ends - begins).max(initial=1)) - 1)
        self.reach = reach
        self._counts = csr_array((n_words, n_words), dtype=np.int64)
        for distance in range(1, reach + 1):
            weight = window + 1 - distance if dynamic else 1
            for other in (places - distance, places + distance):
                inside = (other >= begins) & (other < ends)
                rows, columns = tokens[places[inside]], tokens[other[inside]]
                weights = np.full(len(rows), weight, np.int64)
                shape = n_words, n_words
                self._counts = self._counts + csr_array(
                    (weights, (rows, columns)), shape
                )

    def count(
        self, first_row: int, last_row: int, dtype: np.dtype
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return rows of the matrix of co-occurrences, in compressed sparse rows."""
        rows = self._counts[first_row:last_row]
        rows.sort_indices()
        return (
            rows.data.astype(dtype),
            rows.indices.astype(np.int32),
            rows.indptr.astype(np.int64),
        )


def multiply_rows(
    values: np.ndarray,
    columns: np.ndarray,
    indptr: np.ndarray,
    dense: np.ndarray,
    out: np.ndarray,
) -> None:
    """Multiply compressed sparse rows with a dense matrix."""
    out[:] = csr_array((values, columns, indptr), (len(out), len(dense))) @ dense
