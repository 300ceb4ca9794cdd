"""What tells whether the files that a path stands for are the same as before."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["Fingerprint", "fingerprint"]

Fingerprint = tuple[tuple[str, int, int], ...]  # name, size, time of each file


def fingerprint(path: str | os.PathLike[str]) -> Fingerprint:
    """Return the names, sizes and times of the files that a path stands for.

    Parameters
    ----------
    path : path
        Of a folder, whose files count, or of a file. Those beside it that hold parts of
        it count too: gensim's "model.kv.vectors.npy", the words of a matrix in "w.npy"
        in "w.txt" or "w.json".

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
            with suppress(FileNotFoundError):  # being written, under a passing name
                if is_part(entry.name) and entry.is_file():
                    stat = entry.stat()
                    found.append((entry.name, stat.st_size, stat.st_mtime_ns))
    return tuple(sorted(found))
