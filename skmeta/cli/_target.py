"""Check the target of a command before the work."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["check_target"]


def check_target(path: Path | None, *others: Path | None) -> None:
    """Raise if a file cannot be written, or is one of the others."""
    if path is None:
        return
    if path.absolute() in [other.absolute() for other in others if other]:
        raise ValueError(
            f"'{path}' is named twice, expected different files for the data and "
            "for what is written."
        )
    if path.is_dir():
        raise IsADirectoryError(
            f"'{path}' is a folder, expected the name of a file to write."
        )
    if not path.absolute().parent.is_dir():
        raise FileNotFoundError(
            f"There is no folder '{path.parent}' to write '{path.name}' to. Make "
            "it first."
        )
    if not os.access(path.absolute().parent, os.W_OK):
        raise PermissionError(
            f"The folder '{path.parent}' may not be written to, expected one that may "
            f"for '{path.name}'. Name another."
        )
