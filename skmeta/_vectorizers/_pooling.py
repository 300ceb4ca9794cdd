"""Vectorizers that have word vectors: a document's row is pooled from its words'."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._coverage import count_known
from skmeta._documents._stream import read_documents
from skmeta._documents._types import Documents
from skmeta._pooling._document_pooler import DocumentPooler
from skmeta._pooling._parameters import POOLING_CONSTRAINTS
from skmeta._pooling._pool import count_columns
from skmeta._pooling._pooled_words import PooledWords
from skmeta._pooling._unknown_words import ADVICE
from skmeta._vectorizers._base import Vectorizer
from skmeta._vectorizers._known_words import KnownWords, known_words
from skmeta._vectors._word_vectors import WordVectors
from skmeta.weighting._by_name import uses_labels

__all__ = ["PoolingVectorizer", "pooler_of"]


class PoolingVectorizer(Vectorizer):
    """Base class: rows are pooled from word vectors.

    A subclass sets ``word_vectors_`` in ``_fit_words``. A :class:`DocumentPooler` does
    all the rest.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
    word_weights_ : float32 ndarray of shape (n_words,), or None
    common_components_ : float32 ndarray of shape (n_components, n_features), or None
    scale_ : float32
    """

    word_vectors_: WordVectors
    word_weights_: np.ndarray | None
    scale_: np.float32
    _pooler: DocumentPooler
    _advice_on_unknown = ADVICE
    _parameter_constraints: dict = POOLING_CONSTRAINTS

    def coverage(self, X: Documents) -> pd.DataFrame:
        """Return the share of the documents' tokens and words with a vector.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        coverage : DataFrame with one row
            Columns ``tokens``, ``known_tokens``, ``token_share``, ``words`` (distinct
            tokens), ``known_words``, ``word_share``. Shares go from 0 to 1. With
            ``unknown="subword"`` also ``subword_tokens`` and ``subword_words``: those
            that are not known, but have a vector of their n-grams. With a fallback also
            ``fallback_tokens`` and ``fallback_words``: those of the known ones that are
            known in another form.
        """
        check_is_fitted(self)
        name = type(self).__name__.lower()
        words, has_subword_vector, as_written = _describe_words(self)
        makes = None
        if self.unknown == "subword":
            makes = {} if has_subword_vector is None else {name: has_subword_vector}
        return count_known(
            read_documents(self._read(X)), {name: words}, makes, {name: as_written}
        )

    def _read(self, X: Any) -> Any:
        """Return token lists where X may be something else."""
        return X

    @abstractmethod
    def _fit_words(self, documents: list[list[str]], y: Any) -> None:
        """Come by word vectors."""

    def _learn_words(self, documents: list[list[str]], y: Any) -> PooledWords:
        """Come by word vectors and their weights."""
        self._pooler = DocumentPooler(type(self).__name__, self._advice_on_unknown)
        self._pooler.check(self)
        self._fit_words(documents, y)
        index, counts = self.word_vectors_.index, self.word_vectors_.counts
        self._pooler.weigh_words(documents, index, counts, y, self)
        return PooledWords.of(self.word_vectors_)

    def _name_learned(self) -> None:
        """Set the fitted attributes."""
        self.word_weights_ = self._pooler.word_weights
        self.scale_ = self._pooler.scale

    def _fit(self, documents: list[list[str]], y: Any) -> None:
        words = self._learn_words(documents, y)
        self._pooler.fit(documents, words, self)
        self._name_learned()

    def _fit_embed(self, documents: list[list[str]], y: Any) -> np.ndarray:
        words = self._learn_words(documents, y)
        rows = self._pooler.fit_transform(documents, words, y, self)
        self._name_learned()
        return rows

    def _embed(self, batch: DocumentBatch) -> np.ndarray:
        return self._pooler.transform(batch, PooledWords.of(self.word_vectors_), self)

    @property
    def common_components_(self) -> np.ndarray | None:
        """The directions that are removed from pooled rows."""
        return self._pooler.common_components

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = uses_labels(self.weighting)
        return tags

    @property
    def _n_features_out(self) -> int:
        return count_columns(
            self._pooler.poolings(self), self.word_vectors_.vector_size
        )


@known_words.register
def _known_words(source: PoolingVectorizer) -> KnownWords | None:
    if getattr(source, "takes_text", False):
        return None  # it knows parts of words
    return _describe_words(source)


def _describe_words(source: PoolingVectorizer) -> KnownWords:
    """Return what a vectorizer knows of the tokens that it pools."""
    word_vectors = source.word_vectors_
    as_written = word_vectors.key_to_index if word_vectors.fallback else None
    subwords = word_vectors.subwords
    if subwords is None:
        return KnownWords(word_vectors, as_written=as_written)
    makes = source.unknown == "subword"
    return KnownWords(word_vectors, lambda word: makes and word in subwords, as_written)


def pooler_of(vectorizer: PoolingVectorizer) -> DocumentPooler:
    """Return what a fitted vectorizer pools with."""
    return vectorizer._pooler
