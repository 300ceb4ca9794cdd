"""Smooth inverse frequency."""

from __future__ import annotations

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from skmeta.weighting._weighting import Weighting
from skmeta.weighting._word_counts import (
    WORD_COUNTS,
    WordCounts,
    WordCountSource,
    find_word_counts,
)

__all__ = ["SIF"]


class SIF(Weighting):
    """Weight words by smooth inverse frequency, a / (a + p(w)).

    By default, vectorizers with this weighting also remove the first common component
    of the documents, as in the paper [1]_; see their ``remove_components``.

    Parameters
    ----------
    a : float, default=1e-3
        The probability of a word of weight 1/2; the paper recommends 1e-3 to 1e-4 for
        all data.
    word_counts : {"documents", "vectors"}, mapping or Series, default="documents"
        The source of word counts, whose shares are the probabilities. "documents":
        those in ``fit``. "vectors": the counts of the word vectors, e.g. of trained
        ones. Or a table of word to count, which clones share, e.g. of a large corpus if
        there are few documents.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)
    n_tokens_ : float
        The sum of all counts.

    See Also
    --------
    USIF : With ``a`` estimated from the counts.

    References
    ----------
    .. [1] S. Arora, Y. Liang, T. Ma (2017). A simple but tough-to-beat baseline for
       sentence embeddings. ICLR.

    Examples
    --------
    >>> from skmeta import PretrainedVectorizer
    >>> from skmeta.weighting import SIF
    >>> fruit = {"an": [0.0, 1.0], "apple": [1.0, 0.0]}
    >>> sif = SIF(a=1e-2, word_counts={"an": 97, "apple": 1, "pear": 2})
    >>> vectorizer = PretrainedVectorizer(
    ...     fruit, weighting=sif, remove_components=0, scale=1
    ... )
    >>> vectorizer.fit_transform([["an", "apple"]]).round(2)
    array([[0.98, 0.02]], dtype=float32)
    """

    _parameter_constraints: dict = {
        "a": [Interval(Real, 0, None, closed="neither")],
        "word_counts": WORD_COUNTS,
    }
    n_components = 1

    def __init__(
        self, a: float = 1e-3, *, word_counts: WordCountSource = "documents"
    ) -> None:
        self.a = a
        self.word_counts = word_counts

    def _count(
        self,
        documents: list[list[str]],
        key_to_index: dict[str, int],
        counts: np.ndarray | None,
    ) -> WordCounts:
        found = find_word_counts(self.word_counts, documents, key_to_index, counts)
        self.n_tokens_ = found.numbers.sum()
        return found

    def _weigh(self, counts: np.ndarray) -> np.ndarray:
        probabilities = counts / (self.n_tokens_ or 1)
        return self.a / (self.a + probabilities)
