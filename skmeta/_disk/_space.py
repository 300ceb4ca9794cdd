"""Reserve disk space before it is needed, and raise clear errors if it is missing."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np

__all__ = ["name_full_disks", "reserve", "save_npy", "write_array"]

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}
_ADVICE = "Free some, raise the limit (quota, ulimit -f), or write to another path."
_BLOCK_SIZE = 2**24  # bytes


def reserve(file: IO[bytes], n_bytes: int) -> None:
    """Allocate the blocks of a file, so that its memory map can be written to.

    Without them, a full disk kills the process when a page is written.

    Raises
    ------
    OSError
        If there is not enough space.
    """
    if not n_bytes:
        return
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(file.fileno(), 0, n_bytes)
            return
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
    file.seek(0)
    for start in range(0, n_bytes, _BLOCK_SIZE):
        file.write(bytes(min(_BLOCK_SIZE, n_bytes - start)))
    file.flush()


@contextmanager
def name_full_disks(path: str | os.PathLike[str]) -> Iterator[None]:
    """Raise errors of a full disk that name the file and say what to do."""
    handled = sys.exc_info()[1]  # by the caller, while this write begins
    try:
        yield
    except Exception as error:
        number = _find_full_disk(error, handled)
        if number is None or _ADVICE in str(error):
            raise
        path = os.fspath(path)
        free = shutil.disk_usage(os.path.dirname(os.path.abspath(path))).free
        raise OSError(
            number,
            f"{os.strerror(number)}: '{path}' could not be written; {free:,} bytes are "
            f"free there, within the limits of users and processes. {_ADVICE}",
        ) from error


def _find_full_disk(
    error: BaseException | None, handled: BaseException | None
) -> int | None:
    """Return the system's number for a full disk, if that is what an error is about.

    torch and h5py fail once more when they close the file, and raise that error; the
    cause is its context, or only in its text.
    """
    while error is not None and error is not handled:
        number = error.errno if isinstance(error, OSError) else None
        if number is None:
            named = re.search(r"\berrno = (\d+)", str(error))
            number = None if named is None else int(named[1])
        if number in _FULL:
            return number
        error = error.__cause__ or error.__context__
    return None


def save_npy(file: IO[bytes], array: np.ndarray) -> None:
    """Write an array as .npy; unlike ``np.save``, with the system's own error."""
    np.save(_Writer(file), array, allow_pickle=False)


def write_array(file: IO[bytes], array: np.ndarray) -> None:
    """Write the numbers of an array; unlike ``tofile``, with the system's error."""
    rows = array.reshape(-1) if array.flags.c_contiguous else np.ravel(array)
    step = max(1, _BLOCK_SIZE // max(1, rows.itemsize))
    for start in range(0, len(rows), step):
        file.write(memoryview(rows[start : start + step]).cast("B"))


class _Writer:
    """A file that NumPy does not recognize, so that it writes through Python."""

    def __init__(self, file: IO[Any]) -> None:
        self.write = file.write
