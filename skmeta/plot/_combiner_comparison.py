"""Display of the scores of a search by combiner and number of dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skmeta.combine._by_name import COMBINERS
from skmeta.plot._axes import COLORS, MARKERS, PLAIN, add_legend, despine, make_axes

__all__ = ["CombinerComparisonDisplay"]

_SHORT = {kind: name for name, kind in COMBINERS.items()}
_OWN = "not set"  # the combiner's own number of dimensions


class CombinerComparisonDisplay:
    """Show the scores of a search by combiner and number of dimensions.

    Parameters
    ----------
    table : DataFrame with one row a combiner and number of dimensions
        Columns ``combiner``, ``dimensions`` (NaN: not set), ``score`` and ``std``.
    score_name : str, default="score"

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from skmeta.plot import CombinerComparisonDisplay
    >>> results = {
    ...     "params": [{"combiner": "average"}, {"combiner": "concatenate"}],
    ...     "mean_test_score": [0.8, 0.9],
    ...     "std_test_score": [0.01, 0.02],
    ... }
    >>> display = CombinerComparisonDisplay.from_results(results)
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['concatenate', 'average']
    """

    def __init__(self, table: pd.DataFrame, score_name: str = "score") -> None:
        self.table = table
        self.score_name = score_name

    @classmethod
    def from_search(cls, search: Any, *, score: str = "score", ax: Any = None) -> Self:
        """Draw the results of a fitted search.

        Parameters
        ----------
        search : GridSearchCV, RandomizedSearchCV or the like
            Fitted, over a parameter whose name ends in ``combiner``.
        score : str, default="score"
            With several scores, the name of one.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : CombinerComparisonDisplay
        """
        check_is_fitted(search, "cv_results_")
        return cls.from_results(search.cv_results_, score=score, ax=ax)

    @classmethod
    def from_results(
        cls, results: Mapping[str, Any], *, score: str = "score", ax: Any = None
    ) -> Self:
        """Draw the results of a search.

        Parameters
        ----------
        results : dict of lists
            ``cv_results_`` of a search: ``params``, ``mean_test_score`` and
            ``std_test_score``. Of candidates with the same combiner and number of
            dimensions, the one with the best score is drawn.
        score : str, default="score"
            With several scores, the name of one.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : CombinerComparisonDisplay
        """
        if f"mean_test_{score}" not in results:
            found = [key[10:] for key in results if key.startswith("mean_test_")]
            raise ValueError(
                f"Found score={score!r}, expected one of {found}. These are the "
                "scores of the search."
            )
        table = pd.DataFrame(
            {
                "combiner": [_name_combiner(params) for params in results["params"]],
                "dimensions": [
                    _count_dimensions(params) for params in results["params"]
                ],
                "score": np.asarray(results[f"mean_test_{score}"], dtype=np.float64),
                "std": np.asarray(results[f"std_test_{score}"], dtype=np.float64),
            }
        ).dropna(subset="score")
        table = table.sort_values("score", ascending=False, kind="stable")
        table = table.drop_duplicates(["combiner", "dimensions"])
        return cls(table.reset_index(drop=True), score).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw a line for each combiner, the best one first in the legend.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : CombinerComparisonDisplay
        """
        ax = make_axes(ax, 7, 4)
        sizes = sorted(self.table["dimensions"].dropna().unique())
        has_unset = bool(self.table["dimensions"].isna().any())
        place_of = {size: place for place, size in enumerate(sizes)}
        best = self.table.groupby("combiner")["score"].max()
        names = list(best.sort_values(ascending=False, kind="stable").index)
        step = min(
            0.12, 0.7 / max(len(names), 1)
        )  # shifted, so that no bar hides another
        handles: list[Any] = []
        looks = zip(cycle(COLORS), cycle(MARKERS[: len(COLORS) - 1]))
        for number, (name, (color, marker)) in enumerate(zip(names, looks)):
            rows = self.table[self.table["combiner"] == name].sort_values("dimensions")
            shift, is_set = (
                step * (number - (len(names) - 1) / 2),
                rows["dimensions"] > 0,
            )
            for part, line in ((rows[is_set], "-"), (rows[~is_set], "none")):
                if not len(part):
                    continue
                places = part["dimensions"].map(place_of).fillna(len(sizes)) + shift
                ax.errorbar(
                    places, part["score"], yerr=part["std"], color=color, ls=line,
                    marker=marker, capsize=3, lw=1.2, markersize=7,
                    markeredgecolor="white",
                )  # fmt: skip
            handles += ax.plot([], [], color=color, marker=marker, markersize=7, ls="")
        labels = [f"{size:,.0f}" for size in sizes] + [_OWN] * has_unset
        ax.set_xticks(range(len(labels)), labels)
        ax.set_xlim(-0.6, len(labels) - 0.4)
        ax.set_xlabel("dimensions of the combiner")
        name = "score" if self.score_name == "score" else f"score: {self.score_name}"
        ax.set_ylabel(f"{name} (mean and std over folds)", **PLAIN)
        ax.grid(axis="y", alpha=0.3)
        add_legend(
            ax, handles, names, loc="upper left", bbox_to_anchor=(1, 1),
            frameon=False, fontsize="small",
        )  # fmt: skip
        despine(ax, "bottom")
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _name_combiner(params: Mapping[str, Any]) -> str:
    """Return the name of a candidate's combiner."""
    for name, value in params.items():
        if name.rpartition("__")[2] == "combiner":
            return (
                value if isinstance(value, str) else _SHORT.get(type(value), str(value))
            )
    raise ValueError(
        f"Found a search over {list(params)}, expected a parameter whose name ends in "
        "'combiner'. Search over it too, if only over a single one."
    )


def _count_dimensions(params: Mapping[str, Any]) -> float:
    """Return the number of components of a candidate's combiner, NaN if unset."""
    for name, value in params.items():
        if name.endswith("combiner__n_components"):
            return np.nan if value is None else float(value)
    for name, value in params.items():
        if name.rpartition("__")[2] == "combiner":
            size = getattr(value, "n_components", None)
            return np.nan if size is None else float(size)
    return np.nan
