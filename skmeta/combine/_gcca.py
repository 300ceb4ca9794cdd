"""Generalized canonical correlation analysis of the views."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

import numpy as np
from scipy.linalg import eigh
from sklearn.utils._param_validation import Interval

from skmeta.combine._combiner import Weights
from skmeta.combine._linear import N_COMPONENTS, LinearCombiner, check_overlap
from skmeta.combine._moments import Moments, zero_constant_columns

__all__ = ["GCCA"]


class GCCA(LinearCombiner):
    """Combine the views by generalized canonical correlation analysis (MAX-VAR).

    Finds the columns that linear maps of the views approximate best on average [1]_:
    what the views agree on, whether its variance is large or not. Rows that some views
    do not know contribute through the others [2]_. Solved exactly, by Gram matrices.

    Parameters
    ----------
    n_components : int, default=None
        The number of output columns. None: that of the widest view. There are fewer,
        with a warning, if the views have fewer independent columns.
    regularization : float, default=0.01
        Added to the diagonal of each view's covariance, as a share of its mean
        variance. Without it, columns of little more than noise count as much as others.
    power : float from 0 to 1, default=1.0
        The power of the ``agreements_`` that scales the columns: 0 makes columns of
        equal size [2]_, 1/2 yields the sums of the canonical projections [3]_, 1
        emphasizes the columns of largest agreement, and does best in tests of
        similarity.
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each view's approximation. None: equal weights.

    Attributes
    ----------
    agreements_ : float64 ndarray of shape (n_components,)
        How well the views approximate each column on average, from 0 to 1, decreasing.
    means_ : list of float32 ndarrays of shape (d_i,)
        The means of the rows that each view knows; they are subtracted.
    projections_ : list of float32 ndarrays of shape (d_i, n_components)
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int

    See Also
    --------
    SVD : Keeps the directions of largest variance.

    Notes
    -----
    With P_j the regularized projection onto the columns of view j and K the weight of
    the views that know each row, the columns G maximize the trace of
    G' (sum of w_j P_j) G subject to G' K G = I. A row is the mean of its views'
    projections, so that new rows can be transformed, whichever views know them. With
    ``power=0`` the mean square of each column is 1, with rows weighted by K.

    References
    ----------
    .. [1] J. R. Kettenring (1971). Canonical analysis of several sets of variables.
       Biometrika 58.
    .. [2] P. Rastogi, B. Van Durme, R. Arora (2015). Multiview LSA: representation
       learning via generalized CCA. NAACL.
    .. [3] N. Poerner, U. Waltinger, H. Schuetze (2020). Sentence meta-embeddings for
       unsupervised semantic textual similarity. ACL.

    Examples
    --------
    The views agree on one column, up to its scale.

    >>> from skmeta.combine import GCCA
    >>> views = [[[1.0, 3.0], [-1.0, 3.0], [0.0, -6.0]], [[5.0], [-5.0], [0.0]]]
    >>> gcca = GCCA(n_components=1, regularization=0).fit(views)
    >>> gcca.agreements_.round(4)
    array([1.])
    """

    _averages = True
    _parameter_constraints: dict = {
        **LinearCombiner._parameter_constraints,
        "n_components": N_COMPONENTS,
        "regularization": [Interval(Real, 0, None, closed="left")],
        "power": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        n_components: int | None = None,
        *,
        regularization: float = 0.01,
        power: float = 1.0,
        weights: Weights = None,
    ) -> None:
        self.n_components = n_components
        self.regularization = regularization
        self.power = power
        self.weights = weights

    def _solve(self, moments: Moments, names: Sequence[str]) -> None:
        check_overlap(moments, names, "GCCA")
        weights = self.weights_.astype(np.float64)

        def share(pattern: tuple[int, ...]) -> float:
            return 1 / weights[list(pattern)].sum()

        means, sizes = moments.means(), moments.gram().diagonal()
        moments = moments.center()
        whitening = _whiten(moments, self.regularization, np.sqrt(weights), sizes)
        correlations = whitening.T @ moments.gram(share) @ whitening
        self.agreements_, vectors = self._eigenvectors(
            correlations, self.n_components, largest=1.0
        )
        n_rows = moments.n_rows_of(lambda pattern: weights[list(pattern)].sum())
        scales = self.agreements_ ** (self.power - 0.5) * np.sqrt(n_rows)
        projections = whitening @ vectors * scales
        self.means_ = [means[rows].astype(np.float32) for rows in moments.columns]
        self._set_projections(projections, moments.columns)

    def _map(self, view: int, product: np.ndarray) -> np.ndarray:
        product -= self.means_[view] @ self.projections_[view]
        return product


def _whiten(
    moments: Moments, regularization: float, factors: np.ndarray, sizes: np.ndarray
) -> np.ndarray:
    """Return (C_j + r_j I)^(-1/2) of each view times its factor, as a block diagonal.

    The sizes are the sums of squares of the columns before centering: they determine
    which of the remaining variances are rounding.
    """
    gram = moments.gram()
    sizes = zero_constant_columns(gram, sizes)
    whitening = np.zeros_like(gram)
    for rows, factor in zip(moments.columns, factors):
        if not sizes[rows].any():
            continue
        values, vectors = eigh(gram[rows, rows])
        largest = max(len(values) * values[-1], sizes[rows].sum())
        noise = np.finfo(np.float64).eps * 10 * largest
        values = np.where(values > noise, values, 0)
        regularized = values + regularization * values.mean()
        inverse = np.zeros_like(values)
        np.divide(factor, np.sqrt(regularized), out=inverse, where=values > 0)
        whitening[rows, rows] = vectors * inverse @ vectors.T
    return whitening
