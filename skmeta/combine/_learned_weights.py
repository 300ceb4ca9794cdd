"""Learn the weights of sources from labels, by cross-validated ridge regression."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg.lapack import spotrf, strtri
from scipy.optimize import minimize_scalar
from scipy.sparse import issparse
from scipy.special import log_softmax
from sklearn.utils.multiclass import type_of_target
from threadpoolctl import threadpool_limits

from skmeta.combine._concatenate import balance_dense
from skmeta.combine._copies import find_copies
from skmeta.combine._labels import check_labels

__all__ = ["are_learned", "draw_rows", "learn_weights", "multiply_rows"]

_N_ROWS = 2_000  # of more a sample is judged: the work grows with their third power
_RIDGE_OF_LABELS, _RIDGE_OF_NUMBERS = 0.5, 0.1  # on rows of unit length: about what
# LogisticRegression() and Ridge() do on rows of the size that scale="auto" gives
_MANY_CLASSES = 0.1  # the curvature of nine equal classes
_SHARPEST = 40.0
_FACTORS = (0.5, 2.0, 0.0)
_LEAST_GAIN = 1e-3  # of the loss: less is chance
_MOST_TRIALS = 40
_DENSE_SHARE = 0.1  # of rows: columns in more are multiplied faster as dense ones


def are_learned(weights: Any) -> bool:
    """Return whether weights of sources are to be learned from labels."""
    return isinstance(weights, str) and weights == "learn"


def learn_weights(blocks: Sequence[Any], y: ArrayLike) -> np.ndarray:
    """Learn the weights of views from labeled rows.

    A ridge regression of the labels on the weighted views predicts each row when that
    is left out, which has a closed form. Of classes the predictions are judged by
    their log-loss, as probabilities at the temperature that suits them best; of several
    labels and of numbers by their squared error. From the weights that a concatenation
    has by default, one weight at a time is halved, doubled or set to 0 as long as the
    loss falls by more than a standard error. If the best view alone is better by as
    much, it stays alone. At most 2,000 rows are used, drawn the same way every time.
    Rows that are repeated with the same label are left out together.

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
    rows = draw_rows(targets)
    if len(blocks) == 1 or len(rows) < 3:
        return np.ones(len(blocks))
    kind = type_of_target(y)
    ridge = _RIDGE_OF_NUMBERS if "continuous" in kind else _RIDGE_OF_LABELS
    measure = _squared_errors
    if kind in ("binary", "multiclass"):
        ridge, measure = _ridge_of_classes(targets), _log_losses
    with threadpool_limits(1, "blas"):  # sums in the same order everywhere
        kernels = [multiply_rows(block[rows]) for block in blocks]
        distinct, counts = find_copies(kernels, targets[rows])
        if len(distinct) < len(rows):
            kernels = [kernel[np.ix_(distinct, distinct)] for kernel in kernels]
        ridges = np.float32(ridge) / counts  # copies are one row, held back less
        judge = _Judge(kernels, targets[rows[distinct]], ridges, measure)
        return _search(judge, balance_dense([issparse(block) for block in blocks]))


class _Judge:
    """The loss of each row when it is left out, for given weights of the views."""

    def __init__(
        self,
        kernels: list[np.ndarray],
        targets: np.ndarray,
        ridge: float | np.ndarray,
        measure: Callable[[np.ndarray, np.ndarray], np.ndarray],
    ) -> None:
        self._kernels = kernels
        self._targets = targets
        self._ridge = ridge
        self._measure = measure
        self._energies = np.array([np.trace(k) / len(k) for k in kernels])
        self._known: dict[bytes, np.ndarray] = {}  # losses, by weights
        self.n_views = len(kernels)
        self.n_trials = 0

    def __call__(self, weights: np.ndarray) -> np.ndarray:
        """Return losses, float64 of shape (n_rows,)."""
        key = (weights / weights.max()).tobytes()  # only ratios matter
        if key not in self._known:
            self.n_trials += 1
            self._known[key] = self._measure(self.predict(weights), self._targets)
        return self._known[key]

    def predict(self, weights: np.ndarray) -> np.ndarray:
        """Predict each row from the others, float64 of shape (n_rows, n_targets)."""
        squares = weights**2 / max(weights**2 @ self._energies, 1e-30)
        kernel = np.ones_like(self._kernels[0])  # the intercept
        scaled = np.empty_like(kernel)
        for square, its_kernel in zip(squares, self._kernels):
            if square:
                kernel += np.multiply(its_kernel, np.float32(square), out=scaled)
        kernel[np.diag_indices_from(kernel)] += self._ridge
        factor, _ = spotrf(kernel.T, lower=0, overwrite_a=1)  # upper, zeros below
        root, _ = strtri(factor, lower=0, overwrite_c=1)  # inverse = root @ root.T
        diagonal = np.einsum("ij,ij->i", root, root, dtype=np.float64)
        centered = (self._targets - self._targets.mean(axis=0)).astype(np.float32)
        products = root @ (root.T @ centered)
        return self._targets - products / diagonal[:, np.newaxis]


def _ridge_of_classes(targets: np.ndarray) -> float:
    """Return the ridge with which a regression of indicators fits as loosely.

    The curvature of the logistic loss of a class of the share p begins as p (1 - p),
    that of the squared error is 1: logistic regression is held back more if classes are
    many. Of few classes it soon leaves that beginning.
    """
    shares = targets.mean(axis=0)
    curvature = np.mean(shares * (1 - shares))
    return float(_RIDGE_OF_LABELS * max(1, _MANY_CLASSES / curvature))


def _log_losses(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Take predictions of indicators for logits, at the best temperature."""
    labels = np.arange(len(targets)), targets.argmax(axis=1)

    def measure(sharpness: float) -> np.ndarray:
        return -log_softmax(sharpness * predictions, axis=1)[labels]

    found = minimize_scalar(
        lambda sharpness: measure(sharpness).mean(),
        bounds=(0, _SHARPEST),
        method="bounded",
        options={"xatol": 0.05},
    )
    return measure(found.x)


def _squared_errors(predictions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Add up what each target is missed by."""
    return np.square(predictions - targets).sum(axis=1)


def _search(judge: _Judge, start: np.ndarray) -> np.ndarray:
    """Change one weight at a time for the better."""
    singles = np.eye(judge.n_views)
    losses = [judge(single) for single in singles]
    best_single = int(np.argmin([loss.mean() for loss in losses]))
    weights, loss = start, judge(start)
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
                if _is_better(reached, loss):
                    weights, loss, changed = candidate, reached, True
                    break
    if _is_better(losses[best_single], loss):
        return singles[best_single]
    return weights / weights.max()


def _is_better(losses: np.ndarray, others: np.ndarray) -> bool:
    """Return whether losses are lower by more than a standard error."""
    gains = others - losses
    chance = gains.std() / np.sqrt(len(gains))
    return bool(gains.mean() > max(chance, _LEAST_GAIN * others.mean()))


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
            "each document where weights='learn'. Pass the labels to fit, or set the "
            "weights."
        )
    if len(targets) and not np.ptp(targets, axis=0).any():
        raise ValueError(
            f"Found one label, {np.asarray(y).ravel()[0]}, in y, expected at least two "
            "where weights='learn'. Pass documents of other labels too, or set the "
            "weights."
        )
    return targets


def draw_rows(targets: np.ndarray) -> np.ndarray:
    """Draw a sample of rows, in their order."""
    n_rows = len(targets)
    if n_rows <= _N_ROWS:
        return np.arange(n_rows)
    drawn = np.random.RandomState(0).choice(n_rows, _N_ROWS, replace=False)
    return np.sort(drawn)


def multiply_rows(rows: Any) -> np.ndarray:
    """Compute the linear kernel of rows, float32 of shape (n_rows, n_rows)."""
    if not issparse(rows):
        return np.asarray(rows @ rows.T, np.float32)
    counts = np.bincount(rows.indices, minlength=rows.shape[1])
    is_frequent = counts > _DENSE_SHARE * rows.shape[0]
    frequent = rows[:, np.flatnonzero(is_frequent)].toarray()
    rare = rows[:, np.flatnonzero(~is_frequent)]
    product = np.asarray((rare @ rare.T).toarray(), np.float32)
    product += frequent @ frequent.T
    return product
