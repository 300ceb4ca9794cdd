"""Batches of documents of about the same length, and the order of their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from skmeta.elmo._characters import BEGIN_SENTENCE, END_SENTENCE

__all__ = [
    "Batch",
    "Share",
    "cut_batches",
    "longest_first",
    "number_types",
    "repeat_documents",
]


class Share:
    """Some of the documents, with concatenated tokens.

    Parameters
    ----------
    numbers : int ndarray of shape (n_documents,)
        The indices of the documents.
    lengths : int ndarray of shape (n_documents,)
        The number of tokens of each.

    Attributes
    ----------
    ends : int64 ndarray of shape (n_documents,)
        The end of each document's tokens.
    """

    def __init__(self, numbers: np.ndarray, lengths: np.ndarray) -> None:
        self.numbers, self.lengths = numbers, lengths
        self.ends = np.cumsum(lengths)


class Batch(Share):
    """Documents that are read together, longest first."""

    def __init__(self, numbers: np.ndarray, lengths: np.ndarray) -> None:
        super().__init__(numbers, lengths)
        n_steps = lengths + 2  # with the markers of the sentence
        starts = np.cumsum(n_steps) - n_steps
        # the numbers of documents with a first token, a second, ...
        ending = np.bincount(n_steps, minlength=n_steps[0] + 1)
        sizes = len(lengths) - np.cumsum(ending)[:-1]
        self.sizes: list[int] = sizes.tolist()
        step = np.repeat(np.arange(len(sizes)), sizes)
        first = np.cumsum(sizes) - sizes
        document = np.arange(len(step)) - first[step]
        # the index of each packed token in the concatenated documents
        forward = starts[document] + step
        backward = starts[document] + n_steps[document] - 1 - step
        self.places = np.stack([forward, backward])
        self.is_word = np.ones(len(step), bool)
        self.is_word[starts] = self.is_word[starts + n_steps - 1] = False


def longest_first(
    documents: Sequence[list[str]],
) -> tuple[np.ndarray, dict[int, list[int]]]:
    """Sort documents by length, then by content.

    Returns the indices of distinct nonempty documents, and those of the copies of each:
    they are read once.
    """
    order: list[int] = []
    copies: dict[int, list[int]] = {}
    by_content = sorted(
        (number for number, document in enumerate(documents) if document),
        key=lambda number: (-len(documents[number]), documents[number]),
    )
    for number in by_content:
        if order and documents[order[-1]] == documents[number]:
            copies.setdefault(order[-1], []).append(number)
        else:
            order.append(number)
    return np.array(order, dtype=np.int64), copies


def repeat_documents(
    batch: Batch, copies: dict[int, list[int]], batch_tokens: int
) -> Iterator[tuple[Share, np.ndarray]]:
    """Return the copies of a batch's documents and the indices of their tokens."""
    pairs = [
        (copy, place)
        for place, number in enumerate(batch.numbers.tolist())
        for copy in copies.get(number, ())
    ]
    if not pairs:
        return
    numbers, own = np.array(pairs, dtype=np.int64).T
    lengths = batch.lengths[own]
    for some in cut_batches(np.arange(len(own)), lengths, batch_tokens):
        starts = (batch.ends - batch.lengths)[own[some]]
        share = Share(numbers[some], lengths[some])
        within = np.arange(share.ends[-1]) - np.repeat(
            share.ends - share.lengths, share.lengths
        )
        yield share, np.repeat(starts, share.lengths) + within


def cut_batches(
    order: np.ndarray, lengths: np.ndarray, batch_tokens: int
) -> Iterator[np.ndarray]:
    """Split documents into batches of limited tokens, of at least one document."""
    start = n_tokens = 0
    for stop, length in enumerate(lengths[order].tolist()):
        n_tokens += length
        if n_tokens > batch_tokens and stop > start:
            yield order[start:stop]
            start, n_tokens = stop, length
    if start < len(order):
        yield order[start:]


def number_types(
    batch: Batch, documents: Sequence[list[str]], numbers: dict[str, int]
) -> np.ndarray:
    """Return the indices of the distinct words of a batch, with markers."""
    rows = np.empty(len(batch.is_word), np.int64)
    tokens = chain.from_iterable(documents[number] for number in batch.numbers)
    rows[batch.is_word] = np.fromiter(map(numbers.__getitem__, tokens), np.int64)
    n = len(batch.numbers)
    rows[batch.places[0, :n]] = numbers[BEGIN_SENTENCE]
    rows[batch.places[1, :n]] = numbers[END_SENTENCE]
    return rows
