"""Documents as row numbers, read once: 4 bytes a token, in memory or a mapped file."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import IO, Any

import numpy as np

from skmeta._documents._stream import DocumentStream
from skmeta._training._random import draw

__all__ = ["Corpus", "read_corpus"]

_DOCUMENTS_BLOCK_SIZE = 1_024
_TOKENS_BLOCK_SIZE = 1 << 20


class Corpus:
    """Documents as numbers of words.

    Parameters
    ----------
    words : list of str
        The distinct tokens in the order of their first occurrence.
    tokens : int32 ndarray of shape (n_tokens,)
        The number of each token's word, document after document. They become row
        numbers in place.
    offsets : int64 ndarray of shape (n_documents + 1,)
        Document i has ``tokens[offsets[i]:offsets[i + 1]]``.

    Attributes
    ----------
    counts : int64 ndarray of shape (n_words,)
        How often each word occurs.
    """

    def __init__(
        self, words: list[str], tokens: np.ndarray, offsets: np.ndarray
    ) -> None:
        self.words, self.tokens, self.offsets = words, tokens, offsets
        self.counts = np.zeros(len(words), np.int64)
        for block in _blocks(len(tokens)):
            self.counts += np.bincount(tokens[block], minlength=len(words))

    def renumber(self, rows: dict[str, int]) -> None:
        """Replace numbers of words by rows; tokens without a row vanish, and ``words``.

        Parameters
        ----------
        rows : dict of str to int
        """
        row_of = np.fromiter((rows.get(word, -1) for word in self.words), np.int32)
        self.words = []
        if len(row_of) and row_of.min() >= 0:
            for block in _blocks(len(self.tokens)):
                self.tokens[block] = row_of[self.tokens[block]]
            return
        self._replace(lambda block: row_of[self.tokens[block]])

    def subsample(
        self, shares: np.ndarray, key: np.uint64, first_token: int = 0
    ) -> None:
        """Drop tokens at random, each by its place; others are neighbors then.

        Parameters
        ----------
        shares : float64 ndarray of shape (n_words,)
            How many of each word's tokens are kept, from 0 to 1.
        key : uint64
            Of the random numbers.
        first_token : int, default=0
            The place of the first token, where others came before.
        """
        limits = np.minimum(shares * 2.0**32, 2.0**32).astype(np.uint64)

        def find(block: slice) -> np.ndarray:
            found = self.tokens[block]
            numbers = draw(key, first_token + block.start, len(found))
            return np.where(numbers >> np.uint64(32) < limits[found], found, -1)

        self._replace(find)

    def _replace(self, find: Callable[[slice], np.ndarray]) -> None:
        """Replace tokens, block by block; those that become -1 vanish."""
        n_known, first = 0, 0
        offsets = self.offsets.copy()
        for block in _blocks(len(self.tokens)):
            found = find(block)
            known = found >= 0
            ends = n_known + np.concatenate([[0], np.cumsum(known)])
            last = np.searchsorted(self.offsets, block.stop, side="right")
            offsets[first:last] = ends[self.offsets[first:last] - block.start]
            first = last
            found = found[known]
            self.tokens[n_known : n_known + len(found)] = found
            n_known += len(found)
        self.tokens, self.offsets = self.tokens[:n_known], offsets

    @property
    def n_documents(self) -> int:
        """How many documents there are."""
        return len(self.offsets) - 1


def read_corpus(documents: Any) -> Corpus:
    """Read documents as numbers of words, in one pass.

    Parameters
    ----------
    documents : list of lists of str, ArrowDocuments or DocumentStream
        The numbers of a stream are kept in a temporary file that has no name, or goes
        with the process: nothing is left of it, however that ends.

    Returns
    -------
    corpus : Corpus
    """
    if hasattr(documents, "find_words"):  # in Arrow's memory
        words, numbers = documents.find_words()
        offsets = np.zeros(len(documents) + 1, np.int64)
        np.cumsum(documents.count_tokens(), out=offsets[1:])
        return Corpus(words, numbers.astype(np.int32), offsets)
    numbers_of: defaultdict[str, int] = defaultdict()
    numbers_of.default_factory = numbers_of.__len__
    n_tokens = [0]
    file: Any = None
    if isinstance(documents, DocumentStream):
        file = tempfile.TemporaryFile(prefix="skmeta-")  # noqa: SIM115 (_map closes it)
    parts = []
    for block in _document_blocks(documents):
        n_tokens += map(len, block)
        numbers = map(numbers_of.__getitem__, chain.from_iterable(block))
        part = np.fromiter(numbers, np.int32)
        if file is None:
            parts.append(part)
        else:
            file.write(part.data)
    offsets = np.cumsum(n_tokens, dtype=np.int64)
    tokens = _map(file, offsets[-1]) if file is not None else _join(parts, offsets[-1])
    return Corpus(list(numbers_of), tokens, offsets)


def _document_blocks(documents: Iterable[list[str]]) -> Iterator[list[list[str]]]:
    """Yield documents in lists."""
    left = iter(documents)
    return iter(lambda: list(islice(left, _DOCUMENTS_BLOCK_SIZE)), [])


def _join(parts: list[np.ndarray], n_tokens: int) -> np.ndarray:
    """Return the parts in one piece, letting each go."""
    tokens = np.empty(n_tokens, np.int32)
    while parts:
        part = parts.pop()
        tokens[n_tokens - len(part) : n_tokens] = part
        n_tokens -= len(part)
    return tokens


def _map(file: IO[bytes], n_tokens: int) -> np.ndarray:
    """Return what a file holds, mapped into memory."""
    file.flush()
    if not n_tokens:
        file.close()
        return np.empty(0, np.int32)
    with file:  # a map outlives its file
        return np.memmap(file, np.int32, "r+", shape=(int(n_tokens),))


def _blocks(n_tokens: int) -> Iterator[slice]:
    """Yield slices of tokens that take some memory, not all."""
    for start in range(0, n_tokens, _TOKENS_BLOCK_SIZE):
        yield slice(start, min(start + _TOKENS_BLOCK_SIZE, n_tokens))
