"""Pool word vectors into one row per document: mean, max, power means."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from numbers import Real
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed

from skmeta._native import kernels
from skmeta._pooling._lazy_concatenation import LazyConcatenation
from skmeta._pooling._partition import Partition, Parts
from skmeta._pooling._pool_rows import pool_parts, pool_rows
from skmeta._vectors._word_index import WordIndex, drop_unknown

__all__ = [
    "POOLINGS",
    "Unknown",
    "Vectors",
    "check_poolings",
    "compose_unknown",
    "count_columns",
    "kind_of",
    "pool",
]

Vectors = np.ndarray | LazyConcatenation
Unknown = Callable[[list[str]], tuple[np.ndarray, np.ndarray | None, np.ndarray]]
POOLINGS: tuple[str, ...] = ("mean", "sum", "max", "min")
_TOKENS_BLOCK_SIZE = 1 << 14  # bounds what is kept of them
_TOKENS_OF_PARTS = 1 << 12
_TOKENS_FOR_NUMPY = 1 << 19  # looking up and pooling drive each other from the cache


def pool(
    documents: list[list[str]],
    vectors: Vectors,
    words: WordIndex | dict[str, int],
    poolings: Sequence[str | float | Partition] = ("mean",),
    weights: np.ndarray | None = None,
    *,
    unknown: Unknown | None = None,
    n_jobs: int | None = None,
) -> np.ndarray:
    """Pool the vectors of each document's words.

    Parameters
    ----------
    documents : list of lists of str
    vectors : float32 ndarray, or LazyConcatenation, of shape (n_words, vector_size)
        May be read-only or memory-mapped.
    words : WordIndex, or dict of str to int
        The row of each word.
    poolings : sequence of {"mean", "sum", "max", "min"}, float or fitted Partition
        The results stand side by side in this order. A number p is the power mean
        (sum of w v^p / sum of w)^(1/p), where values keep their sign unless p is even.
    weights : float32 ndarray of shape (n_words,), default=None
        How much each word counts in the sum, the mean and power means; the largest and
        the smallest value do not depend on it.
    unknown : callable, default=None
        Gives the distinct unknown words of some documents vectors, float32 of shape
        (n, vector_size); weights, float32 of shape (n,), or None where there are none;
        and whether each has one, bool of shape (n,). None: unknown tokens are ignored.
    n_jobs : int, default=None
        Threads over blocks of documents; the results do not depend on it.

    Returns
    -------
    pooled : float32 ndarray of shape (n_documents, n_columns)
        As many columns as a vector has for each pooling, and those of partitions. Zeros
        where a document has no known word.
    """
    index = words if isinstance(words, WordIndex) else WordIndex(words)
    n_columns = count_columns(poolings, vectors.shape[1])
    pooled = np.empty((len(documents), n_columns), np.float32)

    def pool_blocks(blocks: Sequence[slice]) -> None:
        for block in blocks:
            tokens, rows, more = _look_up(
                documents[block], index, vectors, weights, unknown
            )
            start = 0
            for pooling in poolings:
                if isinstance(pooling, Partition):
                    some = _pool_parts(pooling, tokens, rows, more)
                    stop = start + some.shape[1]
                    pooled[block, start:stop] = some
                    start = stop
                    continue
                start += pool_parts(*kind_of(pooling), tokens, pooled[block, start:])

    n_at_a_time = _TOKENS_BLOCK_SIZE
    if kernels is None:  # as many as fit into a small part of the output
        n_at_a_time = max(n_at_a_time, min(_TOKENS_FOR_NUMPY, pooled.nbytes >> 8))
    if any(isinstance(pooling, Partition) for pooling in poolings):
        n_at_a_time = min(n_at_a_time, _TOKENS_OF_PARTS)  # long rows of few tokens
    blocks = list(_blocks(documents, n_at_a_time))
    n_threads = 1 if len(blocks) == 1 else effective_n_jobs(n_jobs)
    if n_threads == 1:
        pool_blocks(blocks)
    else:
        Parallel(n_jobs=n_jobs, require="sharedmem")(
            delayed(pool_blocks)(blocks[i::n_threads]) for i in range(n_threads)
        )
    return pooled


def check_poolings(pooling: Any, *, partitions: bool = False) -> tuple:
    """Return the poolings whose results are concatenated.

    Where ``partitions`` are allowed, "partition" becomes a Partition to be fitted.
    """
    one = isinstance(pooling, str | Real | Partition)
    poolings = (pooling,) if one else tuple(pooling)
    if partitions:
        poolings = tuple(Partition() if p == "partition" else p for p in poolings)
    allowed = [p for p in poolings if not (partitions and isinstance(p, Partition))]
    if not poolings or not all(map(_is_pooling, allowed)):
        also = ", 'partition', a Partition" if partitions else ""
        raise ValueError(
            f"Found pooling={pooling!r}, expected one of {', '.join(POOLINGS)}{also}, "
            "a number above 0 (a power mean), or a tuple of some of them, e.g. "
            "('mean', 'max', 3). Powers below 0 have a pole at zero; 'min' is their "
            "limit."
        )
    return poolings


def count_columns(poolings: Sequence[Any], vector_size: int) -> int:
    """Count the columns of pooled rows."""
    return sum(
        p.count_columns(vector_size) if isinstance(p, Partition) else vector_size
        for p in poolings
    )


def _is_pooling(pooling: object) -> bool:
    """Return whether a value is a valid pooling."""
    if isinstance(pooling, str):
        return pooling in POOLINGS
    is_number = isinstance(pooling, Real) and not isinstance(pooling, bool)
    return is_number and pooling > 0  # type: ignore[operator]


def kind_of(pooling: str | float) -> tuple[str, float]:
    """Return the name of a pooling, and its power."""
    if isinstance(pooling, str):
        return str(pooling), 1  # of numpy's too: a kernel takes plain strings
    if pooling == 1:
        return "mean", 1
    if math.isinf(pooling):
        return "max", 1
    return "power", float(pooling)


def _blocks(documents: list[list[str]], n_at_a_time: int) -> Iterator[slice]:
    """Split documents into runs of about that many tokens, of at least one document."""
    start = n_tokens = 0
    lengths: Iterable[int] = map(len, documents)
    if hasattr(documents, "count_tokens"):  # in Arrow's memory
        lengths = documents.count_tokens().tolist()
    for stop, n in enumerate(lengths):
        n_tokens += n
        if n_tokens > n_at_a_time and stop > start:
            yield slice(start, stop)
            start, n_tokens = stop, n
    yield slice(start, len(documents))


def _look_up(
    documents: list[list[str]],
    index: WordIndex,
    vectors: Vectors,
    weights: np.ndarray | None,
    unknown: Unknown | None,
) -> tuple[list[tuple], np.ndarray, np.ndarray | None]:
    """Look up the tokens of documents for pool_rows, once for each matrix.

    Then the row of each token, and the rows beyond those of the vectors.
    """
    rows, ends = index.find_rows(documents, keep_unknown=unknown is not None)
    more = more_weights = None
    if unknown is not None and len(rows) and rows.min() < 0:
        more, more_weights = compose_unknown(documents, rows, vectors.shape, unknown)
    if more_weights is not None and weights is not None:
        weights = np.concatenate([weights, more_weights])
    if unknown is not None:
        rows, ends = drop_unknown(rows, ends)
    token_weights = None if weights is None else weights[rows]
    if not isinstance(vectors, LazyConcatenation):
        return [(vectors, more, rows, ends, None, token_weights)], rows, more
    parts, start = [], 0
    for matrix, its_rows, scales in vectors.parts:
        stop = start + matrix.shape[1]
        some = None
        if more is not None:
            some = np.ascontiguousarray(more[:, start:stop])
            beyond = np.arange(len(matrix), len(matrix) + len(more))
            its_rows = np.concatenate([its_rows, beyond])
            scales = np.concatenate([scales, np.ones(len(more), np.float32)])
        its_rows = its_rows[rows].astype(np.int32)
        parts.append((matrix, some, its_rows, ends, scales[rows], token_weights))
        start = stop
    return parts, rows, more


def _pool_parts(
    partition: Partition,
    tokens: list[tuple],
    rows: np.ndarray,
    more: np.ndarray | None,
) -> np.ndarray:
    """Pool the words of each part separately."""
    parts = partition.words_parts
    if more is not None:
        parts = Parts(*map(np.concatenate, zip(parts, partition.assign(more))))

    def add_up(which: np.ndarray, shares: np.ndarray, ends: np.ndarray) -> np.ndarray:
        sums = []
        for vectors, its_more, its_rows, _, scales, _ in tokens:
            some_scales = None if scales is None else scales[which]
            out = np.empty((len(ends) - 1, vectors.shape[1]), np.float32)
            pool_rows(
                "sum",
                1,
                vectors,
                its_more,
                np.ascontiguousarray(its_rows[which]),
                ends,
                some_scales,
                shares,
                out,
            )
            sums.append(out)
        return np.hstack(sums)

    _, _, _, ends, _, weights = tokens[0]
    of_tokens = Parts(parts.numbers[rows], parts.shares[rows])
    return partition.pool(of_tokens, ends, weights, add_up)


def compose_unknown(
    documents: list[list[str]],
    rows: np.ndarray,
    shape: tuple[int, int],
    unknown: Unknown,
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Compute vectors of unknown words and write their row numbers, from n_words on."""
    places = np.flatnonzero(rows < 0)
    tokens = list(chain.from_iterable(documents))
    numbers: dict[str, int] = {}
    which = [numbers.setdefault(tokens[place], len(numbers)) for place in places]
    vectors, weights, known = unknown(list(numbers))
    if not known.any():
        return None, None
    n_words = shape[0]
    rows[places] = np.where(known, n_words + np.cumsum(known) - 1, -1)[which]
    if weights is not None:
        weights = weights[known].astype(np.float32)
    return np.ascontiguousarray(vectors[known], dtype=np.float32), weights
