"""Unsupervised smooth inverse frequency."""

from __future__ import annotations

import numpy as np

from skmeta.weighting._weighting import Weighting
from skmeta.weighting._word_counts import (
    WORD_COUNTS,
    WordCounts,
    WordCountSource,
    find_word_counts,
)

__all__ = ["USIF"]


class USIF(Weighting):
    """Weight words by unsupervised smooth inverse frequency, a / (a / 2 + p(w)).

    By default, vectorizers with this weighting also remove the first five common
    components of the documents, each in proportion to its squared singular value, as in
    the paper [1]_; see their ``remove_components``.

    Parameters
    ----------
    word_counts : {"documents", "vectors"}, mapping or Series, default="documents"
        The source of word counts, whose shares are the probabilities. "documents":
        those in ``fit``. "vectors": the counts of the word vectors, e.g. of trained
        ones. Or a table of word to count, which clones share, e.g. of a large corpus if
        there are few documents.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)
    a_ : float
        Infinite if no word is frequent: then all words have equal weights.
    n_tokens_ : float
        The sum of all counts.

    See Also
    --------
    SIF : With a given ``a``.

    Notes
    -----
    A document of n words, drawn at random from the N distinct words, contains a given
    one with probability 1 - (1 - 1 / N) ** n. With alpha the share of words that are
    more probable than that, a = (1 - alpha) / (alpha N / 2). Here n is the mean length
    of the nonempty documents in ``fit``.

    The author's program first scales each dimension to unit length over the words of a
    document; here words are pooled as they are.

    References
    ----------
    .. [1] K. Ethayarajh (2018). Unsupervised random walk sentence embeddings: a strong
       but simple baseline. RepL4NLP.

    Examples
    --------
    >>> from skmeta.weighting import USIF
    >>> word_counts = {"an": 95, "apple": 3, "pear": 1, "egg": 1}
    >>> usif = USIF(word_counts=word_counts)
    >>> usif.fit([["an", "apple"]], {"an": 0, "apple": 1}).word_weights_.round(2)
    array([0.88, 1.92], dtype=float32)
    """

    _parameter_constraints: dict = {"word_counts": WORD_COUNTS}
    n_components = 5
    removes_shares = True

    def __init__(self, *, word_counts: WordCountSource = "documents") -> None:
        self.word_counts = word_counts

    def _count(
        self,
        documents: list[list[str]],
        key_to_index: dict[str, int],
        counts: np.ndarray | None,
    ) -> WordCounts:
        found = find_word_counts(self.word_counts, documents, key_to_index, counts)
        self.n_tokens_ = found.numbers.sum()
        n_tokens = n_documents = 0
        for document in documents:
            n_tokens += len(document)
            n_documents += bool(document)
        length = n_tokens / max(n_documents, 1)
        self.a_ = _find_a(found.numbers / (self.n_tokens_ or 1), length)
        return found

    def _weigh(self, counts: np.ndarray) -> np.ndarray:
        probabilities = counts / (self.n_tokens_ or 1)
        return 1 / (1 / 2 + probabilities / self.a_)


def _find_a(probabilities: np.ndarray, length: float) -> float:
    """Solve for a; infinite if no word is frequent."""
    n_words = int(np.count_nonzero(probabilities))
    threshold = 1 - (1 - 1 / max(n_words, 1)) ** length
    n_frequent = int(np.count_nonzero(probabilities > threshold))
    alpha = min(n_frequent, n_words - 1) / max(n_words, 1)
    return (1 - alpha) / (alpha * n_words / 2) if alpha > 0 else np.inf
