"""Release the pages of memory-mapped files after use."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

__all__ = ["drop_pages"]


def drop_pages(array: Any) -> None:
    """Drop the cached pages of an array if it is memory-mapped.

    The numbers stay in the file, and in the system's page cache as long as there is
    room; but the memory of the process does not grow with all that it has read.
    Copy-on-write mappings are left alone: what was written to them exists nowhere else.
    """
    root = array
    while isinstance(array, np.ndarray):
        root, array = array, array.base
    shared = isinstance(root, np.memmap) and root.mode != "c"
    if shared and isinstance(array, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.madvise(mmap.MADV_DONTNEED)
