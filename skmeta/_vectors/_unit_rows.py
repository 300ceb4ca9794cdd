"""Lengths of rows, and rows of unit length."""

from __future__ import annotations

import numpy as np

__all__ = ["normalize_rows", "row_lengths", "unit_rows"]


def row_lengths(rows: np.ndarray) -> np.ndarray:
    """Compute the Euclidean length of each row, float64 whatever the rows' dtype."""
    return np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))


def normalize_rows(rows: np.ndarray) -> None:
    """Scale rows to unit length, in place; zeros stay zeros."""
    lengths = row_lengths(rows)
    lengths[lengths == 0] = 1
    rows /= lengths[:, np.newaxis]


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Return a copy of rows, scaled to unit length; zeros stay zeros."""
    units = rows.copy()
    normalize_rows(units)
    return units
