"""Weights of sources, learned from labels: what helps to tell the classes counts."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import issparse
from sklearn.model_selection import KFold, StratifiedKFold
from threadpoolctl import threadpool_limits

from skmeta.combine._labels import encode_labels

__all__ = ["learn_weights"]

_FOLDS = 5
_RIDGE = 1.0  # on rows of unit length; what logistic regression with C=10 comes to
_FACTORS = (0.0, 0.5, 2.0)
_LEAST_GAIN = 5e-4  # of the error: less is chance
_DENSE_SHARES = (0.0, 0.125, 0.25, 0.5, 1.0)
_STEPS = 30  # of conjugate gradients
_DONE = 1e-4  # what they leave of the squared gradient


def learn_weights(blocks: Sequence[Any], y: ArrayLike) -> np.ndarray:
    """Learn from labelled rows how much each view counts.

    A ridge regression of the classes on the weighted views is cross-validated. From
    equal weights, or from a single view if that does better, one weight at a time is
    halved, doubled or set to 0 as long as the squared error on rows left out falls.
    Sparse views count alike; how much the dense ones count beside them is chosen last.

    Parameters
    ----------
    blocks : sequence of float32 ndarrays or CSR arrays of shape (n_rows, d_i)
        Rows of about unit length.
    y : array-like of shape (n_rows,)
        Classes.

    Returns
    -------
    weights : float64 ndarray of shape (n_views,)
        The largest is 1.

    Raises
    ------
    ValueError
        If the labels are unsound, see :func:`encode_labels`.
    """
    codes = encode_labels(y, blocks[0], "weights='learn'")
    with threadpool_limits(1, "blas"):  # many small problems: threads would wait
        return _learn(blocks, codes, _make_folds(codes))


def _learn(blocks: Sequence[Any], codes: np.ndarray, folds: list) -> np.ndarray:
    """Learn the weights of dense views, then that of all of them together."""
    dense = [view for view, block in enumerate(blocks) if not issparse(block)]
    weights = np.ones(len(blocks))
    if dense:
        weights[dense] = _weigh_dense([blocks[view] for view in dense], codes, folds)
    if len(dense) < len(blocks):
        if not dense:
            return weights
        weights[dense] /= np.sqrt((weights[dense] ** 2).sum())
        weights[dense] *= _choose_share(blocks, weights, dense, codes, folds)
    return weights / weights.max()


def _make_folds(codes: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split the rows, the same way every time; classes evenly where they are large."""
    n_folds = min(_FOLDS, len(codes))
    counts = np.bincount(codes)
    kind = StratifiedKFold if counts.max() >= n_folds else KFold
    splitter = kind(n_folds, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of classes with few rows
        return list(splitter.split(np.zeros(len(codes)), codes))


def _one_hot(codes: np.ndarray) -> np.ndarray:
    """Return float32 targets, (n_rows, n_classes)."""
    return np.eye(codes.max() + 1, dtype=np.float32)[codes]


class _Fold:
    """What a ridge regression of centred targets on centred rows needs of a fold."""

    def __init__(self, rows: np.ndarray, targets: np.ndarray, fold: Any) -> None:
        train, self.test = fold
        some = rows[train].astype(np.float64)
        self.mean, self.target = some.mean(axis=0), targets[train].mean(axis=0)
        some -= self.mean
        self.gram = some.T @ some
        self.cross = some.T @ (targets[train] - self.target)

    def predict(self, rows: np.ndarray, factors: np.ndarray) -> np.ndarray:
        """Predict the targets of the rows left out, with columns times factors."""
        gram = self.gram * np.outer(factors, factors)
        gram[np.diag_indices_from(gram)] += _RIDGE
        right = factors[:, np.newaxis] * self.cross
        solution = factors[:, np.newaxis] * cho_solve(cho_factor(gram), right)
        scores = rows[self.test] @ solution.astype(np.float32)
        return scores + (self.target - self.mean @ solution)


def _weigh_dense(
    blocks: list[np.ndarray], codes: np.ndarray, folds: list
) -> np.ndarray:
    """Search the weights of dense views, one at a time."""
    rows, targets = np.hstack(blocks), _one_hot(codes)
    sizes = [block.shape[1] for block in blocks]
    energies = np.array([np.mean(np.einsum("ij,ij->i", b, b)) for b in blocks])
    problems = [_Fold(rows, targets, fold) for fold in folds]

    def judge(weights: np.ndarray) -> float:
        scaled = weights / np.sqrt(max(weights**2 @ energies, 1e-30))
        factors = np.repeat(scaled, sizes)
        errors = [
            np.square(problem.predict(rows, factors) - targets[problem.test]).sum()
            for problem in problems
        ]
        return float(sum(errors)) / len(codes)

    starts = [np.ones(len(blocks)), *np.eye(len(blocks))]
    errors = [judge(start) for start in starts]
    best = int(np.argmin(errors))
    weights, error = starts[best], errors[best]
    changed = len(blocks) > 1
    while changed:
        changed = False
        for view in range(len(blocks)):
            for factor in _FACTORS:
                candidate = weights.copy()
                candidate[view] = factor * (weights[view] or 1)
                if not candidate.any():
                    continue
                reached = judge(candidate)
                if reached < error * (1 - _LEAST_GAIN):
                    weights, error, changed = candidate, reached, True
    return weights


def _choose_share(
    blocks: Sequence[Any],
    weights: np.ndarray,
    dense: list[int],
    codes: np.ndarray,
    folds: list,
) -> float:
    """Choose how much the dense views together count beside the sparse ones."""
    targets = _one_hot(codes)
    best, least = 0.0, np.inf
    for share in _DENSE_SHARES:
        scaled = weights.copy()
        scaled[dense] *= share
        n_sparse = len(blocks) - len(dense)
        scaled /= np.sqrt(n_sparse + share**2)
        error = 0.0
        for train, test in folds[:3]:
            some = [block[train] for block in blocks]
            target = targets[train].mean(axis=0)
            solution = _ridge(some, scaled, targets[train] - target)
            scores = target + _multiply([b[test] for b in blocks], scaled, solution)
            error += float(np.square(scores - targets[test]).sum())
        if error < least * (1 - _LEAST_GAIN):
            best, least = share, error
    return best


def _multiply(
    blocks: list[Any], weights: np.ndarray, solution: list[np.ndarray]
) -> np.ndarray:
    """Multiply the weighted views, side by side, with a matrix given in parts."""
    return sum(w * (b @ part) for w, b, part in zip(weights, blocks, solution) if w)


def _ridge(
    blocks: list[Any], weights: np.ndarray, targets: np.ndarray
) -> list[np.ndarray]:
    """Solve ridge regressions, one for each target, by conjugate gradients."""

    def back(values: np.ndarray) -> list[np.ndarray]:
        return [w * (b.T @ values) for w, b in zip(weights, blocks)]

    residual = back(targets)
    solution = [np.zeros_like(part) for part in residual]
    direction = [part.copy() for part in residual]
    energy = sum((part**2).sum(axis=0) for part in residual)
    first = energy.copy()
    for _ in range(_STEPS):
        product = back(_multiply(blocks, weights, direction))
        product = [p + _RIDGE * d for p, d in zip(product, direction)]
        curvature = sum((d * p).sum(axis=0) for d, p in zip(direction, product))
        length = energy / np.maximum(curvature, 1e-30)
        for s, r, d, p in zip(solution, residual, direction, product):
            s += length * d
            r -= length * p
        before, energy = energy, sum((part**2).sum(axis=0) for part in residual)
        if (energy <= _DONE * first).all():
            break
        ratio = energy / np.maximum(before, 1e-30)
        direction = [r + ratio * d for r, d in zip(residual, direction)]
    return solution
