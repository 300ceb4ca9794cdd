"""A folder that is written part by part, and resumed where a run was stopped.

The parts are written atomically to an unfinished folder that holds a plan of them all;
the folder is renamed when they are complete.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from skmeta._disk._journal import remove_abandoned
from skmeta._disk._lock import opened_and_locked
from skmeta._io._atomic import atomic_write

__all__ = [
    "finish",
    "forget_plan",
    "only_run",
    "prepare_folder",
    "read_plan",
    "unfinished_folder",
]

_PLAN = "_plan.json"  # readers of Parquet folders skip names with an underscore


@contextmanager
def only_run(target: Path, what: str = "skmeta transform") -> Iterator[None]:
    """Raise if another run is writing to the target.

    Parameters
    ----------
    target : Path
    what : str
        What runs, for the message.

    Raises
    ------
    BlockingIOError
        If there is another run. The system releases its lock when it ends, even killed.
    """
    path = target.absolute().with_name(f".{target.name}-unfinished.lock")
    with opened_and_locked(path, create=True) as opened:
        if opened is None:  # writing raises what is wrong there
            yield
            return
        _, is_locked = opened
        if is_locked is False:
            raise BlockingIOError(
                f"Another {what} writes to '{target}' now, expected one at a "
                "time. Wait until it is done, or write to another name."
            )
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()


def unfinished_folder(target: Path) -> Path:
    """Return the folder that parts are written to."""
    target = target.absolute()
    return target.with_name(f".{target.name}-unfinished")


def prepare_folder(target: Path, plan: dict[str, Any], differs: str) -> Path:
    """Create or find the unfinished folder of a plan.

    Parameters
    ----------
    target : Path
        The folder to write.
    plan : dict
        Of what JSON can hold: all that decides about the parts.
    differs : str
        What may be another in a folder that is there, for the message.

    Returns
    -------
    folder : Path
        The one to write parts to, or the target if that is complete.

    Raises
    ------
    FileExistsError
        If the target or its unfinished folder belongs to another plan.
    """
    target, folder = target.absolute(), unfinished_folder(target)
    for there in (target, folder):
        if not there.exists():
            continue
        try:
            found = read_plan(there)
        except (OSError, ValueError):
            found = None
            if there == folder and all(
                name.startswith(".") for name in os.listdir(there)
            ):
                continue  # stopped before the plan was written
        if found != plan:
            raise FileExistsError(
                f"'{there}' already exists, of another {differs}; "
                "expected none, or one of the same to go on with. Remove it, or write "
                "to another name."
            )
        if there == target:
            return target
    folder.mkdir(exist_ok=True)
    with atomic_write(folder / _PLAN) as tmp_path:
        tmp_path.write_text(json.dumps(plan, indent=1), "utf-8")
    return folder


def read_plan(folder: Path) -> Any:
    """Read the plan of a folder."""
    return json.loads((folder / _PLAN).read_text("utf-8"))


def forget_plan(folder: Path) -> None:
    """Remove the plan of a folder whose files are to be replaced."""
    (folder / _PLAN).unlink(missing_ok=True)


def finish(folder: Path, target: Path) -> None:
    """Rename the folder of all parts to its final name."""
    target = target.absolute()
    if folder != target:
        remove_abandoned(folder)
        os.replace(folder, target)
