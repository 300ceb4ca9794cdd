"""Concatenation of the views' columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack, issparse

from skmeta.combine._combiner import Combiner
from skmeta.combine._views import Views

__all__ = ["Concatenate", "balance_dense"]

_DENSE_SHARE = 0.5


class Concatenate(Combiner):
    """Concatenate the views, each multiplied by its weight.

    For rows of unit length in all views, the cosine of two rows is the mean of the
    views' cosines, weighted by the squares of ``weights``. Concatenation keeps all
    information of the sources and is a strong baseline [1]_, at the cost of many
    columns. The columns of a view that does not know a row are zeros. Sparse views stay
    sparse: the result is then a CSR array.

    Parameters
    ----------
    weights : sequence of float, or dict of source name to float, default=None
        A factor for each view. None: all 1, a strong default; but if some views are
        sparse, the dense views together count half as much as the sparse views
        together. Otherwise their few columns, with the same total norm as the many of
        e.g. TF-IDF, would dominate a classifier.

    Attributes
    ----------
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int
        The sum of ``dimensions_``.

    See Also
    --------
    Average : As many columns as the widest view.

    References
    ----------
    .. [1] W. Yin, H. Schuetze (2016). Learning word meta-embeddings. ACL.

    Examples
    --------
    >>> from skmeta.combine import Concatenate
    >>> Concatenate(weights=[2, 1]).fit_transform([[[1.0, 0.0]], [[3.0]]])
    array([[2., 0., 3.]], dtype=float32)
    """

    _takes_sparse = True

    @property
    def n_features_out_(self) -> int:
        """The number of output columns."""
        return sum(self.dimensions_)

    def _default_weights(self, views: Views) -> np.ndarray:
        return balance_dense(views.sparse).astype(np.float32)

    def _combine(self, blocks: list[Any], present: np.ndarray) -> Any:
        if any(map(issparse, blocks)):
            weighted = [w * csr_array(b) for w, b in zip(self.weights_, blocks)]
            return hstack(weighted, format="csr")
        combined = np.empty((len(present), self.n_features_out_), np.float32)
        start = 0
        for weight, block in zip(self.weights_, blocks):
            end = start + block.shape[1]
            np.multiply(block, weight, out=combined[:, start:end])
            start = end
        return combined

    def _linearize(
        self, view: int, block: Any, pattern: np.ndarray, coef: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        start = sum(self.dimensions_[:view])
        own = coef[start : start + self.dimensions_[view]]
        weight = float(self.weights_[view])
        return weight * own, np.ones(block.shape[0]), np.zeros(coef.shape[1])


def balance_dense(is_sparse: Sequence[bool]) -> np.ndarray:
    """Weigh views so that the dense ones together count half as much as the sparse.

    Parameters
    ----------
    is_sparse : sequence of bool
        Of each view.

    Returns
    -------
    weights : float64 ndarray of shape (n_views,)
        All 1 where views are of one kind.
    """
    n_sparse, n_views = sum(is_sparse), len(is_sparse)
    if n_sparse in (0, n_views):
        return np.ones(n_views)
    dense = _DENSE_SHARE * np.sqrt(n_sparse / (n_views - n_sparse))
    return np.where(is_sparse, 1, dense)
