"""Ridge regression that chooses its penalty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from skmeta._documents._check import short_repr
from skmeta._estimator._validation import fit_context
from skmeta.combine._copies import find_copies
from skmeta.combine._learned_weights import draw_rows, multiply_rows

__all__ = ["TunedRidge"]


class TunedRidge(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """Ridge regression with the penalty that predicts left-out rows best.

    Each row is predicted by a regression on the others, which has a closed form for all
    penalties at once. scikit-learn's RidgeCV does the same, but its memory is
    proportional to the square of the number of rows if columns are many. Here at most
    2,000 rows choose the penalty, drawn the same way every time; all rows are fitted.
    Rows that are repeated with the same numbers are left out together.

    Parameters
    ----------
    alphas : sequence of float, default=(0.1, 0.3, 1, 3, 10, 30, 100, 300)
        Penalties to choose from.

    Attributes
    ----------
    alpha_ : float
        The chosen penalty. The middle one if there are fewer than three rows.
    coef_ : float64 ndarray of shape (n_features,) or (n_targets, n_features)
    intercept_ : float, or float64 ndarray of shape (n_targets,)
    n_features_in_ : int
    """

    _parameter_constraints: dict = {"alphas": ["array-like"]}

    def __init__(
        self, alphas: Sequence[float] = (0.1, 0.3, 1, 3, 10, 30, 100, 300)
    ) -> None:
        self.alphas = alphas

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Choose the penalty and fit the regression.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_targets)

        Returns
        -------
        self : TunedRidge
        """
        rows, targets = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=[np.float64, np.float32],
            multi_output=True,
            y_numeric=True,
        )
        alphas = np.ravel(np.asarray(self.alphas, np.float64))
        if not len(alphas) or not np.all(alphas > 0):
            raise ValueError(
                f"Found alphas={short_repr(self.alphas)}, expected at least one "
                "penalty, all of them positive. Pass e.g. (0.1, 1, 10)."
            )
        some = draw_rows(targets)
        self.alpha_ = float(alphas[(len(alphas) - 1) // 2])
        if len(some) > 2 and len(alphas) > 1:
            with threadpool_limits(1, "blas"):  # sums in the same order everywhere
                kernel = multiply_rows(rows[some])
                numbers = targets[some].reshape(len(some), -1)
                distinct, counts = find_copies([kernel], numbers)
                if len(distinct) < len(some):
                    kernel = kernel[np.ix_(distinct, distinct)]
                errors = _left_out_errors(kernel, numbers[distinct], alphas, counts)
            self.alpha_ = float(alphas[np.argmin(errors)])
        ridge = Ridge(self.alpha_).fit(rows, targets)
        self.coef_, self.intercept_ = ridge.coef_, ridge.intercept_
        return self

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Predict numbers.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        numbers : ndarray of shape (n_samples,) or (n_samples, n_targets)
        """
        check_is_fitted(self)
        rows = validate_data(self, X, accept_sparse="csr", reset=False)
        return safe_sparse_dot(rows, self.coef_.T, dense_output=True) + self.intercept_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _left_out_errors(
    kernel: np.ndarray, y: np.ndarray, alphas: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """Return the mean squared error on rows that are left out, for each penalty.

    A row that counts twice is one that is multiplied by the root of 2, as its target
    and the constant column are. The intercept is not penalized: the constant direction
    is removed from the kernel, and its share of the diagonal of the hat matrix is that
    of the row's count.
    """
    shares = counts.astype(np.float64) / counts.sum()
    roots = np.sqrt(counts.astype(np.float64))
    targets = y - shares @ y
    spread = np.sqrt(shares @ targets**2)
    targets = targets / np.where(spread > 0, spread, 1)
    centered = kernel.astype(np.float64)
    centered -= shares @ centered
    centered -= (centered @ shares)[:, np.newaxis]
    centered *= np.outer(roots, roots)
    values, vectors = eigh(centered, overwrite_a=True, check_finite=False)
    values = np.maximum(values, 0)
    projected, squares = vectors.T @ (roots[:, np.newaxis] * targets), vectors**2
    errors = []
    for alpha in alphas:
        shrinkage = alpha / (values + alpha)  # what is left of each direction
        residuals = vectors @ (shrinkage[:, np.newaxis] * projected)
        kept = squares @ shrinkage - shares  # one minus the diagonal of the hat matrix
        left_out = residuals / (roots * np.maximum(kept, 1e-12))[:, np.newaxis]
        errors.append(np.mean(left_out**2))
    return np.array(errors)
