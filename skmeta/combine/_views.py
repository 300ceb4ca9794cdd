"""Views: several matrices about the same rows, some of whose rows may be absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import issparse

__all__ = ["Views"]

_ROWS_AT_A_TIME = 16_384


class Views:
    """Line up several matrices whose rows speak of the same words or documents.

    Nothing is copied: rows are gathered, and scaled to unit length, block by block when
    a combiner asks for them.

    Parameters
    ----------
    matrices : sequence of array-like of shape (n_i, d_i)
        One for each view, any dimensions. A row of zeros says that the view knows
        nothing about it: it is absent.
    rows : sequence of int arrays of shape (n_rows,), default=None
        For each view, which row of its matrix stands in each place, -1 where it has
        none. None: the matrices have equally many rows, in the same order.
    names : sequence of str, default=None
        What the views are called; None: "0", "1", and so on.
    normalize : bool, default=False
        Whether every row is scaled to unit length, so that no view outweighs the
        others by the size of its numbers alone.

    Attributes
    ----------
    n_rows : int
    dimensions : tuple of int
        The number of columns of each view.
    names : tuple of str

    Examples
    --------
    >>> from skmeta.combine import Views
    >>> views = Views([[[3.0, 4.0], [0.0, 0.0]], [[2.0], [1.0]]], normalize=True)
    >>> views.present()
    array([[ True,  True],
           [False,  True]])
    >>> [block, other] = next(views.blocks())[1]
    >>> block
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """

    def __init__(
        self,
        matrices: Sequence[ArrayLike],
        rows: Sequence[np.ndarray] | None = None,
        names: Sequence[str] | None = None,
        normalize: bool = False,
    ) -> None:
        self._matrices = [_check_matrix(matrix) for matrix in matrices]
        if not self._matrices:
            raise ValueError(
                "Found no view, expected at least one matrix. Give a list of them."
            )
        self.names = tuple(map(str, range(len(matrices))) if names is None else names)
        if len(self.names) != len(self._matrices):
            raise ValueError(
                f"Found {len(self.names)} names for {len(self._matrices)} views, "
                "expected as many. Name each of them once."
            )
        if rows is None:
            rows = [np.arange(len(matrix)) for matrix in self._matrices]
        self._rows = [np.asarray(row_numbers) for row_numbers in rows]
        lengths = [len(row_numbers) for row_numbers in self._rows]
        if len(lengths) != len(self._matrices) or len(set(lengths)) > 1:
            raise ValueError(
                f"Found views of {lengths} rows, expected them to have equally many, "
                "one for each word or document. Give rows= where some are absent."
            )
        self.n_rows = lengths[0]
        self.dimensions = tuple(matrix.shape[1] for matrix in self._matrices)
        self._norms = [
            _row_norms(matrix, name)
            for matrix, name in zip(self._matrices, self.names, strict=True)
        ]
        self._normalize = normalize

    def __len__(self) -> int:
        return len(self._matrices)

    def present(self, places: slice = slice(None)) -> np.ndarray:
        """Tell which views know which rows, bool of shape (n_rows, n_views)."""
        return np.stack(
            [
                (rows[places] >= 0) & (norms[rows[places]] > 0)
                for rows, norms in zip(self._rows, self._norms)
            ],
            axis=1,
        )

    def blocks(self) -> Iterator[tuple[slice, list[np.ndarray], np.ndarray]]:
        """Walk through the rows, a moderate number at a time.

        Yields
        ------
        places : slice
        blocks : list of float32 ndarrays of shape (n, d_i)
            The rows of each view; zeros where it is absent.
        present : bool ndarray of shape (n, n_views)
        """
        for start in range(0, self.n_rows, _ROWS_AT_A_TIME):
            places = slice(start, min(start + _ROWS_AT_A_TIME, self.n_rows))
            present = self.present(places)
            yield (
                places,
                [
                    self._gather(view, places, present[:, view])
                    for view in range(len(self))
                ],
                present,
            )

    def _gather(self, view: int, places: slice, present: np.ndarray) -> np.ndarray:
        """Copy rows of a view, of unit length if asked for."""
        rows = self._rows[view][places]
        block = self._matrices[view][rows].astype(np.float32, copy=False)
        block[~present] = 0
        if self._normalize:
            norms = self._norms[view][rows]
            norms[~present] = 1
            block /= norms[:, np.newaxis]
        return block


def _check_matrix(matrix: ArrayLike) -> np.ndarray:
    """Give a 2-D array of numbers."""
    if issparse(matrix):
        raise TypeError(
            f"Found a sparse view, a {type(matrix).__name__}, expected dense rows. Put "
            "sklearn.decomposition.TruncatedSVD after the source, or .toarray() it."
        )
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or not np.issubdtype(matrix.dtype, np.number):
        raise ValueError(
            f"Found a view of shape {matrix.shape} and dtype {matrix.dtype}, expected "
            "numbers in rows and columns."
        )
    return matrix


def _row_norms(matrix: np.ndarray, name: str) -> np.ndarray:
    """Return the Euclidean length of each row, in float64; refuse NaN and infinity."""
    norms = np.empty(len(matrix), dtype=np.float64)
    for start in range(0, len(matrix), _ROWS_AT_A_TIME):
        block = matrix[start : start + _ROWS_AT_A_TIME].astype(np.float64)
        norms[start : start + _ROWS_AT_A_TIME] = np.sqrt(
            np.einsum("ij,ij->i", block, block)
        )
    if not np.isfinite(norms).all():
        row = int(np.argmin(np.isfinite(norms)))
        raise ValueError(
            f"Row {row:,} of the view {name!r} holds NaN, infinity or numbers too "
            "large to square, expected finite numbers. Drop or mend such rows."
        )
    return norms
