"""Files mapped into memory: pages that were read or written are given back."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

__all__ = ["drop_pages"]


def drop_pages(array: Any) -> None:
    """Drop the cached pages of an array if it is memory-mapped.

    The numbers stay in the file, and in the system's cache of it as long as there is
    room; but the process does not grow with all that it has once touched. Copy-on-write
    mappings are left alone: what was written to them is nowhere else.
    """
    root = array
    while isinstance(array, np.ndarray):
        root, array = array, array.base
    shared = isinstance(root, np.memmap) and root.mode != "c"
    if shared and isinstance(array, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.madvise(mmap.MADV_DONTNEED)
