"""Centering of dense views."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy.sparse import issparse

from skmeta._vectors._unit_rows import normalize_rows, row_lengths
from skmeta.combine._views import Views

__all__ = ["Center"]


class Center:
    """Subtract from each dense view the mean of the rows that it knows.

    The common mean does not distinguish rows. Normalized rows are scaled to unit length
    again. Sparse views are not centered, so that they stay sparse.

    Attributes
    ----------
    means_ : list of float32 ndarrays of shape (d_i,); None for sparse views
    """

    means_: list[np.ndarray | None]

    def fit(self, views: Views) -> Self:
        """Learn the means.

        Parameters
        ----------
        views : Views

        Returns
        -------
        self : Center
        """
        totals = [np.zeros(size) for size in views.dimensions]
        for _, blocks, _ in views.blocks():
            for total, block in zip(totals, blocks):
                if not issparse(block):
                    total += block.sum(axis=0, dtype=np.float64)
        n_rows = np.maximum(views.present().sum(axis=0), 1)
        self.means_ = [
            None if sparse else (total / n).astype(np.float32)
            for total, n, sparse in zip(totals, n_rows, views.sparse)
        ]
        self._normalizes = views.normalized
        return self

    def shifts(self, blocks: list[Any], present: np.ndarray) -> list[np.ndarray | None]:
        """Return what each row is multiplied with once the mean is subtracted.

        Parameters
        ----------
        blocks : list of float32 ndarrays, or CSR arrays
            Before :meth:`apply`.
        present : bool ndarray of shape (n_rows, n_views)

        Returns
        -------
        factors : list of float64 ndarrays of shape (n_rows,)
            One over the length where rows are normalized, else 1; None for views that
            are not centered.
        """
        factors: list[np.ndarray | None] = []
        for block, mean, known in zip(blocks, self.means_, present.T):
            if mean is None:
                factors.append(None)
                continue
            lengths = np.ones(len(block))
            if self._normalizes:
                lengths = row_lengths(block - mean)
                lengths[lengths == 0] = 1
            factors.append(known / lengths)
        return factors

    def apply(
        self, blocks: list[Any], present: np.ndarray
    ) -> tuple[list[Any], np.ndarray]:
        """Subtract the means from rows that are present."""
        for block, mean, known in zip(blocks, self.means_, present.T):
            if mean is not None:
                block -= mean
                block[~known] = 0
                if self._normalizes:
                    normalize_rows(block)
        return blocks, present
