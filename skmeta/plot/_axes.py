"""Axes, colors and markers of displays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skmeta._messages import count_of, missing_package

try:
    import matplotlib.pyplot as plt
except ModuleNotFoundError as error:
    if error.name != "matplotlib":
        raise
    raise ModuleNotFoundError(
        missing_package("skmeta.plot", "matplotlib", "plot"), name=error.name
    ) from error

__all__ = [
    "BEST",
    "COLORS",
    "FAINT",
    "MARKERS",
    "OTHER",
    "PLAIN",
    "add_legend",
    "despine",
    "make_axes",
    "make_maps",
]

# Okabe and Ito's colors, distinguishable by the color-blind, without the yellow one.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "^", "s", "D", "v", "P", "X")  # distinguishable without color
OTHER, BEST, FAINT = COLORS[0], COLORS[1], "#999999"
PLAIN = {"parse_math": False, "usetex": False}  # for users' text: "$" is a character
_MOST_IN_A_ROW = 3


def make_axes(ax: Any, width: float, height: float) -> Any:
    """Return the axes, or those of a new figure of that size in inches."""
    if ax is None:
        _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def add_legend(
    ax: Any, handles: Sequence[Any], labels: Sequence[str], **style: Any
) -> None:
    """Add a legend of plain text; matplotlib omits labels that start with "_"."""
    legend = ax.legend(handles, [str(i) for i in range(len(labels))], **style)
    for text, label in zip(legend.get_texts(), labels):
        text.set(text=label, **PLAIN)


def despine(ax: Any, *sides: str) -> None:
    """Hide the top, right and named spines, and the named sides' ticks."""
    ax.spines[["top", "right", *sides]].set_visible(False)
    if "left" in sides:
        ax.tick_params(axis="y", length=0)
    if "bottom" in sides:
        ax.tick_params(axis="x", length=0)


def make_maps(ax: Any, n_maps: int, width: float, height: float) -> np.ndarray:
    """Return axes for several maps: those given, or new ones of that size."""
    if ax is None:
        n_rows = -(-n_maps // _MOST_IN_A_ROW)
        n_columns = -(-n_maps // n_rows)  # four maps become two rows of two
        size = (width * n_columns, height * n_rows)
        figure = plt.figure(figsize=size, layout="constrained")
        axes = [figure.add_subplot(n_rows, n_columns, i + 1) for i in range(n_maps)]
    else:
        axes = list(np.ravel(ax))
    if len(axes) != n_maps:
        raise ValueError(
            f"Found {len(axes)} axes for {count_of(n_maps, 'source')}, expected one "
            f"for each. Pass the axes of plt.subplots(1, {n_maps})."
        )
    return np.array(axes, dtype=object)
