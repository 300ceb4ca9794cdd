"""A lazy horizontal concatenation of matrices, for rows that are only pooled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["LazyConcatenation"]


class LazyConcatenation:
    """A lazy horizontal concatenation of matrices with scaled rows.

    It has the shape of a matrix, and gives some of its rows.

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
    parts : list of (matrix, rows, scales)
    """

    def __init__(
        self,
        matrices: Sequence[np.ndarray],
        rows: Sequence[np.ndarray],
        scales: Sequence[np.ndarray],
    ) -> None:
        self.parts = list(zip(matrices, rows, scales, strict=True))
        self.shape = len(rows[0]), sum(matrix.shape[1] for matrix in matrices)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, places: np.ndarray | slice) -> np.ndarray:
        """Compute some rows, float32 of shape (n, n_columns)."""
        return np.hstack(
            [
                matrix[rows[places]] * scales[places, np.newaxis]
                for matrix, rows, scales in self.parts
            ]
        )
