"""A lock for what threads share, which a forked process finds free."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

__all__ = ["ForkLock"]


class ForkLock:
    """A lock that is new in a forked process.

    A fork copies a lock as it is, but not the thread that holds it: nobody would ever
    release it there.
    """

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = Lock()

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for the lock, and hold it within the ``with`` statement."""
        with self._lock:  # the one that was taken is released, whichever is in force
            yield
