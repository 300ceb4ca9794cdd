"""A folder of word vectors on disk: .npy and JSON, mapped into memory, never pickled.

``word_vectors.json`` names the other files, whose names are new at every writing.
Replacing that one small file is what puts a new content in force.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from skmeta._reading._guard import check_regular

MANIFEST = "word_vectors.json"
_FORMAT = "skmeta word vectors"
_VERSION = 1
_OURS = re.compile(r"(word_vectors\.json|\w+)-[0-9a-f]{8}(\.npy|\.json)?")
PATIENCE = 20  # tries, while another process saves
_OLD = 3_600  # seconds, longer than any save takes


class Files(NamedTuple):
    """Which files hold the parts of a folder, and how to see that they changed."""

    folder: str
    parts: tuple[tuple[str, str, int, int], ...]  # part, file, bytes, mtime in ns
    settings: str  # JSON: what else was saved with them

    def path(self, part: str) -> str | None:
        """Return the path of a part, None where the folder lacks it."""
        for name, file, _, _ in self.parts:
            if name == part:
                return os.path.join(self.folder, file)
        return None


class DeferredArray(NamedTuple):
    """A float32 array that is made where it is kept, on disk."""

    shape: tuple[int, int]
    fill: Callable[[np.ndarray], object]  # writes into the memory-mapped array


def write(
    folder: str | os.PathLike[str],
    words: Sequence[str],
    arrays: Mapping[str, np.ndarray | DeferredArray],
    settings: Mapping[str, Any],
) -> None:
    """Write word vectors to a folder: the old content stays until the new is whole.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    words : sequence of str
    arrays : dict of str to ndarray or ToFill
        "vectors", and what else there is.
    settings : dict
        Kept with them as JSON.
    """
    folder = Path(folder).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    replaced = _files_in_force(folder)
    mark = secrets.token_hex(4)
    files = {name: f"{name}-{mark}.npy" for name in arrays}
    files["words"] = f"words-{mark}.json"
    manifest = {
        "format": _FORMAT,
        "version": _VERSION,
        "n_words": len(words),
        "vector_size": arrays["vectors"].shape[1],
        "settings": settings,
        "files": files,
    }
    written = [folder / name for name in (*files.values(), f"{MANIFEST}-{mark}")]
    try:
        _write_file(folder / files["words"], words_to_bytes(words))
        for name, array in arrays.items():
            _write_file(folder / files[name], array)
        text = json.dumps(manifest, indent=1).encode()
        _write_file(written[-1], np.frombuffer(text, np.uint8))
        os.replace(written[-1], folder / MANIFEST)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    _remove_unused(folder, replaced, set(files.values()))


def _files_in_force(folder: Path) -> set[str]:
    """Tell which files a folder consists of; none where it is no sound folder."""
    try:
        return set(_read_manifest(folder)["files"].values())
    except (FileNotFoundError, ValueError):
        return set()


def _remove_unused(folder: Path, replaced: set[str], used: set[str]) -> None:
    """Remove what was replaced, and what saves that were killed left behind.

    Files of no manifest that are young may be those of another save at work.
    """
    for path in folder.iterdir():
        if not _OURS.fullmatch(path.name) or path.name in used:
            continue
        with suppress(OSError):  # gone already, or mapped, on Windows
            if path.name in replaced or time.time() - path.stat().st_mtime > _OLD:
                path.unlink()


def fingerprint(folder: str | os.PathLike[str]) -> Files:
    """Read which files a folder consists of, with their sizes and times."""
    folder = Path(folder).expanduser().absolute()
    for _ in range(PATIENCE):
        try:
            return _stamp(folder)
        except FileNotFoundError:
            if not (folder / MANIFEST).exists():
                break  # else it was replaced meanwhile, or a file is missing
    return _stamp(folder)


def _stamp(folder: Path) -> Files:
    """Read which files a folder consists of now."""
    manifest = _read_manifest(folder)
    parts = []
    for part, name in sorted(manifest["files"].items()):
        try:
            status = check_regular(folder / name).stat()
        except FileNotFoundError:
            raise FileNotFoundError(
                f"The word vectors in '{folder}' lack the file '{name}' that "
                f"{MANIFEST} names. Restore it, or save the word vectors again."
            ) from None
        parts.append((part, name, status.st_size, status.st_mtime_ns))
    settings = json.dumps(manifest.get("settings", {}), sort_keys=True)
    return Files(str(folder), tuple(parts), settings)


def check_unchanged(files: Files) -> None:
    """Raise if the files are not those that were stamped."""
    advice = (
        "Restore the folder, or open the new one with WordVectors.open and fit again; "
        "a pickle that must stand alone is made from vectors in memory."
    )
    try:
        found = fingerprint(files.folder)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"This pickle refers to word vectors in the folder '{files.folder}', which "
            f"is not there any more ({error}). {advice}"
        ) from None
    if found != files:
        raise ValueError(
            f"The word vectors in '{files.folder}' were changed after this pickle was "
            f"made: found {_describe(found)}, expected {_describe(files)}. {advice}"
        )


def map_part(files: Files, part: str, mode: Any = "r") -> Any:
    """Map a part of the folder into memory; None where the folder lacks it.

    The mapping stays whole when the folder is replaced later.
    """
    path = files.path(part)
    if path is None:
        return None
    try:
        if path.endswith(".npy"):
            return map_npy(path, mode)
        return np.memmap(path, np.uint8, "r")
    except ValueError as error:
        raise ValueError(
            f"'{path}', a part of saved word vectors, is damaged: {error}. Save them "
            "again."
        ) from error


def map_npy(path: str | os.PathLike[str], mode: Any = "r") -> np.ndarray:
    """Map a .npy file into memory; ValueError if it is none, whatever is wrong."""
    try:
        array = np.load(path, mmap_mode=mode, allow_pickle=False)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # headers are parsed as Python: anything may come
        raise ValueError(f"no sound .npy file ({error!r})") from error
    if not isinstance(array, np.ndarray):
        raise ValueError("no .npy file but an archive")
    return array


def words_to_bytes(words: Sequence[str]) -> np.ndarray:
    """Write words as a JSON array, one a line, in UTF-8; any str survives."""
    text = json.dumps(list(words), ensure_ascii=False, separators=(",\n", ":"))
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


def words_from_bytes(data: np.ndarray) -> tuple[str, ...]:
    """Read words that :func:`words_to_bytes` wrote."""
    try:
        words = json.loads(data.tobytes().decode("utf-8", "surrogatepass"))
    except RecursionError:
        words = None
    if not isinstance(words, list) or not set(map(type, words)) <= {str}:
        raise ValueError("the words are no JSON list of strings; save them again")
    return tuple(words)


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check the file that names the others."""
    try:
        text = check_regular(folder / MANIFEST).read_text("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        found = "it does not exist" if not folder.exists() else f"it has no {MANIFEST}"
        raise FileNotFoundError(
            f"'{folder}' is no folder of word vectors: {found}. Expected a folder "
            "written by WordVectors.save; use skmeta.load_vectors for other formats."
        ) from None
    try:
        manifest = json.loads(text)
        files = dict(manifest["files"])
        sound = manifest["format"] == _FORMAT and {"words", "vectors"} <= set(files)
        sound = sound and all(Path(name).name == name for name in files.values())
        version = manifest["version"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        sound, version = False, None
    if not sound or version != _VERSION:
        raise ValueError(
            f"'{folder / MANIFEST}' does not describe word vectors of version "
            f"{_VERSION} (found version {version}). Save them again with this "
            "version of skmeta, or install the version that wrote them."
        )
    return manifest


def _write_file(path: Path, array: np.ndarray | DeferredArray) -> None:
    """Write an array as .npy, or bytes as they are, through to the disk."""
    if isinstance(array, DeferredArray):
        mapped = np.lib.format.open_memmap(path, "w+", np.float32, array.shape)
        array.fill(mapped)
        mapped.flush()
        return
    with open(path, "wb") as file:
        if path.suffix == ".npy":
            np.save(file, array, allow_pickle=False)
        else:
            array.tofile(file)
        file.flush()
        os.fsync(file.fileno())


def _describe(files: Files) -> str:
    """Say sizes and times of files in a line."""
    return ", ".join(
        f"{file} ({size:,} bytes, mtime {mtime})"
        for _, file, size, mtime in files.parts
    )
