"""The base class of all vectorizers: fit, transform, feature names, cloning.

Think twice before adding to it: every estimator inherits what stands here.
"""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator
from itertools import count
from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import (
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    clone,
)
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._batches import iter_batches, stack_batches
from skmeta._documents._check import check_documents
from skmeta._documents._stream import DocumentStream, is_reiterable
from skmeta._documents._types import Documents
from skmeta._estimator._base import Estimator
from skmeta._estimator._refit import refit
from skmeta._estimator._validation import fit_context
from skmeta._io._npy_rows import write_rows
from skmeta._vectorizers._file_parameters import FileParameters

__all__ = ["Vectorizer", "embed_batch"]

_DOCUMENTS_BLOCK_SIZE = 256  # from an iterator


class Vectorizer(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, FileParameters, Estimator
):
    """Base class of vectorizers, which transform documents into float32 rows.

    A subclass overrides ``_fit``, which learns from documents, ``_embed``, which turns
    a batch of them into rows, and ``_n_features_out``; and ``_fit_embed`` where both at
    once are less work. ``_check_all`` and ``_continued`` are for those who train.
    """

    @fit_context(prefer_skip_nested_validation=False)  # sources validate their own
    def fit(self, X: Documents, y: ArrayLike | None = None) -> Self:
        """Learn from documents.

        Parameters
        ----------
        X : iterable of token lists
            A list, a generator, a numpy object array, a pandas Series of token lists.
            What can be read again and holds no documents, as
            :class:`skmeta.datasets.TextFiles`, is read several times, and never is
            whole in memory.
        y : array-like of shape (n_documents,), default=None
            Labels; passed on to the sources of a meta-embedding, else ignored.

        Returns
        -------
        self : object
            The fitted vectorizer.
        """
        with refit(self, self._continued) as twin:
            twin._fit(twin._check_all(X), y)
        return self

    def transform(self, X: Documents) -> np.ndarray:
        """Turn documents into vectors.

        Parameters
        ----------
        X : iterable of token lists
            The documents. Of a generator only a few are in memory at a time. Tokens
            without a vector are ignored, unless ``unknown`` says otherwise.

        Returns
        -------
        vectors : float32 ndarray of shape (n_documents, n_features_out)
            A document without a known token is a row of zeros.
        """
        if "_fit_attributes" not in vars(self):  # which refit sets
            check_is_fitted(self)  # takes a tenth of a short document's time
        if type(X) is not list and (isinstance(X, Iterator) or is_reiterable(X)):
            rows = stack_batches(self._embed_batches(X, _DOCUMENTS_BLOCK_SIZE))
            if rows is not None:
                return rows
        return self._embed(DocumentBatch(X))

    def iter_transform(
        self,
        X: Documents,
        batch_size: int = 1_000,
        *,
        out: str | os.PathLike[str] | None = None,
    ) -> Iterator[np.ndarray] | np.ndarray:
        """Transform documents batch by batch, for collections larger than memory.

        Parameters
        ----------
        X : iterable of token lists
            The documents; from an iterator, as many are taken at a time as a batch has.
        batch_size : int, default=1_000
            Documents a batch; the last may have fewer.
        out : path, default=None
            A .npy file to write all rows to at once. It takes its name when it is
            whole; until then a file that had the name stays.

        Returns
        -------
        vectors : iterator of float32 ndarrays, or float32 memmap
            Batches of shape (n_documents_in_batch, n_features_out): together, what
            :meth:`transform` gives; ``set_output`` does not change it. With ``out``,
            all rows, mapped from the file for reading.

        Raises
        ------
        TypeError
            If rows to write to a file are sparse.
        ValueError
            If batch_size is not a positive integer, or there is no document to write.
        """
        check_is_fitted(self)
        if not isinstance(batch_size, Integral) or batch_size < 1:
            raise ValueError(
                f"Found batch_size={batch_size!r}, expected a positive integer, e.g. "
                "1000."
            )
        batches = self._embed_batches(X, batch_size)
        return batches if out is None else write_rows(out, batches)

    def _embed_batches(self, X: Documents, batch_size: int) -> Iterator[np.ndarray]:
        """Transform documents batch by batch."""
        numbers = count(step=batch_size)
        return (
            self._embed(DocumentBatch(batch, first_number))
            for batch, first_number in zip(iter_batches(X, batch_size), numbers)
        )

    @fit_context(prefer_skip_nested_validation=False)
    def fit_transform(self, X: Documents, y: ArrayLike | None = None) -> np.ndarray:
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
        with refit(self, self._continued) as twin:
            return twin._fit_embed(twin._check_all(X), y)

    @property
    def _continued(self) -> tuple[str, ...]:
        """The attributes of the previous fit that the next one continues from."""
        return ()

    def _check_all(self, X: Any) -> Any:
        """Check documents, at once or while they are read."""
        if isinstance(X, DocumentStream):
            return X
        if is_reiterable(X) and not self.__sklearn_tags__().target_tags.required:
            return DocumentStream(X)
        return check_documents(X)  # also where folds are drawn from all documents

    @abstractmethod
    def _fit(self, documents: list[list[str]], y: Any) -> None:
        """Fit to checked documents."""

    @abstractmethod
    def _embed(self, batch: DocumentBatch) -> np.ndarray:
        """Transform a batch of documents."""

    def _fit_embed(self, documents: list[list[str]], y: Any) -> np.ndarray:
        """Fit to checked documents and transform them."""
        self._fit(documents, y)
        if not isinstance(documents, DocumentStream):
            return self._embed(DocumentBatch.of_checked(documents))
        batches = iter_batches(documents, _DOCUMENTS_BLOCK_SIZE)
        return stack_batches(self._embed(DocumentBatch.of_checked(b)) for b in batches)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []  # always float32
        return tags

    def __sklearn_clone__(self) -> Self:
        """Clone as scikit-learn does, but share word vectors."""
        without_sources: Self = object.__new__(type(self))
        without_sources.__dict__.update(vars(self))  # not as pickles, which hold models
        for name in self._source_parameters:
            setattr(without_sources, name, None)
        cloned = super(Vectorizer, without_sources).__sklearn_clone__()
        for name in self._source_parameters:
            setattr(cloned, name, _clone_source(getattr(self, name)))
        return cloned


def embed_batch(transformer: Any, batch: DocumentBatch) -> Any:
    """Transform a batch of documents; vectorizers do not check them again.

    Parameters
    ----------
    transformer : fitted transformer of token lists
        Or a vectorizer inside FrozenEstimator.
    batch : DocumentBatch

    Returns
    -------
    rows : ndarray or sparse array of shape (n_documents, n_features)
    """
    if isinstance(transformer, FrozenEstimator):
        transformer = transformer.estimator
    if isinstance(transformer, Vectorizer):
        defined_in, _, _ = type(transformer).transform.__module__.partition(".")
        if defined_in == "skmeta":  # else a subclass has its own
            return transformer._embed(batch)
    return transformer.transform(batch.checked())


def _clone_source(source: Any) -> Any:
    """Clone estimators, share everything else: vectors are never copied."""
    if isinstance(source, list | tuple):
        return type(source)(_clone_source(part) for part in source)
    return clone(source) if hasattr(source, "get_params") else source
