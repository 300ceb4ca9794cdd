"""Inferred vectors as rows on which linear classifiers are close to their best."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import brentq
from threadpoolctl import threadpool_limits

from skmeta._documents._stream import DocumentStream
from skmeta._pooling._row_scale import find_row_scale

__all__ = ["RowMap", "learn_row_map", "take_evenly"]

_MOST = 1_000  # documents to learn from
_EVEN = 1 / 4  # of all directions; see "Paragraph vectors" in benchmarks/RESULTS.md
_FLOOR = 1e-4  # of a direction's variance, relative to the mean of all
_BLOCK_SIZE = 16  # more rows leave the cache


class RowMap:
    """A linear map of rows.

    Parameters
    ----------
    map : float32 ndarray of shape (n_features, n_features), or float32
        A number multiplies rows.
    """

    def __init__(self, map: np.ndarray | np.float32) -> None:
        self.map = map

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Map float32 rows, in place; zeros stay zeros."""
        if isinstance(self.map, np.ndarray):
            for start in range(0, len(rows), _BLOCK_SIZE):
                block = rows[start : start + _BLOCK_SIZE]
                # not by BLAS, whose rounding depends on the number of rows
                block[:] = np.einsum("ij,jk->ik", block, self.map)
        elif self.map != 1:
            rows *= self.map
        return rows

    def as_matrix(self, n_features: int) -> np.ndarray:
        """Return the float32 matrix of shape (n_features, n_features)."""
        if isinstance(self.map, np.ndarray):
            return self.map
        return self.map * np.eye(n_features, dtype=np.float32)


def take_evenly(documents: Any) -> Any:
    """Take at most 1,000 documents or rows, at equal distances.

    Parameters
    ----------
    documents : list, ndarray or DocumentStream
        A stream is read once.

    Returns
    -------
    some : list or ndarray
        Of a stream the same as of a list.
    """
    if not isinstance(documents, DocumentStream):
        step = 1
        while len(documents) > step * _MOST:
            step *= 2
        return documents[::step]
    some: list[list[str]] = []
    step = 1
    for number, document in enumerate(documents):
        if number % step == 0:
            some.append(document)
        if len(some) > _MOST:
            some, step = some[::2], 2 * step
    return some


def learn_row_map(scale: str | float, rows: np.ndarray) -> RowMap:
    """Learn a map from some rows.

    Parameters
    ----------
    scale : "auto" or float
        "auto": the variances of the principal directions are raised to the greatest
        power, at most 1, for which their effective number, the square of their sum
        divided by the sum of their squares, is a quarter of all; to one nearer to 1 if
        rows are few and their directions uncertain. Then rows are shortened along their
        mean and scaled, see :func:`find_row_scale`. A number multiplies rows.
    rows : float32 ndarray of shape (n_rows, n_features)
        Not changed; not looked at unless ``scale`` is "auto".

    Returns
    -------
    row_map : RowMap
    """
    if not isinstance(scale, str):
        return RowMap(np.float32(scale))
    if not rows.any():
        return RowMap(np.float32(1))
    n_rows, n_features = rows.shape
    matrix = np.eye(n_features)
    with threadpool_limits(limits=1, user_api="blas"):  # same digits for any number
        centered = rows.astype(np.float64)
        mean_square = np.square(centered).sum() / n_rows
        centered -= centered.mean(axis=0)
        variances, directions = np.linalg.eigh(centered.T @ centered / n_rows)
        mean_variance = variances.mean()
        if n_features * mean_variance > 1e-6 * mean_square:  # else rows are all alike
            relative = np.maximum(variances / mean_variance, 0) + _FLOOR
            removed = _find_power(relative, _EVEN * min(n_features, n_rows - 1))
            removed *= n_rows / (n_rows + n_features)
            if removed:
                matrix = (directions * relative ** (-removed / 2)) @ directions.T
        matrix = matrix.astype(np.float32)
        row_scale = find_row_scale(scale, [rows @ matrix])
    return RowMap(row_scale.apply(matrix))


def _find_power(variances: np.ndarray, n_effective: float) -> float:
    """Return the power by which to divide variances; 0 if there are enough of them."""

    def excess(power: float) -> float:
        left = variances ** (1 - power)
        return float(left.sum() ** 2 / np.square(left).sum() - n_effective)

    return 0.0 if excess(0) >= 0 else float(brentq(excess, 0, 1))
