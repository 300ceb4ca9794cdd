"""Imputers: generate rows that a view does not know."""

from __future__ import annotations

from abc import ABC, abstractmethod
from numbers import Real
from typing import Any, Self

import numpy as np
from sklearn.utils._param_validation import Interval

from skmeta._estimator._base import Estimator
from skmeta._estimator._refit import refit
from skmeta._vectors._unit_rows import normalize_rows
from skmeta.combine._factorization import solve_ridge
from skmeta.combine._moments import (
    Moments,
    Pattern,
    compute_moments,
    knowing,
    zero_constant_columns,
)
from skmeta.combine._views import Views

__all__ = ["Imputer", "MeanImputer", "RegressionImputer"]


class Imputer(Estimator, ABC):
    """Base class: generates rows for views that do not know them.

    A combiner learns from the rows that sources know; generated rows are only
    transformed. A subclass implements ``_fit``, which learns from views, ``_can_fill``,
    whether it can generate a view from others, and ``_generate``, which does.
    """

    _parameter_constraints: dict = {}
    _scales = True  # generated rows to unit length, if all others are

    def fit(self, views: Views, y: Any = None) -> Self:
        """Learn from the rows that views know.

        Parameters
        ----------
        views : Views
        y : ignored

        Returns
        -------
        self : Imputer
        """
        self._validate_params()
        if any(views.sparse):
            name = views.names[views.sparse.index(True)]
            raise TypeError(
                f"The view {name!r} is sparse, expected dense rows where missing ones "
                "are generated. Use missing='zero'."
            )
        with refit(self) as twin:
            twin._normalizes = views.normalized
            twin._fit(views)
        return self

    def fills(self, present: np.ndarray) -> np.ndarray:
        """Return which absent rows can be generated.

        Parameters
        ----------
        present : bool ndarray of shape (n_rows, n_views)

        Returns
        -------
        fills : bool ndarray of shape (n_rows, n_views)
        """
        patterns, members = np.unique(present, axis=0, return_inverse=True)
        table = np.zeros_like(patterns)
        for row, known in zip(table, patterns):
            pattern = tuple(np.flatnonzero(known).tolist())
            if pattern:
                row[:] = [
                    not known[view] and self._can_fill(pattern, view)
                    for view in range(len(known))
                ]
        return table[members.ravel()]

    def apply(
        self, blocks: list[np.ndarray], present: np.ndarray
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """Fill in absent rows; return which rows are then present.

        Parameters
        ----------
        blocks : list of float32 ndarrays of shape (n, d_i)
        present : bool ndarray of shape (n, n_views)

        Returns
        -------
        blocks, present
        """
        fills = self.fills(present)
        generated = []
        for view in range(len(blocks)):
            rows = np.flatnonzero(fills[:, view])
            if len(rows):
                known = [block[rows] for block in blocks]
                values = self._generate(view, known, present[rows]).astype(np.float32)
                if self._normalizes and self._scales:
                    normalize_rows(values)
                generated.append((view, rows, values))
        for view, rows, values in generated:  # at the end: none from others
            blocks[view][rows] = values
        return blocks, present | fills

    @abstractmethod
    def _fit(self, views: Views) -> None:
        """Learn from the rows that views know."""

    @abstractmethod
    def _can_fill(self, pattern: Pattern, view: int) -> bool:
        """Return whether the views of a pattern suffice to generate another."""

    @abstractmethod
    def _generate(
        self, view: int, known: list[np.ndarray], present: np.ndarray
    ) -> np.ndarray:
        """Generate the rows of a view, from those of the views that are present."""


class MeanImputer(Imputer):
    """Impute the mean of the rows that the view knows.

    Attributes
    ----------
    means_ : list of float64 ndarrays of shape (d_i,)

    Examples
    --------
    >>> from skmeta.combine import MeanImputer, Views
    >>> views = Views([[[1.0], [2.0], [3.0]], [[4.0], [6.0], [0.0]]])
    >>> filled = views.with_step(MeanImputer().fit(views))
    >>> next(filled.blocks())[1][1].ravel()
    array([4., 6., 5.], dtype=float32)
    """

    _scales = False

    def _fit(self, views: Views) -> None:
        totals = [np.zeros(size) for size in views.dimensions]
        for _, blocks, _ in views.blocks():
            for total, block in zip(totals, blocks):
                total += block.sum(axis=0, dtype=np.float64)
        n_rows = views.present().sum(axis=0)
        self.means_ = [total / max(n, 1) for total, n in zip(totals, n_rows)]

    def _can_fill(self, pattern: Pattern, view: int) -> bool:
        return bool(self.means_[view].any())

    def _generate(
        self, view: int, known: list[np.ndarray], present: np.ndarray
    ) -> np.ndarray:
        return np.tile(self.means_[view], (len(present), 1))


class RegressionImputer(Imputer):
    """Impute by ridge regression on the views that know the row.

    For each set of views that know a row, a linear map from all of them to the view
    that does not is learned from the rows that all of these know. If there are fewer
    such rows than columns, views that share few rows are left out.

    Parameters
    ----------
    regularization : float, default=0.01
        The ridge, relative to the mean variance of the predictors' columns.

    Notes
    -----
    Learning maps between sources from their shared rows was proposed in [1]_, by
    gradient descent for each pair of sources; here they are solved for exactly.

    References
    ----------
    .. [1] W. Yin, H. Schuetze (2016). Learning word meta-embeddings. ACL.

    Examples
    --------
    The second view is twice the first.

    >>> from skmeta.combine import RegressionImputer, Views
    >>> views = Views([[[1.0], [2.0], [3.0]], [[2.0], [4.0], [0.0]]])
    >>> filled = views.with_step(RegressionImputer(regularization=0).fit(views))
    >>> next(filled.blocks())[1][1].ravel()
    array([2., 4., 6.], dtype=float32)
    """

    _parameter_constraints: dict = {
        "regularization": [Interval(Real, 0, None, closed="left")]
    }

    def __init__(self, *, regularization: float = 0.01) -> None:
        self.regularization = regularization

    def _fit(self, views: Views) -> None:
        self._moments = compute_moments(views)
        everything = range(len(views))
        self._maps = {
            (pattern, view): _Map(self._moments, pattern, view, self.regularization)
            for pattern in self._moments.patterns
            for view in everything
            if view not in pattern and self._can_fill(pattern, view)
        }

    def _can_fill(self, pattern: Pattern, view: int) -> bool:
        return any(_n_shared(self._moments, (one, view)) for one in pattern)

    def _generate(
        self, view: int, known: list[np.ndarray], present: np.ndarray
    ) -> np.ndarray:
        predicted = np.empty((len(present), known[view].shape[1]))
        patterns, members = np.unique(present, axis=0, return_inverse=True)
        for number, one in enumerate(patterns):
            pattern = tuple(np.flatnonzero(one).tolist())
            rows = np.flatnonzero(members.ravel() == number)
            predict = self._maps.get((pattern, view)) or _Map(
                self._moments, pattern, view, self.regularization
            )
            predicted[rows] = predict([block[rows] for block in known])
        return predicted


class _Map:
    """A ridge regression of one view on others, solved from moments."""

    def __init__(
        self, moments: Moments, pattern: Pattern, view: int, regularization: float
    ) -> None:
        self.predictors = _choose_predictors(moments, pattern, view)
        weigh = knowing(*self.predictors, view)
        inputs = moments.columns_of(self.predictors)
        outputs = moments.columns_of((view,))
        means, n_rows = moments.means(weigh), moments.n_rows_of(weigh)
        gram = moments.gram(weigh)
        sizes = gram.diagonal().copy()
        gram -= n_rows * np.outer(means, means)
        sizes = zero_constant_columns(gram, sizes)
        covariance = gram[np.ix_(inputs, inputs)]
        ridge = regularization * max(covariance.trace(), 0) / len(inputs)
        cross = gram[np.ix_(inputs, outputs)]
        self.weights = solve_ridge(covariance, ridge, cross, sizes[inputs].sum())
        self.intercept = means[outputs] - means[inputs] @ self.weights

    def __call__(self, known: list[np.ndarray]) -> np.ndarray:
        """Predict rows, float64 of shape (n, d)."""
        inputs = np.hstack([known[view] for view in self.predictors])
        return inputs @ self.weights + self.intercept


def _n_shared(moments: Moments, views: Pattern) -> float:
    """Count the rows that all views of a pattern know."""
    return moments.n_rows_of(knowing(*views))


def _choose_predictors(moments: Moments, pattern: Pattern, view: int) -> Pattern:
    """Choose views that share enough rows with each other and with the one to predict.

    All of them if they share as many rows as they have columns; else those that share
    most rows, as long as there are enough.
    """
    chosen: Pattern = ()
    by_rows = sorted(pattern, key=lambda one: -_n_shared(moments, (one, view)))
    for one in by_rows:
        candidate = tuple(sorted((*chosen, one)))
        n_columns = sum(moments.dimensions[view] for view in candidate)
        if not chosen or _n_shared(moments, (*candidate, view)) >= n_columns:
            chosen = candidate
    return chosen
