"""Checkpoints: files from which a stopped training resumes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from skmeta._io._atomic import atomic_write
from skmeta._io.formats._streams import check_archive
from skmeta._reading._budget import Budget
from skmeta._reading._guard import check_regular, reading

__all__ = ["read_checkpoint", "write_checkpoint"]


def write_checkpoint(path: Any, settings: dict[str, str], state: dict) -> None:
    """Write the state of a training atomically."""
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        torch.save({"settings": settings, "state": state}, file)


def read_checkpoint(path: str | os.PathLike, settings: dict[str, str]) -> dict | None:
    """Read the state of a training, or None if there is no file.

    Raises
    ------
    ValueError
        If the file is not a checkpoint, or one of other settings or documents.
    """
    if not Path(path).exists():
        return None
    with reading(path, "a complete checkpoint of a training"):
        check_archive(check_regular(path), Budget(path))
        found = torch.load(path, map_location="cpu", weights_only=True)
        made_with, state = dict(found["settings"]), dict(found["state"])
        if not all(isinstance(value, str) for value in made_with.values()):
            raise ValueError("settings that are not strings")
        changed = [name for name in settings if made_with.get(name) != settings[name]]
    if changed:
        name = changed[0]
        raise ValueError(
            f"Found the checkpoint '{path}' of a training with other {name} "
            f"({str(made_with.get(name))[:60]}), expected {settings[name]}. Train as "
            "before to go on from it, or pass another path, or remove the file."
        )
    return state
