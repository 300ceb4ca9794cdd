"""Warnings attributed to the user's line, however deep in the package."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any, Generic, TypeVar

__all__ = [
    "WithWarnings",
    "naming_sources",
    "repeat_warnings",
    "sources_at_work",
    "warn_user",
]

_T = TypeVar("_T")
_Warned = list[tuple[str, type[Warning]]]

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


class WithWarnings(Generic[_T]):
    """A function that returns its warnings where it runs in a worker process.

    A worker would print them with a line of its own code, and so would each of them.

    Parameters
    ----------
    function : callable
    """

    def __init__(self, function: Callable[..., _T]) -> None:
        self._function = function
        self._process = os.getpid()

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[_T, _Warned]:
        """Return the result and the warnings, none in the process that asks."""
        if os.getpid() == self._process:
            return self._function(*args, **kwargs), []
        with warnings.catch_warnings(record=True) as caught:
            result = self._function(*args, **kwargs)
        return result, [(str(one.message), one.category) for one in caught]


def repeat_warnings(results: Iterable[tuple[_T, _Warned]]) -> Iterator[_T]:
    """Yield what functions returned, and warn the user of what they warned of.

    Parameters
    ----------
    results : iterable of (result, warnings)
        Of functions in ``WithWarnings``.
    """
    for result, warned in results:
        for message, category in warned:
            warn_user(message, category)
        yield result


def _module(frame: FrameType) -> str:
    """Return the name of a frame's module; code run by exec may have none."""
    return frame.f_globals.get("__name__", "")
