"""Modules of this package that need torch or h5py, imported at first use."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from skmeta._messages import missing_package

__all__ = ["import_submodule"]


def import_submodule(place: str, what: str) -> Any:
    """Import a module of this package, or raise what must be installed."""
    try:
        return import_module(f"skmeta.elmo.{place}")
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "h5py"):
            raise
        raise ModuleNotFoundError(
            missing_package(what, error.name, "elmo"), name=error.name
        ) from error
