"""The word vectors that are pooled into documents' rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from skmeta._pooling._pool import Unknown, Vectors, pool
from skmeta._vectors._lookup import find_vectors
from skmeta._vectors._word_index import WordIndex
from skmeta._vectors._word_vectors import WordVectors
from skmeta.weighting import Weighting

__all__ = ["Compose", "PooledWords"]

Compose = Callable[[list[str]], np.ndarray]


class PooledWords:
    """Known words, and how the vectors of unknown words are computed.

    Parameters
    ----------
    vectors : float32 ndarray, or LazyConcatenation, of shape (n_words, vector_size)
    index : WordIndex
        The row of each known word.
    compose : callable, default=None
        Returns the vectors of unknown words, float32 of shape (n, vector_size), zeros
        where there are none. None: there are no character n-grams to make them from.
    """

    def __init__(
        self, vectors: Vectors, index: WordIndex, compose: Compose | None = None
    ) -> None:
        self.vectors = vectors
        self.index = index
        self.compose = compose

    @classmethod
    def of(cls, word_vectors: WordVectors) -> PooledWords:
        """Return the words of one source."""
        compose = None
        if word_vectors.subwords is not None:
            compose = partial(find_vectors, source=word_vectors)
        return cls(word_vectors.vectors, word_vectors.index, compose)

    def pool(
        self,
        documents: Any,
        poolings: tuple,
        weighting: Weighting | None,
        unknown: Unknown | None,
        n_jobs: int | None,
    ) -> np.ndarray:
        """Return a row for each document, see :func:`skmeta._pooling._pool.pool`."""
        weights = None if weighting is None else weighting.word_weights_
        return pool(
            documents,
            self.vectors,
            self.index,
            poolings,
            weights,
            unknown=unknown,
            n_jobs=n_jobs,
        )
