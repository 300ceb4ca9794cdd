"""The base class of linear combiners: sums or averages of mapped views."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from numbers import Integral
from typing import Any, Self

import numpy as np
from scipy.linalg import eigh
from sklearn.utils._param_validation import Interval

from skmeta._estimator._refit import refit
from skmeta._messages import count_of
from skmeta._warnings import warn_user
from skmeta.combine._combiner import Combiner
from skmeta.combine._moments import Moments, compute_moments
from skmeta.combine._views import Views

__all__ = ["N_COMPONENTS", "LinearCombiner", "check_overlap", "flip_signs"]

N_COMPONENTS = [Interval(Integral, 1, None, closed="left"), None]


class LinearCombiner(Combiner):
    """Base class: multiplies each view by a matrix that is solved for from moments.

    A subclass implements ``_solve``, which computes the matrices ``projections_`` from
    the moments of the views, and perhaps ``_map``, which transforms the products. If
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
        """The number of output columns."""
        widths = [projection.shape[1] for projection in self.projections_]
        return sum(widths) if self._side_by_side else widths[0]

    def fit_moments(self, moments: Moments, names: Sequence[str]) -> Self:
        """Learn from moments that were computed elsewhere, e.g. part by part.

        Parameters
        ----------
        moments : Moments
        names : sequence of str
            The names of the views.

        Returns
        -------
        self : LinearCombiner
            Fitted to the rows of the moments.
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
        """Check that some view knows a row, and solve."""
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
        """Set ``projections_`` and other fitted attributes."""

    def _set_projections(self, stacked: np.ndarray, columns: list[slice]) -> None:
        """Split the stacked projections of all views into those of each."""
        self.projections_ = [stacked[rows].astype(np.float32) for rows in columns]

    def _combine(self, blocks: list[np.ndarray], present: np.ndarray) -> np.ndarray:
        combined = np.zeros((len(present), self.n_features_out_), np.float32)
        columns = slice(0, 0 if self._side_by_side else combined.shape[1])
        for view, (block, projection) in enumerate(zip(blocks, self.projections_)):
            known = np.flatnonzero(present[:, view])  # absent rows do not contribute
            mapped = self._map(view, block[known] @ projection)
            if self._side_by_side:
                columns = slice(columns.stop, columns.stop + projection.shape[1])
            combined[known, columns] += mapped
        if self._averages and not self._side_by_side:
            total = present @ self.weights_
            total[total == 0] = 1
            combined /= total[:, np.newaxis]
        return combined

    def _add(
        self, view: int, blocks: list[np.ndarray], present: np.ndarray
    ) -> np.ndarray:
        added = np.zeros((len(present), self.n_features_out_), np.float32)
        known = np.flatnonzero(present[:, view])
        product = blocks[view][known] @ self.projections_[view]
        added[known, self._columns_of(view)] = self._map(view, product)
        return added / self._totals(present)[:, np.newaxis]

    def _linearize(
        self, view: int, block: np.ndarray, pattern: np.ndarray, coef: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        projection = self.projections_[view].astype(np.float64)
        coef = coef[self._columns_of(view)] / self._totals(pattern[np.newaxis])
        zeros = np.zeros((1, projection.shape[1]), np.float32)
        offset = self._map(view, zeros)[0] @ coef
        return projection @ coef, np.ones(len(block)), offset

    def _columns_of(self, view: int) -> slice:
        """Return the columns that a view adds to."""
        if not self._side_by_side:
            return slice(0, self.n_features_out_)
        widths = [projection.shape[1] for projection in self.projections_]
        return slice(sum(widths[:view]), sum(widths[: view + 1]))

    def _totals(self, present: np.ndarray) -> np.ndarray:
        """Return what the sums of views are divided by."""
        if not self._averages or self._side_by_side:
            return np.ones(len(present))
        total = (present @ self.weights_).astype(np.float64)
        total[total == 0] = 1
        return total

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

        As many as requested (None: the number of columns of the widest view), except
        those that are zero up to rounding, compared with ``largest``. At least one.
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
                f"{type(self).__name__} found no column that distinguishes rows: those "
                "of the views are zeros, constant, or unrelated, expected "
                "some that differ. Check the sources, or use Concatenate."
            )
        if isinstance(n_components, int) and keep.sum() < n_components:
            warn_user(
                f"{type(self).__name__}(n_components={n_components}) returns "
                f"{count_of(keep.sum(), 'column')}, as many as the views have "
                "independent ones. Set n_components lower, or add sources."
            )
        return values[keep], flip_signs(vectors[:, keep])


def flip_signs(vectors: np.ndarray) -> np.ndarray:
    """Flip the signs of columns so that the largest entry by size is positive."""
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    return vectors * np.where(largest < 0, -1, 1)


def check_overlap(moments: Moments, names: Sequence[str], what: str) -> None:
    """Raise if shared rows do not connect all views with each other.

    Parameters
    ----------
    moments : Moments
    names : sequence of str
    what : str
        The combiner, for the message.
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
            f"The sources {parts} share no row, and {what} needs rows that show how "
            "they belong together. Use Concatenate or Average, or sources of the same "
            "language, case and tokens."
        )
