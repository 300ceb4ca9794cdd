"""Matrices side by side that are never put there: for what is only pooled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

__all__ = ["SideBySide"]


class SideBySide:
    """Scaled rows of several matrices side by side, made when they are used.

    It has what pooling asks of a matrix: its shape, some of its rows, and its product
    with a sparse matrix.

    Parameters
    ----------
    matrices : sequence of float32 ndarrays of shape (n_i, d_i)
    rows : sequence of int ndarrays of shape (n_rows,)
        Which row of each matrix stands in each place.
    scales : sequence of float32 ndarrays of shape (n_rows,)
        What it is multiplied with; 0 where there is none.

    Attributes
    ----------
    shape : (int, int)
    """

    def __init__(
        self,
        matrices: Sequence[np.ndarray],
        rows: Sequence[np.ndarray],
        scales: Sequence[np.ndarray],
    ) -> None:
        self._parts = list(zip(matrices, rows, scales, strict=True))
        self.shape = len(rows[0]), sum(matrix.shape[1] for matrix in matrices)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, places: np.ndarray | slice) -> np.ndarray:
        """Make some rows, float32 of shape (n, n_columns)."""
        return np.hstack(
            [
                matrix[rows[places]] * scales[places, np.newaxis]
                for matrix, rows, scales in self._parts
            ]
        )

    def multiplied_by(self, left: csr_array) -> np.ndarray:
        """Multiply a sparse matrix, float32 of shape (m, n_rows), with all rows."""
        products = []
        for matrix, rows, scales in self._parts:
            data = left.data * scales[left.indices]
            indices = rows[left.indices].astype(left.indices.dtype)
            shape = left.shape[0], len(matrix)
            products.append(csr_array((data, indices, left.indptr), shape) @ matrix)
        return np.hstack(products)
