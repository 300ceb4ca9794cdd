"""Average the contextual vectors of words over their contexts in documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from skmeta._messages import count_of
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["average_words"]

_TOKENS_BLOCK_SIZE = 1 << 16  # summed at the same time

Read = Callable[..., None]


def average_words(
    documents: Sequence[list[str]], read: Read, vector_size: int, min_count: int
) -> WordVectors:
    """Return the mean of each word's vectors, by decreasing frequency.

    Parameters
    ----------
    documents : sequence of token lists
    read : callable
        Takes documents, a function to call with each batch of them, in any order, and
        its tokens' vectors, of shape (n_tokens, vector_size); and, for a device, one to
        call with the sums of each distinct word's, and one that returns the words of a
        batch, from 0 on.
    vector_size : int
    min_count : int
        Rarer words are left out.

    Raises
    ------
    ValueError
        If all words are rarer.
    """
    numbers: dict[str, int] = {}
    for token in chain.from_iterable(documents):
        numbers.setdefault(token, len(numbers))
    sums = np.zeros((len(numbers), vector_size))
    counts = np.zeros(len(numbers), np.int64)

    def find_words(batch: Any, some: Sequence[list[str]]) -> tuple[np.ndarray, ...]:
        """Return the distinct words of a batch, and which each token is."""
        tokens = chain.from_iterable(some[number] for number in batch.numbers)
        rows = np.fromiter(map(numbers.__getitem__, tokens), np.int64)
        return np.unique(rows, return_inverse=True)

    for some in _runs(documents):
        found: dict[int, tuple[np.ndarray, ...]] = {}

        def add_up(
            batch: Any,
            vectors: np.ndarray,
            some: Sequence[list[str]] = some,
            found: dict[int, tuple[np.ndarray, ...]] = found,
        ) -> None:
            words, places = find_words(batch, some)
            added = np.zeros((len(words), vectors.shape[1]))
            np.add.at(added, places, vectors)
            found[batch.numbers[0]] = words, added, np.bincount(places)

        def take_sums(
            batch: Any,
            sums: np.ndarray,
            some: Sequence[list[str]] = some,
            found: dict[int, tuple[np.ndarray, ...]] = found,
        ) -> None:
            words, places = find_words(batch, some)
            found[batch.numbers[0]] = words, sums.copy(), np.bincount(places)

        def find_places(batch: Any, some: Sequence[list[str]] = some) -> np.ndarray:
            return find_words(batch, some)[1]

        read(some, add_up, take_sums, find_places)
        for first in sorted(found):  # independently of the threads' order
            rows, added, n = found[first]
            sums[rows] += added
            counts[rows] += n
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= min_count]
    if not len(order):
        raise ValueError(
            f"Found no word that occurs min_count={count_of(min_count, 'time')} in the "
            f"{count_of(len(documents), 'document')}, expected some. Lower min_count."
        )
    words = list(numbers)
    means = sums[order] / counts[order][:, None]
    return WordVectors(
        [words[row] for row in order], means.astype(np.float32), counts[order]
    )


def _runs(documents: Sequence[list[str]]) -> Iterator[Sequence[list[str]]]:
    """Split documents into runs of about equal numbers of tokens."""
    start = n_tokens = 0
    for stop, document in enumerate(documents):
        n_tokens += len(document)
        if n_tokens > _TOKENS_BLOCK_SIZE and stop > start:
            yield documents[start:stop]
            start, n_tokens = stop, len(document)
    yield documents[start:]
