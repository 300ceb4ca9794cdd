"""What a file keeps when another takes its place: who may read it, and who owns it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

__all__ = ["create_private", "set_mode"]


def create_private(path: Path) -> None:
    """Create an empty file that nobody else can read until its mode is set."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def set_mode(path: Path, like: os.stat_result) -> None:
    """Copy the mode of a file to another and, where permitted, its owner."""
    found = path.stat()
    mode = stat.S_IMODE(like.st_mode)
    if hasattr(os, "chown") and (found.st_uid, found.st_gid) != (
        like.st_uid,
        like.st_gid,
    ):
        with suppress(PermissionError):
            os.chown(path, -1, like.st_gid)
        with suppress(PermissionError):
            os.chown(path, like.st_uid, -1)
        if path.stat().st_gid != like.st_gid:
            mode &= ~stat.S_IRWXG  # it was meant for the members of another group
    os.chmod(path, mode)
