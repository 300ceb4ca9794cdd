"""Whether there are word vectors at a path, before anything reads them."""

from __future__ import annotations

import os
from pathlib import Path

from skmeta._io.formats._errors import VectorFormatError

__all__ = ["check_path"]


def check_path(source: str | os.PathLike[str]) -> Path:
    """Return the path of word vectors, checked to exist and not to be empty."""
    path = Path(source).expanduser()
    if not path.exists():
        raise FileNotFoundError(
            f"There is no file '{path}' to read word vectors from (the current folder "
            f"is '{Path.cwd()}'). Check the path{_fetch_hint(path)}."
        )
    if not path.is_dir() and not path.is_file():
        raise VectorFormatError(
            f"'{path}' is neither a file nor a folder, expected one of them."
        )
    if path.is_file() and not path.stat().st_size:
        raise VectorFormatError(
            f"'{path}' is empty, expected a file of word vectors. Check the path."
        )
    return path


def _fetch_hint(path: Path) -> str:
    """Return how to fetch vectors of that name, where it looks like one."""
    if len(path.parts) > 1 or "-" not in path.name or path.suffix:
        return ""
    return (
        ", or fetch the vectors that have this name: "
        f"skmeta.datasets.fetch_vectors({path.name!r})"
    )
