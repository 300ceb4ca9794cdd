"""Display of the agreement of sources on nearest neighbors."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Self

import numpy as np
import pandas as pd

from skmeta._vectors._unit_rows import unit_rows
from skmeta._vectors._word_vectors import WordVectors
from skmeta.plot._axes import PLAIN, make_axes
from skmeta.plot._sources import open_sources

__all__ = ["AgreementDisplay"]

_ROWS_BLOCK_SIZE = 512


class AgreementDisplay:
    """Show the share of a word's nearest neighbors that two sources have in common.

    Sources that agree add little to each other; those that do not may complement each
    other, or one of them is bad.

    Parameters
    ----------
    agreement : DataFrame of n_sources x n_sources
        From 0 to 1; NaN if two sources share too few words.
    n_neighbors : int
        The number of neighbors of a word that were compared.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from skmeta.plot import AgreementDisplay
    >>> one = {"apple": [1.0, 0.0], "pear": [0.9, 0.1], "fish": [0.0, 1.0]}
    >>> two = {"apple": [0.0, 2.0], "pear": [0.1, 2.0], "fish": [1.0, 1.0]}
    >>> sources = {"one": one, "two": two}
    >>> display = AgreementDisplay.from_sources(sources, n_neighbors=1)
    >>> display.agreement["two"].to_dict()
    {'one': 1.0, 'two': 1.0}
    """

    def __init__(self, agreement: pd.DataFrame, n_neighbors: int) -> None:
        self.agreement = agreement
        self.n_neighbors = n_neighbors

    @classmethod
    def from_sources(
        cls,
        sources: Any,
        *,
        n_neighbors: int = 10,
        n_words: int = 5_000,
        ax: Any = None,
    ) -> Self:
        """Compare the neighbors of words in every pair of sources and draw it.

        Parameters
        ----------
        sources : dict of str to source, or list of sources
            At least two: whatever :func:`skmeta.load_vectors` takes, and fitted
            vectorizers that have word vectors.
        n_neighbors : int, default=10
            The number of nearest neighbors of a word, by cosine.
        n_words : int, default=5_000
            Two sources are compared on the first words that they share, which are
            frequent in most sources: neighbors of these words are searched among these
            words. Time is quadratic in their number.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : AgreementDisplay
        """
        opened = open_sources(sources, fewest=2)
        table = pd.DataFrame(np.eye(len(opened)), list(opened), list(opened))
        for one, two in combinations(opened, 2):
            share = _compare(opened[one], opened[two], n_neighbors, n_words)
            table.loc[one, two] = table.loc[two, one] = share
        return cls(table, n_neighbors).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw a heat map with the number in each cell, nothing on the diagonal.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : AgreementDisplay
        """
        names, n_sources = list(self.agreement.index), len(self.agreement)
        ax = make_axes(ax, 2.6 + 0.75 * n_sources, 1.6 + 0.6 * n_sources)
        shares = self.agreement.to_numpy(copy=True)
        np.fill_diagonal(shares, np.nan)  # that a source agrees with itself is trivial
        ax.set_facecolor("#eeeeee")
        image = ax.imshow(shares, cmap="cividis", vmin=0, vmax=1, aspect="auto")
        for (row, column), share in np.ndenumerate(shares):
            if not np.isnan(share):
                color = "white" if share < 0.6 else "black"
                ax.text(
                    column, row, f"{share:.2f}", ha="center", va="center",
                    color=color, fontsize="small",
                )  # fmt: skip
        places = np.arange(n_sources)
        ax.set_xticks(
            places, names, rotation=30, ha="right", rotation_mode="anchor", **PLAIN
        )
        ax.set_yticks(places, names, **PLAIN)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        bar = ax.figure.colorbar(image, ax=ax)
        bar.outline.set_visible(False)
        bar.set_label(f"shared of the {self.n_neighbors} nearest", fontsize="small")
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _compare(
    one: WordVectors, two: WordVectors, n_neighbors: int, n_words: int
) -> float:
    """Return the share of common neighbors of words, NaN if there are too few."""
    rows = one.key_to_index
    shared = [word for word in two.words if word in rows]
    shared = sorted(shared, key=rows.__getitem__)[:n_words]
    if len(shared) <= n_neighbors:
        return np.nan
    units = [unit_rows(source[shared]) for source in (one, two)]
    n_common = 0
    for start in range(0, len(shared), _ROWS_BLOCK_SIZE):
        block = slice(start, start + _ROWS_BLOCK_SIZE)
        masks = [_find_neighbors(rows, block, n_neighbors) for rows in units]
        n_common += int(np.count_nonzero(masks[0] & masks[1]))
    return n_common / (len(shared) * n_neighbors)


def _find_neighbors(units: np.ndarray, block: slice, n_neighbors: int) -> np.ndarray:
    """Mark the nearest neighbors of some rows, except themselves."""
    cosines = units[block] @ units.T
    own = np.arange(len(cosines))
    cosines[own, own + block.start] = -np.inf
    nearest = np.argpartition(-cosines, n_neighbors - 1, axis=1)[:, :n_neighbors]
    marked = np.zeros(cosines.shape, dtype=bool)
    marked[own[:, np.newaxis], nearest] = True
    return marked
