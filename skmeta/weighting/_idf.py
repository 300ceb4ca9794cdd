"""Inverse document frequency."""

from __future__ import annotations

from itertools import count

import numpy as np

from skmeta.weighting._weighting import Weighting
from skmeta.weighting._word_counts import WordCounts, count_words

__all__ = ["IDF"]


class IDF(Weighting):
    """Weight words by their inverse document frequency.

    ln((1 + n) / (1 + df)) + 1, where df of the n documents contain the word: the smooth
    idf [1]_ of scikit-learn, as if one more document contained every word once. This
    avoids divisions by zero; a word that no document contains has the largest weight.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)
    n_documents_ : int

    See Also
    --------
    SIF : Weights from the words' probabilities.

    References
    ----------
    .. [1] K. Sparck Jones (1972). A statistical interpretation of term specificity and
       its application in retrieval. Journal of Documentation 28(1).

    Examples
    --------
    >>> from skmeta.weighting import IDF
    >>> idf = IDF().fit([["an", "apple"], ["an", "egg"]], {"an": 0, "apple": 1})
    >>> idf.word_weights_.round(2)
    array([1.  , 1.41], dtype=float32)
    """

    _parameter_constraints: dict = {}

    def _count(
        self,
        documents: list[list[str]],
        key_to_index: dict[str, int],
        counts: np.ndarray | None,
    ) -> WordCounts:
        numbers = count()
        found = count_words(set(document) for document, _ in zip(documents, numbers))
        self.n_documents_ = next(numbers)
        return found

    def _weigh(self, counts: np.ndarray) -> np.ndarray:
        return np.log((1 + self.n_documents_) / (1 + counts)) + 1
