"""Documents to rows: all that vectorizers which pool learn in fit, and apply."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import numpy as np
from sklearn.exceptions import NotFittedError

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._batches import iter_batches, stack_batches
from skmeta._documents._stream import DocumentStream
from skmeta._documents._take_evenly import take_evenly
from skmeta._pooling._common_components import (
    ROWS_BLOCK_SIZE,
    CommonComponents,
    count_to_remove,
    learn_common_components,
)
from skmeta._pooling._cross_fit import pool_cross_fitted
from skmeta._pooling._fit_partitions import fit_partitions
from skmeta._pooling._parameters import PoolingParameters
from skmeta._pooling._partition import Partition
from skmeta._pooling._pool import POOLINGS, check_poolings
from skmeta._pooling._row_map import RowMap, learn_row_map
from skmeta._pooling._row_scale import RowScale
from skmeta._pooling._unknown_words import UnknownPolicy
from skmeta._vectors._word_index import TokenTypeError, WordIndex
from skmeta.weighting import LabelWeighting, Weighting
from skmeta.weighting._by_name import get_weighting

__all__ = ["DocumentPooler", "Tokens"]

_DOCUMENTS_BLOCK_SIZE = 256  # of a stream
_LOOKED_AT = 256  # documents: all zeros there, and transform looks for the reason


class Tokens(Protocol):
    """What is pooled: PooledWords, or vectors that tokens have in context."""

    vectors: Any  # of known words; None where they depend on the context
    index: Any  # what knows which tokens have vectors; None: all have
    compose: Any  # makes vectors of others, or None

    def pool(
        self,
        documents: Any,
        poolings: tuple,
        weighting: Weighting | None,
        unknown: Any,
        n_jobs: int | None,
    ) -> np.ndarray:
        """Return a row for each document."""


class DocumentPooler:
    """Pool the vectors of documents' tokens, as ``fit`` learned to.

    It learns what tokens count, the parts of a partition, the components that rows
    have in common, and their size, in this order. It holds no word vectors, which are
    its owner's, and reads its owner's parameters when it needs them.

    Parameters
    ----------
    name : str
        Of the vectorizer, for messages.
    advice : str, default=None
        What to do where nearly no token is known. None: nothing is said.

    Attributes
    ----------
    policy : UnknownPolicy
    weighting : fitted Weighting, or None
    partitions : list of fitted Partition
    components : CommonComponents, or None
    row_map : RowMap or RowScale
        What is done to rows in the end.
    """

    def __init__(self, name: str, advice: str | None = None) -> None:
        self.policy = UnknownPolicy(name, advice)
        self.weighting: Weighting | None = None
        self.partitions: list[Partition] = []
        self.components: CommonComponents | None = None
        self.row_map: RowMap | RowScale = RowScale(np.float32(1))

    @property
    def word_weights(self) -> np.ndarray | None:
        """How much each word counts, None where all count alike."""
        return None if self.weighting is None else self.weighting.word_weights_

    @property
    def scale(self) -> np.float32:
        """What rows are multiplied by."""
        return self.row_map.factor

    @property
    def common_components(self) -> np.ndarray | None:
        """The directions that are removed from rows, None where none are."""
        return None if self.components is None else self.components.directions

    @staticmethod
    def check(parameters: PoolingParameters) -> None:
        """Raise for poolings that cannot be, before any work is done."""
        for pooling in check_poolings(parameters.pooling, partitions=True):
            if isinstance(pooling, Partition):
                pooling.check_parameters()

    def weigh_words(
        self,
        documents: Any,
        index: WordIndex,
        counts: np.ndarray | None,
        y: Any,
        parameters: PoolingParameters,
        *,
        keep_unknown: bool | None = None,
    ) -> None:
        """Learn what words count from the documents, see :meth:`Weighting.fit`.

        Parameters
        ----------
        documents : list of lists of str, ArrowDocuments or DocumentStream
        index : WordIndex
        counts : ndarray of shape (n_words,), or None
        y : labels, or None
        parameters : PoolingParameters
        keep_unknown : bool, default=None
            Whether other words are weighed, too; None: if vectors are made of them.
        """
        if keep_unknown is None:
            keep_unknown = parameters.unknown == "subword"
        self.weighting = get_weighting(parameters.weighting)
        if self.weighting is not None:
            self.weighting.fit(
                index.as_known(documents),
                index.key_to_index,
                counts,
                y=y,
                keep_unknown=keep_unknown,
            )

    def fit(self, documents: Any, words: Tokens, parameters: PoolingParameters) -> None:
        """Learn the rest, from rows that are pooled block by block.

        Parameters
        ----------
        documents : list of lists of str, ArrowDocuments or DocumentStream
        words : Tokens
        parameters : PoolingParameters
        """
        self._prepare(documents, words, parameters)
        pool = partial(self._pool, words=words, parameters=parameters)
        if isinstance(documents, DocumentStream):
            n_removed = count_to_remove(parameters.remove_components, self.weighting)
            n_rows = documents.count() if n_removed else 0
            blocks = iter_batches(documents, ROWS_BLOCK_SIZE)
        else:
            n_rows = len(documents)
            blocks = None
        self.components = learn_common_components(
            parameters.remove_components,
            self.weighting,
            lambda block: pool(documents[block] if blocks is None else next(blocks)),
            n_rows,
        )
        if not isinstance(parameters.scale, str):
            self.row_map = RowScale(np.float32(parameters.scale))
            return
        some = take_evenly(documents)
        if isinstance(documents, DocumentStream):
            self.policy.warn_if_unknown(parameters.unknown, some, words.index)
        rows = self._remove_components(pool(some))
        self.row_map = learn_row_map(parameters.scale, rows)

    def fit_transform(
        self,
        documents: Any,
        words: Tokens,
        y: Any,
        parameters: PoolingParameters,
        rows: np.ndarray | None = None,
    ) -> np.ndarray:
        """Learn the rest and return rows, pooled once where that suffices.

        Parameters
        ----------
        documents : list of lists of str, ArrowDocuments or DocumentStream
        words : Tokens
        y : labels, or None
            Where words are weighed by labels, each row is pooled with weights that
            other documents' labels gave.
        parameters : PoolingParameters
        rows : float32 ndarray of shape (n_documents, n_features), default=None
            Where they are pooled already; changed in place.
        """
        if isinstance(documents, DocumentStream):
            self.fit(documents, words, parameters)
            batches = iter_batches(documents, _DOCUMENTS_BLOCK_SIZE)
            return stack_batches(self.embed(b, words, parameters) for b in batches)
        if isinstance(self.weighting, LabelWeighting):
            self.fit(documents, words, parameters)
            self.policy.check_known(parameters.unknown, documents, words.index)
            rows = pool_cross_fitted(
                self.weighting,
                words.index.as_known(documents),
                y,
                words.index.key_to_index,
                parameters.unknown == "subword",
                partial(self._pool, words=words, parameters=parameters),
            )
            return self._finish(rows)
        self.policy.check_known(parameters.unknown, documents, words.index)
        self._prepare(documents, words, parameters)
        if rows is None:
            rows = self._pool(documents, words=words, parameters=parameters)
        self.components = learn_common_components(
            parameters.remove_components, self.weighting, rows.__getitem__, len(rows)
        )
        rows = self._remove_components(rows)
        self.row_map = learn_row_map(parameters.scale, rows)
        return self.row_map.apply(rows)

    def transform(
        self, batch: DocumentBatch, words: Tokens, parameters: PoolingParameters
    ) -> np.ndarray:
        """Return the rows of documents, and warn where all in the beginning are zeros.

        Look-up sees whether tokens are strings. It refuses those that are none; a
        second look then says which, and takes those of derived types.
        """
        documents = batch.listed()
        if parameters.unknown != "ignore" and type(documents) is list:
            documents = batch.checked()
        try:
            rows = self.embed(documents, words, parameters)
        except TokenTypeError:
            documents = batch.checked()
            rows = self.embed(documents, words, parameters)
        if not batch.first_number and not rows[:_LOOKED_AT].any():
            some = documents[:_LOOKED_AT]
            self.policy.warn_if_unknown(parameters.unknown, some, words.index)
        return rows

    def embed(
        self, documents: Any, words: Tokens, parameters: PoolingParameters
    ) -> np.ndarray:
        """Return the rows of checked documents."""
        if parameters.unknown == "error":
            self.policy.check_known(parameters.unknown, documents, words.index)
        return self._finish(self._pool(documents, words=words, parameters=parameters))

    def poolings(self, parameters: PoolingParameters) -> tuple:
        """Return the poolings side by side; partitions as they were fitted."""
        pooling = parameters.pooling
        if type(pooling) is str and pooling in POOLINGS and not self.partitions:
            return (pooling,)
        poolings = check_poolings(pooling, partitions=True)
        if sum(isinstance(p, Partition) for p in poolings) != len(self.partitions):
            raise NotFittedError(
                f"Found pooling={pooling!r}, which was set after fit; a partition is "
                "learned there. Call fit again."
            )
        left = iter(self.partitions)
        return tuple(next(left) if isinstance(p, Partition) else p for p in poolings)

    def _prepare(
        self, documents: Any, words: Tokens, parameters: PoolingParameters
    ) -> None:
        """Divide the words into parts, and look whether they are known."""
        poolings = check_poolings(parameters.pooling, partitions=True)
        self.partitions = []
        weighting = self.weighting
        if isinstance(weighting, LabelWeighting):
            weighting = None  # a projection would tell cross-fitted rows of the labels
        if any(isinstance(pooling, Partition) for pooling in poolings):
            self.partitions = fit_partitions(
                poolings,
                documents,
                words.vectors,
                words.index,
                lambda batch, partition: self._pool_with(
                    weighting, batch, words, parameters, (partition,)
                ),
            )
        self.policy.warn_if_unknown(parameters.unknown, documents, words.index)

    def _pool(
        self,
        documents: Any,
        weighting: Weighting | None = None,
        *,
        words: Tokens,
        parameters: PoolingParameters,
    ) -> np.ndarray:
        """Pool documents' tokens; with other weights."""
        poolings = self.poolings(parameters)
        return self._pool_with(
            weighting or self.weighting, documents, words, parameters, poolings
        )

    def _pool_with(
        self,
        weighting: Weighting | None,
        documents: Any,
        words: Tokens,
        parameters: PoolingParameters,
        poolings: tuple,
    ) -> np.ndarray:
        composer = None
        if parameters.unknown == "subword":
            composer = self.policy.composer("subword", words.compose, weighting)
        return words.pool(documents, poolings, weighting, composer, parameters.n_jobs)

    def _finish(self, rows: np.ndarray) -> np.ndarray:
        """Apply to pooled rows what was learned of them, in place."""
        return self.row_map.apply(self._remove_components(rows))

    def _remove_components(self, rows: np.ndarray) -> np.ndarray:
        return rows if self.components is None else self.components.remove(rows)
