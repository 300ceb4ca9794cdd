"""Vectorizers that have word vectors: a document's row is pooled from its words'."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Container, Mapping
from itertools import chain
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._common_components import CommonComponents, find_common_components
from skmeta._documents import check_documents
from skmeta._pooling import POOLINGS, Vectors, check_poolings, pool
from skmeta._vectorizer import Vectorizer
from skmeta._word_index import WordIndex
from skmeta._word_vectors import WordVectors
from skmeta.weighting import Weighting
from skmeta.weighting._by_name import WEIGHTINGS, get_weighting

__all__ = ["PoolingVectorizer", "count_known"]


class PoolingVectorizer(Vectorizer):
    """Base class: rows are pooled from word vectors.

    A subclass comes by word vectors in ``_fit_words``, having called
    ``_check_pooling`` first, and hands them to ``_set_word_vectors``.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
    word_weights_ : float32 ndarray of shape (n_words,), or None
    common_components_ : float32 ndarray of shape (n_components, n_features), or None
    """

    _parameter_constraints: dict = {
        "pooling": [StrOptions(set(POOLINGS)), Real, tuple, list],
        "weighting": [StrOptions(set(WEIGHTINGS)), Weighting, None],
        "remove_components": [
            StrOptions({"auto"}),
            Interval(Integral, 0, None, closed="left"),
        ],
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
            tokens), ``known_words``, ``word_share``. Shares go from 0 to 1.
        """
        check_is_fitted(self)
        name = type(self).__name__.lower()
        return count_known(check_documents(X), {name: self.word_vectors_})

    @staticmethod
    def _read(X, first_number=0):
        """Check documents; those in Arrow's memory stay there."""
        if "pyarrow" in sys.modules:
            from skmeta._arrow_documents import as_arrow_documents

            documents = as_arrow_documents(X)
            if documents is not None:
                return documents
        return check_documents(X, first_number)

    def _known_words(self) -> Container[str]:
        """Give what tells whether a word is known."""
        return self.word_vectors_

    @property
    def _vectors(self) -> Vectors:
        """Give the vectors that are pooled."""
        return self.word_vectors_.vectors

    @property
    def _index(self) -> WordIndex:
        """Give the row of each word."""
        return self.word_vectors_.index

    def _check_pooling(self) -> None:
        """Refuse unsound poolings before any work is done."""
        check_poolings(self.pooling)

    def _set_word_vectors(self, word_vectors: WordVectors, documents: list) -> None:
        """Keep the word vectors, and learn the words' weights from the documents."""
        self.word_vectors_ = word_vectors
        self._weigh_words(documents, word_vectors.index, word_vectors.counts)

    def _weigh_words(
        self,
        documents: list[list[str]],
        words: WordIndex,
        counts: np.ndarray | None,
    ) -> None:
        """Learn the words' weights from the documents; keep what weighs others too."""
        self._word_weighting = get_weighting(self.weighting)
        self.word_weights_ = None
        if self._word_weighting is not None:
            self._word_weighting.fit(documents, words.key_to_index, counts)
            self.word_weights_ = self._word_weighting.word_weights_

    @abstractmethod
    def _fit_words(self, documents: list[list[str]], y: Any) -> None:
        """Come by word vectors and their weights."""

    def _fit(self, documents: list[list[str]], y: Any) -> None:
        self._fit_words(documents, y)
        self._common_components = self._find_common_components(
            lambda block: self._pool(documents[block]), len(documents)
        )

    def _fit_embed(self, documents: list[list[str]], y: Any) -> np.ndarray:
        self._fit_words(documents, y)
        rows = self._pool(documents)
        self._common_components = self._find_common_components(
            rows.__getitem__, len(rows)
        )
        return self._remove_components(rows)

    def _embed(self, documents: list[list[str]]) -> np.ndarray:
        return self._remove_components(self._pool(documents))

    @property
    def common_components_(self) -> np.ndarray | None:
        """The directions that are removed from pooled rows."""
        found = self._common_components
        return None if found is None else found.directions

    def _find_common_components(
        self, rows_of: Callable[[slice], np.ndarray], n_rows: int
    ) -> CommonComponents | None:
        """Find what pooled rows have in common; the weighting says how much goes."""
        weighting = self._word_weighting
        n_components = self.remove_components
        if n_components == "auto":
            n_components = 0 if weighting is None else weighting.n_components
        if not n_components:
            return None
        by_share = weighting is not None and weighting.removes_shares
        return find_common_components(rows_of, n_rows, n_components, by_share)

    def _remove_components(self, rows: np.ndarray) -> np.ndarray:
        """Take the common components out of new rows."""
        found = self._common_components
        return rows if found is None else found.remove(rows)

    def _pool(self, documents: list[list[str]]) -> np.ndarray:
        """Pool the vectors of the documents' words."""
        return pool(
            documents,
            self._vectors,
            self._index,
            check_poolings(self.pooling),
            self.word_weights_,
        )

    @property
    def _n_features_out(self):
        return len(check_poolings(self.pooling)) * self.word_vectors_.vector_size


def count_known(
    documents: list[list[str]], sources: Mapping[str, Container[str]]
) -> pd.DataFrame:
    """Count the tokens and the distinct words that each source knows."""
    counts = Counter(chain.from_iterable(documents))
    n_tokens, n_words = counts.total(), len(counts)
    table = []
    for words in sources.values():
        known = [n for word, n in counts.items() if word in words]
        table.append(
            {
                "tokens": n_tokens,
                "known_tokens": sum(known),
                "token_share": sum(known) / max(n_tokens, 1),
                "words": n_words,
                "known_words": len(known),
                "word_share": len(known) / max(n_words, 1),
            }
        )
    return pd.DataFrame(table, index=pd.Index(sources, name="source"))
