"""Open a file whatever its compression, told by its content."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from skmeta._documents._check import short_repr
from skmeta._io.formats._errors import VectorFormatError

__all__ = ["is_compressed", "open_stream", "peek", "read_exactly", "size_to_read"]

_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_BLOCK_SIZE = 1 << 22
_OF_FILE_MANAGERS = (".DS_Store", "Thumbs.db", "desktop.ini")
_NAMES_SHOWN = 10


def _magic(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(6)


def is_compressed(path: Path) -> bool:
    """Tell whether a file is compressed."""
    magic = _magic(path)
    return magic.startswith((*_OPENERS, b"PK\x03\x04"))


def size_to_read(path: Path) -> int | None:
    """Return how many bytes reading a file gives; None where it is compressed."""
    return None if is_compressed(path) else path.stat().st_size


@contextmanager
def open_stream(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes, decompressed.

    Raises
    ------
    VectorFormatError
        If the compression is damaged, at whichever point of the reading.
    """
    magic = _magic(path)
    try:
        if magic.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(path) as archive:
                names = _names_of_files(archive)
                if len(names) != 1:
                    shown = ", ".join(map(short_repr, names[:_NAMES_SHOWN]))
                    more = ", ..." if len(names) > _NAMES_SHOWN else ""
                    raise VectorFormatError(
                        f"'{path}' is a zip archive of {len(names)} files, expected "
                        f"one; it holds {shown or 'none'}{more}. Unpack it, and load "
                        "the file that is wanted."
                    )
                with archive.open(names[0]) as file:
                    yield file
        else:
            opener: Any = open
            for start, open_compressed in _OPENERS.items():
                if magic.startswith(start):
                    opener = open_compressed
            with opener(path, "rb") as file:
                yield cast(IO[bytes], file)
    except _DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's trouble, not the file's
        raise VectorFormatError(
            f"'{path}' is damaged or cut off: {error}. Get the file anew."
        ) from error


def _names_of_files(archive: zipfile.ZipFile) -> list[str]:
    """List the files of an archive, without what file managers add to it."""
    return [
        info.filename
        for info in archive.infolist()
        if not info.is_dir()
        and not info.filename.startswith("__MACOSX/")
        and Path(info.filename).name not in _OF_FILE_MANAGERS
    ]


def peek(path: Path, n_bytes: int) -> bytes:
    """Read the decompressed beginning of a file."""
    with open_stream(path) as file:
        return file.read(n_bytes)


def read_exactly(file: IO[bytes], n_bytes: int, path: Path) -> bytes | bytearray:
    """Read so many bytes; memory grows with what is there, not with what is claimed."""
    if n_bytes < 0:
        raise VectorFormatError(f"'{path}' claims a part of {n_bytes} bytes.")
    data = bytearray()
    while missing := n_bytes - len(data):
        part = file.read(min(missing, _BLOCK_SIZE))
        if not part:
            raise VectorFormatError(
                f"'{path}' ends {missing:,} bytes too early, within a part of "
                f"{n_bytes:,}. It was cut off, or its header is wrong: get it anew."
            )
        if len(part) == n_bytes:
            return part
        data += part
    return data
