"""The base class of weightings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import repeat
from typing import Any, Self

import numpy as np

from skmeta._estimator._base import Estimator
from skmeta.weighting._word_counts import WordCounts

__all__ = ["Weighting"]


class Weighting(Estimator, ABC):
    """Base class: a word's weight is a function of a count of it.

    A subclass implements ``_count``, which counts words, and ``_weigh``, which turns
    counts into weights. Unseen words have the weight of the count 0.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)
    n_components : int
        The number of common components that vectorizers remove by default.
    removes_shares : bool
        Whether a component is removed in proportion to its squared singular value.
    uses_labels : bool
        Whether weights are learned from labels, so that ``fit_transform`` cross-fits.
    """

    n_components = 0
    removes_shares = False
    uses_labels = False

    def fit(
        self,
        documents: list[list[str]],
        key_to_index: dict[str, int],
        counts: np.ndarray | None = None,
        *,
        y: Any = None,
        keep_unknown: bool = False,
    ) -> Self:
        """Learn the weight of every word.

        Parameters
        ----------
        documents : list of lists of str
        key_to_index : dict of str to int
            The words that have vectors, in the order of their rows, and their rows.
        counts : ndarray of shape (n_words,), default=None
            The frequency of each of them in the vectors' training corpus.
        y : array-like of shape (n_documents,), default=None
            Labels, for weightings that learn from them.
        keep_unknown : bool, default=False
            Whether to keep the counts of other words, too, for ``weigh_unknown``.

        Returns
        -------
        self : Weighting

        Raises
        ------
        ValueError
            If a parameter is invalid.
        """
        self._validate_params()
        words, numbers = self._count(documents, key_to_index, counts)
        rows = np.fromiter(map(key_to_index.get, words, repeat(-1)), np.int64)
        known = rows >= 0
        of_rows = np.zeros(len(key_to_index))
        of_rows[rows[known]] = numbers[known]
        self.word_weights_ = self._weigh(of_rows).astype(np.float32)
        self._counts_of_unknown = {}
        if keep_unknown:
            unknown = zip(words, numbers.tolist(), known)
            self._counts_of_unknown = {
                word: n for word, n, is_in in unknown if not is_in
            }
        return self

    def weigh_unknown(self, words: list[str]) -> np.ndarray:
        """Return the weights of words that have no vectors.

        Parameters
        ----------
        words : list of str

        Returns
        -------
        weights : float32 ndarray of shape (len(words),)
            Those of unseen words, unless fitted with ``keep_unknown=True``.
        """
        counts = map(self._counts_of_unknown.get, words, repeat(0))
        return self._weigh(np.fromiter(counts, np.float64)).astype(np.float32)

    @abstractmethod
    def _count(
        self,
        documents: list[list[str]],
        key_to_index: dict[str, int],
        counts: np.ndarray | None,
    ) -> WordCounts:
        """Return words and their counts."""

    @abstractmethod
    def _weigh(self, counts: np.ndarray) -> np.ndarray:
        """Turn counts into weights."""

    def __sklearn_clone__(self) -> Self:
        """Clone, sharing parameters: a table of word counts may be large."""
        return type(self)(**self.get_params(deep=False))
