"""Singular value decomposition of the concatenation: most of it in fewer columns."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Literal

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skmeta.combine._combiner import Weights
from skmeta.combine._linear import N_COMPONENTS, LinearCombiner
from skmeta.combine._moments import Moments

__all__ = ["SVD"]


class SVD(LinearCombiner):
    """Reduce the concatenation of the views to its leading singular vectors.

    The best approximation of the weighted concatenation in that many columns [1]_. It
    is solved exactly, by the eigenvectors of the Gram matrix, and so gives the same in
    every run.

    Parameters
    ----------
    n_components : int or "all", default=None
        The number of columns that come out. None: as many as the widest view has.
        "all": as many as are independent; with ``power`` below 1 their sizes come
        nearer to each other, which linear classifiers are glad of. Fewer come out, with
        a warning, if the views have fewer independent columns.
    power : float from 0 to 1, default=0.5
        The power of the singular values that scales the columns: 1 gives the scores of
        the approximation, 0 columns of equal size [1]_, 1/2 is between the two, as in
        ConceptNet's ensemble [2]_; of these, it agreed best with what people say of
        words, and classified best. Singular values are divided by the square root of
        the number of rows: the size of the result does not depend on it.
    weights : sequence of float, or dict of source name to float, default=None
        A factor for each view before the decomposition. None: all 1.

    Attributes
    ----------
    singular_values_ : float64 ndarray of shape (n_components,)
        Of the weighted concatenation divided by the square root of its number of rows.
    projections_ : list of float32 ndarrays of shape (d_i, n_components)
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int

    See Also
    --------
    Concatenate : What is approximated.
    GCCA : Looks for what the views agree on, not for what is large.

    Notes
    -----
    A view that does not know a row leaves zeros in its columns, in the decomposition
    and when rows are transformed.

    References
    ----------
    .. [1] W. Yin, H. Schuetze (2016). Learning word meta-embeddings. ACL.
    .. [2] R. Speer, J. Chin (2016). An ensemble method to produce high-quality word
       embeddings. arXiv:1604.01692.

    Examples
    --------
    >>> from skmeta.combine import SVD
    >>> views = [[[3.0, 0.0], [0.0, 1.0], [4.0, 0.0]], [[4.0], [0.0], [-3.0]]]
    >>> SVD(n_components=2, power=1).fit_transform(views).round(4) + 0.0
    array([[ 4.,  3.],
           [ 0.,  0.],
           [-3.,  4.]], dtype=float32)
    """

    _parameter_constraints: dict = {
        **LinearCombiner._parameter_constraints,
        "n_components": [*N_COMPONENTS, StrOptions({"all"})],
        "power": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(
        self,
        n_components: int | Literal["all"] | None = None,
        *,
        power: float = 0.5,
        weights: Weights = None,
    ) -> None:
        self.n_components = n_components
        self.power = power
        self.weights = weights

    def _solve(self, moments: Moments, names: Sequence[str]) -> None:
        factors = np.repeat(self.weights_.astype(np.float64), self.dimensions_)
        gram = moments.gram() * np.outer(factors, factors) / moments.n_rows
        squares, vectors = self._eigenvectors(gram, self.n_components)
        self.singular_values_ = np.sqrt(squares)
        scales = self.singular_values_ ** (self.power - 1)
        projections = factors[:, np.newaxis] * vectors * scales
        self._set_projections(projections, moments.columns)
