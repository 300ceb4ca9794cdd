"""Moments: all that linear combiners need of the rows, in one pass over them.

Rows known to the same views form a pattern of presence. For each pattern the number of
rows, their sum and their Gram matrix suffice to solve for concatenations, correlations,
rotations and factorizations with absent rows exactly; their size does not depend on the
number of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple

import numpy as np

from skmeta.combine._views import Views

__all__ = ["Moments", "Pattern", "compute_moments", "knowing", "zero_constant_columns"]

_ROWS_BLOCK_SIZE = 8_192  # large: each block and pattern adds a Gram matrix

Pattern = tuple[int, ...]  # the numbers of the views that know a row
Weigh = Callable[[Pattern], float]


def knowing(*views: int) -> Weigh:
    """Return row weights that are 0 for rows that some of the views lack."""
    return lambda pattern: float(set(views) <= set(pattern))


_all = knowing()


class _Pattern(NamedTuple):
    """Moments of the rows with one pattern of presence."""

    n_rows: int
    total: np.ndarray  # float64 of shape (d,), d columns of the pattern's views
    gram: np.ndarray  # float64 of shape (d, d)


class Moments:
    """Numbers of rows, sums and Gram matrices for each pattern of presence.

    Parameters
    ----------
    dimensions : tuple of int
        The number of columns of each view.
    """

    def __init__(self, dimensions: tuple[int, ...]) -> None:
        self.dimensions = dimensions
        ends = np.cumsum([0, *dimensions])
        self.columns = [slice(*ends[view : view + 2]) for view in range(len(ends) - 1)]
        self._patterns: dict[Pattern, _Pattern] = {}

    @property
    def n_rows(self) -> int:
        """The number of rows that any view knows."""
        return sum(pattern.n_rows for pattern in self._patterns.values())

    @property
    def patterns(self) -> list[Pattern]:
        """The patterns of presence, in a fixed order."""
        return sorted(self._patterns)

    def add(self, pattern: Pattern, rows: np.ndarray) -> None:
        """Add float64 rows, (n, d), of a pattern."""
        self._add(pattern, _Pattern(len(rows), rows.sum(axis=0), rows.T @ rows))

    def _add(self, pattern: Pattern, more: _Pattern) -> None:
        """Add moments of rows of a pattern."""
        seen = self._patterns.get(pattern)
        if seen is not None:
            more = _Pattern(
                seen.n_rows + more.n_rows,
                seen.total + more.total,
                seen.gram + more.gram,
            )
        self._patterns[pattern] = more

    def __add__(self, other: Moments) -> Moments:
        """Return the moments of both sets of rows together."""
        together = Moments(self.dimensions)
        for moments in (self, other):
            for pattern in moments.patterns:
                together._add(pattern, moments._patterns[pattern])
        return together

    def select(self, views: Collection[int]) -> Moments:
        """Return the moments of these views alone."""
        if len(views) == len(self.dimensions):
            return self
        some = Moments(self.dimensions)
        for pattern in self.patterns:
            kept = tuple(view for view in pattern if view in views)
            if kept:
                n_rows, total, gram = self._patterns[pattern]
                at = np.searchsorted(self.columns_of(pattern), self.columns_of(kept))
                some._add(kept, _Pattern(n_rows, total[at], gram[np.ix_(at, at)]))
        return some

    def columns_of(self, pattern: Pattern) -> np.ndarray:
        """Return the columns of a pattern's views, among those of all views."""
        columns = np.arange(sum(self.dimensions))
        return np.concatenate([columns[self.columns[view]] for view in pattern])

    def gram_of(self, pattern: Pattern) -> np.ndarray:
        """Return the Gram matrix of one pattern's rows, in the columns of its views."""
        return self._patterns[pattern].gram

    def gram(self, weigh: Weigh = _all) -> np.ndarray:
        """Sum the Gram matrices of all patterns, multiplied by their weights.

        Parameters
        ----------
        weigh : callable
            Takes a pattern, returns its weight; 0 leaves its rows out.

        Returns
        -------
        gram : float64 ndarray of shape (sum(dimensions), sum(dimensions))
        """
        size = sum(self.dimensions)
        gram = np.zeros((size, size))
        for pattern, places, weight in self._weighed(weigh):
            gram[places] += weight * self._patterns[pattern].gram
        return gram

    def n_rows_of(self, weigh: Weigh) -> float:
        """Sum the numbers of rows of all patterns, multiplied by their weights."""
        return sum(
            weight * self._patterns[pattern].n_rows
            for pattern, _, weight in self._weighed(weigh)
        )

    def means(self, weigh: Weigh = _all) -> np.ndarray:
        """Average each view's rows over the patterns of nonzero weight.

        Returns
        -------
        means : float64 ndarray of shape (sum(dimensions),)
            Zeros for a view without such rows.
        """
        size = sum(self.dimensions)
        totals, n_rows = np.zeros(size), np.zeros(size)
        for pattern, _, weight in self._weighed(weigh):
            columns = self.columns_of(pattern)
            totals[columns] += weight * self._patterns[pattern].total
            n_rows[columns] += weight * self._patterns[pattern].n_rows
        return np.divide(totals, n_rows, out=totals, where=n_rows > 0)

    def center(self) -> Moments:
        """Return the moments of the rows minus their views' means."""
        means = self.means()
        centered = Moments(self.dimensions)
        for pattern, (n_rows, total, gram) in self._patterns.items():
            mean = means[self.columns_of(pattern)]
            cross = np.outer(total, mean)
            gram = gram - cross - cross.T + n_rows * np.outer(mean, mean)
            moved = _Pattern(n_rows, total - n_rows * mean, gram)
            centered._patterns[pattern] = moved
        return centered

    def _weighed(self, weigh: Weigh) -> Iterator[tuple[Pattern, Any, float]]:
        """Iterate over patterns of nonzero weight, with their places in a full Gram."""
        for pattern in self.patterns:
            weight = weigh(pattern)
            if weight:
                columns = self.columns_of(pattern)
                yield pattern, np.ix_(columns, columns), weight


def zero_constant_columns(gram: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Zero, in place, the columns of a centered Gram matrix that are only rounding.

    Parameters
    ----------
    gram : float64 ndarray of shape (n_columns, n_columns)
    sizes : float64 ndarray of shape (n_columns,)
        Its diagonal before the means were subtracted.

    Returns
    -------
    sizes : float64 ndarray of shape (n_columns,)
        Zeros for these columns.
    """
    varies = gram.diagonal() > 1e3 * np.finfo(np.float64).eps * sizes
    gram[~varies] = gram[:, ~varies] = 0
    return np.where(varies, sizes, 0)


def compute_moments(views: Views) -> Moments:
    """Compute the moments of views, in one pass over their rows.

    Parameters
    ----------
    views : Views
        Dense ones.

    Returns
    -------
    moments : Moments
        Computed once for the same views: do not change them.
    """
    if views.moments is None:
        views.moments = _measure(views)
    return views.moments


def _measure(views: Views) -> Moments:
    """Iterate over the rows."""
    moments = Moments(views.dimensions)
    for _, blocks, present in views.blocks(_ROWS_BLOCK_SIZE):
        codes = np.packbits(present, axis=1, bitorder="little")
        patterns, members = np.unique(codes, axis=0, return_inverse=True)
        for number, code in enumerate(patterns):
            known = np.unpackbits(code, count=len(views), bitorder="little")
            pattern = tuple(np.flatnonzero(known).tolist())
            if not pattern:
                continue
            rows = np.flatnonzero(members.ravel() == number)
            everything = slice(None) if len(rows) == len(present) else rows
            gathered = np.empty(
                (len(rows), sum(views.dimensions[view] for view in pattern))
            )
            start = 0
            for view in pattern:
                end = start + views.dimensions[view]
                gathered[:, start:end] = blocks[view][everything]
                start = end
            moments.add(pattern, gathered)
    return moments
