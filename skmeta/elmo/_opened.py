"""Models that were opened from a path: once a process, and told from later ones."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from skmeta.elmo._files import load_bilm
from skmeta.elmo._network import BiLM

__all__ = ["Stamp", "open_bilm", "stamp_of"]

Stamp = tuple[tuple[str, int, int], ...]
_OPENED: WeakValueDictionary[Any, BiLM] = WeakValueDictionary()


def open_bilm(path: Any, device: str, dtype: str) -> tuple[BiLM, Stamp]:
    """Load a model, or give the one that this process loaded before.

    Parameters
    ----------
    path, device, dtype
        As :func:`skmeta.elmo.load_bilm` takes them.

    Returns
    -------
    bilm : BiLM
    stamp : Stamp
        By which a later reader sees whether the files are the same.
    """
    stamp = stamp_of(path)
    key = stamp, device, dtype
    bilm = _OPENED.get(key)
    if bilm is None:
        bilm = _OPENED[key] = load_bilm(path, device=device, dtype=dtype)
    return bilm, stamp


def stamp_of(path: Any) -> Stamp:
    """Return name, size and time of each file that a path stands for."""
    files = []
    for part in path if isinstance(path, tuple | list) else [path]:
        part = Path(os.path.realpath(part))
        inside = part.iterdir() if part.is_dir() else [part]
        files += [file for file in inside if file.is_file()]
    stats = [(str(file), file.stat()) for file in sorted(files)]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
