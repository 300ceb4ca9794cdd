"""Documents in batches, and the stacking of the batches' results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from scipy.sparse import issparse, vstack

from skmeta._documents._check import check_collection
from skmeta._documents._only_column import take_only_column

__all__ = ["iter_batches", "stack_batches"]


def iter_batches(X: Any, batch_size: int) -> Iterator[Any]:
    """Split documents into batches; from an iterator, take one batch at a time.

    What can be sliced (lists, arrays, columns) yields parts of its own type.
    """
    X = take_only_column(X)
    check_collection(X)
    rows = getattr(X, "iloc", X)
    if hasattr(rows, "__getitem__") and hasattr(X, "__len__"):
        starts = range(0, len(X), batch_size)
        return (rows[start : start + batch_size] for start in starts)
    left = iter(X)
    return iter(lambda: list(islice(left, batch_size)), [])


def stack_batches(parts: Iterable[Any]) -> Any:
    """Stack batches of rows, in memory that grows with them; None if there are none.

    Dense batches are copied one by one, so that at most one is in memory twice.
    """
    parts = iter(parts)
    whole = next(parts, None)
    if whole is None:
        return None
    if issparse(whole):
        return vstack([whole, *parts], format="csr", dtype=whole.dtype)
    if not whole.flags.owndata or not whole.flags.c_contiguous:
        whole = whole.copy()  # which can be resized
    n_rows = len(whole)
    for part in parts:
        room = len(whole)
        if n_rows + len(part) > room:
            room = max(n_rows + len(part), room + room // 8)
            whole.resize((room, whole.shape[1]), refcheck=False)
        whole[n_rows : n_rows + len(part)] = part
        n_rows += len(part)
    whole.resize((n_rows, whole.shape[1]), refcheck=False)
    return whole
