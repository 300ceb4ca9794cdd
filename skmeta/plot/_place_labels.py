"""Place labels beside points, so that none covers another or a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skmeta.plot._axes import PLAIN

__all__ = ["place_labels"]

# Positions of a label, best first: beside, above and below its point, near, then
# further away. Alignment and shift in units of the distance.
_SIDES = (
    ("left", "center", 1.0, 0.0),
    ("right", "center", -1.0, 0.0),
    ("center", "bottom", 0.0, 1.0),
    ("center", "top", 0.0, -1.0),
    ("left", "bottom", 0.7, 0.7),
    ("right", "bottom", -0.7, 0.7),
    ("left", "top", 0.7, -0.7),
    ("right", "top", -0.7, -0.7),
)
_DISTANCES = (6, 10, 17, 25, 34, 45, 60, 80)  # points
_LEADER = 10  # from this distance on, a line leads to the point
_POINT = 4  # half the width of a mark, in points
_ANCHORS = {"left": 0.0, "bottom": 0.0, "center": 0.5, "right": 1.0, "top": 1.0}


def place_labels(
    ax: Any, points: np.ndarray, labels: Sequence[str], **style: Any
) -> list[Any]:
    """Place a label beside each point, where it covers least.

    Parameters
    ----------
    ax : matplotlib Axes
        Its limits and its figure's size must be final.
    points : ndarray of shape (n_points, 2)
    labels : sequence of str of length n_points
        The first ones are placed first.
    **style : keyword arguments of ``Axes.annotate``

    Returns
    -------
    texts : list of matplotlib Annotations
    """
    figure = ax.figure
    figure.draw_without_rendering()  # settles the layout
    renderer = figure.canvas.get_renderer()
    unit = figure.dpi / 72  # pixels a point
    places = ax.transData.transform(points)
    marks = np.hstack([places - _POINT * unit, places + _POINT * unit])
    frame, taken, texts = ax.get_window_extent(), marks, []
    for point, place, label in zip(points, places, labels):
        text = ax.annotate(
            label, point, (0, 0), textcoords="offset points", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#999999", "lw": 0.6}, **PLAIN,
            **style,
        )  # fmt: skip
        text.set_in_layout(False)  # else the axes would shrink
        text.arrow_patch.set_visible(False)
        box = text.get_window_extent(renderer)
        best, least = (_SIDES[0], _DISTANCES[0], frame.extents), np.inf
        for distance in _DISTANCES:
            for side in _SIDES:
                corners = _box_at(place, side, distance * unit, box.width, box.height)
                cost = _overlap(corners, taken) + _outside(corners, frame.extents)
                if cost < least:
                    best, least = (side, distance, corners), cost
            if least <= 0:
                break
        (horizontal, vertical, x, y), distance, corners = best
        text.set_position((x * distance, y * distance))
        text.set_ha(horizontal)
        text.set_va(vertical)
        text.arrow_patch.set_visible(distance >= _LEADER)
        taken = np.vstack([taken, corners])
        texts.append(text)
    return texts


def _box_at(
    place: np.ndarray, side: tuple, distance: float, width: float, height: float
) -> np.ndarray:
    """Return left, bottom, right and top of a label at a position."""
    horizontal, vertical, x, y = side
    left = place[0] + x * distance - _ANCHORS[horizontal] * width
    bottom = place[1] + y * distance - _ANCHORS[vertical] * height
    return np.array([left, bottom, left + width, bottom + height])


def _overlap(box: np.ndarray, taken: np.ndarray) -> float:
    """Sum the areas of overlap of a box with others."""
    sizes = np.minimum(box[2:], taken[:, 2:]) - np.maximum(box[:2], taken[:, :2])
    return float(np.prod(np.maximum(sizes, 0), axis=1).sum())


def _outside(box: np.ndarray, frame: np.ndarray) -> float:
    """Return the area of a box outside of a frame."""
    inside = np.minimum(box[2:], frame[2:]) - np.maximum(box[:2], frame[:2])
    return float(np.prod(box[2:] - box[:2]) - np.prod(np.maximum(inside, 0)))
