"""Words to row numbers: which row of a matrix each token of documents has.

The compiled table is our own: it looks a token up in 35 to 43 ns, a dict in 106 ns
(benchmarks/RESULTS.md), and look-up is a large part of pooling.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, repeat
from typing import Any

import numpy as np

from skmeta._native import kernels

__all__ = ["TokenTypeError", "WordIndex", "row_numbers"]


class TokenTypeError(TypeError):
    """A token is not a plain str; look-up does not know which one."""


class WordIndex(Mapping):
    """The row of each word, for looking up many tokens at once.

    Parameters
    ----------
    key_to_index : dict of str to int
        Not copied: do not change it.
    """

    def __init__(self, key_to_index: dict[str, int]) -> None:
        self.key_to_index = key_to_index
        self._table: Any = None  # built at first use

    def find_rows(
        self, documents: list[list[str]], keep_unknown: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the row of every token.

        Parameters
        ----------
        documents : list of lists of str, or ArrowDocuments
        keep_unknown : bool, default=True
            Whether unknown tokens are marked; else they are dropped.

        Returns
        -------
        rows : int32 ndarray of shape (n_tokens,)
            Document by document; -1 for unknown tokens.
        ends : int64 ndarray of shape (n_documents + 1,)
            Document i has ``rows[ends[i]:ends[i + 1]]``.

        Raises
        ------
        TokenTypeError
            If a token is not a str or, with the kernels, of a subclass.
        RuntimeError
            If documents are changed during look-up.
        """
        if not isinstance(documents, list):  # in Arrow's memory
            words, numbers = documents.find_words()
            rows, _ = self.find_rows([words])
            ends = np.zeros(len(documents) + 1, dtype=np.int64)
            np.cumsum(documents.count_tokens(), out=ends[1:])
            rows = rows[numbers]
            return (rows, ends) if keep_unknown else drop_unknown(rows, ends)
        if self._table is None:
            make_table = WordTable if kernels is None else kernels.WordTable
            self._table = make_table(self.key_to_index)
        try:
            return self._table.find_rows(documents, keep_unknown)
        except TypeError as error:
            raise TokenTypeError(*error.args) from error

    def rows_of(self, words: Iterable[str]) -> np.ndarray:
        """Find the row of each of some words, int32; -1 for unknown ones."""
        return np.fromiter(map(self.key_to_index.get, words, repeat(-1)), np.int32)

    def as_known(self, documents: Any) -> Any:
        """Return documents as their words are counted: here as they are."""
        return documents

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
    """Look up tokens; unknown ones are dropped.

    Parameters
    ----------
    documents : list of lists of str
    words : WordIndex, or dict of str to int
        The row number of every known word.

    Returns
    -------
    rows : int32 ndarray of shape (n_known_tokens,)
        The row numbers of the known tokens, document by document.
    ends : int64 ndarray of shape (n_documents + 1,)
        Document i has ``rows[ends[i]:ends[i + 1]]``: CSR's indices and indptr.
    """
    index = words if isinstance(words, WordIndex) else WordIndex(words)
    return index.find_rows(documents, keep_unknown=False)


def drop_unknown(rows: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drop the rows -1."""
    known = rows >= 0
    if known.all():
        return rows, ends
    n_known_before = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(known, out=n_known_before[1:])
    return rows[known], n_known_before[ends]


class WordTable(dict):
    """Words and their rows: kernels.WordTable in NumPy."""

    def __missing__(self, token: object) -> int:
        if not isinstance(token, str):
            raise TypeError("expected tokens to be str")
        return -1

    def find_rows(
        self, documents: list[list[str]], keep_unknown: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the row of every token; see WordIndex.find_rows."""
        n_tokens = np.fromiter(map(len, documents), np.int64, len(documents))
        ends = np.zeros(len(documents) + 1, dtype=np.int64)
        np.cumsum(n_tokens, out=ends[1:])
        found = map(self.__getitem__, chain.from_iterable(documents))
        rows = np.fromiter(found, np.int32)
        if len(rows) != ends[-1]:
            raise RuntimeError(
                "The documents were changed while their tokens were looked up, expected"
                " them to stay as they are. Look for a finalizer or a thread that "
                "changes them."
            )
        return (rows, ends) if keep_unknown else drop_unknown(rows, ends)
