"""Advice for a folder that holds folders in place of the files that are read."""

from __future__ import annotations

from pathlib import Path

__all__ = ["advise_on"]

_MOST = 5  # that are named


def advise_on(folder: Path, otherwise: str) -> str:
    """Return the advice to name one of the inner folders, or other advice."""
    inner = sorted(
        path.name
        for path in folder.iterdir()
        if path.is_dir() and not path.name.startswith((".", "_"))
    )
    if not inner:
        return otherwise
    names = ", ".join(map(repr, inner[:_MOST])) + (", ..." if inner[_MOST:] else "")
    return f"It holds folders, {names}: name one of them."
