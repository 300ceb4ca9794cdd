"""Display of one word in many contexts, by sense."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from textwrap import fill
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from skmeta._documents._check import check_documents
from skmeta._documents._types import Documents
from skmeta._messages import count_of
from skmeta.plot._axes import COLORS, MARKERS, PLAIN, add_legend, despine, make_axes

__all__ = ["SenseMapDisplay"]

_LEGEND_WIDTH = 26  # letters a line
_MOST_COMPONENTS = 50  # in which a discriminant is searched


class SenseMapDisplay:
    """Show the contextual vectors of one word on a plane, colored by sense.

    Parameters
    ----------
    points : array-like of shape (n_occurrences, 2)
        The coordinates of each occurrence of the word.
    senses : array-like of shape (n_occurrences,)
        The sense of each occurrence: strings or numbers.
    axis_names : (str, str)
        The labels of the axes.

    Attributes
    ----------
    points : float64 ndarray of shape (n_occurrences, 2)
    senses : ndarray of shape (n_occurrences,)
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from skmeta.plot import SenseMapDisplay
    >>> vectors = [[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0.1], [0, 1, 0]]
    >>> senses = ["river", "river", "money", "money"]
    >>> display = SenseMapDisplay.from_vectors(vectors, senses)
    >>> [text.get_text() for text in display.ax_.get_legend().get_texts()]
    ['money (2)', 'river (2)']
    """

    def __init__(
        self,
        points: ArrayLike,
        senses: ArrayLike,
        axis_names: tuple[str, str] = ("", ""),
    ) -> None:
        self.points = np.asarray(points, dtype=np.float64)
        self.senses = np.asarray(senses)
        self.axis_names = axis_names

    @classmethod
    def from_vectors(
        cls,
        vectors: ArrayLike,
        senses: ArrayLike,
        *,
        projection: Literal["pca", "lda"] = "pca",
        ax: Any = None,
    ) -> Self:
        """Project vectors to a plane and draw them.

        Parameters
        ----------
        vectors : array-like of shape (n_occurrences, n_dimensions)
            One word's vectors, of at least two occurrences.
        senses : array-like of shape (n_occurrences,)
            The sense of each.
        projection : {"pca", "lda"}, default="pca"
            "pca": the two directions of largest variance, independently of the senses:
            senses that are separate on the plane are separate in the vectors. "lda":
            the directions that separate the senses best. As they are fitted to the
            senses, with few occurrences even random senses would be separate: such a
            plane shows where a difference is, but is no evidence of one.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : SenseMapDisplay
        """
        rows, names = _check(vectors, senses)
        if projection not in _PROJECTIONS:
            raise ValueError(
                f"Found projection={projection!r}, expected 'pca' or 'lda'. 'pca' does "
                "not look at senses."
            )
        points, axis_names = _PROJECTIONS[projection](rows, names)
        return cls(points, names, axis_names).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Documents,
        positions: Sequence[int],
        senses: ArrayLike,
        *,
        projection: Literal["pca", "lda"] = "pca",
        ax: Any = None,
    ) -> Self:
        """Draw one word's vectors in documents.

        Parameters
        ----------
        estimator : ELMoVectorizer
            Fitted; its ``token_vectors`` returns a vector for each token.
        X : iterable of token lists
            Documents with the word.
        positions : sequence of int of length n_documents
            The position of the word in each document, counted from 0.
        senses : array-like of shape (n_documents,)
            The sense of the word there.
        projection : {"pca", "lda"}, default="pca"
            As in :meth:`from_vectors`.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : SenseMapDisplay
        """
        documents = check_documents(X)
        if len(positions) != len(documents):
            raise ValueError(
                f"Found {count_of(len(positions), 'position')} for "
                f"{count_of(len(documents), 'document')}, expected one for each. "
                "Repeat a document that has the word twice."
            )
        for number, (document, place) in enumerate(zip(documents, positions)):
            if not 0 <= place < len(document):
                raise ValueError(
                    f"Found position {place} in document {number}, which has "
                    f"{count_of(len(document), 'token')}; expected one from 0 to "
                    f"{len(document) - 1}. E.g. positions = [document.index('bank') "
                    "for document in X]."
                )
        found = estimator.token_vectors(documents)
        vectors = [rows[place] for rows, place in zip(found, positions)]
        return cls.from_vectors(vectors, senses, projection=projection, ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw a marker for each occurrence, with a color and a shape for each sense.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : SenseMapDisplay
        """
        ax = make_axes(ax, 6.4, 4)
        # Seven colors and six shapes: 42 senses before a combination repeats.
        handles: list[Any] = []
        labels: list[str] = []
        looks = zip(cycle(COLORS), cycle(MARKERS[: len(COLORS) - 1]))
        for sense, (color, marker) in zip(np.unique(self.senses), looks):
            members = self.points[self.senses == sense]
            labels.append(fill(f"{sense} ({len(members):,})", _LEGEND_WIDTH))
            marks = ax.scatter(
                *members.T, s=42, c=color, marker=marker, label=labels[-1],
                alpha=0.8, edgecolors="white", linewidths=0.6,
            )  # fmt: skip
            handles.append(marks)
        add_legend(
            ax, handles, labels, loc="upper left", bbox_to_anchor=(1, 1),
            frameon=False, fontsize="small",
        )  # fmt: skip
        ax.set_xlabel(self.axis_names[0], **PLAIN)
        ax.set_ylabel(self.axis_names[1], **PLAIN)
        ax.margins(0.08)
        ax.set_xticks([])  # directions and scale are arbitrary
        ax.set_yticks([])
        despine(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _check(vectors: ArrayLike, senses: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return equally many rows of each sense."""
    rows, names = np.asarray(vectors, dtype=np.float64), np.asarray(senses)
    if rows.ndim != 2 or len(rows) < 2 or rows.shape[1] < 2:
        raise ValueError(
            f"Found vectors of shape {rows.shape}, expected rows of at least two "
            "numbers for at least two occurrences of the word. Pass more of them."
        )
    if names.shape != (len(rows),):
        raise ValueError(
            f"Found senses of shape {names.shape} for {count_of(len(rows), 'vector')}, "
            "expected one for each. Pass senses in the order of the vectors."
        )
    return rows, names


def _project_by_variance(
    rows: np.ndarray, senses: np.ndarray
) -> tuple[np.ndarray, tuple[str, str]]:
    """Return the first two principal components."""
    if np.ptp(rows, axis=0).any():
        pca = PCA(2, svd_solver="full")
        points, shares = pca.fit_transform(rows), pca.explained_variance_ratio_
    else:
        points, shares = np.zeros((len(rows), 2)), np.zeros(2)
    first, second = (f"({share:.0%} of variance)" for share in shares)
    return points, (f"component 1 {first}", f"component 2 {second}")


def _project_by_sense(
    rows: np.ndarray, senses: np.ndarray
) -> tuple[np.ndarray, tuple[str, str]]:
    """Return the discriminant directions of the senses, with shrinkage."""
    if len(np.unique(senses)) < 2:
        raise ValueError(
            f"Found the sense {str(senses[0])!r} alone, expected at least two to set "
            "apart. Use projection='pca'."
        )
    n_components = min(_MOST_COMPONENTS, len(rows) - 1, rows.shape[1])
    reduced = PCA(n_components, svd_solver="full").fit_transform(rows)
    lda = LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")
    points = lda.fit(reduced, senses).transform(reduced)[:, :2]
    if points.shape[1] == 2:
        return points, ("direction 1 by sense (LDA)", "direction 2 by sense (LDA)")
    # Two senses span a line; the other axis is the largest component across it.
    line = lda.scalings_[:, :1] / np.linalg.norm(lda.scalings_[:, :1])
    across = reduced - reduced @ line @ line.T
    rest = PCA(1, svd_solver="full").fit_transform(across)
    return np.hstack([points, rest]), (
        "direction by sense (LDA)",
        "component 1 of the rest",
    )


_PROJECTIONS = {"pca": _project_by_variance, "lda": _project_by_sense}
