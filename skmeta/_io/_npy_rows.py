"""Write rows to a .npy file batch by batch, completely or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import IO

import numpy as np
from scipy.sparse import issparse

from skmeta._io._atomic import atomic_write
from skmeta._vectors._folder import map_npy

__all__ = ["write_rows"]


def write_rows(path: str | os.PathLike[str], parts: Iterable[np.ndarray]) -> np.ndarray:
    """Write batches of float32 rows; return the file, memory-mapped.

    Raises
    ------
    TypeError
        If rows are sparse.
    ValueError
        If there are no rows.
    """
    n_rows = n_columns = 0
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        for part in parts:
            if issparse(part):
                raise TypeError(
                    "Found sparse rows, expected dense ones to write to a .npy file. "
                    "Leave out=None, and save each batch with scipy.sparse.save_npz."
                )
            if not file.tell():
                _write_header(file, 0, part.shape[1])
            file.write(np.ascontiguousarray(part, np.float32))
            n_rows, n_columns = n_rows + len(part), part.shape[1]
        if not n_rows:
            raise ValueError(
                "Found 0 sample(s) in X, while at least one document is required. "
                "Check what was selected before this step."
            )
        file.seek(0)
        _write_header(file, n_rows, n_columns)
    return map_npy(path)


def _write_header(file: IO[bytes], n_rows: int, n_columns: int) -> None:
    """Write the header, of the same length for any number of rows."""
    shape = (n_rows, n_columns)
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)  # with room to grow
