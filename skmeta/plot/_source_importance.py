"""Display of what each source adds to the score of a pipeline."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skmeta.inspection import source_importance
from skmeta.plot._axes import FAINT, OTHER, PLAIN, despine, make_axes

__all__ = ["SourceImportanceDisplay"]


class SourceImportanceDisplay:
    """Show how much the score of a pipeline falls without each of its sources.

    Parameters
    ----------
    importance : DataFrame
        What :func:`skmeta.inspection.source_importance` returns.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    skmeta.inspection.source_importance : The numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from skmeta.plot import SourceImportanceDisplay
    >>> importance = pd.DataFrame(
    ...     {"importance": [0.04, 0.0], "low": [0.02, -0.01], "high": [0.06, 0.01]},
    ...     index=["w2v", "glove"],
    ... )
    >>> display = SourceImportanceDisplay(importance).plot()
    >>> display.ax_.get_xlabel()
    'fall of the score without the source'
    """

    def __init__(self, importance: pd.DataFrame) -> None:
        self.importance = importance

    @classmethod
    def from_estimator(
        cls, pipeline: Any, X: Any, y: ArrayLike, *, ax: Any = None, **options: Any
    ) -> Self:
        """Measure importances by cross-validation and draw them.

        Parameters
        ----------
        pipeline : Pipeline
        X : list, Series or DataFrame of documents
        y : array-like of shape (n_documents,)
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        **options : ``cv``, ``scoring``, ``confidence_level``, ``n_jobs``
            Of :func:`skmeta.inspection.source_importance`.

        Returns
        -------
        display : SourceImportanceDisplay
        """
        return cls(source_importance(pipeline, X, y, **options)).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw importances with their intervals, the largest on top.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : SourceImportanceDisplay
        """
        table = self.importance.iloc[::-1]
        ax = make_axes(ax, 6.0, 1.2 + 0.4 * len(table))
        places = np.arange(len(table))
        values = table["importance"].to_numpy()
        reach = np.stack([values - table["low"], table["high"] - values])
        ax.axvline(0, color=FAINT, linewidth=1)
        ax.errorbar(
            values, places, xerr=np.nan_to_num(reach), fmt="o", color=OTHER, capsize=3
        )
        names = [str(name) for name in table.index]
        if "share" in table and table["share"].notna().all():
            names = [
                f"{name} ({share:.0%} of the model)"
                for name, share in zip(names, table["share"])
            ]
        ax.set_yticks(places, names, **PLAIN)
        ax.set_ylim(-0.6, len(table) - 0.4)
        ax.set_xlabel("fall of the score without the source")
        despine(ax, "left")
        self.ax_, self.figure_ = ax, ax.figure
        return self
