"""The base of linear combiners: each view times a matrix, then summed or averaged."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from scipy.linalg import eigh
from sklearn.utils._param_validation import Interval

from skmeta._estimator._refit import refit
from skmeta._warnings import warn_user
from skmeta.combine._combiner import Combiner
from skmeta.combine._moments import Moments, compute_moments
from skmeta.combine._views import Views

__all__ = ["N_COMPONENTS", "LinearCombiner", "check_overlap", "flip_signs"]

N_COMPONENTS = [Interval(Integral, 1, None, closed="left"), None]


class LinearCombiner(Combiner):
    """Base class: multiplies each view with a matrix that is solved for from moments.

    A subclass says in ``_solve`` how the moments of the views lead to the matrices,
    ``projections_``, and perhaps in ``_map`` what else is done to the products. Where
    ``_averages`` is true, the sums are divided by the weights of the views that know
    the row.

    Attributes
    ----------
    projections_ : list of float32 ndarrays of shape (d_i, ``n_features_out_``)
    """

    projections_: list[np.ndarray]
    _averages = False
    _side_by_side = False

    @property
    def n_features_out_(self) -> int:
        """The number of columns that come out."""
        widths = [projection.shape[1] for projection in self.projections_]
        return sum(widths) if self._side_by_side else widths[0]

    def fit_moments(self, moments: Moments, names: Sequence[str]) -> Self:
        """Learn from moments that were measured elsewhere, part by part.

        Parameters
        ----------
        moments : Moments
        names : sequence of str
            What the views are called.

        Returns
        -------
        self : LinearCombiner
            As ``fit`` leaves it, of the rows that were measured.
        """
        self._validate_params()
        with refit(self) as twin:
            twin.dimensions_ = moments.dimensions
            twin.weights_ = twin.check_weights(names)
            twin._fit_moments(moments, names)
        return self

    def _fit(self, views: Views, y: Any) -> None:
        self._fit_moments(compute_moments(views), views.names)

    def _fit_moments(self, moments: Moments, names: Sequence[str]) -> None:
        """Solve, when there is anything to solve for."""
        views = self._choose_views(names)
        moments = moments.select(views)
        if not moments.n_rows:
            raise ValueError(
                f"None of the views {[names[view] for view in views]} knows any row "
                "(all are zeros or absent), expected some to learn from. Check that "
                "the sources know the words."
            )
        self._solve(moments, names)

    def _choose_views(self, names: Sequence[str]) -> list[int]:
        """Return the views to learn from: those of nonzero weight."""
        return np.flatnonzero(self.weights_).tolist()

    @abstractmethod
    def _solve(self, moments: Moments, names: Sequence[str]) -> None:
        """Set ``projections_`` and whatever else was learned."""

    def _set_projections(self, stacked: np.ndarray, columns: list[slice]) -> None:
        """Cut the projections of all views, one under the other, into those of each."""
        self.projections_ = [stacked[rows].astype(np.float32) for rows in columns]

    def _combine(self, blocks: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        combined = np.zeros((len(present), self.n_features_out_), np.float32)
        columns = slice(0, 0 if self._side_by_side else combined.shape[1])
        for view, (block, projection) in enumerate(zip(blocks, self.projections_)):
            known = np.flatnonzero(present[:, view])  # absent rows add nothing
            mapped = self._map(view, block[known] @ projection)
            if self._side_by_side:
                columns = slice(columns.stop, columns.stop + projection.shape[1])
            combined[known, columns] += mapped
        if self._averages and not self._side_by_side:
            total = present @ self.weights_
            total[total == 0] = 1
            combined /= total[:, np.newaxis]
        return combined

    def _map(self, view: int, product: np.ndarray) -> np.ndarray:
        """Transform the projected rows of a view; subclasses override it."""
        return product

    def _eigenvectors(
        self,
        gram: np.ndarray,
        n_components: int | str | None,
        largest: float | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the leading eigenvalues and eigenvectors of a symmetric matrix.

        As many as asked for (None: as the widest view has columns), but none that is
        zero but for rounding; ``largest`` is what they are compared with. At least one.
        """
        size = len(gram)
        wanted = max(self.dimensions_) if n_components is None else n_components
        if isinstance(wanted, str):  # "all"
            wanted = size
        first = max(size - wanted, 0)
        values, vectors = eigh(gram, subset_by_index=[first, size - 1])
        values, vectors = values[::-1], vectors[:, ::-1]
        noise = size * np.finfo(np.float64).eps * 10
        keep = values > noise * (largest or max(values[0], 0))
        if not keep.any():
            raise ValueError(
                f"{type(self).__name__} found no column that tells rows apart: those "
                "of the views are zeros, all alike, or do not fit together, expected "
                "some that differ. Check the sources, or use Concatenate."
            )
        if isinstance(n_components, int) and keep.sum() < n_components:
            warn_user(
                f"{type(self).__name__}(n_components={n_components}) gives "
                f"{keep.sum()} columns, as many as the views have independent ones. "
                "Ask for fewer, or add sources."
            )
        return values[keep], flip_signs(vectors[:, keep])


def flip_signs(vectors: np.ndarray) -> np.ndarray:
    """Turn columns so that the largest entry of each, by size, is positive."""
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    return vectors * np.where(largest < 0, -1, 1)


def check_overlap(moments: Moments, names: Sequence[str], what: str) -> None:
    """Refuse views that shared rows do not connect with each other.

    Parameters
    ----------
    moments : Moments
    names : sequence of str
    what : str
        Who asks, for the message.
    """
    groups: list[set[int]] = []
    for pattern in moments.patterns:
        group = set(pattern)
        touching = [other for other in groups if other & group]
        groups = [other for other in groups if not other & group]
        groups.append(group.union(*touching))
    if len(groups) > 1:
        parts = " and ".join(
            str([names[view] for view in sorted(group)])
            for group in sorted(groups, key=min)
        )
        raise ValueError(
            f"The sources {parts} share no row, and {what} needs rows that tell how "
            "they belong together. Use Concatenate or Average, or sources of the same "
            "language, case and tokens."
        )
