"""Display of words on a plane, in a map for each source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

from skmeta._documents._check import short_repr
from skmeta._messages import count_of
from skmeta._vectors._lookup import find_words
from skmeta._vectors._unit_rows import normalize_rows, unit_rows
from skmeta._vectors._word_vectors import WordVectors
from skmeta.plot._axes import BEST, OTHER, PLAIN, make_maps
from skmeta.plot._place_labels import place_labels
from skmeta.plot._sources import open_sources

__all__ = ["WordMapDisplay"]

_WIDTH, _HEIGHT = 5.2, 4.6  # inches of a map of few words
_N_WORDS, _LARGEST = 25, 1.6  # with more words it is larger, up to this factor
_DIM = "#666666"
_MARGIN = 0.1  # of the words' extent, at each end
_ROWS_BLOCK_SIZE = 1 << 16


class WordMapDisplay:
    """Show words on a plane, in one map for each source, rotated to match the first.

    Each map shows the first two principal components of the words' vectors of unit
    length in its source. It is rotated, mirrored and scaled so that the words are as
    close as possible to their places in the first map: words that are elsewhere have
    other neighbors.

    Parameters
    ----------
    points : dict of str to DataFrame
        For each source, the places of words: columns ``x`` and ``y``, and ``near``,
        whether the word is marked as one of the nearest.
    word : str, default=None
        The word that is marked in every map.
    missing : dict of str to list of str, default=None
        The words that a source lacks, listed under its map.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The first map.
    axes_ : ndarray of matplotlib Axes, of shape (n_sources,)
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from skmeta.plot import WordMapDisplay
    >>> taste = {"apple": [1.0, 0.0], "pear": [0.8, 0.6], "fish": [0.0, 1.0]}
    >>> looks = {"apple": [0.1, 1.0], "pear": [0.5, 0.8], "ball": [0.0, 1.0]}
    >>> display = WordMapDisplay.from_words(
    ...     {"taste": taste, "looks": looks}, ["apple", "pear", "fish"]
    ... )
    >>> display.missing
    {'taste': [], 'looks': ['fish']}
    """

    def __init__(
        self,
        points: Mapping[str, pd.DataFrame],
        word: str | None = None,
        missing: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.points = points
        self.word = word
        self.missing = missing

    @classmethod
    def from_words(cls, sources: Any, words: Sequence[str], *, ax: Any = None) -> Self:
        """Map chosen words and draw them.

        Parameters
        ----------
        sources : dict of str to source, or list of sources
            Whatever :func:`skmeta.load_vectors` takes, and fitted vectorizers that have
            word vectors.
        words : sequence of str
            Each source must know at least two.
        ax : matplotlib Axes, or sequence of them, default=None
            Where to draw, one for each source; None makes a new figure.

        Returns
        -------
        display : WordMapDisplay
        """
        if isinstance(words, str):
            raise TypeError(
                f"Found words={words!r}, a string; expected a list of words. Use "
                "from_neighbors for one word and those near it."
            )
        opened, wanted = open_sources(sources), list(dict.fromkeys(words))
        points = _map_words(opened, wanted)
        for table in points.values():
            table["near"] = True
        return cls(points, None, _list_missing(points, wanted)).plot(ax=ax)

    @classmethod
    def from_neighbors(
        cls, sources: Any, word: str, *, n_neighbors: int = 10, ax: Any = None
    ) -> Self:
        """Map a word and its neighbors in any source and draw them.

        Parameters
        ----------
        sources : dict of str to source, or list of sources
            Whatever :func:`skmeta.load_vectors` takes, and fitted vectorizers that have
            word vectors. Each must know the word.
        word : str
        n_neighbors : int, default=10
            The number of nearest words, by cosine, of each source. A map shows those of
            all sources; filled markers are its own.
        ax : matplotlib Axes, or sequence of them, default=None
            Where to draw, one for each source; None makes a new figure.

        Returns
        -------
        display : WordMapDisplay
        """
        opened = open_sources(sources)
        near = {
            name: _find_neighbors(name, words, word, n_neighbors)
            for name, words in opened.items()
        }
        wanted = list(
            dict.fromkeys([word, *(w for some in near.values() for w in some)])
        )
        points = _map_words(opened, wanted)
        for name, table in points.items():
            table["near"] = table.index.isin([word, *near[name]])
        return cls(points, word, _list_missing(points, wanted)).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw the maps beside each other, in the same scale.

        Parameters
        ----------
        ax : matplotlib Axes, or sequence of them, default=None
            Where to draw, one for each source; None makes a new figure.

        Returns
        -------
        self : WordMapDisplay
        """
        n_words = max(map(len, self.points.values()))
        scale = min(max(n_words / _N_WORDS, 1) ** 0.5, _LARGEST)  # room for labels
        axes = make_maps(ax, len(self.points), _WIDTH * scale, _HEIGHT * scale)
        for axis, (name, table) in zip(axes, self.points.items()):
            axis.set_xticks([])
            axis.set_yticks([])
            axis.set_title(name, fontsize="medium", **PLAIN)
            description = self._describe(name, table)
            axis.set_xlabel(description, fontsize="small", **PLAIN)
            is_word = table.index == self.word
            for marks, marker, size, fill, edge in (
                (table[~is_word & table["near"]], "o", 30, OTHER, OTHER),
                (table[~is_word & ~table["near"]], "o", 30, "white", OTHER),
                (table[is_word], "D", 45, BEST, BEST),
            ):
                if len(marks):
                    axis.scatter(
                        marks["x"], marks["y"], marker=marker, s=size, c=fill,
                        edgecolors=edge, zorder=3,
                    )  # fmt: skip
        _set_limits(axes, np.vstack([t[["x", "y"]] for t in self.points.values()]))
        for axis, table in zip(axes, self.points.values()):
            rank = 2 - (table.index == self.word) - table["near"]
            ordered = table.iloc[np.argsort(rank, kind="stable")]
            places = ordered[["x", "y"]].to_numpy()
            labels = place_labels(
                axis, places, list(ordered.index), fontsize="small", zorder=4
            )
            for label in np.array(labels, dtype=object)[~ordered["near"].to_numpy()]:
                label.set_color(_DIM)
        self.axes_, self.ax_, self.figure_ = axes, axes[0], axes[0].figure
        return self

    def _describe(self, name: str, table: pd.DataFrame) -> str:
        """Label a map: its legend, and the words that it lacks."""
        parts = []
        if not table["near"].all():
            parts.append("full: its own neighbors, hollow: of other sources")
        missing = list((self.missing or {}).get(name, ()))
        if missing:
            shown = ", ".join(missing[:3]) + (" ..." if len(missing) > 3 else "")
            parts.append(f"{len(missing)} unknown: {shown}")
        return "\n".join(parts)


def _map_words(
    sources: Mapping[str, WordVectors], words: list[str]
) -> dict[str, pd.DataFrame]:
    """Place the words of each source on a plane, rotated to match the first."""
    maps: dict[str, pd.DataFrame] = {}
    for name, source in sources.items():
        rows = find_words(source, words)
        if len(rows) < 2:
            raise ValueError(
                f"Found {len(rows)} of the {count_of(len(words), 'word')} "
                f"{short_repr(words)} in {name!r}, expected at least two. Choose words "
                "that it knows."
            )
        vectors = source.vectors[list(rows.values())].astype(np.float64)
        normalize_rows(vectors)
        table = pd.DataFrame(_project(vectors), list(rows), ["x", "y"])
        if maps:
            _turn(table, next(iter(maps.values())))
        maps[name] = table
    return maps


def _project(vectors: np.ndarray) -> np.ndarray:
    """Return the first two principal components, zeros if there are fewer."""
    n_components = min(2, *vectors.shape)
    points = np.zeros((len(vectors), 2))
    if np.ptp(vectors, axis=0).any():
        pca = PCA(n_components, svd_solver="full")
        points[:, :n_components] = pca.fit_transform(vectors)
    return points


def _turn(table: pd.DataFrame, reference: pd.DataFrame) -> None:
    """Rotate, mirror, scale and shift a map so that shared words match best."""
    shared = table.index.intersection(reference.index)
    points, goal = table.loc[shared].to_numpy(), reference.loc[shared].to_numpy()
    if len(shared) < 2 or not np.ptp(points, axis=0).any():
        return
    center, middle = points.mean(axis=0), goal.mean(axis=0)
    rotation, _ = orthogonal_procrustes(points - center, goal - middle)
    scale = np.linalg.norm(goal - middle) / np.linalg.norm(points - center)
    table[["x", "y"]] = (table.to_numpy() - center) @ rotation * scale + middle


def _find_neighbors(
    name: str, source: WordVectors, word: str, n_neighbors: int
) -> list[str]:
    """Return the words nearest to one by cosine, nearest first."""
    if not find_words(source, [word]):
        raise ValueError(
            f"Found no vector of {word!r} in {name!r}, expected every source to know "
            "the word. Leave that source out, or map chosen words with from_words."
        )
    cosines = np.empty(len(source))
    direction = source[word] / np.linalg.norm(source[word])
    for start in range(0, len(source), _ROWS_BLOCK_SIZE):
        block = source.vectors[start : start + _ROWS_BLOCK_SIZE]
        cosines[start : start + len(block)] = unit_rows(block) @ direction
    cosines[source.index[word]] = -np.inf
    nearest = np.argsort(-cosines, kind="stable")[: min(n_neighbors, len(source) - 1)]
    return [source.words[row] for row in nearest]


def _list_missing(
    points: Mapping[str, pd.DataFrame], words: list[str]
) -> dict[str, list[str]]:
    """List the words that are in no map of a source."""
    return {name: [w for w in words if w not in t.index] for name, t in points.items()}


def _set_limits(axes: np.ndarray, points: np.ndarray) -> None:
    """Set equal scales in both directions, with room for all points."""
    axes[0].figure.draw_without_rendering()  # settles the layout
    sizes = np.array([axis.get_window_extent().size for axis in axes]).min(axis=0)
    low, high = points.min(axis=0), points.max(axis=0)
    per_pixel = max((high - low) / sizes) * (1 + 2 * _MARGIN) or 1.0
    for axis in axes:
        half = axis.get_window_extent().size * per_pixel / 2
        left, bottom = (low + high) / 2 - half
        right, top = (low + high) / 2 + half
        axis.set_xlim(left, right)
        axis.set_ylim(bottom, top)
