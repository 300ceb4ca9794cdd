"""Weights of sources, learned from labels: what helps to predict them counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg.lapack import spotrf, spotri
from scipy.sparse import issparse
from sklearn.utils.multiclass import type_of_target
from threadpoolctl import threadpool_limits

from skmeta.combine._labels import check_labels

__all__ = ["are_learned", "learn_weights"]

_N_ROWS = 2_000  # of more a sample is judged: the work grows with their third power
_RIDGE = 0.1  # on rows of unit length; see "Learned weights" in the benchmarks
_FACTORS = (0.5, 2.0, 0.0)
_LEAST_GAIN = 1e-3  # of the error: less is chance
_MOST_TRIALS = 40


def are_learned(weights: Any) -> bool:
    """Return whether weights of sources are to be learned from labels."""
    return isinstance(weights, str) and weights == "learn"


def learn_weights(blocks: Sequence[Any], y: ArrayLike) -> np.ndarray:
    """Learn from labelled rows how much each view counts.

    A ridge regression of the labels on the weighted views is judged by its squared
    error on each row when that is left out, which has a closed form. From equal
    weights, or from a single view if that does better, one weight at a time is halved,
    doubled or set to 0 as long as the error falls. Unless the result is better than the
    best single view by more than a standard error of the difference, that view stays
    alone. At most 2,000 rows are used, drawn the same way every time.

    Parameters
    ----------
    blocks : sequence of float32 ndarrays or CSR arrays of shape (n_rows, d_i)
        Rows of about unit length.
    y : array-like of shape (n_rows,), or (n_rows, n_targets)
        Classes, an indicator matrix of several labels, or numbers.

    Returns
    -------
    weights : float64 ndarray of shape (n_views,)
        The largest is 1.

    Raises
    ------
    ValueError
        If there are no labels, or all are the same.
    """
    check_labels(y, blocks[0], "weights='learn'")
    targets = _encode(y)
    rows = _draw_rows(targets)
    targets = targets[rows]
    if len(blocks) == 1 or len(rows) < 3:
        return np.ones(len(blocks))
    with threadpool_limits(1, "blas"):  # sums in the same order everywhere
        kernels = [_multiply_rows(block[rows]) for block in blocks]
        return _search(_Judge(kernels, targets))


class _Judge:
    """The error of each row when it is left out, for given weights of the views."""

    def __init__(self, kernels: list[np.ndarray], targets: np.ndarray) -> None:
        self._kernels = kernels
        self._targets = (targets - targets.mean(axis=0)).astype(np.float32)
        self._energies = np.array([np.trace(k) / len(k) for k in kernels])
        self.n_views = len(kernels)
        self.n_trials = 0

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        """Return squared errors, float64 of shape (n_rows,)."""
        self.n_trials += 1
        squares = weights**2 / max(weights**2 @ self._energies, 1e-30)
        kernel = np.ones_like(self._kernels[0])  # the intercept
        for square, its_kernel in zip(squares, self._kernels):
            if square:
                kernel += np.float32(square) * its_kernel
        kernel[np.diag_indices_from(kernel)] += _RIDGE
        factor, _ = spotrf(kernel.T, lower=0, overwrite_a=1)
        inverse, _ = spotri(factor, lower=0, overwrite_c=1)
        upper = np.triu(inverse)
        diagonal = np.diag(upper).astype(np.float64)
        products = upper @ self._targets + np.triu(inverse, 1).T @ self._targets
        return np.square(products / diagonal[:, np.newaxis]).sum(axis=1)


def _search(judge: _Judge) -> np.ndarray:
    """Change one weight at a time for the better."""
    singles = np.eye(judge.n_views)
    errors = [judge(single) for single in singles]
    best_single = int(np.argmin([error.mean() for error in errors]))
    weights, error = singles[best_single], errors[best_single]
    equal = np.ones(judge.n_views)
    together = judge(equal)
    if together.mean() < error.mean():
        weights, error = equal, together
    changed = True
    while changed:
        changed = False
        for view in range(judge.n_views):
            for factor in _FACTORS:
                if judge.n_trials >= _MOST_TRIALS:
                    changed = False
                    break
                candidate = weights.copy()
                candidate[view] = factor * (weights[view] or 1)
                if not candidate.any():
                    continue
                reached = judge(candidate)
                if reached.mean() < error.mean() * (1 - _LEAST_GAIN):
                    weights, error, changed = candidate, reached, True
                    break
    gain = errors[best_single] - error
    if gain.mean() <= gain.std() / np.sqrt(len(gain)):
        return singles[best_single]
    return weights / weights.max()


def _encode(y: Any) -> np.ndarray:
    """Encode labels as numbers, float64 of shape (n_rows, n_targets)."""
    kind = "no labels" if y is None else type_of_target(y)
    targets = np.empty((0, 0))
    if kind in ("binary", "multiclass"):
        classes, codes = np.unique(np.asarray(y), return_inverse=True)
        targets = np.eye(len(classes))[codes.ravel()]
    elif kind in ("multilabel-indicator", "continuous", "continuous-multioutput"):
        numbers = np.asarray(y.toarray() if issparse(y) else y, dtype=np.float64)
        targets = numbers.reshape(len(numbers), -1)
        if kind != "multilabel-indicator":
            spread = targets.std(axis=0)
            targets = targets / np.where(spread > 0, spread, 1)
    else:
        raise ValueError(
            f"Found {kind} as y, expected a class, several labels, or a number for "
            "each document where weights='learn'. Give fit the labels, or give the "
            "weights."
        )
    if len(targets) and not np.ptp(targets, axis=0).any():
        raise ValueError(
            f"Found one label, {np.asarray(y).ravel()[0]}, in y, expected at least two "
            "where weights='learn'. Give the weights."
        )
    return targets


def _draw_rows(targets: np.ndarray) -> np.ndarray:
    """Draw rows to judge by, in their order."""
    n_rows = len(targets)
    if n_rows <= _N_ROWS:
        return np.arange(n_rows)
    drawn = np.random.RandomState(0).choice(n_rows, _N_ROWS, replace=False)
    return np.sort(drawn)


def _multiply_rows(rows: Any) -> np.ndarray:
    """Multiply each row with each, float32 of shape (n_rows, n_rows)."""
    product = rows @ rows.T
    return np.asarray(product.toarray() if issparse(product) else product, np.float32)
