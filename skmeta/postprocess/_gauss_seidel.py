"""Gauss-Seidel sweeps over rows, vectorized over independent rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, triu

__all__ = ["Step", "plan_steps", "sweep"]

_ROWS_BLOCK_SIZE = 1_024  # stay in the cache


class Step(NamedTuple):
    """Rows that are updated at once, and the weights of their neighbors."""

    rows: np.ndarray  # of shape (n,)
    weights: csr_array  # float32 of shape (n, n_rows)


def plan_steps(weights: csr_array) -> list[Step]:
    """Order the rows that have neighbors into the steps of a sweep.

    The result is that of updating one row after the other (Gauss-Seidel): the step of a
    row comes after those of its neighbors before it, and before those of its
    neighbors behind it, so that the rows of one step do not depend on each other.

    Parameters
    ----------
    weights : float32 csr_array of shape (n_rows, n_rows)
        The weight of each neighbor; zero on the diagonal.

    Returns
    -------
    steps : list of Step
    """
    has_neighbors = np.diff(weights.indptr) > 0
    steps = []
    for level in _levels(weights):
        rows = level[has_neighbors[level]]
        for start in range(0, len(rows), _ROWS_BLOCK_SIZE):
            some = rows[start : start + _ROWS_BLOCK_SIZE]
            steps.append(Step(some, weights[some]))
    return steps


def _levels(weights: csr_array) -> Iterator[np.ndarray]:
    """Yield the rows whose preceding neighbors were all yielded, until none is left.

    Rows without neighbors are left out.
    """
    later = triu(weights + weights.T, 1, format="csr")  # neighbors behind a row
    n_waits_for = np.bincount(later.indices, minlength=later.shape[0])
    ready = np.flatnonzero((n_waits_for == 0) & (np.diff(later.indptr) > 0))
    while len(ready):
        yield ready
        rows, times = np.unique(later[ready].indices, return_counts=True)
        n_waits_for[rows] -= times
        ready = rows[n_waits_for[rows] == 0]


def sweep(
    moving: np.ndarray, fixed: np.ndarray, factors: np.ndarray, steps: list[Step]
) -> float:
    """Set each row to ``factors * fixed + weights @ moving``, one after the other.

    Parameters
    ----------
    moving : float32 ndarray of shape (n_rows, n_columns)
        Changed in place.
    fixed : float32 ndarray of shape (n_rows, n_columns)
    factors : float64 ndarray of shape (n_rows,)
    steps : list of Step

    Returns
    -------
    change : float
        The largest change of any number.
    """
    change = 0.0
    for rows, weights in steps:
        new = weights @ moving
        new += fixed[rows] * factors[rows, np.newaxis]
        change = max(change, float(np.abs(moving[rows] - new).max()))
        moving[rows] = new
    return change
