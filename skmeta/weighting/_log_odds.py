"""Log-odds: words that distinguish classes have more weight."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmeta.weighting._label_weighting import LabelWeighting
from skmeta.weighting._targets import encode_classes

__all__ = ["LogOdds"]


class LogOdds(LabelWeighting):
    """Weight words by how much more often they occur in one class than in the others.

    A word's weight is ``1 + max(abs(log((p + s) / (e + s)) - log((q + s) / (r + s))))``
    over the classes: of the documents that hold it, p are of the class and q are not,
    where e and r would be if the word did not depend on the class. This is the
    log-ratio of naive Bayes [1]_, [2]_, shrunk by ``smoothing``, s, towards no
    difference. Of an indicator matrix every column is a class against its absence.

    As the weights are learned from labels, ``fit_transform`` of a vectorizer
    cross-fits: each fifth of the documents has weights learned from the other four, as
    in scikit-learn's :class:`~sklearn.preprocessing.TargetEncoder`, so that a
    classifier is trained on vectors like those it will predict from. ``fit(X,
    y).transform(X)`` of the training documents is too optimistic to train on. Documents
    that are repeated with the same label stay together, and count once.

    Parameters
    ----------
    smoothing : float, default=0.5
        Shrinkage, as a number of documents: larger values give rare words less weight.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)

    See Also
    --------
    Correlation : For regression.
    FeatureWeighter : The same for columns of TF-IDF.

    References
    ----------
    .. [1] S. Wang, C. Manning (2012). Baselines and bigrams: simple, good sentiment and
       topic classification. ACL.
    .. [2] B. Monroe, M. Colaresi, K. Quinn (2008). Fightin' words: lexical feature
       selection and evaluation for identifying the content of political conflict.
       Political Analysis 16(4).

    Examples
    --------
    >>> from skmeta.weighting import LogOdds
    >>> documents = [["a", "cat"], ["a", "dog"], ["a", "bond"], ["a", "share"]]
    >>> words = {"a": 0, "cat": 1}
    >>> log_odds = LogOdds().fit(documents, words, y=["pet", "pet", "money", "money"])
    >>> log_odds.word_weights_.round(2)
    array([1. , 2.1], dtype=float32)
    """

    def encode(self, y: Any, n_rows: int) -> np.ndarray:
        """Encode classes as indicator columns.

        Parameters
        ----------
        y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        n_rows : int

        Returns
        -------
        targets : float64 ndarray of shape (n_rows, n_targets)
        """
        return encode_classes(y, n_rows, "weighting='log_odds'")

    def measure(
        self, sums: np.ndarray, counts: np.ndarray, target: np.ndarray
    ) -> np.ndarray:
        """Compute the absolute log-ratio of each column.

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
        share, s = target.mean(), self.smoothing
        inside = np.log((sums + s) / (counts * share + s))
        outside = np.log((counts - sums + s) / (counts * (1 - share) + s))
        return np.abs(inside - outside)
