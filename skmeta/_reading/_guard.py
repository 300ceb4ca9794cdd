"""Readers raise one documented error, whatever is wrong with a file."""

from __future__ import annotations

import errno
import os
import reprlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["check_regular", "reading"]

_ENVIRONMENT = {  # of the system; other errors come from a file's content
    *(errno.EACCES, errno.EBUSY, errno.EINTR, errno.EIO, errno.EISDIR, errno.ELOOP),
    *(errno.EMFILE, errno.ENAMETOOLONG, errno.ENFILE, errno.ENOENT, errno.ENOMEM),
    *(errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS),
}
_OF_THE_SYSTEM = (  # whether this package or Python raises them
    *(FileNotFoundError, IsADirectoryError, NotADirectoryError),
    PermissionError,
)
_LONGEST = 2_000
_short = reprlib.Repr()
_short.maxlevel = 2


@contextmanager
def reading(
    path: str | os.PathLike[str],
    expected: str,
    error: type[ValueError] = ValueError,
    *,
    all_is_there: bool = False,
) -> Iterator[None]:
    """Convert errors while a file is read into one that names the file.

    System errors (a missing file, no permission, a failing disk), missing packages, and
    errors of the documented type that already name the file pass through.

    Parameters
    ----------
    path : path
        The file or folder.
    expected : str
        What the file should be, for the message.
    error : type, default=ValueError
        The documented error.
    all_is_there : bool, default=False
        Whether a missing file is a part of the one that is read, that is, damage.
    """
    try:
        yield
    except (ImportError, Warning):
        raise
    except Exception as problem:
        is_missing = isinstance(problem, FileNotFoundError) and all_is_there
        is_system = isinstance(problem, OSError) and problem.errno in _ENVIRONMENT
        if not is_missing and (is_system or isinstance(problem, _OF_THE_SYSTEM)):
            raise
        text = _describe(problem)
        names_it = _names(text, path)
        if names_it and isinstance(problem, error) and len(text) <= _LONGEST:
            raise
        is_ours = names_it and isinstance(problem, ValueError | FileNotFoundError)
        if not is_ours or getattr(problem, "errno", None) is not None:
            text = (
                f"'{path}' is not {expected}, or it is damaged or cut off: {text}. Get "
                "it again, or check the path."
            )
        raise error(text) from problem


def check_regular(path: str | os.PathLike[str]) -> Path:
    """Return a path, checked to be a file, so that opening it does not block.

    Raises
    ------
    FileNotFoundError
        If it does not exist.
    ValueError
        If it is a pipe, a socket or a device.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise ValueError(
            f"'{path}' is not a regular file, expected one. Pipes and devices are not "
            "read: copy their content into a file."
        )
    return Path(path)


def _names(text: str, path: str | os.PathLike[str]) -> bool:
    """Return whether a message names the file it is about, in quotes, as ours do."""
    name, sep = Path(path).name, os.sep
    marks = (f"'{path}'", f"'{name}'", f"{sep}{name}'", f"{sep}{name}{sep}")
    return any(mark in text for mark in marks)


def _describe(problem: Exception) -> str:
    """Describe an error in one short text, however much it carries."""
    if isinstance(problem, MemoryError):
        return "it asks for more memory than there is"
    if isinstance(problem, RecursionError):
        return "it is nested too deeply"
    try:
        is_plain = all(isinstance(part, str | int | None) for part in problem.args)
        if is_plain or isinstance(problem, UnicodeError | OSError):
            text = str(problem)
        else:
            text = ", ".join(map(_short.repr, problem.args))
    except ValueError:  # numbers of too many digits to write
        text = ""
    if not isinstance(problem, ValueError | OSError):
        text = f"{type(problem).__name__}: {text}"
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...").rstrip(" :")
