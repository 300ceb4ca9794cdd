"""Models opened from a path: once per process, unless their files change."""

from __future__ import annotations

import os
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from skmeta._device import find_device_or_cpu
from skmeta._disk._fingerprint import Fingerprint, fingerprint
from skmeta.elmo._load import load_bilm
from skmeta.elmo._network import BiLM

__all__ = ["OpenedFiles", "open_bilm", "reopen_bilm"]

_Path = str | os.PathLike
_OPENED: WeakValueDictionary[Any, BiLM] = WeakValueDictionary()


class OpenedFiles(NamedTuple):
    """The paths of a model's files, and their fingerprints."""

    places: tuple[str, ...]  # absolute: of a folder or an archive, or of a pair
    files: tuple[Fingerprint, ...]


def open_bilm(path: Any, device: str, dtype: Any) -> tuple[BiLM, tuple]:
    """Load a model, or return the one that this process loaded before.

    Parameters
    ----------
    path, device, dtype
        As :func:`skmeta.elmo.load_bilm` takes them.

    Returns
    -------
    bilm : BiLM
    opened : tuple
        Lets :func:`reopen_bilm` open the same model later, elsewhere. It can be
        unpickled without torch.
    """
    opened = _look_at(path)
    key = opened, device, dtype
    bilm = _OPENED.get(key)
    if bilm is None:
        bilm = _OPENED[key] = load_bilm(path, device=device, dtype=dtype)
    return bilm, tuple(opened)


def reopen_bilm(path: Any, opened: tuple, device: str, dtype: Any) -> BiLM:
    """Open a model that was opened before, perhaps in another folder or process.

    Parameters
    ----------
    path : path, or pair of paths
        As given then, perhaps relative to the current folder.
    opened : tuple
        What :func:`open_bilm` returned then.
    device, dtype
        As :func:`skmeta.elmo.load_bilm` takes them.

    Returns
    -------
    bilm : BiLM
        On the CPU, with a warning, if the device is missing.

    Raises
    ------
    FileNotFoundError
        If there are no files, neither at the old place nor at the path.
    ValueError
        If the files are not the same: names, sizes or times differ.
    """
    were = OpenedFiles(*opened)
    places: Any = were.places if len(were.places) > 1 else were.places[0]
    found = [(place, _look_at(place).files) for place in (places, path)]
    for place, files in found:
        if files == were.files:
            place_on = str(find_device_or_cpu(device))
            return open_bilm(place, place_on, dtype)[0]
    if not any(any(files) for _, files in found):
        raise FileNotFoundError(
            f"Found nothing at {places!r}, expected the files of a biLM that a "
            "vectorizer was fitted with. Put them back, or fit again."
        )
    raise ValueError(
        f"Found other files at {places!r} than when the vectorizer was fitted, "
        "expected the same: names, sizes or times differ. Put the old ones back, or "
        "fit again."
    )


def _look_at(path: Any) -> OpenedFiles:
    """Return the absolute paths of files, and their fingerprints."""
    parts = path if isinstance(path, tuple | list) else [path]
    places = tuple(os.path.realpath(p) for p in parts if isinstance(p, _Path))
    return OpenedFiles(places, tuple(map(fingerprint, places)))
