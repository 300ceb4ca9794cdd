"""Find copies among labeled rows, which must not predict each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["find_copies"]

_ROUNDING = 1e-5  # of squared distances, relative to lengths: they are of float32
_CLEAR = 100.0  # mean squared distances of so many roundings tell rows apart


def find_copies(
    kernels: Sequence[np.ndarray], targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows that are not copies of earlier ones with the same label.

    Copies are equal in all views, but for those of which the rows are so alike that
    rounding hides their differences.

    Parameters
    ----------
    kernels : sequence of float32 ndarrays of shape (n_rows, n_rows)
        The products of each view's rows.
    targets : float64 ndarray of shape (n_rows, n_targets)

    Returns
    -------
    rows : int ndarray of shape (n_distinct,)
        Ascending. All if fewer than three would be left.
    counts : float32 ndarray of shape (n_distinct,)
        The number of copies of each, itself included.
    """
    n_rows = len(targets)
    are_equal: np.ndarray | None = None
    for kernel in kernels:
        squares = np.diagonal(kernel)
        mean_square = squares.mean(dtype=np.float64)
        mean_distance = 2 * (mean_square - kernel.mean(dtype=np.float64))
        if mean_distance <= _CLEAR * _ROUNDING * mean_square:
            continue
        halves = (0.5 - 0.5 * _ROUNDING) * squares
        found = kernel >= halves[:, np.newaxis] + halves
        are_equal = found if are_equal is None else np.logical_and(are_equal, found)
    if are_equal is not None and np.count_nonzero(are_equal) > n_rows:
        groups = are_equal.argmax(axis=1)  # the first that equals each
        labeled = np.column_stack([groups, targets])
        _, first, counts = np.unique(
            labeled, axis=0, return_index=True, return_counts=True
        )
        if len(first) > 2:
            order = np.argsort(first)
            return first[order], counts[order].astype(np.float32)
    return np.arange(n_rows), np.ones(n_rows, np.float32)
