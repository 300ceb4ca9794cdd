"""Open files, decompressed as their content requires."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol, cast

from skmeta._documents._check import short_repr
from skmeta._io.formats._errors import VectorFormatError
from skmeta._reading._budget import Budget
from skmeta._reading._guard import check_regular

__all__ = [
    "check_archive",
    "cut_lines",
    "is_compressed",
    "open_stream",
    "open_zip",
    "peek",
    "read_exactly",
    "size_to_read",
]


def _open_zstandard(path: Path, mode: str) -> IO[bytes]:
    """Open a Zstandard file, which needs the package zstandard."""
    try:
        return import_module("zstandard").open(path, mode)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"'{path}' needs zstandard. Install it with: pip install zstandard",
            name=error.name,
        ) from error


_OPENERS: dict[bytes, Any] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstandard,
}
_ZIP = b"PK\x03\x04"
_BLOCK_SIZE = 1 << 22
_OF_FILE_MANAGERS = (".DS_Store", "Thumbs.db", "desktop.ini")
_NAMES_SHOWN = 10
_DECOMPRESSED_BLOCK_SIZE = 1 << 16
_LINES_BLOCK_SIZE = 1 << 14


class Readable(Protocol):
    """A readable stream."""

    def read(self, n_bytes: int, /) -> bytes:
        """Read at most that many bytes."""


class _Metered(io.RawIOBase):
    """A decompressed stream that charges a budget for what is read."""

    def __init__(self, file: IO[bytes], budget: Budget) -> None:
        self._file, self._budget = file, budget

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._budget.spend(len(data))
        buffer[: len(data)] = data
        return len(data)


def _magic(path: Path) -> bytes:
    with open(check_regular(path), "rb") as file:
        return file.read(6)


def is_compressed(path: Path) -> bool:
    """Return whether a file is compressed."""
    return _magic(path).startswith((*_OPENERS, _ZIP))


def size_to_read(path: Path) -> int | None:
    """Return the number of bytes in a file; None if it is compressed."""
    return None if is_compressed(path) else path.stat().st_size


@contextmanager
def open_stream(path: Path, budget: Budget | None = None) -> Iterator[IO[bytes]]:
    """Open a file for reading decompressed bytes, charged to the budget.

    Damaged compression raises many kinds of errors, at any point of reading:
    see :func:`skmeta._reading._guard.reading`.
    """
    budget = budget or Budget(path)
    magic = _magic(path)
    if magic.startswith(_ZIP):
        with zipfile.ZipFile(path) as archive:
            names = _names_of_files(archive)
            if len(names) != 1:
                shown = ", ".join(map(short_repr, names[:_NAMES_SHOWN]))
                more = ", ..." if len(names) > _NAMES_SHOWN else ""
                raise VectorFormatError(
                    f"'{path}' is a zip archive of {len(names)} files, expected one; "
                    f"it holds {shown or 'none'}{more}. Unpack it, and load the file "
                    "that is wanted."
                )
            with open_zip(archive, names[0], budget) as file:
                yield file
        return
    for start, open_compressed in _OPENERS.items():
        if magic.startswith(start):
            with open_compressed(path, "rb") as packed:
                yield _meter(cast(IO[bytes], packed), budget)
            return
    with open(path, "rb") as plain:
        yield plain


@contextmanager
def open_zip(
    archive: zipfile.ZipFile, name: str, budget: Budget
) -> Iterator[IO[bytes]]:
    """Open a member of an archive for reading, charged to the budget."""
    with archive.open(name) as file:
        yield _meter(file, budget)


def check_archive(path: Path, budget: Budget) -> None:
    """Charge the budget for the unpacked size of a zip archive.

    For readers that unpack it themselves. No member can unpack to more than the archive
    claims.
    """
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            budget.spend(member.file_size)


def _meter(file: IO[bytes], budget: Budget) -> IO[bytes]:
    """Return a buffered stream that charges a budget for what is read."""
    metered = _Metered(file, budget)
    return cast(IO[bytes], io.BufferedReader(metered, _DECOMPRESSED_BLOCK_SIZE))


def _names_of_files(archive: zipfile.ZipFile) -> list[str]:
    """List the files of an archive, without those that file managers add."""
    return [
        info.filename
        for info in archive.infolist()
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and Path(info.filename).name not in _OF_FILE_MANAGERS
    ]


def peek(path: Path, n_bytes: int) -> bytes:
    """Read the decompressed beginning of a file."""
    with open_stream(path, Budget(path, max_bytes=n_bytes + _BLOCK_SIZE)) as file:
        return file.read(n_bytes)


def cut_lines(data: bytes) -> Iterator[bytes]:
    """Split lines into runs of limited length: short lines take more memory."""
    lines = io.BytesIO(data)
    while some := b"".join(islice(lines, _LINES_BLOCK_SIZE)):
        yield some


def read_exactly(file: Readable, n_bytes: int, path: Path) -> bytes | bytearray:
    """Read exactly n bytes; memory grows with the data, not with the claim."""
    if n_bytes < 0:
        raise VectorFormatError(f"'{path}' claims a part of {n_bytes} bytes.")
    data = bytearray()
    while missing := n_bytes - len(data):
        part = file.read(min(missing, _BLOCK_SIZE))
        if not part:
            raise VectorFormatError(
                f"'{path}' ends {missing:,} bytes too early, within a part of "
                f"{n_bytes:,}. It was cut off, or its header is wrong: get it again."
            )
        if len(part) == n_bytes:
            return part
        data += part
    return data
