"""Vectorizers that have word vectors: a document's row is pooled from its words'."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Mapping
from itertools import chain
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._combine_words import find_vectors
from skmeta._documents import check_documents
from skmeta._pooling import POOLINGS, Vectors, check_poolings, pool
from skmeta._unknown_words import (
    UNKNOWN,
    refuse_lack_of_subwords,
    refuse_unknown_words,
)
from skmeta._vectorizer import Vectorizer
from skmeta._weighting import WEIGHTINGS, weigh_words
from skmeta._word_vectors import WordVectors

__all__ = ["PoolingVectorizer", "count_known"]


class PoolingVectorizer(Vectorizer):
    """Base class: rows are pooled from word vectors.

    A subclass comes by word vectors in ``_fit``, having called ``_check_pooling``
    first, and hands them to ``_set_word_vectors``.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
    word_weights_ : float32 ndarray of shape (n_words,), or None
    """

    _parameter_constraints: dict = {
        "pooling": [StrOptions(set(POOLINGS)), tuple, list],
        "weighting": [StrOptions(set(WEIGHTINGS)), None],
        "unknown": [StrOptions(set(UNKNOWN))],
        "n_jobs": [Integral, None],
    }

    def coverage(self, X):
        """Tell which share of the documents the word vectors know.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        coverage : DataFrame with one row
            Columns ``tokens``, ``known_tokens``, ``token_share``, ``words`` (distinct
            tokens), ``known_words``, ``word_share``. Shares go from 0 to 1. With
            ``unknown="subword"`` also ``subword_tokens`` and ``subword_words``: those
            that are not known, but have a vector of their n-grams.
        """
        check_is_fitted(self)
        name = type(self).__name__.lower()
        makes = {name: self._makes} if self.unknown == "subword" else None
        return count_known(check_documents(X), {name: self.word_vectors_}, makes)

    def _known_words(self) -> Container[str]:
        """Give what tells whether a word is known."""
        return self.word_vectors_

    @property
    def _vectors(self) -> Vectors:
        """Give the vectors that are pooled."""
        return self.word_vectors_.vectors

    @property
    def _key_to_index(self) -> dict[str, int]:
        """Give the row of each word."""
        return self.word_vectors_.key_to_index

    @property
    def _has_subwords(self) -> bool:
        """Tell whether there are n-grams to make vectors of unknown words with."""
        return self.word_vectors_.subwords is not None

    def _makes(self, word: str) -> bool:
        """Tell whether a vector is made of an unknown word's n-grams."""
        subwords = self.word_vectors_.subwords
        return self.unknown == "subword" and subwords is not None and word in subwords

    def _compose(self, words: list[str]) -> np.ndarray:
        """Make the vectors of unknown words, zeros where there are none."""
        return find_vectors(words, self.word_vectors_)

    def _compose_and_weigh(self, words: list[str]) -> tuple:
        """Give vectors of unknown words, their weights, and which have a vector."""
        vectors = self._compose(words)
        return vectors, self._weigh_unknown(words), vectors.any(axis=1)

    def _weigh_unknown(self, words: list[str]) -> np.ndarray | None:
        """Give unknown words the weight of one that no document of ``fit`` held."""
        if self.word_weights_ is None:
            return None
        idf = np.log(1 + self._n_documents) + 1
        return np.full(len(words), idf, dtype=np.float32)

    def _check_unknown(self, has_subwords: bool) -> None:
        """Refuse to make vectors of n-grams where there are none."""
        if self.unknown == "subword" and not has_subwords:
            refuse_lack_of_subwords(type(self).__name__)

    def _refuse_unknown(self, documents: list[list[str]]) -> None:
        """Refuse unknown words where that is asked for."""
        if self.unknown == "error":
            refuse_unknown_words(documents, self._known_words())

    def _check_pooling(self) -> None:
        """Refuse unsound poolings before any work is done."""
        check_poolings(self.pooling)

    def _set_word_vectors(self, word_vectors: WordVectors, documents: list) -> None:
        """Keep the word vectors, and learn the words' weights from the documents."""
        self.word_vectors_ = word_vectors
        self._weigh_words(documents, word_vectors.key_to_index)

    def _weigh_words(self, documents: list, key_to_index: dict[str, int]) -> None:
        """Learn the words' weights from the documents."""
        self.word_weights_ = weigh_words(self.weighting, documents, key_to_index)
        self._n_documents = len(documents)

    def _embed(self, documents: list[list[str]]) -> np.ndarray:
        self._refuse_unknown(documents)
        unknown = None
        if self.unknown == "subword":
            self._check_unknown(self._has_subwords)
            unknown = self._compose_and_weigh
        return pool(
            documents,
            self._vectors,
            self._key_to_index,
            check_poolings(self.pooling),
            self.word_weights_,
            unknown=unknown,
            n_jobs=self.n_jobs,
        )

    @property
    def _n_features_out(self):
        return len(check_poolings(self.pooling)) * self.word_vectors_.vector_size


def count_known(
    documents: list[list[str]],
    sources: Mapping[str, Container[str]],
    makes: Mapping[str, Callable[[str], bool]] | None = None,
) -> pd.DataFrame:
    """Count the tokens and the distinct words that each source knows.

    ``makes`` tells of some sources whether they make a vector of an unknown word.
    """
    counts = Counter(chain.from_iterable(documents))
    n_tokens, n_words = counts.total(), len(counts)
    table = []
    for name, words in sources.items():
        known = [n for word, n in counts.items() if word in words]
        row = {
            "tokens": n_tokens,
            "known_tokens": sum(known),
            "token_share": sum(known) / max(n_tokens, 1),
            "words": n_words,
            "known_words": len(known),
            "word_share": len(known) / max(n_words, 1),
        }
        if makes is not None:
            has = makes.get(name, lambda word: False)
            made = [n for word, n in counts.items() if word not in words and has(word)]
            row |= {"subword_tokens": sum(made), "subword_words": len(made)}
        table.append(row)
    return pd.DataFrame(table, index=pd.Index(sources, name="source"))
