"""Tokens in context: one by one, pooled to rows of documents, averaged by words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from skmeta._pooling._pool import kind_of
from skmeta._pooling._pool_rows import pool_rows
from skmeta._vectors._word_vectors import WordVectors
from skmeta.elmo._average_words import average_words
from skmeta.elmo._layer_mix import find_layer_weights, mix
from skmeta.weighting import Weighting

__all__ = ["ContextTokens"]

Read = Callable[..., None]


class ContextTokens:
    """Vectors of the tokens that a bidirectional language model reads.

    Any token has one, so that none is unknown.

    Parameters
    ----------
    read : callable
        Takes documents, what is called with each batch of them and its tokens' layers,
        of shape (n_layers, n_tokens, vector_size), and what a device computes of these
        in its place, as :func:`skmeta.elmo._read_layers.read_layers` does.
    n_layers, vector_size : int
        Of the model.
    layer_weights : float32 ndarray of shape (n_layers,), or None
        None: the layers stand side by side.
    gamma : float
        What mixed layers are multiplied with.
    """

    vectors = index = compose = None

    def __init__(
        self,
        read: Read,
        n_layers: int,
        vector_size: int,
        layer_weights: np.ndarray | None,
        gamma: float,
    ) -> None:
        self._read = read
        self._n_layers = n_layers
        self._vector_size = vector_size
        self._layer_weights = layer_weights
        self._gamma = gamma

    def pool(
        self,
        documents: Any,
        poolings: tuple,
        weighting: Weighting | None,
        unknown: Any = None,
        n_jobs: int | None = None,
    ) -> np.ndarray:
        """Return a row for each document, float32."""
        if self._layer_weights is None:
            layers = self.pool_layers(documents, poolings, weighting)
            return np.concatenate(list(layers), axis=1)
        if self.can_mix_rows(poolings):
            return self.mix(self.pool_layers(documents, poolings, weighting))
        [rows] = self.pool_layers(documents, poolings, weighting, mixed=True)
        return rows

    def each(self, documents: Any, mixed: bool = True) -> list[np.ndarray]:
        """Return each document's tokens, (n_tokens, size), or their layers.

        Parameters
        ----------
        documents : sequence of token lists
        mixed : bool, default=True
            Whether the layers are mixed, if there are weights for it; otherwise,
            arrays have shape (n_layers, n_tokens, size).
        """
        mixed = mixed and self._layer_weights is not None
        shape = () if mixed else (self._n_layers,)
        empty = np.zeros((*shape, 0, self._vector_size), np.float32)
        vectors = [empty] * len(documents)

        def mix_and_split(batch: Any, layers: np.ndarray) -> None:
            split(batch, self.mix(layers) if mixed else layers)

        def split(batch: Any, layers: np.ndarray) -> None:
            parts = np.split(layers, batch.ends[:-1], axis=-2)
            for number, part in zip(batch.numbers, parts):
                vectors[number] = part.copy()

        mixing = (self._layer_weights, self._gamma) if mixed else ()
        self._read(
            documents, mix_and_split, wanted=lambda of: of.Tokens(split, *mixing)
        )
        return vectors

    def average_words(self, documents: Any, min_count: int) -> WordVectors:
        """Return words' vectors, averaged over their contexts in documents."""
        weights, gamma = self._layer_weights, self._gamma
        if weights is None:
            weights = find_layer_weights("mean", self._n_layers, None, None)

        def read(some: Any, use: Callable, take: Callable, find: Callable) -> None:
            self._read(
                some,
                lambda batch, layers: use(batch, mix(layers, weights, gamma)),
                wanted=lambda of: of.SummedWords(take, find, weights, gamma),
            )

        return average_words(documents, read, self._vector_size, min_count)

    @staticmethod
    def can_mix_rows(poolings: tuple) -> bool:
        """Return whether layers can be pooled before they are mixed: sums commute."""
        return set(poolings) <= {"mean", "sum", 1}

    def mix(self, layers: np.ndarray) -> np.ndarray:
        """Mix layers of tokens, or of rows."""
        assert self._layer_weights is not None
        return mix(layers, self._layer_weights, self._gamma)

    def pool_layers(
        self,
        documents: Any,
        poolings: tuple,
        weighting: Weighting | None,
        mixed: bool = False,
    ) -> np.ndarray:
        """Pool each layer, or their mix: (n_layers or 1, n_documents, n_features)."""
        kinds = [kind_of(pooling) for pooling in poolings]
        size = self._vector_size
        n_layers = 1 if mixed else self._n_layers
        pooled = np.zeros((n_layers, len(documents), len(kinds) * size), np.float32)
        weigh = _weigh_tokens(documents, weighting)

        def pool_batch(batch: Any, layers: np.ndarray) -> None:
            if mixed:
                layers = self.mix(layers)[None]
            rows = np.arange(layers.shape[1], dtype=np.int32)
            ends = np.concatenate([[0], batch.ends]).astype(np.int64)
            weights = weigh(batch)
            out = np.empty((len(batch.numbers), size), np.float32)
            for own, layer in zip(pooled, layers):
                for number, kind in enumerate(kinds):
                    pool_rows(*kind, layer, None, rows, ends, None, weights, out)
                    columns = slice(number * size, (number + 1) * size)
                    own[batch.numbers, columns] = out

        def take_rows(batch: Any, rows: np.ndarray) -> None:
            pooled[:, batch.numbers] = rows

        def pool_on_device(wanted: Any) -> Any:
            mixing = (self._layer_weights, self._gamma) if mixed else ()
            return wanted.PooledRows(take_rows, kinds, weigh, *mixing)

        self._read(documents, pool_batch, wanted=pool_on_device)
        return pooled


def _weigh_tokens(
    documents: Sequence[list[str]], weighting: Weighting | None
) -> Callable[[Any], np.ndarray | None]:
    """Return what gives the weights of the tokens of a batch of documents."""
    if weighting is None:
        return lambda batch: None
    words = list(dict.fromkeys(chain.from_iterable(documents)))
    weights = dict(zip(words, weighting.weigh_unknown(words)))

    def weigh(batch: Any) -> np.ndarray:
        tokens = chain.from_iterable(documents[n] for n in batch.numbers)
        return np.fromiter(map(weights.__getitem__, tokens), np.float32)

    return weigh
