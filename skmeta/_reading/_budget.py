"""The memory that reading a file may take, in proportion to its size."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

__all__ = ["BASE", "FACTOR", "Budget", "check_max_bytes", "check_shape"]

BASE = 64 << 20  # bytes that any file may take
FACTOR = 50  # more bytes for each of its own: valid files take up to thirty
_MOST_DIMENSIONS = 32


class Budget:
    """The bytes that may be decompressed and constructed from a file.

    Readers spend from it before they allocate. A small file that demands much, by its
    compression, by claims or by references, raises at the limit.

    Parameters
    ----------
    *paths : path
        The files, or folders of files, that are read.
    max_bytes : int or None
        The limit; None: 64 MiB plus 50 times the size of the files.
    """

    def __init__(
        self, *paths: str | os.PathLike[str], max_bytes: int | None = None
    ) -> None:
        check_max_bytes(max_bytes)
        self.path = paths[-1]
        self.n_bytes_in = sum(_size(Path(path)) for path in paths)
        self.limit = BASE + FACTOR * self.n_bytes_in if max_bytes is None else max_bytes
        self.spent = 0

    def spend(self, n_bytes: int) -> None:
        """Spend a number of bytes.

        Raises
        ------
        ValueError
            If that exceeds the limit.
        """
        self.spent += n_bytes
        if self.spent > self.limit:
            raise ValueError(
                f"Reading '{self.path}' ({self.n_bytes_in:,} bytes) takes more than "
                f"{self.limit:,} bytes, expected at most 64 MiB and {FACTOR} times its "
                "size, or what max_bytes allows. It may have been made to fill the "
                "memory; if you trust its source, unpack it first or pass a larger "
                "max_bytes."
            )


def check_max_bytes(max_bytes: int | None) -> None:
    """Raise where a limit is not a positive integer."""
    is_number = isinstance(max_bytes, int | np.integer) and max_bytes > 0
    if max_bytes is not None and not (is_number and not isinstance(max_bytes, bool)):
        raise ValueError(
            f"Found max_bytes={max_bytes!r}, expected a positive integer, or None for "
            f"64 MiB and {FACTOR} times the size of the file."
        )


def check_shape(shape: object) -> tuple[int, ...]:
    """Return a shape that a file claims, checked to be cheap to multiply.

    Raises
    ------
    ValueError
        If it is not a short sequence of integers that fit into memory's addresses.
    """
    if not isinstance(shape, list | tuple) or len(shape) > _MOST_DIMENSIONS:
        raise ValueError("a shape that is not a short list of integers")
    for size in shape:
        if type(size) is not int or not 0 <= size < 1 << 62:
            raise ValueError("a shape with an entry that is not a size")
    return tuple(shape)


def _size(path: Path) -> int:
    """Return the size of a file, or of the files of a folder, in bytes."""
    if path.is_dir():
        return sum(_size(file) for file in path.iterdir() if file.is_file())
    return path.stat().st_size
