"""Warnings attributed to the user's line, however deep in the package."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

__all__ = ["warn_user"]

_INSIDE = {"joblib", "sklearn", "skmeta"}


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line of the user's code that called this package.

    Parameters
    ----------
    message : str
    category : type of Warning, default=UserWarning
    """
    frame, level = sys._getframe(1), 2
    while frame.f_back and _module(frame).partition(".")[0] in _INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _module(frame: FrameType) -> str:
    """Return the name of a frame's module; code run by exec may have none."""
    return frame.f_globals.get("__name__", "")
