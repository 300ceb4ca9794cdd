"""A graph of near rows (HNSW), in which faiss finds neighbors approximately.

Rows are stored in it with 8 bits a number. It is kept in arrays, not in faiss's own
format, so that all that a file says is checked before faiss follows it.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import faiss
import numpy as np

from skmeta._progress import progress

__all__ = ["HNSW"]

_N_LINKS = 32  # of a row; twice as many at the lowest level
_BREADTH = 40  # candidates among which links of a new row are chosen
_BLOCK_SIZE = 8_192  # rows that are added at once
_SAMPLE_SIZE = 65_536  # rows that tell which numbers the 8 bits stand for
_MOST_LEVELS = 16


class HNSW:
    """Rows linked to near ones, for products with queries.

    Parameters
    ----------
    index : faiss.IndexHNSWSQ
    numbers : int64 ndarray of shape (n_rows,)
        What the rows are called, in ascending order.
    """

    def __init__(self, index: Any, numbers: np.ndarray) -> None:
        self._index, self._numbers = index, numbers

    @classmethod
    def build(cls, rows: np.ndarray, numbers: np.ndarray, verbose: int = 0) -> Self:
        """Link rows; faiss finds the same links in any number of threads.

        Parameters
        ----------
        rows : float32 ndarray of shape (n_documents, n_features)
        numbers : int64 ndarray of shape (n_rows,)
            Which of them to use.
        verbose : int
        """
        index = _new_index(rows.shape[1])
        index.hnsw.efConstruction = _BREADTH
        step = -(-len(numbers) // _SAMPLE_SIZE)
        index.train(np.ascontiguousarray(rows[numbers[::step]]))
        with progress("Linking", len(numbers), verbose, "documents") as advance:
            for start in range(0, len(numbers), _BLOCK_SIZE):
                block = numbers[start : start + _BLOCK_SIZE]
                index.add(np.ascontiguousarray(rows[block]))
                advance(len(block))
        return cls(index, numbers)

    def search(self, queries: np.ndarray, n_neighbors: int) -> np.ndarray:
        """Find rows whose products with queries are large.

        Parameters
        ----------
        queries : float32 ndarray of shape (n_queries, n_features)
        n_neighbors : int

        Returns
        -------
        numbers : int64 ndarray of shape (n_queries, n_neighbors)
            -1 where fewer are found.
        """
        breadth = faiss.SearchParametersHNSW(efSearch=n_neighbors)
        _, places = self._index.search(
            np.ascontiguousarray(queries, np.float32), n_neighbors, params=breadth
        )
        return np.where(places >= 0, self._numbers[places], -1)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return what is to be saved, by name."""
        index, storage = self._index, faiss.downcast_index(self._index.storage)
        hnsw = index.hnsw
        codes = faiss.vector_to_array(storage.codes)
        return {
            "numbers": self._numbers,
            "codes": codes.reshape(len(self._numbers), index.d),
            "ranges": faiss.vector_to_array(storage.sq.trained),
            "levels": faiss.vector_to_array(hnsw.levels),
            "links": faiss.vector_to_array(hnsw.neighbors),
            "entry": np.array([hnsw.entry_point], np.int64),
        }

    @classmethod
    def from_arrays(
        cls, arrays: dict[str, np.ndarray], n_documents: int, n_features: int
    ) -> Self:
        """Return what was saved.

        Raises
        ------
        ValueError
            If the arrays are not those of a graph.
        """
        graph = _SavedGraph(**arrays)
        graph.check(n_documents, n_features)
        index = _new_index(n_features)
        storage = faiss.downcast_index(index.storage)
        faiss.copy_array_to_vector(np.array(graph.ranges), storage.sq.trained)
        storage.is_trained = index.is_trained = True
        storage.add_sa_codes(np.ascontiguousarray(graph.codes))
        hnsw = index.hnsw
        faiss.copy_array_to_vector(np.array(graph.levels), hnsw.levels)
        faiss.copy_array_to_vector(graph.offsets().astype(np.uint64), hnsw.offsets)
        faiss.copy_array_to_vector(np.array(graph.links), hnsw.neighbors)
        hnsw.entry_point = int(graph.entry[0])
        hnsw.max_level = int(graph.levels[graph.entry[0]]) - 1
        index.ntotal = len(graph.numbers)
        return cls(index, np.array(graph.numbers))


class _SavedGraph(NamedTuple):
    """A graph in arrays, of n_rows rows with 8 bits a number."""

    numbers: np.ndarray  # int64 of shape (n_rows,)
    codes: np.ndarray  # uint8 of shape (n_rows, n_features)
    ranges: np.ndarray  # float32 of shape (2 * n_features,): least, size
    levels: np.ndarray  # int32 of shape (n_rows,): on how many levels a row is
    links: np.ndarray  # int32: of each row at each level, the lowest first; -1: none
    entry: np.ndarray  # int64 of shape (1,): the row where a search starts

    def offsets(self) -> np.ndarray:
        """Return where the links of each row start, and where they end."""
        sizes = (self.levels.astype(np.int64) + 1) * _N_LINKS
        return np.concatenate([[0], sizes.cumsum()])

    def check(self, n_documents: int, n_features: int) -> None:
        """Raise where following it would read anything else."""
        n_rows = len(self.numbers)
        expected = {
            "numbers": (np.int64, (n_rows,)),
            "codes": (np.uint8, (n_rows, n_features)),
            "ranges": (np.float32, (2 * n_features,)),
            "levels": (np.int32, (n_rows,)),
            "links": (np.int32, (len(self.links),)),
            "entry": (np.int64, (1,)),
        }
        for name, (dtype, shape) in expected.items():
            array = getattr(self, name)
            if array.dtype != dtype or array.shape != shape:
                raise ValueError(f"{name} of dtype {array.dtype}, shape {array.shape}")
        is_sound = (
            n_rows > 0
            and self.numbers[0] >= 0
            and self.numbers[-1] < n_documents
            and (np.diff(self.numbers) > 0).all()
            and np.isfinite(self.ranges).all()
            and self.levels.min() >= 1
            and self.levels.max() <= _MOST_LEVELS
            and 0 <= self.entry[0] < n_rows
            and self.levels[self.entry[0]] == self.levels.max()
            and len(self.links) == self.offsets()[-1]
            and self.links.min() >= -1
            and self.links.max() < n_rows
            and self._links_stay_on_their_level()
        )
        if not is_sound:
            raise ValueError("a graph whose links lead elsewhere")

    def _links_stay_on_their_level(self) -> bool:
        """Return whether rows are linked only to rows that are on the same level."""
        offsets = self.offsets()
        for level in range(1, int(self.levels.max())):
            rows = np.flatnonzero(self.levels > level)
            starts = offsets[rows] + (level + 1) * _N_LINKS
            links = self.links[starts[:, np.newaxis] + np.arange(_N_LINKS)]
            if (self.levels[links[links >= 0]] <= level).any():
                return False
        return True


def _new_index(n_features: int) -> Any:
    """Return an index without rows."""
    return faiss.IndexHNSWSQ(
        n_features,
        faiss.ScalarQuantizer.QT_8bit,
        _N_LINKS,
        faiss.METRIC_INNER_PRODUCT,
    )
