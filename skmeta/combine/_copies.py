"""Find copies among labeled rows, which must not predict each other."""

from __future__ import annotations

import numpy as np

__all__ = ["find_copies"]

_TOLERANCE = 1e-5  # of squared distances, relative to lengths: they are of float32


def find_copies(
    kernel: np.ndarray, targets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find the rows that are not copies of earlier ones with the same label.

    Parameters
    ----------
    kernel : float32 ndarray of shape (n_rows, n_rows)
        The products of rows.
    targets : float64 ndarray of shape (n_rows, n_targets)

    Returns
    -------
    rows : int ndarray of shape (n_distinct,)
        Ascending. All if fewer than three would be left.
    counts : float32 ndarray of shape (n_distinct,)
        The number of copies of each, itself included.
    """
    n_rows = len(kernel)
    halves = (0.5 - 0.5 * _TOLERANCE) * np.diagonal(kernel)
    are_equal = kernel >= halves[:, np.newaxis] + halves
    if np.count_nonzero(are_equal) > n_rows:
        groups = are_equal.argmax(axis=1)  # the first that equals each
        labeled = np.column_stack([groups, targets])
        _, first, counts = np.unique(
            labeled, axis=0, return_index=True, return_counts=True
        )
        if len(first) > 2:
            order = np.argsort(first)
            return first[order], counts[order].astype(np.float32)
    return np.arange(n_rows), np.ones(n_rows, np.float32)
