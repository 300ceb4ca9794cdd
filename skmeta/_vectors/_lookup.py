"""Look up rows and vectors of words in one source."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np

from skmeta._vectors._word_vectors import WordVectors

__all__ = ["find_rows", "find_vectors", "find_words"]


def find_rows(words: list[str], source: WordVectors) -> np.ndarray:
    """Look up the row of each word, -1 if the source lacks it."""
    return source.index.rows_of(words)


def find_vectors(words: list[str], source: WordVectors) -> np.ndarray:
    """Return vectors of any words; of unknown ones, from their n-grams, or zeros."""
    rows = find_rows(words, source)
    vectors = np.zeros((len(words), source.vector_size), np.float32)
    vectors[rows >= 0] = source.vectors[rows[rows >= 0]]
    if source.subwords is not None:
        unknown = [word for word, row in zip(words, rows) if row < 0]
        vectors[rows < 0] = source.subwords.vectors(unknown)
    return vectors


def find_words(
    word_vectors: WordVectors,
    words: Iterable[str],
    ignore_case: bool = False,
    limit: int | None = None,
) -> dict[str, int]:
    """Find the rows of words; those without a vector other than zeros are omitted.

    Parameters
    ----------
    word_vectors : WordVectors
    words : iterable of str
    ignore_case : bool, default=False
        Whether a word that is not there as it is written is given the first row of
        those that differ from it in capitals only.
    limit : int, default=None
        Look among so many first rows.

    Returns
    -------
    rows : dict of str to int
    """
    n_rows = len(word_vectors) if limit is None else min(limit, len(word_vectors))
    words = list(dict.fromkeys(words))
    found = dict(zip(words, word_vectors.index.rows_of(words).tolist()))
    rows = {word: row for word, row in found.items() if 0 <= row < n_rows}
    if ignore_case and len(rows) < len(words):
        missing = [word for word in words if word not in rows]
        wanted = {word.lower() for word in missing}
        first: dict[str, int] = {}
        for row, word in enumerate(islice(word_vectors.words, n_rows)):
            lower = word.lower()
            if lower in wanted:
                first.setdefault(lower, row)
        rows |= {w: first[w.lower()] for w in missing if w.lower() in first}
    some = np.array(list(rows.values()), dtype=np.int64)
    empty = set(some[~word_vectors.vectors[some].any(axis=1)].tolist())
    return {word: row for word, row in rows.items() if row not in empty}
