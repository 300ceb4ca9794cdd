"""Warnings that name the user's line, however deep in the package they arise."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

__all__ = ["warn_user"]

_INSIDE = {"joblib", "sklearn", "skmeta"}


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn of what the user can act on, at the line that called this package.

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
    """Name the module that a frame runs; code that is executed may have none."""
    return frame.f_globals.get("__name__", "")
