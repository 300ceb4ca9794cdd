"""The base class of combiners."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import vstack
from sklearn.utils.validation import check_is_fitted

from skmeta._estimator._base import Estimator
from skmeta._estimator._refit import refit
from skmeta._messages import count_of, is_installed, missing_package
from skmeta.combine._classifier_rows import ClassifierRows
from skmeta.combine._mapped import drop_pages
from skmeta.combine._views import Views

__all__ = ["Combiner", "added_by", "check_installed", "linearize", "refuse_to_split"]

Weights = Sequence[float] | Mapping[str, float] | np.ndarray | None


class Combiner(Estimator, ABC):
    """Base class: combines several views of the same rows to one matrix.

    A subclass implements ``_fit``, which learns from views, ``_combine``, which
    combines a block of rows, and ``n_features_out_``, the number of output columns.
    Each row is combined independently, so that new rows can be transformed later, alone
    and in any order. A row that a view does not know is absent from it: nothing is
    learned from it, and each combiner documents how it is combined.

    Parameters
    ----------
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each view. None: equal weights.

    Attributes
    ----------
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each fitted view.
    """

    _parameter_constraints: dict = {"weights": "no_validation"}  # see check_weights
    _takes_sparse = False
    _adds_views: bool = True  # combined rows are sums of what views add
    _needs: tuple[str, str] | None = None  # a package to fit, the extra that brings it

    def __init__(self, *, weights: Weights = None) -> None:
        self.weights = weights

    def fit(
        self, views: Views | Sequence[ArrayLike], y: ArrayLike | None = None
    ) -> Self:
        """Learn how to combine views like these.

        Parameters
        ----------
        views : Views, or sequence of arrays of shape (n_rows, d_i)
        y : array-like of shape (n_rows,), default=None
            Labels, for combiners that learn from them.

        Returns
        -------
        self : Combiner

        Raises
        ------
        TypeError
            If a view is sparse and the combiner needs dense ones.
        ValueError
            If a parameter is invalid, or no view knows any row.
        """
        check_installed(self)
        self._validate_params()
        views = _as_views(views)
        if any(views.sparse) and not self._takes_sparse:
            name = views.names[views.sparse.index(True)]
            raise TypeError(
                f"The view {name!r} is sparse, expected dense rows for "
                f"{type(self).__name__}. Use Concatenate, or put sklearn.decomposition."
                "TruncatedSVD after that source."
            )
        with refit(self) as twin:
            twin.dimensions_ = views.dimensions
            if twin.weights is None:
                twin.weights_ = twin._default_weights(views)
            else:
                twin.weights_ = twin.check_weights(views.names)
            twin._fit(views, y)
        return self

    def transform(
        self, views: Views | Sequence[ArrayLike], out: np.ndarray | None = None
    ) -> Any:
        """Combine views, row by row.

        Parameters
        ----------
        views : Views, or sequence of arrays of shape (n_rows, d_i)
            The same number of views as in ``fit``, with the same numbers of columns.
        out : float32 ndarray of shape (n_rows, ``n_features_out_``), default=None
            The array to write to, e.g. memory-mapped; None creates one.

        Returns
        -------
        combined : float32 ndarray of shape (n_rows, ``n_features_out_``)
            Zeros if a row is absent from every view. A CSR array if a view is sparse.

        Raises
        ------
        ValueError
            If the dimensions of the views differ from those in ``fit``.
        """
        check_is_fitted(self)
        views = _as_views(views)
        if views.dimensions != self.dimensions_:
            raise ValueError(
                f"Found views of {views.dimensions} dimensions, expected "
                f"{self.dimensions_} as in fit. Pass the same sources in that order."
            )
        if any(views.sparse) and views.n_rows:
            parts = [self._combine(rows, known) for _, rows, known in views.blocks()]
            return ClassifierRows(vstack(parts, format="csr"))
        if out is None:
            out = np.empty((views.n_rows, self.n_features_out_), np.float32)
        for places, blocks, present in views.blocks():
            out[places] = self._combine(blocks, present)
            drop_pages(out)
        return out

    def fit_transform(
        self, views: Views | Sequence[ArrayLike], y: ArrayLike | None = None
    ) -> np.ndarray:
        """Learn from views and combine them.

        Parameters
        ----------
        views : Views, or sequence of arrays of shape (n_rows, d_i)
        y : array-like of shape (n_rows,), default=None
            Labels, for combiners that learn from them.

        Returns
        -------
        combined : float32 ndarray of shape (n_rows, ``n_features_out_``)
        """
        views = _as_views(views)
        return self.fit(views, y).transform(views)

    def check_weights(self, names: Sequence[str]) -> np.ndarray:
        """Return one weight for each view.

        Parameters
        ----------
        names : sequence of str
            The names of the views. Weights by name may include others, of sources that
            are dropped.

        Returns
        -------
        weights : float32 ndarray of shape (n_views,)

        Raises
        ------
        ValueError
            If weights are missing, negative, not finite, or all 0.
        """
        weights = self.weights
        if weights is None:
            return np.ones(len(names), np.float32)
        if isinstance(weights, Mapping):
            weights = [weights.get(name, np.nan) for name in names]
        try:
            checked = np.asarray(weights, dtype=np.float32)
        except (TypeError, ValueError):
            checked = np.empty(0, dtype=np.float32)
        sound = checked.shape == (len(names),) and np.isfinite(checked).all()
        if not sound or (checked < 0).any() or not checked.any():
            raise ValueError(
                f"Found weights={self.weights!r}, expected "
                f"{count_of(len(names), 'finite non-negative number')}, not all 0, one "
                f"for each of the sources {list(names)}."
            )
        return checked

    @property
    @abstractmethod
    def n_features_out_(self) -> int:
        """The number of output columns."""

    def _default_weights(self, views: Views) -> np.ndarray:
        """Return the default weights."""
        return np.ones(len(views), np.float32)

    def _fit(self, views: Views, y: ArrayLike | None) -> None:
        """Learn from views; set attributes that end in an underscore."""

    @abstractmethod
    def _combine(self, blocks: list[Any], present: np.ndarray) -> Any:
        """Combine float32 blocks (n, d_i), zeros if absent, to (n, n_features)."""

    def _add(self, view: int, blocks: list[Any], present: np.ndarray) -> np.ndarray:
        """Return what a view adds to the combined rows, (n, n_features)."""
        alone = [
            block.copy() if number == view else np.zeros_like(block)
            for number, block in enumerate(blocks)
        ]
        return self._combine(alone, present)

    def _linearize(
        self, view: int, block: Any, pattern: np.ndarray, coef: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what a view adds to scores as a linear function, see linearize."""
        size = self.dimensions_[view]
        blocks = [np.zeros((size + 1, other), np.float32) for other in self.dimensions_]
        np.fill_diagonal(blocks[view], 1)
        rows = self._add(view, blocks, np.tile(pattern, (size + 1, 1)))
        scores = rows.astype(np.float64) @ coef
        return scores[:-1] - scores[-1], np.ones(block.shape[0]), scores[-1]


def linearize(
    combiner: Combiner, view: int, block: Any, pattern: np.ndarray, coef: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what a view adds to the scores of combined rows, as a linear function.

    It adds ``factor * (row @ own) + offset``.

    Parameters
    ----------
    combiner : fitted Combiner
    view : int
    block : float32 ndarray, or CSR array, of shape (n, d_i)
        The view's rows.
    pattern : bool ndarray of shape (n_views,)
        Which views know these rows.
    coef : float64 ndarray of shape (n_features_out, n_outputs)

    Returns
    -------
    own, factors, offset : float64 ndarrays (d_i, n_outputs), (n,) and (n_outputs,)

    Raises
    ------
    ValueError
        If combined rows are not sums of what views add.
    """
    if not combiner._adds_views:
        raise refuse_to_split(combiner)
    return combiner._linearize(view, block, pattern, coef)


def added_by(
    combiner: Combiner, view: int | None, blocks: list[Any], present: np.ndarray
) -> Any:
    """Return what a view adds to combined rows, None if these are not sums.

    Parameters
    ----------
    combiner : fitted Combiner
    view : int or None
        None: all of them together.
    blocks : list of float32 ndarrays of shape (n, d_i)
    present : bool ndarray of shape (n, n_views)
    """
    if view is None:
        return combiner._combine(blocks, present)
    return combiner._add(view, blocks, present) if combiner._adds_views else None


def refuse_to_split(combiner: Combiner) -> ValueError:
    """Return the error for a combiner whose rows are not sums of what views add."""
    return ValueError(
        f"Found the combiner {combiner!r}, whose rows are no linear function of its "
        "sources' rows, expected one that is. Use skmeta.combine.SVD, Concatenate, "
        "Average, GCCA, Procrustes, GeometryAware or OneToN; or level='word', where "
        "words are explained with any combiner, though not by source."
    )


def _as_views(views: Views | Sequence[ArrayLike]) -> Views:
    """Convert matrices to views that have every row."""
    return views if isinstance(views, Views) else Views(views)


def check_installed(combiner: Combiner) -> None:
    """Raise if the package that a combiner needs to fit is not installed."""
    needs = combiner._needs
    if needs is not None and not is_installed(needs[0]):
        what = type(combiner).__name__
        raise ModuleNotFoundError(missing_package(what, *needs), name=needs[0])
