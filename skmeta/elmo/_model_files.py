"""Find the files of a biLM: options and weights, in a folder, a zip file or a pair."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

from skmeta._documents._check import short_repr
from skmeta._io.formats._streams import open_zip
from skmeta._reading._budget import Budget
from skmeta._reading._guard import check_regular

__all__ = ["check_path", "read_files"]


def check_path(path: Any) -> list[Path]:
    """Return the path, or the pair of paths, checked to exist."""
    parts = path if isinstance(path, tuple | list) else [path]
    if not all(isinstance(part, str | os.PathLike) for part in parts):
        raise TypeError(
            f"Found {short_repr(path)} of type {type(path).__name__}, expected the "
            "path of a folder or zip file, or a pair of paths (options, weights)."
        )
    if isinstance(path, tuple | list) and len(path) != 2:
        raise ValueError(
            f"Found {short_repr(path)}, expected a pair: the options file and the "
            "weights file."
        )
    return [_existing(Path(part)) for part in parts]


def read_files(files: list[Path], budget: Budget) -> tuple[bytes, Any, Path]:
    """Return the text of the options, the file for h5py, and the path for messages."""
    place = files[-1]
    if len(files) == 2:
        options, weights = map(check_regular, files)
        return options.read_bytes(), weights, place
    if place.is_dir():
        inside = [file.name for file in place.iterdir() if file.is_file()]
        options, weights = (place / file for file in _choose(inside, f"'{place}'"))
        return options.read_bytes(), weights, place
    if not zipfile.is_zipfile(check_regular(place)):
        raise ValueError(
            f"Found '{place}', which is not a zip file; expected a folder, a zip "
            "file, or a pair of paths (options, weights)."
        )
    with zipfile.ZipFile(place) as archive:
        contents = []
        for member in _choose(archive.namelist(), f"'{place}'"):
            with open_zip(archive, member, budget) as file:
                contents.append(file.read())
    return contents[0], io.BytesIO(contents[1]), place


def _existing(path: Path) -> Path:
    """Return the path, checked to exist."""
    if not path.exists():
        raise FileNotFoundError(
            f"Found nothing at '{path}', expected the files of a biLM. Models are not "
            "downloaded by themselves: fetch the options and the weights first."
        )
    return path


def _choose(files: list[str], name: str) -> tuple[str, str]:
    """Choose the options and the weights among files."""
    files = [file for file in files if not Path(file).name.startswith(("._", "."))]
    options = _one_of([f for f in files if f.endswith(".json")], "options")
    weights = _one_of([f for f in files if f.endswith((".hdf5", ".h5"))], "weights")
    if options and weights:
        return options, weights
    lacking = "weights (.hdf5)" if options else "options (options.json)"
    advice = "Give a pair of paths (options, weights)."
    if any(Path(file).name == "encoder.pkl" for file in files):
        advice = "Models of ELMoForManyLangs are another architecture."
    raise ValueError(
        f"Found the files {short_repr(sorted(files))} in {name}, expected one with the "
        f"{lacking} of a biLM. {advice}"
    )


def _one_of(files: list[str], word: str) -> str | None:
    """Choose the file whose name contains the word, or the only one."""
    named = [file for file in files if word in Path(file).name]
    if word == "weights":
        named = [f for f in files if Path(f).name == "model.hdf5"] or named
    chosen = named or files
    return chosen[0] if len(chosen) == 1 else None
