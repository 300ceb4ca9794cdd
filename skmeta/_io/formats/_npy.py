"""Read a matrix from a .npy file and its words from a .txt file beside it."""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path
from typing import IO

import numpy as np

from skmeta._io.formats._words_beside import read_words_beside
from skmeta._reading._budget import check_shape
from skmeta._reading._guard import check_regular
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["read_array", "read_npy"]

_LONGEST_HEADER = 10_000  # which NumPy reads, too


def read_npy(path: Path) -> WordVectors:
    """Read a matrix and its words."""
    matrix = read_array(path)
    return WordVectors(read_words_beside(path), matrix)


def read_array(path: str | os.PathLike[str]) -> np.ndarray:
    """Read the real numbers of a .npy file into memory.

    They are not memory-mapped: overwriting the file would change the vectors, and
    truncating it would crash the process.

    Raises
    ------
    ValueError
        If it is not such a file, whatever is wrong with it.
    """
    with open(check_regular(path), "rb") as file:
        try:
            version = np.lib.format.read_magic(file)
            _check_header(file, version)
            read_header = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0  # and 3.0, by its names
            )
            shape, is_fortran, dtype = read_header(file)
        except Exception as error:  # headers are parsed as Python: any error may come
            raise ValueError(f"not a valid .npy file ({error!r})") from error
        if dtype.kind not in "biuf":
            raise ValueError(
                f"an array of dtype {dtype}, expected real numbers. Convert and save "
                "it again, e.g. with array.astype('float32')."
            )
        n_numbers = math.prod(check_shape(shape))
        n_bytes = os.fstat(file.fileno()).st_size - file.tell()
        if min(shape, default=0) < 0 or n_numbers * dtype.itemsize > n_bytes:
            raise ValueError(
                f"an array of shape {shape} and dtype {dtype} in {n_bytes:,} bytes, "
                "expected more. It was cut off: get it again."
            )
        numbers = np.fromfile(file, dtype, n_numbers)
    return numbers.reshape(shape, order="F" if is_fortran else "C")


def _check_header(file: IO[bytes], version: tuple[int, int]) -> None:
    """Raise for a header of an unknown version, or one that takes too much memory.

    NumPy reads a header of any length before it refuses a long one.
    """
    start = file.tell()
    if version not in ((1, 0), (2, 0), (3, 0)):
        raise ValueError(f"version {version}, expected 1.0, 2.0 or 3.0")
    (length,) = (
        struct.unpack("<H", file.read(2))
        if version == (1, 0)
        else (struct.unpack("<I", file.read(4)))
    )
    if length > _LONGEST_HEADER:
        raise ValueError(
            f"a header of {length:,} bytes, expected {_LONGEST_HEADER:,} at most"
        )
    file.seek(start)
