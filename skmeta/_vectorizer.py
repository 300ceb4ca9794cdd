"""What all vectorizers share: transform, feature names, coverage, sharing of vectors.

Think twice before adding to it: every estimator inherits what stands here.
"""

from __future__ import annotations

import copy
from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    _fit_context,
    clone,
)
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._documents import check_documents
from skmeta._pooling import POOLINGS, check_poolings, pool
from skmeta._weighting import WEIGHTINGS, weigh_words
from skmeta._word_vectors import WordVectors

__all__ = ["Vectorizer", "count_known"]


class Vectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Base class: documents to rows by pooling the vectors of their words.

    A subclass says in ``_fit`` how it comes by word vectors (it learns, takes or
    combines them) and hands them to ``_set_word_vectors``.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
    word_weights_ : float32 ndarray of shape (n_words,), or None
    """

    _source_parameters: tuple[str, ...] = ()  # those that may hold word vectors
    _parameter_constraints: dict = {
        "pooling": [StrOptions(set(POOLINGS)), tuple, list],
        "weighting": [StrOptions(set(WEIGHTINGS)), None],
    }

    @_fit_context(prefer_skip_nested_validation=False)  # sources validate their own
    def fit(self, X, y=None):
        """Learn from documents.

        Parameters
        ----------
        X : iterable of token lists
            A list, a generator, a numpy object array, a pandas Series of token lists.
        y : array-like of shape (n_documents,), default=None
            Labels; passed on to the sources of a meta-embedding, else ignored.

        Returns
        -------
        self : object
            The fitted vectorizer.
        """
        self._fit(check_documents(X), y)
        return self

    def transform(self, X):
        """Turn documents into vectors.

        Parameters
        ----------
        X : iterable of token lists
            The documents. Tokens without a vector are ignored.

        Returns
        -------
        vectors : float32 ndarray of shape (n_documents, n_features_out)
            A document without a known token is a row of zeros.
        """
        check_is_fitted(self)
        return self._embed(check_documents(X))

    @_fit_context(prefer_skip_nested_validation=False)
    def fit_transform(self, X, y=None):
        """Learn from documents and turn them into vectors.

        Parameters
        ----------
        X : iterable of token lists
        y : array-like of shape (n_documents,), default=None
            Labels; passed on to the sources of a meta-embedding, else ignored.

        Returns
        -------
        vectors : float32 ndarray of shape (n_documents, n_features_out)
            What ``fit(X, y).transform(X)`` gives.
        """
        documents = check_documents(X)
        vectors = self._fit(documents, y)
        return self._embed(documents) if vectors is None else vectors

    def coverage(self, X):
        """Tell which share of the documents the sources know.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        coverage : DataFrame with one row a source
            Columns ``tokens``, ``known_tokens``, ``token_share``, ``words`` (distinct
            tokens), ``known_words``, ``word_share``. Shares go from 0 to 1.
        """
        check_is_fitted(self)
        name = type(self).__name__.lower()
        return count_known(check_documents(X), {name: self.word_vectors_})

    def _fit(self, documents: list[list[str]], y: Any) -> np.ndarray | None:
        """Learn; give the documents' vectors where learning makes them anyway."""
        raise NotImplementedError

    def _set_word_vectors(self, word_vectors: WordVectors, documents: list) -> None:
        """Keep the word vectors, and learn the words' weights from the documents."""
        check_poolings(self.pooling)
        self.word_vectors_ = word_vectors
        self.word_weights_ = weigh_words(
            self.weighting, documents, word_vectors.key_to_index
        )

    def _embed(self, documents: list[list[str]]) -> np.ndarray:
        """Turn checked documents into rows."""
        return pool(
            documents,
            self.word_vectors_.vectors,
            self.word_vectors_.key_to_index,
            check_poolings(self.pooling),
            self.word_weights_,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []  # always float32
        return tags

    def __sklearn_clone__(self):
        """Clone as scikit-learn does, but share what holds word vectors."""
        without_sources = copy.copy(self)
        for name in self._source_parameters:
            setattr(without_sources, name, None)
        cloned = super(Vectorizer, without_sources).__sklearn_clone__()
        for name in self._source_parameters:
            setattr(cloned, name, _clone_source(getattr(self, name)))
        return cloned

    @property
    def _n_features_out(self):
        return len(check_poolings(self.pooling)) * self.word_vectors_.vector_size


def count_known(
    documents: list[list[str]], sources: dict[str, WordVectors]
) -> pd.DataFrame:
    """Count the tokens and the distinct words that each source knows."""
    counts = Counter(chain.from_iterable(documents))
    n_tokens, n_words = counts.total(), len(counts)
    table = []
    for word_vectors in sources.values():
        known = [n for word, n in counts.items() if word in word_vectors]
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


def _clone_source(source: Any) -> Any:
    """Clone estimators, share everything else: vectors are never copied."""
    if isinstance(source, list | tuple):
        return type(source)(_clone_source(part) for part in source)
    return clone(source) if hasattr(source, "get_params") else source
