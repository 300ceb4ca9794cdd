"""Rows at a scale at which linear classifiers converge, close to their best."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils._param_validation import Interval, StrOptions

__all__ = ["SCALE", "RowScale", "find_row_scale"]

SCALE = [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")]
_DISTANCE = 3.0  # see "The size of rows" in benchmarks/RESULTS.md
_MEAN = 1 / 6  # the length of the mean relative to the distance from it
_FEW = 10.0  # of so many rows the mean keeps about its length
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
        """Map rows, in place if they are dense."""
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


def find_row_scale(scale: str | float, batches: Iterable[Any]) -> RowScale:
    """Find the scale of rows.

    Parameters
    ----------
    scale : "auto" or float
        "auto": the root mean square distance of rows from their mean becomes 3. If the
        mean is longer than a sixth of that, dense rows are shortened along it first;
        the mean of few rows says little, and is shortened less. A number multiplies
        rows.
    batches : iterable of float32 ndarrays or CSR arrays of shape (n_rows, n_features)
        Not read unless ``scale`` is "auto".

    Returns
    -------
    row_scale : RowScale
    """
    if not isinstance(scale, str):
        return RowScale(np.float32(scale))
    total: Any = 0.0
    squares, squares_along, n_rows = 0.0, 0.0, 0
    first: np.ndarray | None = None  # the direction of the mean of the first batch
    for rows in batches:
        batch_total = np.asarray(rows.sum(axis=0, dtype=np.float64)).ravel()
        total = total + batch_total
        if issparse(rows):
            values = rows.data
        else:
            values = rows.ravel()
            if first is None:
                first = batch_total / (float(np.linalg.norm(batch_total)) or 1)
                first = first.astype(np.float32)
            squares_along += _sum_squares(np.einsum("ij,j->i", rows, first))
        squares += _sum_squares(values)
        n_rows += rows.shape[0]
    n_rows = max(n_rows, 1)
    mean, mean_square = total / n_rows, squares / n_rows
    length = float(np.linalg.norm(mean))
    variance = mean_square - length**2
    if variance <= 1e-6 * mean_square:  # rounding error of float32 for equal rows
        return RowScale(
            np.float32(_DISTANCE / np.sqrt(mean_square) if mean_square > 0 else 1)
        )
    kept = np.sqrt((_MEAN**2 + _FEW / n_rows) * variance) / (length or 1)
    if first is None or kept >= 1 or not length:
        return RowScale(np.float32(_DISTANCE / np.sqrt(variance)))
    along = squares_along / n_rows - float(mean @ first) ** 2
    variance -= (1 - kept**2) * min(max(along, 0.0), variance)
    return RowScale(
        np.float32(_DISTANCE / np.sqrt(variance)),
        (mean / length).astype(np.float32),
        float(1 - kept),
    )


def _sum_squares(values: np.ndarray) -> float:
    return float(np.einsum("i,i->", values, values, dtype=np.float64))
