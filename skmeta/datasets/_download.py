"""Download files: resumed, verified, and renamed when complete."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from contextlib import suppress
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

from skmeta._disk._lock import locked_file
from skmeta._disk._space import name_full_disks
from skmeta._progress import progress

__all__ = ["download", "read_url"]

_BLOCK_SIZE = 1 << 18
_TIMEOUT = 30.0  # seconds without an answer


def read_url(url: str, most: int) -> bytes:
    """Return the short response of a server.

    Raises
    ------
    OSError
        If there is none, or a longer one.
    """
    with _open(url, {}) as response:
        data: bytes = response.read(most + 1)
    if len(data) > most:
        raise OSError(f"'{url}' has more than {most:,} bytes")
    return data


def download(
    url: str, path: Path, *, size: int, md5: str, verbose: int, what: str
) -> None:
    """Download a file, resuming an interrupted attempt.

    Parameters
    ----------
    url : str
    path : Path
        Its folder must exist. Until the file is whole it has the suffix ".part".
    size : int
        Bytes; more are not taken.
    md5 : str
        The checksum that the file must have.
    verbose : int
    what : str
        Stands before the progress bar.

    Raises
    ------
    OSError
        If the server cannot be reached or does not have the file.
    ValueError
        If size or checksum are others.
    """
    part = path.with_name(f"{path.name}.part")
    with locked_file(path.with_name(f"{path.name}.lock")), name_full_disks(path):
        if path.exists():
            return  # another process has fetched it meanwhile
        done = part.stat().st_size if part.exists() else 0
        if done > size:
            done = 0
        if done < size:
            _fetch(url, part, done, size, verbose, what)
        found = part.stat().st_size
        if found < size:
            raise OSError(f"'{url}' ended after {found:,} of {size:,} bytes")
        if found != size or _hash(part) != md5:
            part.unlink()
            raise ValueError(
                f"'{url}' has {found:,} bytes or content other than expected: {size:,} "
                f"bytes with the MD5 checksum {md5}. It was removed; fetch it again."
            )
        os.replace(part, path)


def _fetch(url: str, part: Path, done: int, size: int, verbose: int, what: str) -> None:
    """Append the missing part of a file."""
    headers = {"Range": f"bytes={done}-"} if done else {}
    with _open(url, headers) as response:
        goes_on = response.status == 206
        begins_at = f"bytes {done}-"
        if goes_on and not response.headers.get("Content-Range", "").startswith(
            begins_at
        ):
            raise OSError(f"'{url}' continued at another position than requested")
        done = done if goes_on else 0
        with (
            open(part, "ab" if goes_on else "wb") as file,
            progress(what, size, verbose, "B", initial=done) as advance,
            suppress(IncompleteRead),  # seen by the size
        ):
            while done <= size and (block := response.read(_BLOCK_SIZE)):
                file.write(block[: size + 1 - done])
                done += len(block)
                advance(len(block))


def _hash(path: Path) -> str:
    """Return the MD5 checksum of a file."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(_BLOCK_SIZE):
            digest.update(block)
    return digest.hexdigest()


def _open(url: str, headers: dict[str, str]) -> Any:
    """Send a request to a server."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"Found the address {url!r}, expected one of https.")
    request = urllib.request.Request(url, headers={"User-Agent": "skmeta", **headers})
    return urllib.request.urlopen(request, timeout=_TIMEOUT)
