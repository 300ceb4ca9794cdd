"""Spherical k-means: cluster vectors by direction."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from skmeta._vectors._unit_rows import unit_rows

__all__ = ["find_directions"]

_ROUNDS = 30


def find_directions(
    rows: np.ndarray, weights: np.ndarray, n_directions: int, rng: np.random.RandomState
) -> np.ndarray:
    """Find the centers of weighted rows on the sphere by Lloyd's algorithm.

    Parameters
    ----------
    rows : float64 ndarray of shape (n_rows, n_columns)
        Zeros say nothing.
    weights : ndarray of shape (n_rows,)
    n_directions : int
        Fewer are found where fewer rows differ in direction.
    rng : RandomState
        Draws where to start, each beginning far from those before (k-means++).

    Returns
    -------
    directions : float64 ndarray of shape (n_found, n_columns)
        One of zeros where there is no row.
    """
    known = rows.any(axis=1)
    units, weights = unit_rows(rows[known]), weights[known]
    if not len(units):
        return np.zeros((1, rows.shape[1]))
    with threadpool_limits(1, "blas"):  # the same sums for any number of threads
        directions = _start(units, weights, n_directions, rng)
        nearest = None
        for _ in range(_ROUNDS):
            found = (units @ directions.T).argmax(axis=1)
            if nearest is not None and np.array_equal(found, nearest):
                break
            nearest = found
            order = np.argsort(nearest, kind="stable")
            filled, starts = np.unique(nearest[order], return_index=True)
            weighted = units[order] * weights[order, np.newaxis]
            sums = np.add.reduceat(weighted, starts, axis=0)
            moves = sums.any(axis=1)  # none where rows cancel each other
            directions[filled[moves]] = unit_rows(sums[moves])
    return directions


def _start(
    units: np.ndarray, weights: np.ndarray, n: int, rng: np.random.RandomState
) -> np.ndarray:
    """Draw initial centers with probabilities that increase with the distance."""
    shares = weights / weights.sum()
    chosen = [rng.choice(len(units), p=shares)]
    distance = np.full(len(units), np.inf)
    while len(chosen) < n:
        distance = np.minimum(distance, 1 - units @ units[chosen[-1]])
        distance[distance < 1e-12] = 0
        odds = distance * shares
        if not odds.any():
            break
        chosen.append(rng.choice(len(units), p=odds / odds.sum()))
    return units[chosen]
