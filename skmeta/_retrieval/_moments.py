"""Mean and variance of a query's scores, without the scores."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

__all__ = ["Moments"]

_BLOCK_SIZE = 8_192  # rows that are multiplied at once


class Moments(NamedTuple):
    """Mean and covariance of the rows of documents.

    The scores of a query, which are products, have the mean and the variance of the
    rows along the query.
    """

    mean: np.ndarray  # float64 of shape (n_features,)
    covariance: np.ndarray  # float64 of shape (n_features, n_features)

    @classmethod
    def of(cls, rows: np.ndarray) -> Self:
        """Compute the moments of rows, some rows at a time."""
        n_rows, n_features = rows.shape
        mean = rows.mean(axis=0, dtype=np.float64)
        covariance = np.zeros((n_features, n_features))
        for start in range(0, n_rows, _BLOCK_SIZE):
            centered = rows[start : start + _BLOCK_SIZE] - mean
            covariance += centered.T @ centered
        return cls(mean, covariance / n_rows)

    def of_scores(self, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean and the standard deviation of each query's scores.

        Parameters
        ----------
        queries : float32 ndarray of shape (n_queries, n_features)

        Returns
        -------
        means, spreads : float64 ndarrays of shape (n_queries,)
        """
        x: Any = queries.astype(np.float64)
        variances = np.einsum("ij,ij->i", x @ self.covariance, x)
        return x @ self.mean, np.sqrt(np.maximum(variances, 0))
