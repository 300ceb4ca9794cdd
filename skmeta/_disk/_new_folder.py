"""Folders created for a result, and removed if the work fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["check_folder", "new_folder"]


@contextmanager
def new_folder(folder: Path, mode: int = 0o777) -> Iterator[None]:
    """Create a folder and its parents; remove them again if the work fails.

    Parameters
    ----------
    folder : Path
        May exist already.
    mode : int, default=0o777
        Of the folder if it is created, less the umask.
    """
    check_folder(folder)
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(mode, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for path in missing:
            with suppress(OSError):  # another process put something there
                path.rmdir()
        raise


def check_folder(folder: Path) -> None:
    """Raise before the work is done if no folder can be created at a path.

    Raises
    ------
    FileExistsError
        If the path is a file, or lies below one.
    """
    for path in (folder, *folder.parents):
        if path.is_dir():
            return
        if os.path.lexists(path):
            raise FileExistsError(
                f"'{path}' is a file, expected a folder or nothing. Remove it, or "
                "write to another name."
            )
