"""Split documents into windows of two streams of tokens, forward and backward.

A stream is the concatenation of all documents, each between two markers. The backward
stream has the documents in the same order, each reversed. Both are split into the rows
of a batch, and these into windows of some steps: the next window of a row continues the
last one, so that the network can carry its state over.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from skmeta._documents._batches import iter_batches
from skmeta._documents._check import check_documents
from skmeta._messages import count_of
from skmeta.elmo._characters import (
    BEGIN_SENTENCE,
    END_SENTENCE,
    PADDING,
    number_characters,
)

__all__ = [
    "IGNORED",
    "RARE_CLASS",
    "Corpus",
    "Window",
    "cut_streams",
    "digest_arrays",
    "number_documents",
]

IGNORED = -1  # as a target: no prediction
_BEGIN, _END = 0, 1  # types around a document
_END_CLASS, RARE_CLASS = 0, 1  # predicted besides words, which follow
_DOCUMENTS_BLOCK_SIZE, _TYPES_BLOCK_SIZE = 1_000, 10_000


class Corpus(NamedTuple):
    """Documents as arrays of type ids.

    Parameters
    ----------
    types : int16 ndarray of shape (n_types, width)
        The characters of each distinct token, markers first.
    lengths : int64 ndarray of shape (n_types,)
        The number of characters that are not padding.
    tokens : int32 ndarray of shape (n_tokens,)
        The types of all documents, without marks.
    starts : int64 ndarray of shape (n_documents + 1,)
        The start of each document.
    classes : int32 ndarray of shape (n_types,)
        The class that is predicted for a type. 0: the document's end, in either
        direction; 1: a rare token; then words.
    counts : int64 ndarray of shape (n_classes,)
        The number of predictions of each class in one direction.
    """

    types: np.ndarray
    lengths: np.ndarray
    tokens: np.ndarray
    starts: np.ndarray
    classes: np.ndarray
    counts: np.ndarray

    @property
    def n_documents(self) -> int:
        """The number of documents."""
        return len(self.starts) - 1

    @property
    def n_targets(self) -> int:
        """The number of predictions in one direction: tokens and ends."""
        return len(self.tokens) + self.n_documents

    def unigram_perplexity(self, documents: np.ndarray) -> float:
        """Compute the perplexity of some documents under the unigram model."""
        parts = [self.tokens[self.starts[d] : self.starts[d + 1]] for d in documents]
        found = np.bincount(
            self.classes[np.concatenate(parts)], minlength=len(self.counts)
        )
        found[_END_CLASS] += len(documents)
        log = np.log(self.counts.clip(1) / self.counts.sum())
        return float(np.exp(-(found @ log) / found.sum()))


class Window(NamedTuple):
    """The inputs and targets of a batch.

    Parameters
    ----------
    types : int64 ndarray of shape (n_types,)
        The distinct types of the inputs, by increasing number of characters.
    rows : int64 ndarray of shape (2, n_steps * n_rows)
        The indices of these, step by step; the second row backward.
    targets : int64 ndarray of shape (2, n_steps * n_rows)
        The classes to predict, or IGNORED.
    n_steps : int
    """

    types: np.ndarray
    rows: np.ndarray
    targets: np.ndarray
    n_steps: int

    @property
    def n_targets(self) -> int:
        """The number of targets."""
        return int((self.targets != IGNORED).sum())


def digest_arrays(arrays: Iterable[np.ndarray]) -> str:
    """Return a digest of arrays."""
    digest = hashlib.blake2b(digest_size=16)
    for part in arrays:
        digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def number_documents(documents: Any, min_count: int, width: int) -> Corpus:
    """Encode documents as ids of their distinct tokens.

    Parameters
    ----------
    documents : iterable of token lists
        Read once, in batches. Empty documents are skipped.
    min_count : int
        Tokens that occur less often are predicted as one class, a rare token.
    width : int
        The maximum number of characters of a token.

    Raises
    ------
    ValueError
        If there are no tokens.
    """
    known = _Numbers({_BEGIN: _BEGIN, _END: _END})  # keys that are not tokens
    tokens, lengths, n_read = array("i"), array("q"), 0
    for batch in iter_batches(documents, _DOCUMENTS_BLOCK_SIZE):
        for document in check_documents(batch, n_read):
            if document:
                tokens.extend(map(known.__getitem__, document))
                lengths.append(len(document))
        n_read += len(batch)
    if not tokens:
        raise ValueError(
            f"Found no token in {count_of(n_read, 'document')}, expected some to train "
            "on. Check what was selected and tokenized before this step."
        )
    numbers = np.frombuffer(tokens, dtype=np.intc).astype(np.int32, copy=False)
    starts = np.concatenate([[0], np.cumsum(np.frombuffer(lengths, dtype=np.int64))])
    counts = np.bincount(numbers, minlength=len(known))
    classes, class_counts = _class_types(counts, min_count, len(lengths))
    written = [BEGIN_SENTENCE, END_SENTENCE, *list(known)[2:]]
    types, n_characters = _write_types(written, width)
    return Corpus(types, n_characters, numbers, starts, classes, class_counts)


def cut_streams(
    corpus: Corpus, documents: np.ndarray, n_rows: int, n_steps: int
) -> Sequence[Window]:
    """Split documents, in that order, into windows.

    Parameters
    ----------
    corpus : Corpus
    documents : int ndarray
    n_rows, n_steps : int

    Returns
    -------
    windows : sequence of Window
        Created on access.
    """
    return _Windows(_join(corpus, documents), corpus, n_rows, n_steps)


class _Windows(Sequence):
    """Windows of streams of types, (2, n), created one by one."""

    def __init__(
        self, stream: np.ndarray, corpus: Corpus, n_rows: int, n_steps: int
    ) -> None:
        n = stream.shape[1]
        self.row_length = -(-n // n_rows)
        self.n_steps = n_steps
        filling = np.array([[_END], [_BEGIN]], dtype=stream.dtype)
        n_missing = n_rows * self.row_length + 1 - n
        self.stream = np.concatenate([stream, filling.repeat(n_missing, 1)], axis=1)
        self.classes, self.lengths = corpus.classes, corpus.lengths
        self.starts = np.arange(n_rows) * self.row_length

    def __len__(self) -> int:
        return -(-self.row_length // self.n_steps)

    def __getitem__(self, number: Any) -> Window:
        if not 0 <= number < len(self):
            raise IndexError(number)
        first = number * self.n_steps
        steps = np.arange(first, min(first + self.n_steps, self.row_length))
        places = (steps[:, None] + self.starts).ravel()  # step by step
        read = self.stream[:, places]  # (2, n)
        targets = self.classes[self.stream[:, places + 1]].astype(np.int64)
        last = np.array([[_END], [_BEGIN]])
        targets[read == last] = IGNORED  # the next document is not predicted
        types, rows = np.unique(read, return_inverse=True)
        order = np.argsort(self.lengths[types], kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        rows = rank[rows.reshape(read.shape)]
        return Window(types[order], rows, targets, len(steps))


class _Numbers(dict):
    """A dict that numbers unknown keys consecutively."""

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self)
        return number


def _class_types(
    counts: np.ndarray, min_count: int, n_documents: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the class of each type, by decreasing frequency, and its count."""
    frequent = np.flatnonzero(counts >= min_count)
    frequent = frequent[frequent > _END]
    frequent = frequent[np.argsort(-counts[frequent], kind="stable")]
    classes = np.full(len(counts), RARE_CLASS, dtype=np.int32)
    classes[[_BEGIN, _END]] = _END_CLASS
    classes[frequent] = np.arange(2, len(frequent) + 2)
    n_rare = counts.sum() - counts[frequent].sum()
    return classes, np.concatenate([[n_documents, n_rare], counts[frequent]])


def _write_types(tokens: list[str], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the characters of tokens and their number without padding."""
    parts = [
        number_characters(tokens[start : start + _TYPES_BLOCK_SIZE], width)
        for start in range(0, len(tokens), _TYPES_BLOCK_SIZE)
    ]
    types = np.concatenate([part.astype(np.int16) for part in parts])
    return types, (types != PADDING).sum(axis=1)


def _join(corpus: Corpus, documents: np.ndarray) -> np.ndarray:
    """Concatenate documents with boundary marks: forward, and each reversed."""
    lengths = np.diff(corpus.starts)[documents] + 2
    stream = np.empty((2, lengths.sum()), dtype=np.int32)
    stop = 0
    for document, length in zip(documents, lengths):
        start, stop = stop, stop + length
        tokens = corpus.tokens[corpus.starts[document] : corpus.starts[document + 1]]
        stream[:, start], stream[:, stop - 1] = (_BEGIN, _END), (_END, _BEGIN)
        stream[0, start + 1 : stop - 1] = tokens
        stream[1, start + 1 : stop - 1] = tokens[::-1]
    return stream
