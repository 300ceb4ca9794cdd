"""Atomic writes: a file is written under another name and renamed when complete.

Written here, because known libraries neither keep mode and owner of the file that is
replaced nor remove what killed processes left.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skmeta._disk._journal import journal_of, new_tmp_path
from skmeta._disk._mode import create_private, set_mode
from skmeta._disk._space import name_full_disks

__all__ = ["atomic_write", "check_writable"]


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path to write to, which replaces the path on success.

    A file keeps the mode and owner of the one it replaces; others follow the umask.
    What killed writes to the same path left is removed.

    Parameters
    ----------
    path : path
        The file to create or to replace; its folder must exist.

    Yields
    ------
    tmp_path : Path
        In the same folder, with the same suffix.

    Raises
    ------
    OSError
        If the file cannot be written; the message says so if the disk is full.
    """
    check_writable(path)
    path = Path(os.path.realpath(path))  # the target of a link, not the link
    if path.exists() and not path.is_file():
        with _refuse_pipe_without_reader(path):
            yield path  # a device or a pipe cannot be replaced
        return
    tmp_path = new_tmp_path(path)
    with name_full_disks(path), journal_of(path) as journal:
        journal.add([tmp_path.name])
        replaced = path.stat() if path.exists() else None
        if replaced is not None:
            create_private(tmp_path)
        yield tmp_path
        if replaced is not None:
            set_mode(tmp_path, replaced)
        with open(tmp_path, "rb") as file:
            os.fsync(file.fileno())
        os.replace(tmp_path, path)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise before the work is done if no file can be written to a path.

    Raises
    ------
    FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError
    """
    path = Path(path)
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    folder = path.parent
    if path.is_dir():
        raise IsADirectoryError(
            f"'{path}' is a folder, expected the name of a file to write."
        )
    if not folder.exists():
        raise FileNotFoundError(
            f"There is no folder '{folder}' to write '{path.name}' to. Create it first."
        )
    if not folder.is_dir():
        raise NotADirectoryError(
            f"'{folder}' is a file, expected a folder to write '{path.name}' to. "
            "Write to another path."
        )
    if not os.access(folder, os.W_OK | os.X_OK) and (
        path.is_file() or not path.exists()
    ):
        raise PermissionError(
            f"The folder '{folder}' may not be written to, which '{path.name}' needs. "
            "Change its mode, or write to another path."
        )


@contextmanager
def _refuse_pipe_without_reader(path: Path) -> Iterator[None]:
    """Raise for a pipe without a reader, because opening it would block."""
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
