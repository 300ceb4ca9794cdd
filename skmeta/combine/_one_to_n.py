"""1TON and 1TON+: a vector per row, from which linear maps reconstruct each view."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval

from skmeta._messages import count_of
from skmeta._warnings import warn_user
from skmeta.combine._combiner import Combiner, Weights
from skmeta.combine._factorization import MaskedFactorization, solve_ridge
from skmeta.combine._linear import N_COMPONENTS, LinearCombiner, check_overlap
from skmeta.combine._moments import Moments, Pattern

__all__ = ["OneToN"]


class OneToN(LinearCombiner):
    """Find the vectors from which linear maps reconstruct every view best.

    Minimizes the sum over views i and the rows that they know of
    ``w_i |x_i - m M_i|^2``, for vectors m of rows and maps M_i of views, with a ridge
    penalty on both [1]_. If every view knows every row (1TON), the solution is the
    singular value decomposition of the weighted concatenation, with singular values
    shrunk by the ridge. Absent rows (1TON+) are left out of the sum, as in matrix
    completion: alternating least squares on the Gram matrices of the patterns of
    presence, so that the time of a sweep does not depend on the number of rows.

    Parameters
    ----------
    n_components : int, default=None
        The number of output columns. None: that of the widest view. There are fewer,
        with a warning, if the views have fewer independent columns.
    regularization : float, default=0.01
        The ridge penalty, relative to the largest singular value of the weighted
        concatenation.
    max_iter : int, default=100
        The maximum number of sweeps, if rows are absent.
    tol : float, default=1e-4
        Stop when the relative decrease of the loss in a sweep is smaller. Similarities
        hardly change after that, although the loss still decreases.
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each view's loss. None: equal weights.

    Attributes
    ----------
    maps_ : list of float64 ndarrays of shape (n_components, d_i)
        From a row's combined vector to its vector in each view.
    loss_ : float
        The minimum, divided by the number of rows.
    n_iter_ : int
        The number of sweeps; 0 if the solution is a singular value decomposition.
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int

    See Also
    --------
    SVD : The same without a ridge, for rows that all views know.

    Notes
    -----
    The ridge penalizes the squares of m and of sqrt(w_i) M_i. The solution is unique up
    to a rotation: the axes are those of the vectors' Gram matrix, which equals that of
    the maps, sorted by size. Losses and ridge are means over rows, so that the size of
    the result does not depend on their number.

    References
    ----------
    .. [1] W. Yin, H. Schuetze (2016). Learning word meta-embeddings. ACL.

    Examples
    --------
    The second view does not know the last row; its vector comes from the first.

    >>> from skmeta.combine import OneToN
    >>> views = [[[2.0], [-1.0], [3.0]], [[4.0], [-2.0], [0.0]]]
    >>> one_to_n = OneToN(n_components=1, regularization=1e-6).fit(views)
    >>> combined = one_to_n.transform(views)
    >>> (combined @ one_to_n.maps_[1]).round(2)
    array([[ 4.],
           [-2.],
           [ 6.]])
    """

    _parameter_constraints: dict = {
        **LinearCombiner._parameter_constraints,
        "n_components": N_COMPONENTS,
        "regularization": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        n_components: int | None = None,
        *,
        regularization: float = 0.01,
        max_iter: int = 100,
        tol: float = 1e-4,
        weights: Weights = None,
    ) -> None:
        self.n_components = n_components
        self.regularization = regularization
        self.max_iter = max_iter
        self.tol = tol
        self.weights = weights

    @property
    def n_features_out_(self) -> int:
        """The number of output columns."""
        return len(self.maps_[0])

    def _solve(self, moments: Moments, names: Sequence[str]) -> None:
        check_overlap(moments, names, "OneToN")
        factors = np.repeat(np.sqrt(self.weights_, dtype=float), self.dimensions_)
        scale = np.outer(factors, factors) / moments.n_rows
        squares, vectors = self._eigenvectors(moments.gram() * scale, self.n_components)
        self._ridge = self.regularization * float(np.sqrt(squares[0]))
        sizes = np.maximum(np.sqrt(squares) - self._ridge, 0)
        if not sizes.any():
            raise ValueError(
                f"With regularization={self.regularization} nothing is left of the "
                "views, expected less than 1. Lower it."
            )
        maps = np.sqrt(sizes[sizes > 0])[:, np.newaxis] * vectors[:, sizes > 0].T
        columns = {pattern: moments.columns_of(pattern) for pattern in moments.patterns}
        grams = {
            pattern: moments.gram_of(pattern) * scale[np.ix_(some, some)]
            for pattern, some in columns.items()
        }
        factorization = MaskedFactorization(grams, columns, self._ridge)
        if len(grams) == 1:  # the maps are the solution
            self.n_iter_, self.loss_ = 0, factorization.solve_rows(maps)[-1]
        else:
            maps, losses, done = factorization.solve(
                maps, moments.columns, self.max_iter, self.tol
            )
            self.n_iter_, self.loss_ = len(losses) - 1, losses[-1]
            if not done:
                self._warn_of_unfinished(losses)
        scaled = np.zeros_like(maps)
        np.divide(maps, factors, out=scaled, where=factors > 0)
        self.maps_ = [scaled[:, some] for some in moments.columns]
        self._projections = {
            pattern: self._project(pattern) for pattern in moments.patterns
        }

    def _warn_of_unfinished(self, losses: list[float]) -> None:
        """Warn that the solver did not converge."""
        fall = (losses[-2] - losses[-1]) / losses[-2]
        warn_user(
            f"OneToN stopped after max_iter={count_of(self.max_iter, 'sweep')} while "
            f"the loss still fell by {fall:.1e} of itself, expected less than "
            f"tol={self.tol:g}. Raise one of them, or regularization.",
            ConvergenceWarning,
        )

    def _project(self, pattern: Pattern) -> list[np.ndarray]:
        """Return the matrices that map a pattern's views to combined vectors."""
        weights = self.weights_.astype(np.float64)
        maps = {view: self.maps_[view] for view in pattern}
        gram = sum(weights[view] * some @ some.T for view, some in maps.items())
        return [
            (weights[view] * solve_ridge(gram, self._ridge, some).T).astype(np.float32)
            for view, some in maps.items()
        ]

    def _combine(self, blocks: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        combined = np.zeros((len(present), self.n_features_out_), np.float32)
        counted = present & (self.weights_ > 0)
        patterns, members = np.unique(counted, axis=0, return_inverse=True)
        for number, known in enumerate(patterns):
            pattern = tuple(np.flatnonzero(known).tolist())
            if not pattern:
                continue
            rows = np.flatnonzero(members.ravel() == number)
            some = slice(None) if len(rows) == len(present) else rows
            projections = self._projections.get(pattern) or self._project(pattern)
            combined[some] = sum(
                blocks[view][some] @ projection
                for view, projection in zip(pattern, projections)
            )
        return combined

    def _add(
        self, view: int, blocks: list[np.ndarray], present: np.ndarray
    ) -> np.ndarray:
        return Combiner._add(self, view, blocks, present)  # depends on the others

    def _linearize(
        self, view: int, block: np.ndarray, pattern: np.ndarray, coef: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return Combiner._linearize(self, view, block, pattern, coef)
