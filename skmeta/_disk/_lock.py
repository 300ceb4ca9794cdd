"""Locks on open files, which the system releases when their process ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None

__all__ = ["locked_folder", "try_lock"]


def try_lock(descriptor: int) -> bool | None:
    """Lock an open file without waiting.

    Parameters
    ----------
    descriptor : int
        Of a file that is open for writing. Closing it releases the lock.

    Returns
    -------
    is_locked : bool or None
        False where another process or thread holds the lock; None where the system or
        the file system has no locks.
    """
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Wait until no other process holds a folder; without locks, go on at once."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # network file systems lock no folders
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
