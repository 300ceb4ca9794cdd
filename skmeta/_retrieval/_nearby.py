"""What an approximate search needs of dense rows: a graph, and their moments."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from skmeta._messages import missing_package
from skmeta._retrieval._moments import Moments

__all__ = ["NEARBY", "Nearby", "build_nearby", "import_hnsw", "open_nearby"]

_GRAPH = ("numbers", "codes", "ranges", "levels", "links", "entry")
NEARBY = (*_GRAPH, "mean", "covariance")  # the arrays that are saved


class Nearby:
    """A graph in which rows near to a query are found, and the moments of all rows.

    Parameters
    ----------
    graph : HNSW
    moments : Moments
    n_documents : int
    """

    def __init__(self, graph: Any, moments: Moments, n_documents: int) -> None:
        self.graph, self.moments, self.n_documents = graph, moments, n_documents

    def __reduce__(self) -> tuple:
        n_features = len(self.moments.mean)
        return open_nearby, (self.to_arrays(), self.n_documents, n_features)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return what is to be saved, by name."""
        return self.graph.to_arrays() | self.moments._asdict()


def import_hnsw() -> Any:
    """Import the class that needs faiss, or raise what must be installed."""
    try:
        return import_module("skmeta._retrieval._hnsw").HNSW
    except ModuleNotFoundError as error:
        if error.name != "faiss":
            raise
        what = "MetaRetriever(index='hnsw')"
        raise ModuleNotFoundError(
            missing_package(what, error.name, "hnsw"), name=error.name
        ) from error


def build_nearby(rows: np.ndarray, numbers: np.ndarray, verbose: int) -> Nearby:
    """Link rows to near ones.

    Parameters
    ----------
    rows : float32 ndarray of shape (n_documents, n_features)
    numbers : int64 ndarray of shape (n_rows,)
        Of the rows that can be found.
    verbose : int
    """
    graph = import_hnsw().build(rows, numbers, verbose)
    return Nearby(graph, Moments.of(rows), len(rows))


def open_nearby(
    arrays: dict[str, np.ndarray], n_documents: int, n_features: int
) -> Nearby:
    """Return what was saved.

    Raises
    ------
    ModuleNotFoundError
        If faiss is not installed.
    ValueError
        If the arrays do not fit together.
    """
    graph = import_hnsw().from_arrays(
        {name: arrays[name] for name in _GRAPH}, n_documents, n_features
    )
    moments = Moments(np.array(arrays["mean"]), np.array(arrays["covariance"]))
    shapes = [array.shape for array in moments]
    is_sound = shapes == [(n_features,), (n_features, n_features)] and all(
        array.dtype == np.float64 and np.isfinite(array).all() for array in moments
    )
    if not is_sound:
        raise ValueError(f"a mean and a covariance of shapes {shapes}")
    return Nearby(graph, moments, n_documents)
