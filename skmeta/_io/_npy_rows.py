"""Rows written to a .npy file one batch after another, whole or not at all."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable

import numpy as np
from scipy.sparse import issparse

from skmeta._io._atomic import atomic_write
from skmeta._vectors._folder import map_npy

__all__ = ["write_rows"]

_HEADER = 128  # bytes; how many rows there are is known at the end


def write_rows(path: str | os.PathLike[str], parts: Iterable[np.ndarray]) -> np.ndarray:
    """Write float32 rows below each other; give the file mapped into memory.

    Raises
    ------
    TypeError
        If rows are sparse.
    ValueError
        If there is no row.
    """
    n_rows = n_columns = 0
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        file.write(bytes(_HEADER))
        for part in parts:
            if issparse(part):
                raise TypeError(
                    "Found sparse rows, expected dense ones to write to a .npy file. "
                    "Leave out=None, and save each batch with scipy.sparse.save_npz."
                )
            file.write(np.ascontiguousarray(part, np.float32))
            n_rows, n_columns = n_rows + len(part), part.shape[1]
        if not n_rows:
            raise ValueError(
                "Found 0 sample(s) in X, while at least one document is required. "
                "Check what was selected before this step."
            )
        file.seek(0)
        file.write(_header(n_rows, n_columns))
    return map_npy(path)


def _header(n_rows: int, n_columns: int) -> bytes:
    """Give the header of a .npy file of version 1.0."""
    shape = (n_rows, n_columns)
    text = str({"descr": "<f4", "fortran_order": False, "shape": shape}).encode()
    start = b"\x93NUMPY\x01\x00" + struct.pack("<H", _HEADER - 10)
    return start + text.ljust(_HEADER - 11) + b"\n"
