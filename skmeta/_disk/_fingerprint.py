"""Fingerprints: whether the files at a path are the same as before."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["FileState", "Fingerprint", "file_state", "fingerprint"]

FileState = tuple[str, int, int]  # name, size, modification time
Fingerprint = tuple[FileState, ...]


def file_state(path: str | os.PathLike[str]) -> FileState:
    """Return the name, size and modification time of one file.

    Raises
    ------
    FileNotFoundError
        If it does not exist.
    """
    place = Path(path)
    status = place.stat()
    return place.name, status.st_size, status.st_mtime_ns


def fingerprint(path: str | os.PathLike[str]) -> Fingerprint:
    """Return the names, sizes and times of the files that a path stands for.

    Parameters
    ----------
    path : path
        A folder, of which all files count, or a file. Files beside it that hold parts
        of it count too: gensim's "model.kv.vectors.npy", and "w.txt" or "w.json" with
        the words of "w.npy".

    Returns
    -------
    fingerprint : tuple of (str, int, int)
        Sorted by name; empty where there is nothing.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        folder, is_part = place, lambda name: True
    elif place.is_file():
        folder = place.parent
        beside = (place.name, f"{place.stem}.txt", f"{place.stem}.json")
        start = f"{place.name}."

        def is_part(name: str) -> bool:
            return name in beside or name.startswith(start)
    else:
        return ()
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # a temporary file, renamed meanwhile
                if is_part(entry.name) and entry.is_file():
                    found.append(file_state(entry))
    return tuple(sorted(found))
