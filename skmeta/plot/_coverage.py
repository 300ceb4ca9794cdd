"""Display of the coverage of documents by sources, and of its overlap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from itertools import chain
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._check import check_documents, short_repr
from skmeta._documents._types import Documents
from skmeta._vectorizers._known_words import vocabulary_by_source
from skmeta.plot._axes import COLORS, PLAIN, despine, make_axes
from skmeta.plot._sources import open_sources

__all__ = ["CoverageDisplay"]

_TOGETHER = "(together)"
_LABELS = ("known to all", "known to several", "known to one alone")
_LABELS_OF_TWO = ("known to both", "known to one alone")
_HATCHES = ("", "///", "...")  # distinguishable in print without color


class CoverageDisplay:
    """Show the share of documents that each source knows, and where sources overlap.

    Parameters
    ----------
    shares : DataFrame with one row a source, the last for all together
        Columns ``all``, ``some`` and ``alone``: the share of the documents known to all
        sources, to this one and some others, to this one and no other; in the last row,
        the share known to all, to several, and to only one.
    of : {"tokens", "words"}, default="tokens"
        What was counted: every token, or every distinct one once.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from skmeta.plot import CoverageDisplay
    >>> fruit = {"apple": [1.0], "pear": [2.0]}
    >>> food = {"apple": [1.0], "fish": [2.0]}
    >>> X = [["apple", "pear"], ["fish", "soup"]]
    >>> display = CoverageDisplay.from_sources({"fruit": fruit, "food": food}, X)
    >>> display.shares["alone"].to_dict()
    {'fruit': 0.25, 'food': 0.25, '(together)': 0.5}
    """

    def __init__(
        self, shares: pd.DataFrame, of: Literal["tokens", "words"] = "tokens"
    ) -> None:
        self.shares = shares
        self.of = of

    @classmethod
    def from_sources(
        cls,
        sources: Any,
        X: Documents,
        *,
        of: Literal["tokens", "words"] = "tokens",
        ax: Any = None,
    ) -> Self:
        """Count what sources know of documents and draw it.

        Parameters
        ----------
        sources : dict of str to source, or list of sources
            Whatever :func:`skmeta.load_vectors` takes, and fitted vectorizers that have
            word vectors.
        X : iterable of token lists
        of : {"tokens", "words"}, default="tokens"
            Count every token, or every different one once.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : CoverageDisplay
        """
        return cls(_count(open_sources(sources), X, of), of).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Documents,
        *,
        of: Literal["tokens", "words"] = "tokens",
        ax: Any = None,
    ) -> Self:
        """Count what the sources of a meta-embedding know of documents and draw it.

        Parameters
        ----------
        estimator : MetaEmbeddingVectorizer
            Fitted. Sources that have neither word vectors nor a ``vocabulary_`` are
            left out.
        X : iterable of token lists
        of : {"tokens", "words"}, default="tokens"
            Count every token, or every different one once.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : CoverageDisplay
        """
        check_is_fitted(estimator)
        if not hasattr(estimator, "sources_"):
            raise TypeError(
                f"Found {short_repr(estimator)}, expected a MetaEmbeddingVectorizer. "
                "Use CoverageDisplay.from_sources for others."
            )
        known = vocabulary_by_source(estimator.sources_)
        return cls(_count(known, X, of), of).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw a bar for each source, divided by how many others know the same.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : CoverageDisplay
        """
        n_sources = len(self.shares) - 1
        ax = make_axes(ax, 7, 1.5 + 0.42 * len(self.shares))
        places = np.arange(len(self.shares), dtype=float)[::-1]  # in reading order
        places[-1] -= 0.4
        parts = ["all", "alone"] if n_sources == 2 else ["all", "some", "alone"]
        labels = _LABELS_OF_TWO if n_sources == 2 else _LABELS
        colors = dict(
            zip(("all", "some", "alone"), COLORS[:1] + COLORS[5:6] + COLORS[4:5])
        )
        hatches = dict(zip(("all", "some", "alone"), _HATCHES))
        left = np.zeros(len(self.shares))
        for part, label in zip(parts, labels):
            widths = self.shares[part].to_numpy()
            ax.barh(
                places, widths, left=left, height=0.6, color=colors[part], label=label,
                hatch=hatches[part], edgecolor="white", linewidth=0.5,
            )  # fmt: skip
            left += widths
        for place, known in zip(places, left):
            ax.annotate(
                f"{known:.1%}",
                (1.01, place),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize="small",
            )
        ax.barh(places, 1 - left, left=left, height=0.6, fc="none", ec="#cccccc")
        ax.set_yticks(places, self.shares.index, **PLAIN)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter("{x:.0%}")
        ax.set_xlabel(f"share of the {_UNITS[self.of]}")
        width = ax.get_window_extent().width / ax.figure.dpi  # in inches
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=3 if width > 4 else 1,
            frameon=False, fontsize="small", borderaxespad=0.2, columnspacing=1.2,
        )  # fmt: skip
        despine(ax, "left")
        self.ax_, self.figure_ = ax, ax.figure
        return self


_UNITS = {"tokens": "tokens", "words": "different words"}


def _count(
    sources: Mapping[str, Container[str]], X: Documents, of: str
) -> pd.DataFrame:
    """Return the share each source knows with all others, with some, and alone."""
    if of not in _UNITS:
        raise ValueError(f"Found of={of!r}, expected 'tokens' or 'words'.")
    if not sources:
        raise ValueError(
            "Found no source that tells which words it knows, expected at least one. "
            "Add one that has word vectors."
        )
    counts = Counter(chain.from_iterable(check_documents(X)))
    if not counts:
        raise ValueError("Found documents without a token, expected some. Pass others.")
    known = np.array([[word in words for word in counts] for words in sources.values()])
    sizes = np.array(list(counts.values()) if of == "tokens" else [1] * len(counts))
    n_knowing = known.sum(axis=0)
    by_all = n_knowing == len(known)
    alone = (n_knowing == 1) & ~by_all
    some = (n_knowing > 1) & ~by_all
    known = np.vstack([known, n_knowing > 0])
    total = sizes.sum()
    return pd.DataFrame(
        {
            name: (known & part) @ sizes / total
            for name, part in {"all": by_all, "some": some, "alone": alone}.items()
        },
        index=pd.Index([*sources, _TOGETHER], name="source"),
    )
