"""Geometry-aware combination: rotations and a metric that match the views' rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from numbers import Real
from typing import Literal

import numpy as np
from scipy.linalg import eigh
from sklearn.utils._param_validation import Interval, StrOptions

from skmeta._vectors._unit_rows import row_lengths
from skmeta.combine._combiner import Weights
from skmeta.combine._linear import N_COMPONENTS, LinearCombiner, check_overlap
from skmeta.combine._moments import Moments, knowing

__all__ = ["GeometryAware"]


class GeometryAware(LinearCombiner):
    """Rotate the views into a common space and learn its metric, then average.

    For two views X and Z the similarity of a row of X to a row of Z is x' U B V' z,
    with rotations U and V and a positive metric B, and should be 1 for the same row and
    0 for others [1]_. As W = U B V' may be any matrix, this is a regularized
    least-squares problem with a unique solution, computed in closed form from Gram
    matrices. The views are mapped to X U B^(1/2) and Z V B^(1/2), and rows scaled to
    unit length.

    For more than two views (our extension of the paper) W is computed for each pair,
    and the leading eigenvectors of all of them together are the maps that fit the pairs
    best; for two views the result is the same. A single view is rotated to its
    principal axes.

    Parameters
    ----------
    n_components : int, default=None
        The number of columns of the common space. None: that of the widest view. For
        two views it is at most that of the narrower one.
    regularization : float, default=0.01
        The penalty on the squares of W, relative to the mean of their factors in the
        loss.
    output : {"average", "concatenate"}, default="average"
        Whether the mapped views are averaged, each row over the views that know it, or
        concatenated.
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each view in the mean. None: equal weights.

    Attributes
    ----------
    similarities_ : dict of (int, int) to float64 ndarray of shape (d_i, d_j)
        W for each pair of views that share rows.
    metric_ : float64 ndarray of shape (n_components,)
        The diagonal of B, decreasing.
    projections_ : list of float32 ndarrays of shape (d_i, n_components)
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int

    See Also
    --------
    Procrustes : Rotations only.

    References
    ----------
    .. [1] P. Jawanpuria, N. T. V. Satya Dev, A. Kunchukuttan, B. Mishra (2020).
       Learning geometric word meta-embeddings. RepL4NLP.

    Examples
    --------
    >>> from skmeta.combine import GeometryAware
    >>> views = [[[2.0, 0.0], [0.0, 1.0]], [[0.0, 2.0], [-1.0, 0.0]]]
    >>> GeometryAware().fit_transform(views).round(4) + 0.0
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """

    _averages = True
    _parameter_constraints: dict = {
        **LinearCombiner._parameter_constraints,
        "n_components": N_COMPONENTS,
        "regularization": [Interval(Real, 0, None, closed="neither")],
        "output": [StrOptions({"average", "concatenate"})],
    }

    def __init__(
        self,
        n_components: int | None = None,
        *,
        regularization: float = 0.01,
        output: Literal["average", "concatenate"] = "average",
        weights: Weights = None,
    ) -> None:
        self.n_components = n_components
        self.regularization = regularization
        self.output = output
        self.weights = weights

    @property
    def _side_by_side(self) -> bool:  # type: ignore[override]
        return self.output == "concatenate"

    def _solve(self, moments: Moments, names: Sequence[str]) -> None:
        check_overlap(moments, names, "GeometryAware")
        columns = moments.columns
        pairs = np.zeros((columns[-1].stop, columns[-1].stop))
        self.similarities_ = {}
        for i, j in combinations(range(len(names)), 2):
            gram = moments.gram(knowing(i, j))
            if gram.any():
                similarity = self._relate(gram, columns[i], columns[j])
                self.similarities_[i, j] = similarity
                pairs[columns[i], columns[j]] = similarity
                pairs[columns[j], columns[i]] = similarity.T
        views = tuple(sorted(set[int]().union(*moments.patterns)))
        alone = len(views) == 1
        some = moments.columns_of(views)
        values, vectors = self._eigenvectors(
            (moments.gram() if alone else pairs)[np.ix_(some, some)], self.n_components
        )
        self.metric_ = np.ones_like(values) if alone else values / (len(views) - 1)
        maps = np.zeros((len(pairs), len(values)))
        maps[some] = np.sqrt(len(views) * self.metric_) * vectors
        self._set_projections(maps, columns)

    def _relate(self, gram: np.ndarray, left: slice, right: slice) -> np.ndarray:
        """Solve for the similarity of two views, from their shared rows."""
        left_values, left_axes = _eigh(gram[left, left])
        right_values, right_axes = _eigh(gram[right, right])
        products = 2 * np.outer(left_values, right_values)
        penalty = self.regularization * products.mean()
        cross = left_axes.T @ gram[left, right] @ right_axes
        solved = np.zeros_like(products)
        np.divide(2 * cross, products + penalty, out=solved, where=products > 0)
        return left_axes @ solved @ right_axes.T

    def _map(self, view: int, product: np.ndarray) -> np.ndarray:
        lengths = row_lengths(product)
        lengths[lengths == 0] = 1
        product *= (self.weights_[view] / lengths)[:, np.newaxis]
        return product

    def _linearize(
        self, view: int, block: np.ndarray, pattern: np.ndarray, coef: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        own, _, offset = super()._linearize(view, block, pattern, coef)
        lengths = row_lengths(block @ self.projections_[view])
        lengths[lengths == 0] = 1
        return own, float(self.weights_[view]) / lengths, offset


def _eigh(gram: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return eigenvalues, those that are only rounding as 0, and eigenvectors."""
    values, vectors = eigh(gram)
    noise = len(values) * np.finfo(np.float64).eps * 10 * values[-1]
    return np.where(values > noise, values, 0), vectors
