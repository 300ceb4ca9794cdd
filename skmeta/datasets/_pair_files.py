"""Which files hold scored pairs, before anything reads them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skmeta._reading._inner_folders import advise_on

__all__ = ["TEXT_PAIRS", "WORD_PAIRS", "check_text_file", "find_pair_files"]

WORD_PAIRS = ("*.tsv", "*.csv", "*.txt")
TEXT_PAIRS = ("*.tsv", "*.csv", "similarities*.txt")
_COMPRESSIONS = ("", ".gz", ".bz2", ".xz", ".zip")
_OTHER_FILES = ("readme", "license", ".")  # prefixes of their names


def find_pair_files(path: Any, patterns: Sequence[str]) -> list[Any]:
    """Return the path of a file as it is given, or the files of a folder, sorted.

    Parameters
    ----------
    path : path
    patterns : sequence of str
        Of file names in folders, without the suffix of compression.

    Raises
    ------
    FileNotFoundError
        If a folder has no such file.
    """
    folder = Path(path).expanduser()
    if not folder.is_dir():
        return [path]
    files = sorted(
        {
            file
            for pattern in patterns
            for compression in _COMPRESSIONS
            for file in folder.glob(pattern + compression)
            if not file.name.lower().lstrip("0-").startswith(_OTHER_FILES)
        }
    )
    if not files:
        advice = advise_on(folder, "Name the files one by one.")
        raise FileNotFoundError(
            f"There is no file of pairs in the folder '{folder}', expected names like "
            f"{', '.join(patterns)}, plain or compressed. {advice}"
        )
    return files


def check_text_file(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file, checked to exist, without reading it."""
    file = Path(path).expanduser()
    if not file.is_file():
        is_folder = file.is_dir()
        raise (IsADirectoryError if is_folder else FileNotFoundError)(
            f"'{path}' is {'a folder' if is_folder else 'not there'}, expected a text "
            "file. Check the path."
        )
    return file
