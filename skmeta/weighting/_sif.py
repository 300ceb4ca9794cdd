"""SIF: a word counts the more, the less probable it is."""

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
    """Weigh words by smooth inverse frequency, a / (a + p(w)).

    Vectorizers remove the first common component of the documents with it, as the paper
    [1]_ has it, unless ``remove_components`` tells them otherwise.

    Parameters
    ----------
    a : float, default=1e-3
        The probability at which a word counts half; the paper finds 1e-3 to 1e-4 good,
        whatever the data.
    word_counts : {"documents", "vectors"}, mapping or Series, default="documents"
        What tells the probability of a word, its count divided by that of all words.
        "documents": those in ``fit``. "vectors": the counts that come with the word
        vectors, as with trained ones. Or a table of word to count, which clones share:
        give that of a large collection where the documents are few.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)
    n_tokens_ : float
        The sum of all counts.

    See Also
    --------
    USIF : With ``a`` found from the counts.

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
