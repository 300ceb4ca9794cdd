"""Rows at a scale at which linear classifiers converge, close to their best."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils._param_validation import Interval, StrOptions

__all__ = ["ROUNDING", "SCALE", "RowScale", "find_row_scale"]

SCALE = [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")]
# see "The size of rows" in benchmarks/RESULTS.md
_DISTANCE = 2.5
_SPARSE_DISTANCE = 3.0  # of rows with many columns
_LONG = 2.0  # root mean square distances are at most so many medians
_MEAN = 1 / 6  # the length of the mean relative to the distance from it
_FEW = 10.0  # of so many rows the mean keeps about its length
ROUNDING = 1e-12  # of squares of float32
_BLOCK_SIZE = 1_024


class RowScale:
    """A linear map of rows: one direction is shortened, then all are multiplied.

    Parameters
    ----------
    factor : float32
    direction : float32 ndarray of shape (n_features,), default=None
        Of unit length.
    share : float, default=0
        The share of the direction that is removed from rows, less than 1.
    """

    def __init__(
        self,
        factor: np.float32,
        direction: np.ndarray | None = None,
        share: float = 0.0,
    ) -> None:
        self.factor = factor
        self.direction = direction
        self.share = share

    def apply(self, rows: Any) -> Any:
        """Map rows, in place if they are dense; zeros stay zeros."""
        if issparse(rows):
            return rows if self.factor == 1 else rows * self.factor
        if self.direction is not None:
            removed = np.float32(self.share) * self.direction
            for start in range(0, len(rows), _BLOCK_SIZE):
                block = rows[start : start + _BLOCK_SIZE]
                # not by BLAS, whose rounding depends on the number of rows
                along = np.einsum("ij,j->i", block, self.direction)
                block -= along[:, np.newaxis] * removed
        if self.factor != 1:
            rows *= self.factor
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
        if self.direction is not None:
            direction = self.direction.astype(np.float64)
            coef = coef - np.outer(self.share * direction, direction @ coef)
        return coef * float(self.factor)

    def as_matrix(self, n_features: int) -> np.ndarray:
        """Return the float32 matrix by which rows are multiplied."""
        return self.apply(np.eye(n_features, dtype=np.float32))


def find_row_scale(rows: Any) -> RowScale:
    """Find the scale of rows.

    The median distance of rows from their mean becomes 2.5, that of sparse rows 3; half
    of the root mean square distance counts instead if it is greater. If the mean is
    longer than a sixth of the root mean square distance, dense rows are shortened along
    it first; the mean of few rows is uncertain, and is shortened less.

    Parameters
    ----------
    rows : ndarray or CSR array of shape (n_rows, n_features)

    Returns
    -------
    row_scale : RowScale
    """
    n_rows = rows.shape[0]
    distance = _SPARSE_DISTANCE if issparse(rows) else _DISTANCE
    mean = np.asarray(rows.sum(axis=0, dtype=np.float64)).ravel() / n_rows
    length = float(np.linalg.norm(mean))
    direction = mean / (length or 1)
    squares, along = _find_distances(rows, mean, direction)
    variance = float(squares.mean())
    mean_square = variance + length**2
    if variance <= ROUNDING * mean_square:  # equal rows
        typical = np.sqrt(mean_square)
        return RowScale(np.float32(distance / typical if typical > 0 else 1))
    kept = np.sqrt((_MEAN**2 + _FEW / n_rows) * variance) / (length or 1)
    if issparse(rows) or kept >= 1 or not length:
        return RowScale(_scale_to(distance, squares))
    squares -= (1 - kept**2) * np.square(along)
    return RowScale(
        _scale_to(distance, squares), direction.astype(np.float32), float(1 - kept)
    )


def _find_distances(
    rows: Any, mean: np.ndarray, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return squared distances of rows from the mean, and how far along a direction."""
    n_rows = rows.shape[0]
    if issparse(rows):
        squares = rows.multiply(rows).sum(axis=1, dtype=np.float64)
        squares = np.asarray(squares).ravel() - 2 * (rows @ mean) + mean @ mean
        return np.maximum(squares, 0), np.zeros(n_rows)
    squares, along = np.empty(n_rows), np.empty(n_rows)
    for start in range(0, n_rows, _BLOCK_SIZE):
        part = slice(start, start + _BLOCK_SIZE)
        centered = rows[part] - mean
        squares[part] = np.einsum("ij,ij->i", centered, centered)
        along[part] = np.einsum("ij,j->i", centered, direction)
    return squares, along


def _scale_to(distance: float, squares: np.ndarray) -> np.float32:
    """Return by what rows are multiplied to have this distance, given their squares."""
    distances = np.sqrt(np.maximum(squares, 0))
    typical = max(np.median(distances), np.sqrt(np.square(distances).mean()) / _LONG)
    return np.float32(distance / typical)
