"""Rows and vectors of any words in one source."""

from __future__ import annotations

import numpy as np

from skmeta._vectors._word_vectors import WordVectors

__all__ = ["find_rows", "find_vectors"]


def find_rows(words: list[str], source: WordVectors) -> np.ndarray:
    """Look the row of each word up, -1 where the source lacks it."""
    get = source.key_to_index.get
    return np.fromiter((get(word, -1) for word in words), np.int32, len(words))


def find_vectors(words: list[str], source: WordVectors) -> np.ndarray:
    """Return vectors of any words; of unknown ones, from their n-grams, or zeros."""
    rows = find_rows(words, source)
    vectors = np.zeros((len(words), source.vector_size), np.float32)
    vectors[rows >= 0] = source.vectors[rows[rows >= 0]]
    if source.subwords is not None:
        unknown = [word for word, row in zip(words, rows) if row < 0]
        vectors[rows < 0] = source.subwords.vectors(unknown)
    return vectors
