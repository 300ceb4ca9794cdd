"""The steps from views to one matrix: center, impute, combine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from skmeta.combine._by_name import get_combiner, get_imputer
from skmeta.combine._center import Center
from skmeta.combine._combiner import Combiner, Weights
from skmeta.combine._concatenate import Concatenate
from skmeta.combine._imputers import Imputer
from skmeta.combine._learned_weights import are_learned, learn_weights
from skmeta.combine._view_scores import (
    LinearView,
    linearize_views,
    split_rows,
)
from skmeta.combine._views import Views, gather

__all__ = ["CombinerPipeline"]


class CombinerPipeline:
    """Center views, learn to combine them, and impute missing rows.

    The combiner learns from the rows that the sources know; generated rows are
    combined, but nothing is learned from them.

    Parameters
    ----------
    combiner : str or Combiner
    missing : str or Imputer
    center : bool
    weights : weights of the sources, "learn", or None for those of the combiner
        "learn" learns them from the labels of the rows.

    Attributes
    ----------
    combiner_ : Combiner
        Fitted.
    """

    def __init__(
        self,
        combiner: str | Combiner,
        *,
        missing: str | Imputer = "zero",
        center: bool = False,
        weights: Weights | str = None,
    ) -> None:
        self.combiner_ = get_combiner(combiner)
        self._learns = are_learned(weights)
        if weights is not None and not self._learns:
            self.combiner_.set_params(weights=weights)
        self._imputer = get_imputer(missing)
        self._center = Center() if center else None

    def fit(self, views: Views, y: Any = None) -> Self:
        """Learn from views."""
        if self._center is not None:
            views = views.with_step(self._center.fit(views))
        if self._learns:
            weights = learn_weights(gather(views), y)
            self.combiner_.set_params(weights=weights)
        self.combiner_.fit(views, y)
        if self._imputer is not None:
            self._imputer.fit(views)
        return self

    @property
    def is_plain_concatenation(self) -> bool:
        """Return whether it only scales and concatenates rows."""
        steps = self._center, self._imputer
        return type(self.combiner_) is Concatenate and steps == (None, None)

    def transform(self, views: Views, out: np.ndarray | None = None) -> Any:
        """Combine views like those in ``fit``, of any rows."""
        if self._center is not None:
            views = views.with_step(self._center)
        if self._imputer is not None:
            views = views.with_step(self._imputer)
        return self.combiner_.transform(views, out)

    def linearize(self, views: Views, coef: np.ndarray) -> Iterator[LinearView]:
        """Split scores, ``transform(views) @ coef``, into those of the views' rows.

        See :func:`skmeta.combine._view_scores.linearize_views`.
        """
        steps = self._center, self._imputer, self.combiner_
        return linearize_views(views, *steps, coef)

    def split(self, views: Views) -> tuple[list[np.ndarray], np.ndarray] | None:
        """Split combined rows into what views add, None if that is not possible.

        See :func:`skmeta.combine._view_scores.split_rows`.
        """
        return split_rows(views, self._center, self._imputer, self.combiner_)

    def generated(self, present: np.ndarray) -> np.ndarray:
        """Return which absent rows are generated, bool of shape (n_rows, n_views)."""
        if self._imputer is None:
            return np.zeros_like(present)
        return self._imputer.fills(present)
