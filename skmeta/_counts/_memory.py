"""Arrays in memory up to a limit, and in a temporary file beyond it."""

from __future__ import annotations

import tempfile
from typing import IO, Any

import numpy as np

__all__ = ["Memory"]


class Memory:
    """Keep arrays in memory up to a limit, and memory-mapped beyond it.

    The file has no name, or goes with the process: nothing is left of it, however that
    ends. Use it in a ``with`` block.

    Parameters
    ----------
    max_bytes : float
    """

    def __init__(self, max_bytes: float) -> None:
        self.max_bytes = self._room = max_bytes
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *exception: Any) -> None:
        if self._file is not None:
            self._file.close()  # maps outlive it

    def keep(self, array: np.ndarray) -> np.ndarray:
        """Return the array, or its copy in the file."""
        if array.nbytes <= self._room or not array.size:
            self._room -= array.nbytes
            return array
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="skmeta-")  # noqa: SIM115
        offset = self._file.seek(0, 2)
        self._file.write(array.data)
        self._file.flush()
        return np.memmap(self._file, array.dtype, "r", offset, array.shape)

    def release(self, array: np.ndarray) -> None:
        """Release the bytes of an array that is no longer used."""
        if not isinstance(array, np.memmap):
            self._room += array.nbytes
