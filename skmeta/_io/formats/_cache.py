"""A converted copy beside the original: read slowly once, opened at once after that."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path

from skmeta._disk._new_folder import new_folder
from skmeta._vectors import _folder
from skmeta._vectors._word_vectors import WordVectors, save_with

__all__ = ["load_cached"]


def load_cached(
    path: Path, how: tuple[str, ...], read: Callable[[], WordVectors]
) -> WordVectors:
    """Open the copy of a file, or read the file and keep a copy.

    Parameters
    ----------
    path : Path
    how : tuple of str
        The options that the file is read with.
    read : callable
        Reads the file.
    """
    if path.is_dir():
        return read()
    status = path.stat()
    original = [status.st_size, status.st_mtime_ns, *how]
    copy = path.with_name(f"{path.name}.skmeta")
    try:
        files = _folder.fingerprint(copy)
        if json.loads(files.settings).get("original") == original:
            return WordVectors.open(copy)
    except (OSError, ValueError):
        pass  # none yet, or one of another time
    word_vectors = read()
    try:
        with new_folder(copy, _mode_of_folder(status)):
            save_with(word_vectors, copy, None, {"original": original})
    except OSError as error:
        warnings.warn(f"No copy of '{path}' could be kept: {error}.", stacklevel=4)
        return word_vectors
    return WordVectors.open(copy)


def _mode_of_folder(status: os.stat_result) -> int:
    """Return the mode of a folder that is no more open than a file."""
    readable = status.st_mode & 0o444
    return 0o700 | readable | readable >> 2
