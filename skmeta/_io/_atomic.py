"""Files are written under another name and renamed: a half-written one never stands."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["atomic_write", "sync", "wait_for_nobody"]


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a name to write to, which takes the place of the path when all went well.

    Parameters
    ----------
    path : path
        The file to make or to replace; its folder must exist.

    Yields
    ------
    tmp_path : Path
        In the same folder, with the same suffix.
    """
    path = Path(os.path.realpath(path))  # what a link leads to, not the link
    if path.exists() and not path.is_file():
        with wait_for_nobody(path):
            yield path  # a device or a pipe cannot be replaced
        return
    tmp_path = path.with_name(f".{secrets.token_hex(4)}-unfinished-{path.name}")
    try:
        yield tmp_path
        sync(tmp_path)
        os.replace(tmp_path, path)
    finally:
        tmp_path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


@contextmanager
def wait_for_nobody(path: Path) -> Iterator[None]:
    """Refuse a pipe that nobody reads: opening it would wait for ever."""
    if not stat.S_ISFIFO(path.stat().st_mode):
        yield
        return
    try:
        held = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise OSError(
            f"'{path}' is a pipe that nobody reads, expected a file or a pipe with a "
            "reader. Start the reader first, or name a file."
        ) from error
    try:
        yield
    finally:
        os.close(held)
