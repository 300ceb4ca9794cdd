"""Cache a converted copy beside a file, which opens at once."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path

from skmeta._disk._fingerprint import file_state
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
        The options of reading the file.
    read : callable
        Reads the file.
    """
    if path.is_dir():
        return read()
    _, size, time = file_state(path)
    original = [size, time, *how]
    copy = path.with_name(f"{path.name}.skmeta")
    try:
        files = _folder.fingerprint(copy)
        if json.loads(files.settings).get("original") == original:
            return WordVectors.open(copy)
    except (OSError, ValueError):
        pass  # no copy yet, or an outdated one
    word_vectors = read()
    try:
        with new_folder(copy, _mode_of_folder(path.stat())):
            save_with(word_vectors, copy, None, {"original": original})
    except OSError as error:
        warnings.warn(f"No copy of '{path}' could be kept: {error}.", stacklevel=5)
        return word_vectors
    return WordVectors.open(copy)


def _mode_of_folder(status: os.stat_result) -> int:
    """Return the mode of a folder that is as private as the file."""
    readable = status.st_mode & 0o444
    return 0o700 | readable | readable >> 2
