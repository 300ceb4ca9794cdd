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

__all__ = [
    "locked_file",
    "locked_folder",
    "open_locked",
    "try_lock",
    "unlock",
    "wait_for_lock",
]

_TRIES = 20


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


def wait_for_lock(descriptor: int) -> None:
    """Wait for the lock of an open file; without locks, continue at once."""
    if fcntl is not None:
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def unlock(descriptor: int) -> None:
    """Release a lock, also where a forked process has the file open, too."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def open_locked(path: Path, create: bool) -> tuple[int, bool | None] | None:
    """Open a file and lock it, without following links and without waiting.

    Its owner may remove it before it releases the lock: then another is opened.

    Parameters
    ----------
    path : Path
    create : bool
        Whether to create an empty file, for this user only, if there is none.

    Returns
    -------
    descriptor, is_locked : int, bool or None; or None
        The open file and the result of :func:`try_lock`; None if it cannot be opened.
    """
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    for _ in range(_TRIES):
        try:
            descriptor = os.open(path, flags | (os.O_CREAT if create else 0), 0o600)
        except OSError:
            return None
        is_locked = try_lock(descriptor)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor, is_locked
        os.close(descriptor)
    return None


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Wait until no other process holds a folder; without locks, continue at once."""
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


@contextmanager
def locked_file(path: Path) -> Iterator[None]:
    """Wait until no other process or thread holds a lock file, which is created.

    Without locks, or where no file can be made, go on at once. The file is removed
    afterwards.
    """
    descriptor = None if fcntl is None else _wait_for_lock(path)
    if fcntl is None or descriptor is None:
        yield
        return
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # in forked processes too
        os.close(descriptor)


def _wait_for_lock(path: Path) -> int | None:
    """Open a file, wait until it is locked, and see that it still has its name."""
    assert fcntl is not None
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    while True:
        try:
            descriptor = os.open(path, flags, 0o600)
        except OSError:
            return None
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            with suppress(FileNotFoundError):  # removed by who held it
                if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                    return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
