"""One factor for all rows, at which linear classifiers are close to their best."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils._param_validation import Interval, StrOptions

__all__ = ["SCALE", "find_scale", "rescale"]

SCALE = [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")]
_DISTANCE = 3.0  # see "The size of rows" in benchmarks/RESULTS.md


def find_scale(scale: str | float, batches: Iterable[Any]) -> np.float32:
    """Find the factor of rows.

    Parameters
    ----------
    scale : "auto" or float
        "auto": with which the root mean square distance of rows from their mean is 3.
        Where all rows are alike it is their length; 1 where they are zeros.
    batches : iterable of float32 ndarrays or CSR arrays of shape (n_rows, n_features)
        Not read unless ``scale`` is "auto".

    Returns
    -------
    factor : float32
    """
    if not isinstance(scale, str):
        return np.float32(scale)
    total: Any = 0.0
    squares, n_rows = 0.0, 0
    for rows in batches:
        total = total + np.asarray(rows.sum(axis=0, dtype=np.float64)).ravel()
        values = (rows.data if issparse(rows) else rows).ravel()
        squares += float(np.einsum("i,i->", values, values, dtype=np.float64))
        n_rows += rows.shape[0]
    mean_square = squares / max(n_rows, 1)
    distance = mean_square - float(np.square(total / max(n_rows, 1)).sum())
    if distance <= 1e-6 * mean_square:  # rounding error of float32 for equal rows
        distance = mean_square
    return np.float32(_DISTANCE / np.sqrt(distance) if distance > 0 else 1)


def rescale(rows: Any, factor: np.float32) -> Any:
    """Multiply rows, in place if they are dense."""
    if factor == 1:
        return rows
    if issparse(rows):
        return rows * factor
    rows *= factor
    return rows
