"""Check what a command is to write before the work."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from skmeta._disk._new_folder import check_folder
from skmeta._io._atomic import check_writable
from skmeta._io.formats._format_to_save import FormatToSave

__all__ = [
    "check_ending",
    "check_new_folder",
    "check_table",
    "check_target",
    "check_vectors",
]

_TABLES = (".csv", ".csv.gz", ".csv.bz2", ".csv.xz")  # compressed as they are named


def check_target(path: Path | None, *others: Path | None) -> None:
    """Raise if a file cannot be written, or is one of the others."""
    if path is None:
        return
    _check_is_other(path, *others)
    check_writable(path)


def check_table(path: Path | None, *others: Path | None) -> None:
    """Raise if --output cannot be written, or is named like another kind of file."""
    if path is None:
        return
    check_target(path, *others)
    if path.is_file() or not path.exists():  # no pipe, no device
        check_ending("--output", path, "table in CSV", _TABLES)


def check_ending(option: str, path: Path, what: str, endings: Sequence[str]) -> None:
    """Raise if the name of a file promises another kind of file."""
    if not path.name.lower().endswith(tuple(endings)):
        raise ValueError(
            f"{option} {path} is not the name of a {what}, expected one that ends in "
            f"{' or '.join(endings)}. Change the ending."
        )


def check_vectors(path: Path, format: FormatToSave, *others: Path | None) -> None:
    """Raise if word vectors cannot be written to a path, or it is one of the others."""
    _check_is_other(path, *others)
    if format == "skmeta":
        _check_may_be_made(path)
    else:
        check_writable(path)


def check_new_folder(path: Path) -> None:
    """Raise if a folder cannot be made, in one that exists."""
    if not path.absolute().parent.exists():
        raise FileNotFoundError(
            f"There is no folder '{path.parent}' to write '{path.name}' to. Create it "
            "first."
        )
    _check_may_be_made(path)


def _check_is_other(path: Path, *others: Path | None) -> None:
    """Raise if a file is one of the others."""
    if path.absolute() in [other.absolute() for other in others if other]:
        raise ValueError(
            f"'{path}' is named twice, expected different files for the data and "
            "for what is written."
        )


def _check_may_be_made(path: Path) -> None:
    """Raise if a folder cannot be made, together with those above it."""
    check_folder(path)
    [there, *_] = [p for p in (path, *path.absolute().parents) if p.is_dir()]
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(
            f"The folder '{there}' may not be written to, expected one that may. Name "
            f"another place than '{path}'."
        )
