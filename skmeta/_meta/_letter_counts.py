"""Character n-grams within words, counted by way of the words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

__all__ = ["LetterCounts"]


class LetterCounts(TransformerMixin, BaseEstimator):
    """Count what CountVectorizer's "char_wb" counts in joined tokens.

    The n-grams of each distinct word are found once; a sparse product with the counts
    of words counts those of documents.

    Parameters
    ----------
    ngram_range : (int, int), default=(2, 4)
        The shortest and the longest n-grams.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The column of each n-gram, sorted.
    """

    def __init__(self, ngram_range: tuple[int, int] = (2, 4)) -> None:
        self.ngram_range = ngram_range

    def fit(self, X: Iterable[list[str]], y: Any = None) -> Self:
        """Find the n-grams of token lists."""
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Iterable[list[str]], y: Any = None) -> csr_array:
        """Find the n-grams of token lists, and count them."""
        words, counts = _count_words(X)
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        ngrams, ends = self._find_ngrams(words)
        found = np.fromiter(map(numbers.__getitem__, ngrams), np.int32, len(ngrams))
        names = sorted(numbers)
        self.vocabulary_ = {name: column for column, name in enumerate(names)}
        columns = np.empty(len(names), np.int32)
        columns[[numbers[name] for name in names]] = np.arange(len(names))
        return _multiply(counts, columns[found], ends, len(names))

    def transform(self, X: Iterable[list[str]]) -> csr_array:
        """Count the n-grams of token lists that were found in fit.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        counts : float32 CSR array of shape (n_documents, n_ngrams)
        """
        check_is_fitted(self)
        words, counts = _count_words(X)
        ngrams, ends = self._find_ngrams(words)
        found = np.fromiter(
            map(self.vocabulary_.get, ngrams, repeat(-1)), np.int32, len(ngrams)
        )
        is_known = found >= 0
        ends = _narrow(np.append(0, np.cumsum(is_known))[ends])
        return _multiply(counts, found[is_known], ends, len(self.vocabulary_))

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Return the n-grams, object ndarray of shape (n_ngrams,)."""
        check_is_fitted(self)
        return np.array(list(self.vocabulary_), dtype=object)

    def _find_ngrams(self, words: Iterable[str]) -> tuple[list[str], np.ndarray]:
        """Return the n-grams of one word after another, and where each word's end."""
        fewest, most = self.ngram_range
        found: list[str] = []
        ends = [0]
        for word in words:
            found += _ngrams_of(word, fewest, most)
            ends.append(len(found))
        return found, _narrow(np.array(ends))


def _count_words(documents: Iterable[list[str]]) -> tuple[list[str], csr_array]:
    """Return the distinct words, and how often each document has each of them."""
    documents = list(documents)
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    columns = np.fromiter(
        map(numbers.__getitem__, chain.from_iterable(documents)), np.int32
    )
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    indptr = _narrow(np.append(0, np.cumsum(lengths)))
    shape = len(documents), len(numbers)
    counts = csr_array((np.ones(len(columns), np.float32), columns, indptr), shape)
    counts.sum_duplicates()
    return list(numbers), counts


def _narrow(ends: np.ndarray) -> np.ndarray:
    """Return ends as int32 if they fit: with narrow indices products take less time."""
    return ends.astype(np.int32) if ends[-1] <= np.iinfo(np.int32).max else ends


def _multiply(
    counts: csr_array, ngrams: np.ndarray, ends: np.ndarray, n_ngrams: int
) -> csr_array:
    """Multiply counts of words with their counts of n-grams."""
    ones = np.ones(len(ngrams), np.float32)
    product = counts @ csr_array((ones, ngrams, ends), (len(ends) - 1, n_ngrams))
    product.sort_indices()
    return product


def _ngrams_of(token: str, fewest: int, most: int) -> list[str]:
    """Return the n-grams of a token, with a space at both ends of each word in it."""
    found = []
    for word in token.split():
        padded = f" {word} "
        for n in range(fewest, most + 1):
            ends = range(n, max(len(padded), n) + 1)
            found += [padded[end - n : end] for end in ends]
            if len(padded) <= n:  # the whole word, which counts once
                break
    return found
