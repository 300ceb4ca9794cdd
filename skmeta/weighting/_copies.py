"""Find rows that are copies of others: what is learned from labels counts them once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from skmeta.weighting._targets import take_labels

__all__ = ["DistinctRows", "hash_documents", "hash_rows", "leave_out_copies"]


class DistinctRows(NamedTuple):
    """The first of each group of equal rows.

    Attributes
    ----------
    rows : int ndarray of shape (n_distinct,)
        Row numbers, ascending.
    places : int ndarray of shape (n_rows,)
        Where in ``rows`` the row is that each row equals.
    """

    rows: np.ndarray
    places: np.ndarray

    def with_copies(self, places: np.ndarray) -> np.ndarray:
        """Return the numbers of the rows that have one of some places, ascending."""
        are_wanted = np.zeros(len(self.rows), bool)
        are_wanted[places] = True
        return np.flatnonzero(are_wanted[self.places])


def hash_documents(
    documents: Iterable[list[str]], hashes: list[int]
) -> Iterator[list[str]]:
    """Iterate over documents, and append a hash of each token list to ``hashes``.

    The hashes depend on PYTHONHASHSEED, which of them are equal does not.
    """
    for document in documents:
        hashes.append(hash(tuple(document)))
        yield document


def hash_rows(X: Any) -> np.ndarray:
    """Hash rows of a matrix: equal rows have equal numbers.

    A hash is the sum of a row's entries times random numbers, which differs for rows
    that differ. Sparse products add up each row alone; the last digits of a product of
    BLAS depend on where the row is.
    """
    sparse = csr_array(X)
    if not sparse.has_canonical_format:
        sparse = sparse.copy()
        sparse.sum_duplicates()  # and sort
    return sparse @ np.random.RandomState(0).uniform(size=sparse.shape[1])


def leave_out_copies(
    hashes: Sequence[int] | np.ndarray,
    targets: np.ndarray,
    y: Any,
    encode: Callable[[Any, int], np.ndarray],
) -> tuple[DistinctRows, np.ndarray]:
    """Find the rows that are not copies of earlier ones, and encode their labels.

    Parameters
    ----------
    hashes : sequence of n_rows numbers
        Of what labels belong to.
    targets : float64 ndarray of shape (n_rows, n_targets)
        Encoded labels; a row with another label is not a copy.
    y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        The labels.
    encode : callable
        Encodes labels: ``LabelWeighting.encode``.

    Returns
    -------
    distinct : DistinctRows
        All rows if all are copies of one, from which nothing could be learned.
    targets : float64 ndarray of shape (n_distinct, n_targets)
    """
    n_rows = len(targets)
    first = np.arange(n_rows)
    ordered = np.sort(hashes)
    if np.all(ordered[1:] != ordered[:-1]):  # sorting takes less time than grouping
        return DistinctRows(first, first), targets
    _, groups, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
    found: dict[tuple[int, bytes], int] = {}
    for row in np.flatnonzero(sizes[groups] > 1):
        key = int(groups[row]), targets[row].tobytes()
        first[row] = found.setdefault(key, int(row))
    rows = np.unique(first)
    if not 1 < len(rows) < n_rows:
        return DistinctRows(np.arange(n_rows), np.arange(n_rows)), targets
    distinct = DistinctRows(rows, np.searchsorted(rows, first))
    return distinct, encode(take_labels(y, rows), len(rows))
