"""TF-IDF of token lists, as TfidfVectorizer computes it, with n-grams of numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, count, repeat
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta._messages import count_of

__all__ = ["TokenTfidfVectorizer", "make_pairs_vectorizer"]


class TokenTfidfVectorizer(TfidfVectorizer):
    """Compute what TfidfVectorizer does, in less time for token lists.

    With ``preprocessor=list`` and ``tokenizer=list``, n-grams are found as numbers of
    the words, and only the distinct ones are joined. All other documents are counted
    by scikit-learn.
    """

    def _count_vocab(
        self, raw_documents: Iterable[list[str]], fixed_vocab: bool
    ) -> tuple[dict[str, int], csr_matrix]:
        if not self._takes_tokens():
            return super()._count_vocab(raw_documents, fixed_vocab)
        documents = list(raw_documents)
        found = _find_ngrams(documents, *self.ngram_range)
        names = list(chain.from_iterable(ngrams.names for ngrams in found))
        columns: dict[str, int] = self.vocabulary_ if fixed_vocab else {}
        if not fixed_vocab:
            columns.update(zip(dict.fromkeys(sorted(names)), count()))
        if not columns:
            raise ValueError(
                f"Found no words in {count_of(len(documents), 'document')}, expected "
                "at least one. Leave out empty documents."
            )
        known = np.fromiter(map(columns.get, names, repeat(-1)), np.int32, len(names))
        ends = np.cumsum([len(ngrams.names) for ngrams in found])
        rows, numbers = [], []
        for ngrams, its_columns in zip(found, np.split(known, ends)):
            column = its_columns[ngrams.numbers]
            rows.append(ngrams.rows[column >= 0])
            numbers.append(column[column >= 0])
        places = np.concatenate(rows), np.concatenate(numbers)
        ones = np.ones(len(places[0]), self.dtype)
        counts = csr_matrix(coo_array((ones, places), (len(documents), len(columns))))
        counts.sum_duplicates()
        return columns, counts

    def _sort_features(self, X: csr_matrix, vocabulary: dict[str, int]) -> csr_matrix:
        return X if self._takes_tokens() else super()._sort_features(X, vocabulary)

    def _limit_features(
        self,
        X: csr_matrix,
        vocabulary: dict[str, int],
        high: float | None = None,
        low: float | None = None,
        limit: int | None = None,
    ) -> csr_matrix:
        keeps_frequent = high is None or high >= X.shape[0]
        keeps_rare = low is None or low <= 1
        if self._takes_tokens() and keeps_frequent and keeps_rare and limit is None:
            return X  # without a look at each of them
        return super()._limit_features(X, vocabulary, high, low, limit)

    def _takes_tokens(self) -> bool:
        """Return whether documents are token lists, whose tokens stay as they are."""
        return (
            self.analyzer == "word"
            and self.preprocessor is list
            and self.tokenizer is list
            and self.stop_words is None
            and self.input == "content"
        )


class _Ngrams(NamedTuple):
    """The n-grams of a length, at each place where one starts."""

    names: list[str]  # the distinct ones
    numbers: np.ndarray  # which of them
    rows: np.ndarray  # in which document


def _find_ngrams(documents: list[list[str]], fewest: int, most: int) -> list[_Ngrams]:
    """Find the n-grams of each length."""
    known: defaultdict[str, int] = defaultdict()
    known.default_factory = known.__len__
    tokens = np.fromiter(
        map(known.__getitem__, chain.from_iterable(documents)), np.int64
    )
    words = sorted(known)  # so that names are almost sorted, too
    rank = np.empty(len(words), np.int64)
    rank[[known[word] for word in words]] = np.arange(len(words))
    tokens = rank[tokens]
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    rows = np.repeat(np.arange(len(documents), dtype=np.int32), lengths)
    names = words
    numbers, starts = tokens, np.arange(len(tokens))
    found = []
    for n in range(1, most + 1):
        if n > 1:
            fits = starts + n <= len(tokens)
            fits[fits] = rows[starts[fits]] == rows[starts[fits] + n - 1]
            starts = starts[fits]
            pairs = numbers[fits] * len(words) + tokens[starts + n - 1]
            distinct, numbers = np.unique(pairs, return_inverse=True)
            begun = [f"{name} " for name in names]
            first, last = (part.tolist() for part in np.divmod(distinct, len(words)))
            names = [begun[i] + words[j] for i, j in zip(first, last)]
        if n >= fewest:
            found.append(_Ngrams(names, numbers, rows[starts]))
    return found


def make_pairs_vectorizer(**parameters: Any) -> TokenTfidfVectorizer:
    """Create the TF-IDF of words and pairs of words of token lists."""
    return TokenTfidfVectorizer(
        preprocessor=list,  # token lists go through as they are
        tokenizer=list,
        token_pattern=None,
        lowercase=False,
        ngram_range=(1, 2),
        dtype=np.float32,
        **parameters,
    )
