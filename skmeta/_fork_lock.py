"""A lock that threads share, and that is free in a forked process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock, RLock
from typing import Any

__all__ = ["ForkLock", "hold_or_leave"]


@contextmanager
def hold_or_leave(lock: Any, wait: bool) -> Iterator[bool]:
    """Hold a lock within the ``with`` statement, if it is free or waited for.

    Parameters
    ----------
    lock : RLock
        Which knows the thread that holds it, so that an interrupt while it is acquired
        leaves it free.
    wait : bool

    Yields
    ------
    is_held : bool
    """
    try:
        yield lock.acquire(blocking=wait)
    finally:
        try:  # noqa: SIM105 (a call before the release may be interrupted)
            lock.release()
        except RuntimeError:  # another thread holds it
            pass


class ForkLock:
    """A lock that is new in a forked process.

    A fork copies a lock in its state, but not the thread that holds it: it would never
    be released there.

    Parameters
    ----------
    reentrant : bool, default=False
        Whether the thread that holds it can hold it once more.
    """

    def __init__(self, *, reentrant: bool = False) -> None:
        self._new = RLock if reentrant else Lock
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = self._new()

    def hold(self) -> AbstractContextManager[Any]:
        """Hold the lock within the ``with`` statement.

        It is the lock itself, which is released even if it was replaced since, and
        which no interrupt can leave held: a generator would run on later.
        """
        return self._lock
