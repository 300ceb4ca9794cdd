"""The folder of downloaded files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["find_home"]


def find_home() -> Path:
    """Return the folder that SKMETA_HOME names, or one in the user's cache folder."""
    given = os.environ.get("SKMETA_HOME")
    if given:
        return Path(given).expanduser().absolute()
    if sys.platform == "win32":
        cache = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        cache = "~/Library/Caches"
    else:
        cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "skmeta"
