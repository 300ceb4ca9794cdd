"""Warnings that name the user's line, however deep in the package they arise."""

from __future__ import annotations

import sys
import warnings

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
    while frame.f_back and frame.f_globals["__name__"].partition(".")[0] in _INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
