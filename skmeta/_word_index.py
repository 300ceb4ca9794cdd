"""Words to row numbers: which row of a matrix each token of documents has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any

import numpy as np

from skmeta._native import kernels

__all__ = ["WordIndex", "row_numbers"]


class WordIndex(Mapping):
    """The row of each word, made for looking many tokens up at once.

    Parameters
    ----------
    key_to_index : dict of str to int
        Not copied: do not change it.
    """

    def __init__(self, key_to_index: dict[str, int]) -> None:
        self.key_to_index = key_to_index
        self._table: Any = None  # of the kernels, when it is first used

    def find_rows(
        self, documents: list[list[str]], keep_unknown: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the row of every token.

        Parameters
        ----------
        documents : list of lists of str, or ArrowDocuments
        keep_unknown : bool, default=True
            Whether unknown tokens are marked, or vanish.

        Returns
        -------
        rows : int32 ndarray of shape (n_tokens,)
            Document after document; -1 where a token is unknown.
        ends : int64 ndarray of shape (n_documents + 1,)
            Document i has ``rows[ends[i]:ends[i + 1]]``.
        """
        if not isinstance(documents, list):  # in Arrow's memory
            words, numbers = documents.find_words()
            rows, _ = self.find_rows([words])
            ends = np.zeros(len(documents) + 1, dtype=np.int64)
            np.cumsum(documents.count_tokens(), out=ends[1:])
            rows = rows[numbers]
            return (rows, ends) if keep_unknown else drop_unknown(rows, ends)
        if kernels is None:
            return find_rows(documents, self.key_to_index, keep_unknown)
        if self._table is None:
            self._table = kernels.WordTable(self.key_to_index)
        return self._table.find_rows(documents, keep_unknown)

    def __getitem__(self, word: str) -> int:
        return self.key_to_index[word]

    def __contains__(self, word: object) -> bool:
        return word in self.key_to_index

    def __iter__(self) -> Iterator[str]:
        return iter(self.key_to_index)

    def __len__(self) -> int:
        return len(self.key_to_index)

    def __reduce__(self) -> tuple:
        return WordIndex, (self.key_to_index,)  # hashes differ between processes


def row_numbers(
    documents: list[list[str]], words: WordIndex | dict[str, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Look tokens up; unknown ones vanish.

    Parameters
    ----------
    documents : list of lists of str
    words : WordIndex, or dict of str to int
        The row number of every known word.

    Returns
    -------
    rows : int32 ndarray of shape (n_known_tokens,)
        The row numbers of the known tokens, document after document.
    ends : int64 ndarray of shape (n_documents + 1,)
        Document i has ``rows[ends[i]:ends[i + 1]]``: CSR's indices and indptr.
    """
    index = words if isinstance(words, WordIndex) else WordIndex(words)
    return index.find_rows(documents, keep_unknown=False)


def drop_unknown(rows: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave out the rows -1."""
    known = rows >= 0
    if known.all():
        return rows, ends
    n_known_before = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(known, out=n_known_before[1:])
    return rows[known], n_known_before[ends]


def find_rows(
    documents: list[list[str]], key_to_index: dict[str, int], keep_unknown: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Do what WordIndex.find_rows does, without the kernels."""
    ends = np.zeros(len(documents) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, documents), np.int64, len(documents)), out=ends[1:])
    tokens = chain.from_iterable(documents)
    found = map(key_to_index.get, tokens, repeat(-1))
    rows = np.fromiter(found, np.int32, ends[-1])
    return (rows, ends) if keep_unknown else drop_unknown(rows, ends)
