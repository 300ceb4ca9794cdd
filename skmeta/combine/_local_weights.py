"""Local weights: each row as a combination of its nearest rows in each view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from sklearn.neighbors import NearestNeighbors

__all__ = ["Mixes", "Neighborhood", "mix_neighbors", "name_rows"]

_NUMBERS_BLOCK_SIZE = 2**22
_SPARE = 8  # more neighbors, to break ties independently of rounding


def name_rows(block: np.ndarray) -> list[bytes]:
    """Hash each row: equal rows have equal digests."""
    same_zeros = block + np.float32(0)  # also of -0.0
    return [blake2b(row, digest_size=16).digest() for row in same_zeros]


class Neighborhood:
    """Find the rows of one view that are nearest to given rows.

    Rows that are equal in the view count as one, the first of them: else the choice
    among them would be arbitrary, and copies of a row would displace other neighbors.

    Parameters
    ----------
    block : float32 ndarray of shape (n_rows, d)
    present : bool ndarray of shape (n_rows,)
        The rows that may be found.
    n_neighbors : int
        The number of rows to find, if there are as many.
    """

    def __init__(
        self, block: np.ndarray, present: np.ndarray, n_neighbors: int
    ) -> None:
        alike: dict[bytes, list[int]] = {}
        places = np.flatnonzero(present)
        for place, name in zip(places.tolist(), name_rows(block[places])):
            alike.setdefault(name, []).append(place)
        self.n_neighbors = min(n_neighbors, max(len(places) - 1, 0))
        self._first = np.array([group[0] for group in alike.values()], dtype=np.intp)
        self._second = np.array([[*g, -1][1] for g in alike.values()], dtype=np.intp)
        self._rows = block[self._first]
        self._search = NearestNeighbors(
            n_neighbors=min(n_neighbors + 1 + _SPARE, len(alike)), algorithm="brute"
        )
        if self.n_neighbors:
            self._search.fit(self._rows)

    def find(
        self, block: np.ndarray, present: np.ndarray, places: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the nearest rows.

        Parameters
        ----------
        block : float32 ndarray of shape (n, d)
        present : bool ndarray of shape (n,)
            The other rows have no neighbors.
        places : int ndarray of shape (n,)
            The places of the rows themselves, to leave them out; -1 for new rows.

        Returns
        -------
        found : int ndarray of shape (n, n_neighbors)
            Their places, -1 if there are fewer.
        vectors : float32 ndarray of shape (n, n_neighbors, d)
            Their vectors; zeros if there are fewer.
        """
        shape = (len(block), self.n_neighbors)
        found = np.full(shape, -1, dtype=np.intp)
        vectors = np.zeros((*shape, block.shape[1]), dtype=np.float32)
        if self.n_neighbors and present.any():
            asked = block[present]
            near = self._search.kneighbors(asked, return_distance=False)
            near.sort(axis=1)  # so that the first of equal distances comes first
            away = asked[:, np.newaxis].astype(np.float64) - self._rows[near]
            order = np.einsum("ijk,ijk->ij", away, away).argsort(axis=1, kind="stable")
            near = np.take_along_axis(near, order, axis=1)
            places_found = self._first[near]
            is_itself = places_found == places[present, np.newaxis]
            places_found[is_itself] = self._second[near[is_itself]]
            order = (places_found < 0).argsort(axis=1, kind="stable")
            near = np.take_along_axis(near, order, axis=1)[:, : self.n_neighbors]
            kept = np.take_along_axis(places_found, order, axis=1)[:, : near.shape[1]]
            found[present, : near.shape[1]] = kept
            vectors[present, : near.shape[1]] = self._rows[near]
            vectors[found < 0] = 0
        return found, vectors


class Mixes(NamedTuple):
    """Rows as combinations of others: an entry for each row and neighbor."""

    rows: np.ndarray  # which row, int
    neighbors: np.ndarray  # the place of its neighbor, int
    weights: np.ndarray  # float64; those of a row sum to 1
    counts: np.ndarray  # the number of views in which it is a neighbor, int

    def to_sparse(self, shape: tuple[int, int], with_counts: bool) -> csr_array:
        """Return the weights as a matrix, optionally multiplied by the counts."""
        weights = self.weights * self.counts if with_counts else self.weights
        return csr_array((weights, (self.rows, self.neighbors)), shape=shape)


def mix_neighbors(
    neighborhoods: Sequence[Neighborhood],
    blocks: Sequence[np.ndarray],
    present: np.ndarray,
    places: np.ndarray,
    view_weights: np.ndarray,
    regularization: float,
    advance: Callable[..., None] = lambda n_rows: None,
) -> Mixes:
    """Approximate each row in all views by a combination of its neighbors.

    Parameters
    ----------
    neighborhoods : sequence of Neighborhood
        One for each view.
    blocks : sequence of float32 ndarrays of shape (n, d_i)
        The rows to approximate, zeros if absent.
    present : bool ndarray of shape (n, n_views)
    places : int ndarray of shape (n,)
        The places of the rows themselves, to leave them out; -1 for new rows.
    view_weights : ndarray of shape (n_views,)
    regularization : float
    advance : callable, default does nothing
        Is told how many rows are done.

    Returns
    -------
    mixes : Mixes
    """
    n_neighbors = sum(n.n_neighbors for n in neighborhoods)
    sizes = [n_neighbors + n.n_neighbors + 2 * _SPARE for n in neighborhoods]
    numbers = sum(size * b.shape[1] for size, b in zip(sizes, blocks))
    step = max(_NUMBERS_BLOCK_SIZE // max(numbers + 2 * n_neighbors**2, 1), 1)
    parts = []
    for start in range(0, len(present), step):
        part = slice(start, start + step)
        found, vectors = zip(
            *(
                neighborhood.find(block[part], known, places[part])
                for neighborhood, block, known in zip(
                    neighborhoods, blocks, present[part].T
                )
            )
        )
        mixed = _mix(
            found, vectors, [b[part] for b in blocks], view_weights, regularization
        )
        parts.append(mixed._replace(rows=mixed.rows + start))
        advance(len(present[part]))
    none = Mixes(*(np.empty(0, kind) for kind in (np.intp, np.intp, float, np.intp)))
    return Mixes(*map(np.concatenate, zip(none, *parts)))


def _mix(
    found: Sequence[np.ndarray],
    vectors: Sequence[np.ndarray],
    blocks: Sequence[np.ndarray],
    view_weights: np.ndarray,
    regularization: float,
) -> Mixes:
    """Solve for the weights of the union of each row's neighborhoods.

    As they sum to 1, the residual of a view is the sum of w_u z(u), where z(u) is the
    row minus its neighbor u if u is a neighbor in this view.
    """
    union, slots = _unite(np.concatenate(found, axis=1))
    n_rows, size = union.shape
    used = union >= 0
    gram = np.zeros((n_rows, size, size))
    counts = np.zeros((n_rows, size), dtype=np.intp)
    start = 0
    for places, neighbors, block, weight in zip(found, vectors, blocks, view_weights):
        row, column = np.nonzero(places >= 0)
        slot = slots[row, start + column]
        start += places.shape[1]
        residuals = np.repeat(block[:, np.newaxis].astype(np.float64), size, axis=1)
        residuals[row, slot] -= neighbors[row, column]
        counts[row, slot] += 1
        gram += float(weight) * (residuals @ residuals.transpose(0, 2, 1))
    gram *= used[:, :, np.newaxis] & used[:, np.newaxis]
    diagonal = gram.reshape(n_rows, size * size)[:, :: size + 1]
    trace = diagonal.sum(axis=1, keepdims=True)
    trace[trace == 0] = 1  # all neighbors equal the row: equal weights
    diagonal += np.where(used, regularization * trace, 1)
    weights = np.linalg.solve(gram, used[:, :, np.newaxis].astype(np.float64))[..., 0]
    row, slot = np.nonzero(used)
    weights /= np.where(used, weights, 0).sum(axis=1, keepdims=True) + ~used[:, :1]
    return Mixes(row, union[row, slot], weights[row, slot], counts[row, slot])


def _unite(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sorted distinct places of each row, padded by -1, and the inverse.

    An entry of -1 is not a place.
    """
    order = places.argsort(axis=1, kind="stable")
    in_order = np.take_along_axis(places, order, axis=1)
    is_new = in_order >= 0
    is_new[:, 1:] &= in_order[:, 1:] != in_order[:, :-1]
    slot = is_new.cumsum(axis=1) - 1
    slots = np.empty_like(slot)
    np.put_along_axis(slots, order, slot, axis=1)
    size = int(slot[:, -1].max(initial=-1)) + 1 if slot.shape[1] else 0
    union = np.full((len(places), size), -1, dtype=np.intp)
    row, column = np.nonzero(is_new)
    union[row, slot[row, column]] = in_order[row, column]
    return union, slots
