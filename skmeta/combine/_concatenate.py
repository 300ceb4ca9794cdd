"""Concatenation: the views' columns side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, hstack, issparse

from skmeta.combine._combiner import Combiner
from skmeta.combine._views import Views

__all__ = ["Concatenate"]


class Concatenate(Combiner):
    """Concatenate the views, each multiplied by its weight.

    With unit rows the cosine of two rows present everywhere is the mean of the views'
    cosines, weighted by the squares of ``weights``. It keeps all that the sources know
    and is the baseline to beat [1]_; its price is the number of columns. A view that
    does not know a row leaves zeros in its columns. Sparse views stay sparse: the
    result is a CSR array then.

    Parameters
    ----------
    weights : sequence of float, or dict of source name to float, default=None
        A factor for each view. None: all 1, a strong default; but where some views are
        sparse, the dense ones together count half as much as the sparse ones together.
        Their few columns hold as much as the many of TF-IDF, say, and would draw most
        of a classifier's attention.

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
    _dense_share = 0.5

    @property
    def n_features_out_(self) -> int:
        """The number of columns that come out."""
        return sum(self.dimensions_)

    def _default_weights(self, views: Views) -> np.ndarray:
        n_sparse, n_views = sum(views.sparse), len(views)
        if n_sparse in (0, n_views):
            return super()._default_weights(views)
        dense = self._dense_share * np.sqrt(n_sparse / (n_views - n_sparse))
        return np.where(views.sparse, 1, dense).astype(np.float32)

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
