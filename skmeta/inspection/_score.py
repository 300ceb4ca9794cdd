"""A linear score of rows: what is traced back from a classifier to words."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["Score"]


class Score(NamedTuple):
    """Each document's scores are its factor times its row times the coefficients.

    A factor for each row is all that scaling rows to unit length needs, so that every
    step of a pipeline turns a score of its output into a score of its input.
    """

    coef: np.ndarray  # float64 ndarray of shape (n_features, n_outputs)
    factors: np.ndarray  # float64 ndarray of shape (n_documents,)

    def of(self, rows: Any) -> np.ndarray:
        """Return the scores of rows, float64 of shape (n_documents, n_outputs)."""
        return self.factors[:, np.newaxis] * np.asarray(rows @ self.coef)

    def columns(self, start: int, stop: int) -> Score:
        """Return the score of some columns."""
        return Score(self.coef[start:stop], self.factors)

    def scaled(self, factors: Any) -> Score:
        """Return the score of rows that are multiplied with factors afterwards."""
        return Score(self.coef, self.factors * factors)
