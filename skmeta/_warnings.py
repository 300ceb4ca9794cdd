"""Warnings attributed to the user's line, however deep in the package."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType

__all__ = ["naming_sources", "sources_at_work", "warn_user"]

_INSIDE = {"joblib", "sklearn", "skmeta"}
_sources: ContextVar[tuple[str, ...]] = ContextVar("sources", default=())


def sources_at_work() -> tuple[str, ...]:
    """Return the names of the sources that are at work, from the outermost inwards."""
    return _sources.get()


@contextmanager
def naming_sources(*names: str) -> Iterator[None]:
    """Name sources, from the outermost inwards, in the warnings that they raise."""
    before = _sources.get()
    try:
        _sources.set(names)  # within, as an interrupt may follow at once
        yield
    finally:
        _sources.set(before)


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line of the user's code that called this package.

    Parameters
    ----------
    message : str
    category : type of Warning, default=UserWarning
    """
    if sources_at_work():
        message = f"Source {'__'.join(sources_at_work())!r}: {message}"
    frame, level = sys._getframe(1), 2
    while frame.f_back and _module(frame).partition(".")[0] in _INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _module(frame: FrameType) -> str:
    """Return the name of a frame's module; code run by exec may have none."""
    return frame.f_globals.get("__name__", "")
