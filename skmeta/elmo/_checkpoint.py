"""A training that stopped, in a file, from which it goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from skmeta._io._atomic import atomic_write

__all__ = ["read_checkpoint", "write_checkpoint"]


def write_checkpoint(path: Any, settings: dict[str, str], state: dict) -> None:
    """Write the state of a training, whole or not at all."""
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        torch.save({"settings": settings, "state": state}, file)


def read_checkpoint(path: str | os.PathLike, settings: dict[str, str]) -> dict | None:
    """Read the state of a training, or None where there is no file.

    Raises
    ------
    ValueError
        If the file is no checkpoint, or was made with other settings or documents.
    """
    if not Path(path).exists():
        return None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        made_with, state = found["settings"], found["state"]
    except Exception as error:
        raise ValueError(
            f"Found '{path}', which is not a complete checkpoint ({error}); "
            "expected one, or no file. Give another path, or remove the file."
        ) from error
    changed = [name for name in settings if made_with.get(name) != settings[name]]
    if changed:
        name = changed[0]
        raise ValueError(
            f"Found the checkpoint '{path}' of a training with other {name} "
            f"({made_with.get(name)}), expected {settings[name]}. Train as before to "
            "go on from it, or give another path, or remove the file."
        )
    return state
