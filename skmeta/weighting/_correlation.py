"""Correlation: a word counts the more, the more it goes with the number to predict."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmeta.weighting._label_weighting import LabelWeighting
from skmeta.weighting._targets import encode_numbers

__all__ = ["Correlation"]


class Correlation(LabelWeighting):
    """Weigh words by their documents' difference from the mean of y, for regression.

    A word's weight is ``1 + max(abs(sum(z)) / (n + smoothing))`` over the columns of y,
    where z is y less its mean, divided by its standard deviation, and the sum goes over
    the n documents that hold the word. It is to numbers what :class:`LogOdds` is to
    classes, and ``fit_transform`` cross-fits it in the same way.

    Parameters
    ----------
    smoothing : float, default=0.5
        How many documents' worth of doubt: the more, the less rare words count.

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
        """Encode numbers, standardized.

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
        """Measure the shrunk difference from the mean of each column.

        Parameters
        ----------
        sums : float64 ndarray of shape (n_columns,)
            Of the target, over the rows that have the column.
        counts : float64 ndarray of shape (n_columns,)
            How many rows have it.
        target : float64 ndarray of shape (n_rows,)

        Returns
        -------
        strengths : float64 ndarray of shape (n_columns,)
        """
        return np.abs(sums) / (counts + self.smoothing)
