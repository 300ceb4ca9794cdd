"""Concatenation: the views' columns side by side."""

from __future__ import annotations

import numpy as np

from skmeta.combine._combiner import Combiner

__all__ = ["Concatenate"]


class Concatenate(Combiner):
    """Put the views side by side, each times its weight.

    With unit rows the cosine of two rows present everywhere is the mean of the views'
    cosines, weighted by the squares of ``weights``. It keeps all that the sources know
    and is the baseline to beat [1]_; its price is the number of columns.

    Parameters
    ----------
    weights : sequence of float, or dict of source name to float, default=None
        A factor for each view. None: all 1, a strong default.

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

    @property
    def n_features_out_(self) -> int:
        """The number of columns that come out."""
        return sum(self.dimensions_)

    def _combine(self, blocks: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        return np.hstack(
            [weight * block for weight, block in zip(self.weights_, blocks)]
        )
