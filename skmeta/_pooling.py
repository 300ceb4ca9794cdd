"""Documents x word vectors -> one row a document: its words' mean, sum, max, min."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import numpy as np
from scipy.sparse import csr_array

from skmeta._documents import row_numbers
from skmeta._side_by_side import SideBySide

__all__ = ["POOLINGS", "check_poolings", "pool"]

Vectors = np.ndarray | SideBySide
Unknown = Callable[[list[str]], tuple[np.ndarray, np.ndarray | None, np.ndarray]]
_TOKENS_AT_A_TIME = 1 << 19  # looked up: the words stay in the cache meanwhile
_ROWS_AT_A_TIME = 4_096  # pooled: bounds the copy of the output
_LONG_DOCUMENT = 1_024  # tokens; longer sums go by parts: float32 would drift
_DOCUMENTS_AT_A_TIME = 256  # in max and min: their rows stay in the cache
_FEW_DOCUMENTS = 8  # so few are faster finished one by one


def pool(
    documents: list[list[str]],
    vectors: Vectors,
    key_to_index: dict[str, int],
    poolings: Sequence[str] = ("mean",),
    weights: np.ndarray | None = None,
    *,
    unknown: Unknown | None = None,
    n_jobs: int | None = None,
) -> np.ndarray:
    """Pool the vectors of each document's known words.

    Parameters
    ----------
    documents : list of lists of str
    vectors : float32 ndarray, or SideBySide, of shape (n_words, vector_size)
        May be read-only or memory-mapped.
    key_to_index : dict of str to int
        The row of each word; tokens that are not in it are ignored.
    poolings : sequence of {"mean", "sum", "max", "min"}
        The results stand side by side in this order.
    weights : float32 ndarray of shape (n_words,), default=None
        How much each word counts in the sum, and in the mean (sum of w v / sum of w);
        the largest and the smallest value do not depend on it.
    unknown : callable, default=None
        Given the distinct unknown words of some documents it gives vectors of them,
        float32 of shape (n, vector_size), weights (n,) or None, and which are known
        now, bool of shape (n,). None ignores them.
    n_jobs : int, default=None
        Threads.

    Returns
    -------
    pooled : float32 ndarray of shape (n_documents, len(poolings) * vector_size)
        Zeros where a document has no known word.
    """
    size = vectors.shape[1]
    pooled = np.empty((len(documents), len(poolings) * size), np.float32)
    for block in _blocks(documents):
        here = vectors, key_to_index, weights
        if unknown is not None:
            here = _with_unknown(documents[block], *here, unknown)
        rows, ends = row_numbers(documents[block], here[1])
        for start in range(0, len(ends) - 1, _ROWS_AT_A_TIME):
            some_ends = ends[start : start + _ROWS_AT_A_TIME + 1]
            some_rows = rows[some_ends[0] : some_ends[-1]]
            places = slice(
                block.start + start, block.start + start + len(some_ends) - 1
            )
            some_ends = some_ends - some_ends[0]
            for number, pooling in enumerate(poolings):
                columns = slice(number * size, (number + 1) * size)
                pooled[places, columns] = POOLINGS[pooling](
                    here[0], some_rows, some_ends, here[2]
                )
    return pooled


def _with_unknown(
    documents: list[list[str]],
    vectors: Vectors,
    key_to_index: dict[str, int],
    weights: np.ndarray | None,
    unknown: Unknown,
) -> tuple[Vectors, dict[str, int], np.ndarray | None]:
    """Put the vectors of known and of unknown words of some documents together."""
    words = dict.fromkeys(chain.from_iterable(documents))
    old = [word for word in words if word in key_to_index]
    new = [word for word in words if word not in key_to_index]
    if not new:
        return vectors, key_to_index, weights
    made, made_weights, known = unknown(new)
    rows = np.array([key_to_index[word] for word in old], dtype=np.int64)
    kept = [*old, *(word for word, is_known in zip(new, known) if is_known)]
    if weights is not None and made_weights is not None:
        weights = np.concatenate([weights[rows], made_weights[known]])
    stacked = np.concatenate([vectors[rows], made[known]])
    return stacked, dict(zip(kept, range(len(kept)))), weights


def _blocks(documents: list[list[str]]) -> Iterator[slice]:
    """Cut documents into runs of about as many tokens, at least one document each."""
    ends = np.cumsum(np.fromiter(map(len, documents), np.int64, len(documents)))
    start = n_before = 0
    while start < len(documents):
        stop = int(np.searchsorted(ends, n_before + _TOKENS_AT_A_TIME, "right"))
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start, n_before = stop, ends[stop - 1]


def _token_weights(
    rows: np.ndarray, ends: np.ndarray, weights: np.ndarray | None, n_words: int
) -> csr_array:
    """Return documents x words: the weight of each token, (n_documents, n_words)."""
    data = np.ones(len(rows), np.float32) if weights is None else weights[rows]
    return csr_array((data, rows, ends.astype(np.int32)), (len(ends) - 1, n_words))


def _multiply(tokens: csr_array, vectors: Vectors) -> np.ndarray:
    """Multiply documents x words with vectors."""
    if isinstance(vectors, SideBySide):
        return vectors.multiplied_by(tokens)
    return tokens @ vectors


def _sum(
    vectors: Vectors, rows: np.ndarray, ends: np.ndarray, weights: np.ndarray | None
) -> np.ndarray:
    """Add up the weighted vectors of each document."""
    n_tokens = np.diff(ends)
    if not len(n_tokens) or n_tokens.max() <= _LONG_DOCUMENT:
        return _multiply(_token_weights(rows, ends, weights, len(vectors)), vectors)
    n_parts = -(-n_tokens // _LONG_DOCUMENT)
    first_parts = np.concatenate([[0], np.cumsum(n_parts)])
    parts = np.arange(first_parts[-1])
    documents = np.repeat(np.arange(len(n_tokens)), n_parts)
    starts = ends[documents] + (parts - first_parts[documents]) * _LONG_DOCUMENT
    tokens = _token_weights(rows, np.append(starts, ends[-1]), weights, len(vectors))
    one_each = np.ones(len(parts))
    adding = csr_array((one_each, parts, first_parts), (len(n_tokens), len(parts)))
    return (adding @ _multiply(tokens, vectors)).astype(np.float32)  # adds in float64


def _mean(
    vectors: Vectors, rows: np.ndarray, ends: np.ndarray, weights: np.ndarray | None
) -> np.ndarray:
    """Average the vectors of each document, each as often as its weight says."""
    means = _sum(vectors, rows, ends, weights)
    if weights is None:
        totals = np.diff(ends).astype(np.float32)
    else:
        sums = np.concatenate([[0], np.cumsum(weights[rows], dtype=np.float64)])
        totals = np.diff(sums[ends]).astype(np.float32)
    totals[totals == 0] = 1
    means /= totals[:, np.newaxis]
    return means


def _max(
    vectors: Vectors, rows: np.ndarray, ends: np.ndarray, weights: np.ndarray | None
) -> np.ndarray:
    """Take the largest value of each dimension in each document."""
    return _extreme(np.maximum, vectors, rows, ends)


def _min(
    vectors: Vectors, rows: np.ndarray, ends: np.ndarray, weights: np.ndarray | None
) -> np.ndarray:
    """Take the smallest value of each dimension in each document."""
    return _extreme(np.minimum, vectors, rows, ends)


def _extreme(
    extreme: np.ufunc, vectors: Vectors, rows: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """Reduce by the n-th tokens of many documents at once, the longest first."""
    n_tokens = np.diff(ends)
    result = np.zeros((len(n_tokens), vectors.shape[1]), np.float32)
    longest_first = np.argsort(-n_tokens, kind="stable")[: np.count_nonzero(n_tokens)]
    for start in range(0, len(longest_first), _DOCUMENTS_AT_A_TIME):
        numbers = longest_first[start : start + _DOCUMENTS_AT_A_TIME]
        firsts, lengths = ends[numbers], n_tokens[numbers]
        best = vectors[rows[firsts]]
        position, n_running = 1, np.count_nonzero(lengths > 1)
        while n_running > _FEW_DOCUMENTS:
            running = best[:n_running]
            extreme(running, vectors[rows[firsts[:n_running] + position]], out=running)
            position += 1
            n_running = np.count_nonzero(lengths > position)
        for i in range(n_running):
            for first in range(position, lengths[i], _DOCUMENTS_AT_A_TIME):
                last = min(first + _DOCUMENTS_AT_A_TIME, lengths[i])
                some = vectors[rows[firsts[i] + first : firsts[i] + last]]
                extreme(best[i], extreme.reduce(some, axis=0), out=best[i])
        result[numbers] = best
    return result


POOLINGS = {"mean": _mean, "sum": _sum, "max": _max, "min": _min}


def check_poolings(pooling: str | Sequence[str]) -> tuple[str, ...]:
    """Give the poolings whose results stand side by side."""
    poolings = (pooling,) if isinstance(pooling, str) else tuple(pooling)
    if not poolings or not all(name in POOLINGS for name in poolings):
        raise ValueError(
            f"Found pooling={pooling!r}, expected one of {', '.join(POOLINGS)}, or a "
            "tuple of some of them, e.g. ('mean', 'max')."
        )
    return poolings
