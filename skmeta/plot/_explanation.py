"""Display of what words and sources contribute to predictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from skmeta._documents._texts import check_texts
from skmeta._documents._tokenized_texts import are_texts
from skmeta.inspection import explain
from skmeta.inspection._tokens import find_tokens, place_contributions, show_edges
from skmeta.plot._axes import COLORS, PLAIN, add_legend, despine, make_axes
from skmeta.plot._explanation_html import Panel, render_page

__all__ = ["ExplanationDisplay"]

_HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo")


class ExplanationDisplay:
    """Show documents with their words colored by what they contribute to a prediction.

    In a notebook, the object shows itself: blue words with a solid line below speak for
    the class, orange ones with a dashed line against it, the darker the more; then come
    the sums over sources, and the words by each source. :meth:`plot` draws bars.

    Parameters
    ----------
    contributions : DataFrame
        What :func:`skmeta.inspection.explain` returns, with ``top=None``.
    tokens : list of lists of str
        The tokens of each document.
    texts : list of str, default=None
        The documents as they were written; None shows the tokens.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    skmeta.inspection.explain : The numbers.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmeta import PretrainedVectorizer
    >>> from skmeta.plot import ExplanationDisplay
    >>> vectors = {"good": [1.0, 0.0], "bad": [-1.0, 0.0], "film": [0.0, 1.0]}
    >>> documents = [["good", "film"], ["bad", "film"], ["good"], ["bad"]]
    >>> pipeline = make_pipeline(PretrainedVectorizer(vectors), LogisticRegression())
    >>> pipeline = pipeline.fit(documents, ["yes", "no", "yes", "no"])
    >>> display = ExplanationDisplay.from_estimator(pipeline, [["a", "good", "film"]])
    >>> display.plot().ax_.get_xlabel()
    'contribution to the score of yes'
    """

    def __init__(
        self,
        contributions: pd.DataFrame,
        tokens: Sequence[list[str]],
        texts: Sequence[str] | None = None,
    ) -> None:
        self.contributions = contributions
        self.tokens = tokens
        self.texts = texts

    @classmethod
    def from_estimator(cls, pipeline: Any, X: Any, *, target: Any = None) -> Self:
        """Explain the predictions of a few documents.

        Parameters
        ----------
        pipeline : fitted Pipeline
            See :func:`skmeta.inspection.explain`.
        X : list of documents
        target : label, or list of labels, default=None
            The classes to show for each document. None: the one with the highest score;
            of two, the second, which the decision function is of.

        Returns
        -------
        display : ExplanationDisplay
        """
        X = X if hasattr(X, "__len__") else list(X)
        contributions = explain(pipeline, X, target=target)
        if target is None and contributions["class"].nunique() > 1:
            contributions = _keep_highest(contributions)
        texts = check_texts(X) if are_texts(X) else None
        return cls(contributions, find_tokens(pipeline, X), texts)

    def plot(
        self,
        *,
        document: int = 0,
        of: Literal["words", "sources"] = "words",
        top: int = 12,
        ax: Any = None,
    ) -> Self:
        """Draw the contributions of words, or of sources, to the score of a document.

        Parameters
        ----------
        document : int, default=0
            Its number. Of several classes that are explained for it, the first.
        of : {"words", "sources"}, default="words"
            "words": a bar for each word, of pieces by source. "sources": a bar for each
            source, with the intercept.
        top : int, default=12
            The largest bars to draw.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : ExplanationDisplay
        """
        rows = self.contributions[self.contributions["document"] == document]
        if of not in ("words", "sources") or rows.empty:
            documents = sorted(set(self.contributions["document"]))
            raise ValueError(
                f"Found document={document!r} and of={of!r}, expected the number of a "
                f"document, 0 to {len(documents) - 1}, and of='words' or 'sources'. "
                "Use e.g. document=0."
            )
        label = rows["class"].iloc[0]
        rows = rows[rows["class"] == label]
        table = rows.assign(
            word=rows["word"].astype(object), source=rows["source"].astype(str)
        )
        table["bar"] = table["word" if of == "words" else "source"]
        bars = table.dropna(subset="bar").pivot_table(
            "contribution", "bar", "source", "sum", sort=False, fill_value=0.0
        )
        bars = bars.loc[bars.sum(axis=1).abs().sort_values().index[-top:]]
        ax = make_axes(ax, 6.4, 1.2 + 0.3 * len(bars))
        places = np.arange(len(bars))
        handles, names = _draw_pieces(ax, bars, of == "words")
        if of == "words" and len(names) > 1:
            add_legend(ax, handles, names, frameon=False, fontsize="small")
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set_yticks(places, [show_edges(str(name)) for name in bars.index], **PLAIN)
        ax.set_xlabel(f"contribution to the score of {label}", **PLAIN)
        despine(ax, "left")
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _repr_html_(self) -> str:
        return render_page(self._panels())

    def _panels(self) -> Iterator[Panel]:
        """Yield what is shown of each document and class."""
        keys = ["document", "class"]
        for _, rows in self.contributions.groupby(keys, observed=True):
            document, label = int(rows["document"].iloc[0]), rows["class"].iloc[0]
            tokens = list(self.tokens[document])
            placed, left = place_contributions(rows, tokens)
            score = float(rows["contribution"].sum())
            text = None if self.texts is None else self.texts[document]
            yield Panel(document, str(label), score, tokens, text, placed, left)


def _keep_highest(contributions: pd.DataFrame) -> pd.DataFrame:
    """Keep the class of each document that has the highest score."""
    scores = contributions.groupby(["document", "class"], observed=True)[
        "contribution"
    ].sum()
    best = scores.groupby("document").idxmax()
    keys = pd.MultiIndex.from_frame(contributions[["document", "class"]])
    return contributions[keys.isin(list(best))].reset_index(drop=True)


def _draw_pieces(
    ax: Any, bars: pd.DataFrame, by_source: bool
) -> tuple[list[Any], list[str]]:
    """Draw a bar for each row; by source, its pieces side by side from zero."""
    places = np.arange(len(bars))
    if not by_source:
        sums = bars.sum(axis=1).to_numpy()
        colors = [COLORS[0] if value >= 0 else COLORS[1] for value in sums]
        ax.barh(places, sums, color=colors)
        return [], []
    handles, names = [], []
    ends = {1: np.zeros(len(bars)), -1: np.zeros(len(bars))}
    for number, source in enumerate(bars.columns):
        values = bars[source].to_numpy()
        if not values.any():
            continue
        for sign, end in ends.items():
            piece = np.where(np.sign(values) == sign, values, 0)
            handle = ax.barh(
                places, piece, left=end.copy(), color=COLORS[number % len(COLORS)],
                hatch=_HATCHES[number // len(COLORS) % len(_HATCHES)],
                edgecolor="white", linewidth=0.5,
            )  # fmt: skip
            end += piece
        handles.append(handle)
        names.append(str(source))
    return handles, names
