"""Impute rows from their nearest neighbors in other views."""

from __future__ import annotations

from numbers import Integral

import numpy as np
from sklearn.utils._param_validation import Interval

from skmeta._vectors._unit_rows import normalize_rows
from skmeta.combine._imputers import Imputer
from skmeta.combine._moments import Pattern
from skmeta.combine._views import Views

__all__ = ["NeighborsImputer"]

_SIMILARITIES_BLOCK_SIZE = 1 << 25


class NeighborsImputer(Imputer):
    """Impute the average of the nearest neighbors that the view knows.

    The neighbors are the rows known to both views that are nearest, by cosine, in a
    view that knows the row; their rows in the other view are averaged with weights of
    1 + cosine. If several views know the row, their averages are averaged [1]_.

    Parameters
    ----------
    n_neighbors : int, default=10
        The number of neighbors to average.
    best : bool, default=False
        Whether to choose for each row the number of neighbors, from 2 to
        ``n_neighbors``, whose average is closest to the row in the view that knows it,
        and the view whose average is closest [2]_, in place of all neighbors and all
        views.
    n_anchors : int, default=50_000
        Neighbors are searched among that many rows known to several views, the first
        ones, which are the frequent words in most sources. Time is proportional to it.

    Attributes
    ----------
    anchors_ : list of float32 ndarrays of shape (n_anchors, d_i)
        The rows that neighbors are searched among.

    References
    ----------
    .. [1] I. Garcia-Ferrero, R. Agerri, G. Rigau (2020). A common semantic space for
       monolingual and cross-lingual meta-embeddings. arXiv:2001.06381.
    .. [2] I. Garcia-Ferrero, R. Agerri, G. Rigau (2021). Benchmarking meta-embeddings:
       what works and what does not. Findings of EMNLP.

    Examples
    --------
    The nearest neighbor of the last row is the second.

    >>> from skmeta.combine import NeighborsImputer, Views
    >>> views = Views([[[1.0, 0.0], [0.0, 1.0], [0.1, 0.9]], [[3.0], [5.0], [0.0]]])
    >>> filled = views.with_step(NeighborsImputer(n_neighbors=1).fit(views))
    >>> next(filled.blocks())[1][1].ravel()
    array([3., 5., 5.], dtype=float32)
    """

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "best": ["boolean"],
        "n_anchors": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self, n_neighbors: int = 10, *, best: bool = False, n_anchors: int = 50_000
    ) -> None:
        self.n_neighbors = n_neighbors
        self.best = best
        self.n_anchors = n_anchors

    def _fit(self, views: Views) -> None:
        kept = [[np.zeros((0, size), np.float32)] for size in views.dimensions]
        presence, n_left = [np.zeros((0, len(views)), bool)], self.n_anchors
        for _, blocks, present in views.blocks():
            rows = np.flatnonzero(present.sum(axis=1) > 1)[:n_left]
            n_left -= len(rows)
            presence.append(present[rows])
            for some, block in zip(kept, blocks):
                some.append(block[rows])
            if not n_left:
                break
        self.anchors_ = [np.concatenate(some) for some in kept]
        self._directions = [anchors.copy() for anchors in self.anchors_]
        for directions in self._directions:
            normalize_rows(directions)
        self._known = np.concatenate(presence)

    def _can_fill(self, pattern: Pattern, view: int) -> bool:
        shared = self._known[:, list(pattern)] & self._known[:, [view]]
        return bool(shared.any())

    def _generate(
        self, view: int, known: list[np.ndarray], present: np.ndarray
    ) -> np.ndarray:
        total = np.zeros((len(present), known[view].shape[1]), np.float32)
        n_sources = np.zeros(len(present), np.float32)
        closeness = np.full(len(present), -np.inf, np.float32)
        for source, block in enumerate(known):
            shared = np.flatnonzero(self._known[:, source] & self._known[:, view])
            members = np.flatnonzero(present[:, source])
            size = max(_SIMILARITIES_BLOCK_SIZE // max(len(shared), 1), 1)
            for start in range(0, len(members) if len(shared) else 0, size):
                rows = members[start : start + size]
                values, close = self._from_neighbors(block[rows], source, view, shared)
                if self.best:
                    better = close > closeness[rows]
                    total[rows[better]] = values[better]
                    closeness[rows[better]] = close[better]
                    n_sources[rows] = 1
                else:
                    total[rows] += values
                    n_sources[rows] += 1
        return total / np.maximum(n_sources, 1)[:, np.newaxis]

    def _from_neighbors(
        self, rows: np.ndarray, source: int, view: int, shared: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Average the rows of neighbors; return how close the average is."""
        directions = rows.copy()
        normalize_rows(directions)
        candidates = self._directions[source][shared]
        cosines = directions @ candidates.T
        n_neighbors = min(self.n_neighbors, len(shared))
        nearest = np.argpartition(-cosines, n_neighbors - 1, axis=1)[:, :n_neighbors]
        weights = np.take_along_axis(cosines, nearest, axis=1)
        order = np.argsort(-weights, axis=1, kind="stable")
        nearest = np.take_along_axis(nearest, order, axis=1)
        weights = 1 + np.take_along_axis(weights, order, axis=1)
        weights = np.maximum(weights, np.finfo(np.float32).eps)  # all opposite: alike
        anchors = self.anchors_[view][shared]
        if not self.best:
            weights /= weights.sum(axis=1, keepdims=True)
            return np.einsum("nk,nkd->nd", weights, anchors[nearest]), weights[:, 0]
        closest = np.full(len(rows), -np.inf, np.float32)
        best = np.zeros(len(rows), int)
        average = np.zeros_like(rows)
        known = self.anchors_[source][shared]
        for k in range(n_neighbors):
            average += weights[:, k, np.newaxis] * known[nearest[:, k]]
            if k or n_neighbors == 1:
                scaled = average.copy()
                normalize_rows(scaled)
                close = np.einsum("nd,nd->n", scaled, directions)
                better = close > closest
                closest[better], best[better] = close[better], k
        weights[np.arange(n_neighbors) > best[:, np.newaxis]] = 0
        weights /= weights.sum(axis=1, keepdims=True)
        return np.einsum("nk,nkd->nd", weights, anchors[nearest]), closest
