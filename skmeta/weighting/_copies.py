"""Find rows that are copies of others: what is learned from labels counts them once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

__all__ = ["DistinctRows", "find_distinct", "hash_documents", "hash_rows"]


class DistinctRows(NamedTuple):
    """The first of each group of equal rows with equal labels.

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
    """Iterate over documents, and append a hash of each token list to hashes.

    Which of them are equal does not depend on PYTHONHASHSEED, as they do.
    """
    for document in documents:
        hashes.append(hash(tuple(document)))
        yield document


def hash_rows(X: Any) -> np.ndarray:
    """Hash rows of a matrix: equal rows have equal numbers.

    They are sums with random weights. Sparse products add up each row alone, those of
    BLAS depend on where a row is.
    """
    sparse = csr_array(X)
    return sparse @ np.random.RandomState(0).uniform(size=sparse.shape[1])


def find_distinct(
    hashes: Sequence[int] | np.ndarray, targets: np.ndarray
) -> DistinctRows:
    """Find the rows that are not copies of earlier ones.

    Parameters
    ----------
    hashes : sequence of n_rows numbers
        Of what labels belong to.
    targets : float64 ndarray of shape (n_rows, n_targets)
        A row with another label is not a copy.

    Returns
    -------
    distinct : DistinctRows
        All rows if all are copies of one, from which nothing could be learned.
    """
    first = np.arange(len(hashes))
    _, groups, sizes = np.unique(hashes, return_inverse=True, return_counts=True)
    found: dict[tuple[int, bytes], int] = {}
    for row in np.flatnonzero(sizes[groups] > 1):
        key = int(groups[row]), targets[row].tobytes()
        first[row] = found.setdefault(key, int(row))
    rows = np.unique(first)
    if len(rows) < 2:
        rows = first = np.arange(len(hashes))
    return DistinctRows(rows, np.searchsorted(rows, first))
