"""Journals of unfinished files, by which the files of a killed process are removed.

While files are written, a journal beside them names them and is locked. The next write
to the same target removes what a journal names whose lock is free: its process is gone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from skmeta._disk._lock import open_locked

__all__ = ["Journal", "journal_of", "new_tmp_path", "remove_abandoned"]

_FORMAT = "skmeta unfinished files"
_N_SLOTS = 8  # concurrent writes to one target that have a journal
_LONGEST_NAME = 200  # bytes, of the 255 that file systems allow
_OURS = re.compile(r"\.[0-9a-f]{8}-unfinished-.+|\w+-[0-9a-f]{8}\.(npy|json)")
_MOST_BYTES = 2**20  # of a journal


class Journal:
    """The unfinished files of one write.

    Parameters
    ----------
    folder : Path
    descriptor : int or None
        Of the journal; None where none could be opened: nothing is recorded then.
    """

    def __init__(self, folder: Path, descriptor: int | None) -> None:
        self.folder, self._descriptor = folder, descriptor
        self._names: set[str] = set()

    def add(self, names: Iterable[str]) -> None:
        """Record files to remove, unless they are in use by then."""
        self._names.update(names)
        if self._descriptor is not None:
            content = {"format": _FORMAT, "files": sorted(self._names)}
            data = json.dumps(content, indent=1).encode()
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, data)

    def remove_files(self, in_use: Collection[str] | None) -> bool:
        """Remove the recorded files not in use; return whether that is known."""
        if in_use is None:
            return not self._names
        _remove(self.folder, self._names.difference(in_use))
        return True


@contextmanager
def journal_of(
    target: Path,
    files_in_use: Callable[[], Collection[str] | None] = frozenset,
) -> Iterator[Journal]:
    """Open a journal for a write, and remove what earlier writes left unfinished.

    Parameters
    ----------
    target : Path
        The target of the write. The journal and all files it names lie beside it.
    files_in_use : callable
        Returns the names that stay whatever a journal says, or None where that is not
        known, and everything stays.

    Yields
    ------
    journal : Journal
        Its files are removed at the end, whatever happens, except those in use.
    """
    slot = None
    for number in range(_N_SLOTS):
        path = target.with_name(f".{_shorten(target.name)}.unfinished-{number}")
        found = _open_slot(path, create=slot is None)
        if found is None:
            continue
        left = _read(found)
        in_use = files_in_use()  # now that no other process can change the journal
        if left and in_use is None:
            os.close(found)
            continue
        _remove(target.parent, left.difference(in_use or ()))
        if slot is None:
            slot = path, found
        else:
            _close(found, path)
    journal = Journal(target.parent, None if slot is None else slot[1])
    try:
        yield journal
    finally:
        is_cleared = journal.remove_files(files_in_use())
        if slot is not None:
            _close(slot[1], slot[0] if is_cleared else None)


def remove_abandoned(folder: Path) -> None:
    """Remove the journals of ended processes in a folder, and the files they name.

    For targets that are complete and are not written again: a process that is killed
    after it renamed a file leaves the journal of it.
    """
    for path in folder.glob(".*.unfinished-*"):
        found = _open_slot(path, create=False)
        if found is not None:
            _remove(folder, _read(found))
            _close(found, path)


def new_tmp_path(path: Path) -> Path:
    """Return a temporary path in the same folder, with the same suffix."""
    token = secrets.token_hex(4)
    return path.with_name(f".{token}-unfinished-{_shorten(path.name)}")


def _shorten(name: str) -> str:
    """Return the name, or a digest with its suffix if the name is too long."""
    data = os.fsencode(name)
    if len(data) <= _LONGEST_NAME:
        return name
    suffix = Path(name).suffix
    digest = hashlib.blake2b(data, digest_size=8).hexdigest()
    return digest + (suffix if len(os.fsencode(suffix)) < 50 else "")


def _open_slot(path: Path, create: bool) -> int | None:
    """Open and lock a journal; None if there is none or another process holds it."""
    opened = open_locked(path, create)
    if opened is None:
        return None  # or it is another user's; the write itself raises
    descriptor, is_locked = opened
    if is_locked and _is_journal(descriptor):
        return descriptor
    is_useless = create and is_locked is None and not os.fstat(descriptor).st_size
    _close(descriptor, path if is_useless else None)
    return None


def _is_journal(descriptor: int) -> bool:
    """Return whether a file is a journal or empty; users' own files are left alone."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return False
    return not status.st_size or _parse(descriptor) is not None


def _parse(descriptor: int) -> list[str] | None:
    """Read the names in a journal, or None if the file is not a journal."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        content = json.loads(os.read(descriptor, _MOST_BYTES))
        sound = content["format"] == _FORMAT
        names = [name for name in content["files"] if isinstance(name, str)]
    except (ValueError, TypeError, KeyError, RecursionError, OSError):
        return None
    return names if sound else None


def _read(descriptor: int) -> set[str]:
    """Read the files that an abandoned write left, with names that we assign only."""
    return {name for name in _parse(descriptor) or () if _OURS.fullmatch(name)}


def _remove(folder: Path, names: Iterable[str]) -> None:
    """Remove files."""
    for name in names:
        with suppress(OSError):  # gone already, or mapped, on Windows
            (folder / name).unlink()


def _close(descriptor: int, path: Path | None) -> None:
    """Remove a journal, before its lock is released, and close it."""
    if path is not None:
        with suppress(OSError):
            path.unlink()
    os.close(descriptor)
