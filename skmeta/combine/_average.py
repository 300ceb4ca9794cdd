"""Averaging: the mean of the views that know a row, padded to the widest."""

from __future__ import annotations

import numpy as np

from skmeta.combine._combiner import Combiner

__all__ = ["Average"]


class Average(Combiner):
    """Average the views that know a row; narrower views are padded with zeros.

    In many dimensions, vectors of independent sources are nearly orthogonal, so that
    their average preserves distances almost as concatenation does [1]_, in fewer
    columns; in few dimensions it does not.

    Parameters
    ----------
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each view in the mean. None: equal weights.

    Attributes
    ----------
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int
        The largest of ``dimensions_``.

    See Also
    --------
    Concatenate : Keeps all columns.

    References
    ----------
    .. [1] J. Coates, D. Bollegala (2018). Frustratingly easy meta-embedding: computing
       meta-embeddings by averaging source word embeddings. NAACL.

    Examples
    --------
    A row of zeros is absent from its view and does not count in the mean.

    >>> from skmeta.combine import Average
    >>> Average().fit_transform([[[1.0, 2.0], [1.0, 2.0]], [[3.0], [0.0]]])
    array([[2., 1.],
           [1., 2.]], dtype=float32)
    """

    @property
    def n_features_out_(self) -> int:
        """The number of output columns."""
        return max(self.dimensions_)

    def _combine(self, blocks: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        for weight, block in zip(self.weights_, blocks):
            if weight != 1:
                block *= weight
        widest = int(np.argmax(self.dimensions_))
        average = blocks[widest]
        for view, block in enumerate(blocks):
            if view != widest:
                average[:, : block.shape[1]] += block
        total = present @ self.weights_
        total[total == 0] = 1
        average /= total[:, np.newaxis]
        return average
