"""Correlation: words correlated with the number to predict have more weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmeta.weighting._label_weighting import LabelWeighting
from skmeta.weighting._targets import encode_numbers

__all__ = ["Correlation"]


class Correlation(LabelWeighting):
    """Weight words by their documents' difference from the mean of y, for regression.

    A word's weight is ``1 + max(abs(sum(z)) / (n + smoothing))`` over the columns of y,
    where z is y less its mean, divided by its standard deviation, and the sum goes over
    the n documents that hold the word. It is to numbers what :class:`LogOdds` is to
    classes, and ``fit_transform`` cross-fits it in the same way.

    Parameters
    ----------
    smoothing : float, default=0.5
        Shrinkage, as a number of documents: larger values give rare words less weight.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)

    See Also
    --------
    LogOdds : For classes.

    Examples
    --------
    >>> from skmeta.weighting import Correlation
    >>> documents = [["a", "cheap"], ["a", "cheap"], ["a", "dear"], ["a", "dear"]]
    >>> words = {"a": 0, "dear": 1}
    >>> correlation = Correlation().fit(documents, words, y=[1.0, 2.0, 8.0, 9.0])
    >>> correlation.word_weights_.round(2)
    array([1.  , 1.79], dtype=float32)
    """

    def encode(self, y: Any, n_rows: int) -> np.ndarray:
        """Standardize numbers.

        Parameters
        ----------
        y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        n_rows : int

        Returns
        -------
        targets : float64 ndarray of shape (n_rows, n_targets)
        """
        return encode_numbers(y, n_rows, "weighting='correlation'")

    def measure(
        self, sums: np.ndarray, counts: np.ndarray, target: np.ndarray
    ) -> np.ndarray:
        """Compute the shrunk difference from the mean for each column.

        Parameters
        ----------
        sums : float64 ndarray of shape (n_columns,)
            The sums of the target over the rows that have the column.
        counts : float64 ndarray of shape (n_columns,)
            The number of rows that have the column.
        target : float64 ndarray of shape (n_rows,)

        Returns
        -------
        strengths : float64 ndarray of shape (n_columns,)
        """
        return np.abs(sums) / (counts + self.smoothing)
