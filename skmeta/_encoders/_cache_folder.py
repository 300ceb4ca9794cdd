"""A persistent cache of encodings in a folder, which processes share.

Each part is a file of records of one size: the hash of a text, a checksum, the row.
Records are appended in the order in which texts are encoded, so that what a killed
process has done is not lost; a record that is cut off is overwritten. Where a checksum
does not fit its row, the text is encoded again.
"""

from __future__ import annotations

import errno
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from skmeta._disk._lock import locked_if_free
from skmeta._disk._new_folder import check_folder
from skmeta._disk._space import name_full_disks
from skmeta._encoders._cache import (
    N_PARTS,
    CacheNotWritable,
    EncodingCache,
    part_of,
)
from skmeta._fork_lock import hold_or_leave
from skmeta._io._atomic import atomic_write

__all__ = ["FolderCache"]

_NOT_WRITABLE = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EFBIG),
    getattr(errno, "EDQUOT", errno.ENOSPC),
}
_MAGIC = b"skmeta encodings 1\n"
_HEADER_SIZE = 64
_KEY_SIZE = 16
_MOST_BYTES = 4 << 30  # of one model
_MOST_DIMENSIONS = 1 << 20
_BLOCK_SIZE = 4 << 20  # bytes that are read at a time


class FolderCache(EncodingCache):
    """Encodings of one model in a folder, at most 4 GiB.

    What was written first is dropped.

    Parameters
    ----------
    folder : path
        Of all models. Made where it is missing.
    model : str
        The fingerprint of the model and of what else decides about its rows.
    """

    def __init__(self, folder: str | os.PathLike[str], model: str) -> None:
        self.folder = Path(folder, model[:32])
        with suppress(PermissionError):  # nothing is found there, then
            check_folder(self.folder)
        self._parts = [_Part(self.folder / f"{n:02d}.rows") for n in range(N_PARTS)]

    @contextmanager
    def hold(self, part: int, wait: bool) -> Iterator[bool]:
        """Lock a part among threads and processes."""
        with ExitStack() as locks:
            with _naming_what_cannot_be_written():
                self.folder.mkdir(parents=True, exist_ok=True)  # may have been deleted
                is_held = locks.enter_context(self._parts[part].hold(wait))
            yield is_held

    def find(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the cached rows."""
        found: dict[bytes, np.ndarray] = {}
        for part, some in _by_part(keys).items():
            found |= self._parts[part].find([keys[i] for i in some])
        return found

    def add(self, keys: Sequence[bytes], rows: np.ndarray) -> None:
        """Append rows to the files of parts that are locked."""
        for part, some in _by_part(keys).items():
            path = self._parts[part].path
            with _naming_what_cannot_be_written(), name_full_disks(path):
                self.folder.mkdir(parents=True, exist_ok=True)
                self._parts[part].append([keys[i] for i in some], rows[some])


@contextmanager
def _naming_what_cannot_be_written() -> Iterator[None]:
    """Raise errors of a full disk, or of a folder without permission, as one kind."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        raise CacheNotWritable(str(error)) from error


def _by_part(keys: Sequence[bytes]) -> dict[int, list[int]]:
    """Return the positions of each part's keys."""
    found: dict[int, list[int]] = {}
    for position, key in enumerate(keys):
        found.setdefault(part_of(key), []).append(position)
    return found


class _Part:
    """One file of records."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = RLock()  # locks of files are those of open files
        self._forget()

    def _forget(self) -> None:
        self._file: tuple[int, int] | None = None  # which it is
        self._record: np.dtype | None = None
        self._numbers: dict[bytes, int] = {}
        self._n_records = 0

    @contextmanager
    def hold(self, wait: bool) -> Iterator[bool]:
        """Lock the part within the ``with`` statement."""
        with hold_or_leave(self._threads, wait) as is_held:
            if not is_held:
                yield False
                return
            with locked_if_free(self.path.with_suffix(".lock"), wait) as is_held:
                yield is_held

    def find(self, keys: Sequence[bytes]) -> dict[bytes, np.ndarray]:
        """Return the cached rows that are valid."""
        try:
            file = open(self.path, "rb")  # noqa: SIM115
        except (FileNotFoundError, PermissionError):
            return {}
        found: dict[bytes, np.ndarray] = {}
        with file:
            self._read_keys(file)
            numbers = sorted((self._numbers[k], k) for k in keys if k in self._numbers)
            for number, key in numbers:
                assert self._record is not None
                file.seek(_HEADER_SIZE + number * self._record.itemsize)
                data = file.read(self._record.itemsize)
                if len(data) == self._record.itemsize:
                    [record] = np.frombuffer(data, self._record)
                    if zlib.crc32(record["row"].tobytes()) == record["checksum"]:
                        found[key] = record["row"]
        return found

    def _read_keys(self, file: Any) -> None:
        """Read the keys that were appended since the last time."""
        status = os.fstat(file.fileno())
        if self._file != (status.st_dev, status.st_ino) or not self._record:
            self._forget()
            size = _read_header(file.read(_HEADER_SIZE))
            if size is None:
                return
            self._file = status.st_dev, status.st_ino
            self._record = _record_of(size)
        step = self._record.itemsize
        n_records = (status.st_size - _HEADER_SIZE) // step
        n_at_once = max(_BLOCK_SIZE // step, 1)
        while self._n_records < n_records:
            file.seek(_HEADER_SIZE + self._n_records * step)
            n = min(n_at_once, n_records - self._n_records)
            data = file.read(n * step)
            records = np.frombuffer(data[: len(data) // step * step], self._record)
            if not len(records):
                return  # shorter than it was
            for key in records["key"]:
                self._numbers[key.tobytes()] = self._n_records
                self._n_records += 1

    def append(self, keys: Sequence[bytes], rows: np.ndarray) -> None:
        """Append rows; the part must be locked."""
        record = _record_of(rows.shape[1])
        records = np.zeros(len(keys), record)
        records["key"] = np.frombuffer(b"".join(keys), f"V{_KEY_SIZE}")
        records["row"] = rows
        records["checksum"] = [zlib.crc32(row.tobytes()) for row in records["row"]]
        most = _MOST_BYTES // N_PARTS
        kept = self._read_kept(record, most // 2, most - records.nbytes)
        if kept is not None:  # there is none yet, or another, or it is full
            with atomic_write(self.path) as path, open(path, "wb") as file:
                file.write(_make_header(rows.shape[1]))
                file.write(kept)
                file.write(records.tobytes())
            return
        with open(self.path, "r+b") as file:
            size = file.seek(0, os.SEEK_END)
            whole = (size - _HEADER_SIZE) // record.itemsize * record.itemsize
            file.seek(_HEADER_SIZE + whole)
            file.write(records.tobytes())
            file.truncate()

    def _read_kept(self, record: np.dtype, n_kept: int, most: int) -> bytes | None:
        """Return the initial content of a new file; None to continue the old one."""
        try:
            with open(self.path, "rb") as file:
                if _read_header(file.read(_HEADER_SIZE)) != record["row"].shape[0]:
                    return b""
                size = file.seek(0, os.SEEK_END) - _HEADER_SIZE
                if size <= most:
                    return None
                n_records = size // record.itemsize
                first = max(n_records - max(n_kept, 0) // record.itemsize, 0)
                file.seek(_HEADER_SIZE + first * record.itemsize)
                return file.read((n_records - first) * record.itemsize)
        except FileNotFoundError:
            return b""


def _record_of(size: int) -> np.dtype:
    """Return the dtype of a record."""
    return np.dtype(
        [("key", f"V{_KEY_SIZE}"), ("checksum", "<u4"), ("row", "<f4", (size,))]
    )


def _make_header(size: int) -> bytes:
    """Return the header of a file."""
    return (_MAGIC + f"{size}\n".encode()).ljust(_HEADER_SIZE, b" ")


def _read_header(start: bytes) -> int | None:
    """Return the length of rows, or None for a file of another kind."""
    if len(start) < _HEADER_SIZE or not start.startswith(_MAGIC):
        return None
    size = start[len(_MAGIC) :].strip()
    if not size.isdigit() or not 0 < int(size) < _MOST_DIMENSIONS:
        return None
    return int(size)
