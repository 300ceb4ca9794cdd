"""Rows whose directions are not too different for linear classifiers."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.sparse import issparse
from threadpoolctl import threadpool_limits

from skmeta._documents._take_evenly import take_evenly
from skmeta._native import product_kernels
from skmeta._pooling._row_scale import ROUNDING, RowScale, find_row_scale

__all__ = ["RowMap", "learn_row_map"]

# see "Directions nearer to one scale" in benchmarks/RESULTS.md
_EVEN = 25  # effective directions
_SHARE = 1 / 4  # of all directions, where that is less
_FLOOR = 1e-4  # of a direction's variance, relative to the mean of all
_MOST_COLUMNS = 400  # LinearSVC would fit noise in wider rows
_BLOCK_SIZE = 16  # more rows leave the cache


class RowMap:
    """A linear map of dense rows.

    Parameters
    ----------
    matrix : float32 ndarray of shape (n_features, n_features)
    factor : float32, default=None
        By which rows are multiplied in the end; it is part of the matrix. None: 1.
    """

    def __init__(self, matrix: np.ndarray, factor: np.float32 | None = None) -> None:
        self.matrix = matrix
        self.factor = np.float32(1) if factor is None else factor

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Map rows, in place; zeros stay zeros."""
        # not by BLAS, whose rounding depends on the number of rows
        if product_kernels is None:
            for start in range(0, len(rows), _BLOCK_SIZE):
                block = rows[start : start + _BLOCK_SIZE]
                block[:] = np.einsum("ij,jk->ik", block, self.matrix)
            return rows
        mapped = np.ascontiguousarray(rows, np.float32)
        product_kernels.multiply_rows(mapped, self.matrix)
        if mapped is not rows:
            rows[:] = mapped
        return rows

    def pull_back(self, coef: np.ndarray) -> np.ndarray:
        """Return the coefficients of rows, given those of mapped rows.

        Parameters
        ----------
        coef : float64 ndarray of shape (n_features, n_scores)

        Returns
        -------
        coef : float64 ndarray of shape (n_features, n_scores)
        """
        return self.matrix.astype(np.float64) @ coef

    def as_matrix(self, n_features: int) -> np.ndarray:
        """Return the float32 matrix by which rows are multiplied."""
        return self.matrix


def learn_row_map(scale: str | float, rows: Any) -> RowMap | RowScale:
    """Learn from some rows how to map all.

    Parameters
    ----------
    scale : "auto" or float
        "auto": if the effective number of directions of dense rows with at most 400
        columns, the square of the sum of the variances divided by the sum of their
        squares, is less than 25 and less than a quarter of the columns (or of the rows
        but one, if those are fewer), the variances of the principal directions are
        raised to the power for which it is the lesser of both; to one nearer to 1 if
        rows are few and their directions uncertain. Then rows are shortened along their
        mean and scaled, see :func:`find_row_scale`. A number multiplies rows.
    rows : float32 ndarray or CSR array of shape (n_rows, n_features)
        Not changed; not looked at unless ``scale`` is "auto". Of more than 1,000, some
        are taken; rows of zeros are left out.

    Returns
    -------
    row_map : RowMap or RowScale
    """
    if not isinstance(scale, str):
        return RowScale(np.float32(scale))
    rows = take_evenly(rows)
    known = np.diff(rows.indptr) > 0 if issparse(rows) else rows.any(axis=1)
    rows = rows[known]
    if not rows.shape[0]:
        return RowScale(np.float32(1))
    if issparse(rows) or rows.shape[1] > _MOST_COLUMNS:
        return find_row_scale(rows)
    with threadpool_limits(1, "blas"):  # sums in the same order everywhere
        matrix = _bring_nearer(rows.astype(np.float64))
        if matrix is None:
            return find_row_scale(rows)
        row_scale = find_row_scale(rows @ matrix)
    return RowMap(row_scale.apply(matrix), row_scale.factor)


def _bring_nearer(rows: np.ndarray) -> np.ndarray | None:
    """Return the float32 matrix that brings directions nearer to one scale."""
    n_rows, n_features = rows.shape
    mean_square = np.square(rows).sum() / n_rows
    rows -= rows.mean(axis=0)
    variances, directions = np.linalg.eigh(rows.T @ rows / n_rows)
    mean_variance = variances.mean()
    if n_features * mean_variance <= ROUNDING * mean_square:  # rows are all alike
        return None
    relative = np.maximum(variances / mean_variance, 0) + _FLOOR
    n_effective = min(_EVEN, _SHARE * min(n_features, n_rows - 1))
    removed = _find_power(relative, n_effective)
    removed *= n_rows / (n_rows + n_features)
    if not removed:
        return None
    matrix = (directions * relative ** (-removed / 2)) @ directions.T
    return matrix.astype(np.float32)


def _find_power(variances: np.ndarray, n_effective: float) -> float:
    """Return the power by which to divide variances; 0 if there are enough of them."""

    def excess(power: float) -> float:
        left = variances ** (1 - power)
        return float(left.sum() ** 2 / np.square(left).sum() - n_effective)

    return 0.0 if excess(0) >= 0 else float(brentq(excess, 0, 1))
