"""Where displays draw, and in which colours and marks."""

from __future__ import annotations

from typing import Any

try:
    import matplotlib.pyplot as plt
except ImportError as error:
    raise ImportError(
        "skmeta.plot needs matplotlib. Install it with: pip install skmeta[plot]"
    ) from error

__all__ = ["BEST", "COLORS", "FAINT", "MARKERS", "OTHER", "bare", "make_axes"]

# Okabe and Ito's colours, told apart by the colour-blind, without the yellow one.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "^", "s", "D", "v", "P", "X")  # the same, told apart without colour
OTHER, BEST, FAINT = COLORS[0], COLORS[1], "#999999"


def make_axes(ax: Any, width: float, height: float) -> Any:
    """Give the axes, or those of a new figure of so many inches."""
    if ax is None:
        _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def bare(ax: Any, *sides: str) -> None:
    """Take the frame away, of the sides named the marks on it too."""
    ax.spines[["top", "right", *sides]].set_visible(False)
    if "left" in sides:
        ax.tick_params(axis="y", length=0)
    if "bottom" in sides:
        ax.tick_params(axis="x", length=0)
