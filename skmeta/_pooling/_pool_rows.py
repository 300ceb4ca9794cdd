"""Pool rows of word vectors by document, with the kernel or with NumPy and SciPy.

NumPy stands in for the compiled kernel where there is none; what the kernel gives is
tested against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from skmeta._native import kernels

__all__ = ["pool_parts", "pool_rows", "pool_rows_in_numpy"]

_ROWS_BLOCK_SIZE = 512  # their sums stay in the cache until they are written
_LONG_DOCUMENT = 1_024  # tokens; longer sums are split: float32 would drift
_DOCUMENTS_BLOCK_SIZE = 256  # in max and min: their rows stay in the cache
_TOKENS_BLOCK_SIZE = 256  # in powers, which are float64
_FEW_DOCUMENTS = 8  # so few are faster one by one


def pool_parts(
    pooling: str, power: float, parts: Sequence[tuple], out: np.ndarray
) -> int:
    """Pool the tokens' rows of several matrices, and concatenate the results.

    Parameters
    ----------
    pooling, power : as ``pool_rows`` takes them
    parts : sequence of tuples
        For each matrix, what ``pool_rows`` takes from ``vectors`` on.
    out : float32 ndarray of shape (n_documents, n_columns)
        Written to, from the first column on.

    Returns
    -------
    n_columns : int
        How many columns were written.
    """
    start = 0
    for part in parts:
        stop = start + part[0].shape[1]
        arguments: tuple = pooling, power, *part, out[:, start:stop]
        pool_rows(*arguments)
        start = stop
    return start


def pool_rows(
    pooling: str,
    power: float,
    vectors: np.ndarray,
    more: np.ndarray | None,
    rows: np.ndarray,
    ends: np.ndarray,
    scales: np.ndarray | None,
    weights: np.ndarray | None,
    out: np.ndarray,
) -> None:
    """Pool the rows of each document's tokens.

    Parameters
    ----------
    pooling : {"sum", "mean", "max", "min", "power"}
    power : float
        Of "power", the mean of values to this power, brought back by the root; values
        keep their sign, unless the power is even.
    vectors : float32 ndarray of shape (n, size)
    more : float32 ndarray of shape (n_more, size), or None
        The rows from n on.
    rows : int32 ndarray of shape (n_tokens,)
        The row of each token, from 0 on.
    ends : int64 ndarray of shape (n_documents + 1,)
        Document i has the tokens from ``ends[i]`` to ``ends[i + 1]``.
    scales : float32 ndarray of shape (n_tokens,), or None
        What the row of each token is multiplied with.
    weights : float32 ndarray of shape (n_tokens,), or None
        How much each token counts in sum, mean and power.
    out : float32 ndarray of shape (n_documents, size)
        Written to; zeros where a document has no token.
    """
    find = pool_rows_in_numpy
    if kernels is not None and vectors.strides[1] == vectors.itemsize:
        find = kernels.pool_rows  # it reads contiguous rows
    find(pooling, power, vectors, more, rows, ends, scales, weights, out)
    if pooling in ("sum", "mean"):
        tokens = _Tokens(vectors, more, rows, scales, weights)
        _correct_overflows(pooling, tokens, ends, out)


def pool_rows_in_numpy(
    pooling: str,
    power: float,
    vectors: np.ndarray,
    more: np.ndarray | None,
    rows: np.ndarray,
    ends: np.ndarray,
    scales: np.ndarray | None,
    weights: np.ndarray | None,
    out: np.ndarray,
) -> None:
    """Implement ``pool_rows`` in NumPy and SciPy."""
    tokens = _Tokens(vectors, more, rows, scales, weights)
    for start in range(0, len(out), _ROWS_BLOCK_SIZE):
        some_ends = ends[start : start + _ROWS_BLOCK_SIZE + 1]
        some = tokens[some_ends[0] : some_ends[-1]]
        some_ends = some_ends - some_ends[0]
        some_out = out[start : start + _ROWS_BLOCK_SIZE]
        if pooling == "power":
            _average_powers(power, some, some_ends, some_out)
        elif pooling in ("max", "min"):
            extreme = np.maximum if pooling == "max" else np.minimum
            _find_extremes(extreme, some, some_ends, some_out)
        else:
            totals = np.ones(len(some_out), np.float32)
            if pooling == "mean":
                totals = some.total_weights(some_ends).astype(np.float32)
                totals[totals == 0] = 1
            np.divide(_add_up(some, some_ends), totals[:, np.newaxis], out=some_out)


@dataclass
class _Tokens:
    """Tokens with the numbers and the factors of their rows."""

    vectors: np.ndarray
    more: np.ndarray | None
    rows: np.ndarray
    scales: np.ndarray | None
    weights: np.ndarray | None

    def __getitem__(self, part: slice) -> _Tokens:
        scales = None if self.scales is None else self.scales[part]
        weights = None if self.weights is None else self.weights[part]
        return _Tokens(self.vectors, self.more, self.rows[part], scales, weights)

    def take(self, places: np.ndarray | slice) -> np.ndarray:
        """Return the scaled rows of some tokens, (n, size)."""
        numbers, n = self.rows[places], len(self.vectors)
        if self.more is None:
            taken = self.vectors[numbers]
        else:
            taken = self.vectors[np.minimum(numbers, n - 1)]
            beyond = numbers >= n
            taken[beyond] = self.more[numbers[beyond] - n]
        if self.scales is not None:
            taken *= self.scales[places, np.newaxis]
        return taken

    def sum_between(self, ends: np.ndarray) -> np.ndarray:
        """Sum weighted rows by a sparse product, float32 of shape (n, size)."""
        factors = np.ones(len(self.rows), np.float32)
        for some in (self.weights, self.scales):
            if some is not None:
                factors = factors * some
        if self.more is None:
            return self._multiply(factors, self.rows, ends, self.vectors)
        beyond = self.rows >= len(self.vectors)
        n_beyond = np.concatenate([[0], np.cumsum(beyond)])[ends]
        return self._multiply(
            factors[~beyond], self.rows[~beyond], ends - n_beyond, self.vectors
        ) + self._multiply(
            factors[beyond],
            self.rows[beyond] - len(self.vectors),
            n_beyond,
            self.more,
        )

    @staticmethod
    def _multiply(
        factors: np.ndarray, rows: np.ndarray, ends: np.ndarray, vectors: np.ndarray
    ) -> np.ndarray:
        shape = len(ends) - 1, len(vectors)
        return csr_array((factors, rows, ends.astype(np.int32)), shape) @ vectors

    def total_weights(self, ends: np.ndarray) -> np.ndarray:
        """Sum the weights of each document, float64."""
        if self.weights is None:
            return np.diff(ends).astype(np.float64)
        sums = np.concatenate([[0], np.cumsum(self.weights, dtype=np.float64)])
        return np.diff(sums[ends])


def _add_up(tokens: _Tokens, ends: np.ndarray) -> np.ndarray:
    """Sum the weighted rows of each document, those of a long one part by part."""
    n_tokens = np.diff(ends)
    if not len(n_tokens) or n_tokens.max() <= _LONG_DOCUMENT:
        return tokens.sum_between(ends)
    n_parts = -(-n_tokens // _LONG_DOCUMENT)
    first_parts = np.concatenate([[0], np.cumsum(n_parts)])
    parts = np.arange(first_parts[-1])
    documents = np.repeat(np.arange(len(n_tokens)), n_parts)
    starts = ends[documents] + (parts - first_parts[documents]) * _LONG_DOCUMENT
    sums = tokens.sum_between(np.append(starts, ends[-1]))
    one_each = np.ones(len(parts))
    adding = csr_array((one_each, parts, first_parts), (len(n_tokens), len(parts)))
    return (adding @ sums).astype(np.float32)  # adds in float64


def _correct_overflows(
    pooling: str, tokens: _Tokens, ends: np.ndarray, out: np.ndarray
) -> None:
    """Compute sums that overflowed in float32 again in float64.

    Means are finite then. A sum may be infinite, but is never NaN.
    """
    zeros = np.zeros(out.shape[1], np.float32)
    with np.errstate(invalid="ignore"):
        overflows = np.flatnonzero(np.isnan(out @ zeros))  # infinity times 0 is NaN
    if not len(overflows):
        return
    totals = tokens.total_weights(ends)
    plain = _Tokens(tokens.vectors, tokens.more, tokens.rows, None, None)
    for i in overflows:
        total = np.zeros(out.shape[1])
        for part in _parts(ends[i], ends[i + 1]):
            factors = np.ones(part.stop - part.start)
            for some in (tokens.weights, tokens.scales):
                if some is not None:
                    factors *= some[part]
            total += factors @ plain.take(part).astype(np.float64)
        if pooling == "mean" and totals[i]:
            total /= totals[i]
        with np.errstate(over="ignore"):
            out[i] = total


def _find_extremes(
    extreme: np.ufunc, tokens: _Tokens, ends: np.ndarray, out: np.ndarray
) -> None:
    """Reduce by the n-th tokens of many documents at once, the longest first."""
    out[:] = 0
    n_tokens = np.diff(ends)
    for numbers in _longest_first(n_tokens):
        firsts, lengths = ends[numbers], n_tokens[numbers]
        best = tokens.take(firsts)
        position, n_running = 1, np.count_nonzero(lengths > 1)
        while n_running > _FEW_DOCUMENTS:
            running = best[:n_running]
            extreme(running, tokens.take(firsts[:n_running] + position), out=running)
            position += 1
            n_running = np.count_nonzero(lengths > position)
        for i in range(n_running):
            for first in range(position, lengths[i], _DOCUMENTS_BLOCK_SIZE):
                last = min(first + _DOCUMENTS_BLOCK_SIZE, lengths[i])
                some = tokens.take(slice(firsts[i] + first, firsts[i] + last))
                extreme(best[i], extreme.reduce(some, axis=0), out=best[i])
        out[numbers] = best


def _longest_first(n_tokens: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the numbers of the documents that have tokens, some at a time."""
    order = np.argsort(-n_tokens, kind="stable")[: np.count_nonzero(n_tokens)]
    for start in range(0, len(order), _DOCUMENTS_BLOCK_SIZE):
        yield order[start : start + _DOCUMENTS_BLOCK_SIZE]


def _average_powers(
    power: float, tokens: _Tokens, ends: np.ndarray, out: np.ndarray
) -> None:
    """Compute power means, scaled so that no power overflows."""
    out[:] = 0
    totals = tokens.total_weights(ends)
    for i in np.flatnonzero(np.diff(ends) * (totals != 0)):
        first, last = ends[i], ends[i + 1]
        largest = np.zeros(out.shape[1])
        for part in _parts(first, last):
            largest = np.maximum(largest, np.abs(tokens.take(part)).max(axis=0))
        largest[largest == 0] = 1
        sums = np.zeros(out.shape[1])
        for part in _parts(first, last):
            ratios = tokens.take(part) / largest
            powers = np.abs(ratios) ** power
            if power % 2:
                powers *= np.sign(ratios)
            if tokens.weights is not None:
                powers *= tokens.weights[part, np.newaxis]
            sums += powers.sum(axis=0)
        roots = (np.abs(sums) / totals[i]) ** (1 / power)
        out[i] = np.sign(sums) * roots * largest


def _parts(first: int, last: int) -> Iterator[slice]:
    """Split a document into parts."""
    for start in range(first, last, _TOKENS_BLOCK_SIZE):
        yield slice(start, min(start + _TOKENS_BLOCK_SIZE, last))
