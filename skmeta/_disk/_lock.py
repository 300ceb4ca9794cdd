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
    "locked_if_free",
    "opened_and_locked",
    "try_lock",
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


@contextmanager
def opened_and_locked(
    path: Path, create: bool
) -> Iterator[tuple[int, bool | None] | None]:
    """Open a file and lock it, without following links and without waiting.

    Its owner may remove it before it releases the lock: then another is opened.

    Parameters
    ----------
    path : Path
    create : bool
        Whether to create an empty file, for this user only, if there is none.

    Yields
    ------
    descriptor, is_locked : int, bool or None; or None
        The file, open within the ``with`` statement, and the result of
        :func:`try_lock`; None if it cannot be opened.
    """
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= os.O_CREAT if create else 0
    for _ in range(_TRIES):
        try:
            descriptor = os.open(path, flags, 0o600)
        except OSError:
            break
        try:
            is_locked = try_lock(descriptor)
            if _has_name(descriptor, path):
                yield descriptor, is_locked
                return
        finally:
            os.close(descriptor)
    yield None


def _has_name(descriptor: int, path: Path) -> bool:
    """Return whether an open file is the one at a path."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


@contextmanager
def locked_if_free(path: Path, wait: bool) -> Iterator[bool]:
    """Lock a file within the ``with`` statement, if it is free or waited for.

    Parameters
    ----------
    path : Path
        Created where it is missing, and not removed.
    wait : bool

    Yields
    ------
    is_held : bool
        True as well where the system or the file system has no locks.
    """
    with open(path, "ab", buffering=0) as file:  # closing it releases the lock
        is_held = try_lock(file.fileno()) is not False
        if wait and not is_held:
            assert fcntl is not None
            with suppress(OSError):  # some file systems have no locks
                fcntl.flock(file, fcntl.LOCK_EX)
            is_held = True
        try:
            yield is_held
        finally:
            if fcntl is not None and is_held:
                with suppress(OSError):
                    fcntl.flock(file, fcntl.LOCK_UN)  # in forked processes too


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
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    while fcntl is not None:
        try:
            descriptor = os.open(path, flags, 0o600)
        except OSError:
            break
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not _has_name(descriptor, path):
                continue  # removed by who held it
            try:
                yield
                return
            finally:
                with suppress(OSError):
                    path.unlink()
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_UN)  # in forked processes too
        finally:
            os.close(descriptor)
    yield
