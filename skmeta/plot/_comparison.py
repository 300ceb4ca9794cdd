"""Display of the accuracies of a comparison of vectorizers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd

from skmeta.plot._axes import BEST, FAINT, OTHER, PLAIN, despine, make_axes

__all__ = ["ComparisonDisplay"]


class ComparisonDisplay:
    """Show the accuracies of a comparison, best on top.

    Parameters
    ----------
    comparison : DataFrame
        What :func:`skmeta.evaluate.compare_vectorizers` returns.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> import pandas as pd
    >>> from skmeta.plot import ComparisonDisplay
    >>> comparison = pd.DataFrame(
    ...     {"accuracy": [0.8, 0.9], "accuracy_std": [0.02, 0.01]}, ["one", "two"]
    ... )
    >>> display = ComparisonDisplay.from_comparison(comparison)
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['one', 'two']
    """

    def __init__(self, comparison: pd.DataFrame) -> None:
        self.comparison = comparison

    @classmethod
    def from_comparison(cls, comparison: pd.DataFrame, *, ax: Any = None) -> Self:
        """Create the display and draw it.

        Parameters
        ----------
        comparison : DataFrame
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : ComparisonDisplay
        """
        return cls(comparison).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw means as large dots, standard deviations as lines, folds as small dots.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : ComparisonDisplay
        """
        table = self.comparison.sort_values("accuracy", kind="stable")
        ax = make_axes(ax, 8, 1.2 + 0.42 * len(table))
        places = np.arange(len(table))
        means, deviations = table["accuracy"], table["accuracy_std"]
        colors = np.where(means == means.max(), BEST, OTHER)
        ax.errorbar(
            means, places, xerr=deviations, fmt="none", ecolor=colors, elinewidth=2
        )
        ax.scatter(means, places, c=colors, s=60, zorder=3)
        folds = table.filter(regex=r"^split\d+_accuracy$")
        for column in folds:
            ax.scatter(folds[column], places, c=FAINT, s=10, zorder=2)
        for place, mean, deviation in zip(places, means, deviations):
            ax.annotate(
                f"{mean:.3f} ± {deviation:.3f}",
                (1.01, place),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize="small",
            )
        ax.set_yticks(places, table.index, **PLAIN)
        ax.set_ylim(-0.6, len(table) - 0.4)
        ax.grid(axis="x", alpha=0.3)
        despine(ax, "left")
        ax.set_xlabel("accuracy: mean ± std over folds (small dots)")
        self.ax_, self.figure_ = ax, ax.figure
        return self
