"""Split the scores that a linear model gives combined rows into those of the views."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse

from skmeta.combine._center import Center
from skmeta.combine._combiner import (
    Combiner,
    added_by,
    linearize,
    refuse_to_split,
)
from skmeta.combine._imputers import Imputer
from skmeta.combine._views import Views

__all__ = ["LinearView", "linearize_views", "split_rows"]

_N_CHECKED = 16  # rows on which a combiner is seen to be linear
_TOLERANCE = 1e-3  # of float32 sums


class LinearView(NamedTuple):
    """What a view adds to scores: factor * (its row @ coef) + offset, for some rows."""

    view: int
    rows: np.ndarray  # int ndarray of shape (n,), which rows
    coef: np.ndarray  # float64 ndarray of shape (d_i, n_outputs)
    factors: np.ndarray  # float64 ndarray of shape (n,)
    offsets: np.ndarray  # float64 ndarray of shape (n, n_outputs)


def linearize_views(
    views: Views,
    center: Center | None,
    imputer: Imputer | None,
    combiner: Combiner,
    coef: np.ndarray,
) -> Iterator[LinearView]:
    """Split scores of combined rows into linear functions of the views' own rows.

    Rows that were generated, and what centering subtracts, are offsets.

    Parameters
    ----------
    views : Views
        Without steps.
    center, imputer, combiner : fitted
    coef : float64 ndarray of shape (n_features_out, n_outputs)

    Yields
    ------
    part : LinearView
        At least one for each view that knows a row; several where the combination
        depends on which views know a row.
    """
    if not views.n_rows:
        return
    _, scales = views.scaled_rows()
    _, blocks, present = next(views.blocks(views.n_rows))
    factors = [scale.astype(np.float64) for scale in scales]
    shifts: list[np.ndarray | None] = [None] * len(views)
    if center is not None:
        shifts = center.shifts(blocks, present)
        blocks, present = center.apply(blocks, present)
    generated = np.zeros_like(present)
    if imputer is not None:
        known = present
        blocks, present = imputer.apply(blocks, present)
        generated = present & ~known
    for rows in _groups(present):
        pattern = present[rows[0]]
        if not pattern.any():
            continue
        some = [block[rows] for block in blocks]
        total: Any = 0.0
        for view in np.flatnonzero(pattern).tolist():
            own, of_rows, offset = linearize(combiner, view, some[view], pattern, coef)
            added = _scores(some[view], own, of_rows, offset)
            total = total + added
            its_factors = factors[view][rows] * of_rows
            offsets = np.tile(offset, (len(rows), 1))
            shift = shifts[view]
            if shift is not None:  # what was subtracted, after the scaling
                its_factors = its_factors * shift[rows]
                means = center.means_[view]  # type: ignore[union-attr]
                offsets -= (shift[rows] * of_rows)[:, np.newaxis] * (means @ own)
            made = generated[rows, view]
            if made.any():
                its_factors = np.where(made, 0.0, its_factors)
                offsets[made] = added[made]
            yield LinearView(view, rows, own, its_factors, offsets)
        _check_sum(combiner, some, present[rows], coef, total)


def split_rows(
    views: Views, center: Center | None, imputer: Imputer | None, combiner: Combiner
) -> tuple[list[np.ndarray], np.ndarray] | None:
    """Split combined rows into those that views add, which sum to them.

    Parameters
    ----------
    views : Views
        Without steps.
    center, imputer, combiner : fitted

    Returns
    -------
    added, present : list of float ndarrays (n_rows, n_features_out), and bool ndarray
        For each view; and which rows it has, generated ones too. None if the combiner
        does not add views up.
    """
    for step in (center, imputer):
        if step is not None:
            views = views.with_step(step)
    _, blocks, present = next(views.blocks(max(views.n_rows, 1)))
    added = []
    for view in range(len(views)):
        rows = added_by(combiner, view, blocks, present)
        if rows is None:
            return None
        added.append(rows)
    some = slice(0, _N_CHECKED)
    parts = [block[some].copy() for block in blocks]
    combined = _combine(combiner, parts, present[some])
    sums, sizes = np.zeros(combined.shape), np.zeros(combined.shape)
    for rows in added:
        sums += rows[some]
        sizes += np.abs(rows[some])
    return (added, present) if _agree(sums, combined, sizes) else None


def _groups(present: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each set of views that know them."""
    patterns, members = np.unique(present, axis=0, return_inverse=True)
    return [np.flatnonzero(members.ravel() == i) for i in range(len(patterns))]


def _scores(
    rows: Any, coef: np.ndarray, factors: np.ndarray, offset: np.ndarray
) -> np.ndarray:
    return factors[:, np.newaxis] * np.asarray(rows @ coef) + offset


def _combine(combiner: Combiner, blocks: list[Any], present: np.ndarray) -> np.ndarray:
    """Combine rows of which it is known which views have them."""
    rows = added_by(combiner, None, blocks, present)
    assert rows is not None
    return rows


def _check_sum(
    combiner: Combiner,
    blocks: list[Any],
    present: np.ndarray,
    coef: np.ndarray,
    total: np.ndarray,
) -> None:
    """Raise if a combiner, perhaps of somebody else, is not the sum of linear maps."""
    some = slice(0, _N_CHECKED)
    parts = [block[some].copy() for block in blocks]
    combined = _combine(combiner, parts, present[some])
    if issparse(combined):
        return  # a concatenation
    combined = combined.astype(np.float64)
    if not _agree(total[some], combined @ coef, np.abs(combined) @ np.abs(coef)):
        raise refuse_to_split(combiner)


def _agree(one: np.ndarray, other: np.ndarray, sizes: np.ndarray) -> bool:
    """Return whether sums are equal up to rounding, given the sizes of their terms."""
    error = np.abs(one - other).max(initial=0)
    return bool(error <= _TOLERANCE * np.abs(sizes).max(initial=0))
