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
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from skmeta._disk._lock import opened_and_locked

__all__ = ["Journal", "journal_of", "new_tmp_path", "remove_abandoned"]

_FORMAT = "skmeta unfinished files"
_N_SLOTS = 8  # concurrent writes to one target that have a journal
_LONGEST_NAME = 200  # bytes, of the 255 that file systems allow
_OURS = re.compile(r"\.[0-9a-f]{8}-unfinished-.+|\w+-[0-9a-f]{8}\.(npy|json)")
_MOST_BYTES = 2**20  # of a journal


class _Slot:
    """A journal that is open and locked.

    Parameters
    ----------
    descriptor : int

    Attributes
    ----------
    is_spent : bool
        Whether the journal is to be removed: there is nothing left that it names.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.is_spent = not os.fstat(descriptor).st_size


class Journal:
    """The unfinished files of one write.

    Parameters
    ----------
    folder : Path
    slot : slot or None
        None where none could be opened: nothing is recorded then.
    """

    def __init__(self, folder: Path, slot: _Slot | None) -> None:
        self.folder, self._slot = folder, slot
        self._names: set[str] = set()

    def add(self, names: Iterable[str]) -> None:
        """Record files to remove, unless they are in use by then."""
        self._names.update(names)
        if self._slot is not None:
            content = {"format": _FORMAT, "files": sorted(self._names)}
            data = json.dumps(content, indent=1).encode()
            self._slot.is_spent = False
            os.lseek(self._slot.descriptor, 0, os.SEEK_SET)
            os.ftruncate(self._slot.descriptor, 0)
            os.write(self._slot.descriptor, data)

    def remove_files(self, in_use: Collection[str] | None) -> None:
        """Remove the recorded files not in use, if that is known."""
        if in_use is not None:
            _remove(self.folder, self._names.difference(in_use))
        if self._slot is not None:
            self._slot.is_spent = in_use is not None or not self._names


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
    own: _Slot | None = None
    with ExitStack() as until_the_end:
        for number in range(_N_SLOTS):
            path = target.with_name(f".{_shorten(target.name)}.unfinished-{number}")
            with ExitStack() as opened:
                slot = opened.enter_context(_open_slot(path, create=own is None))
                if slot is None:
                    continue
                left = _read(slot.descriptor)
                in_use = files_in_use()  # now that no other process can change it
                if left and in_use is None:
                    continue
                _remove(target.parent, left.difference(in_use or ()))
                slot.is_spent = True
                if own is None:
                    own = slot
                    until_the_end.push(opened.pop_all())
        journal = Journal(target.parent, own)
        try:
            yield journal
        finally:
            try:
                journal.remove_files(files_in_use())
            except BaseException:  # an interrupt: once more
                journal.remove_files(files_in_use())
                raise


def remove_abandoned(folder: Path) -> None:
    """Remove the journals of ended processes in a folder, and the files they name.

    For targets that are complete and are not written again: a process that is killed
    after it renamed a file leaves the journal of it.
    """
    for path in folder.glob(".*.unfinished-*"):
        with _open_slot(path, create=False) as slot:
            if slot is not None:
                _remove(folder, _read(slot.descriptor))
                slot.is_spent = True


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


@contextmanager
def _open_slot(path: Path, create: bool) -> Iterator[_Slot | None]:
    """Open and lock a journal; None if there is none or another process holds it."""
    with opened_and_locked(path, create) as opened:
        if opened is None:
            yield None  # or it is another user's; the write itself raises
            return
        descriptor, is_locked = opened
        if is_locked and _is_journal(descriptor):
            slot = _Slot(descriptor)
            try:
                yield slot
            finally:
                if slot.is_spent:  # removed before its lock is released
                    with suppress(OSError):
                        path.unlink()
            return
        if create and is_locked is None and not os.fstat(descriptor).st_size:
            with suppress(OSError):
                path.unlink()
        yield None


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
