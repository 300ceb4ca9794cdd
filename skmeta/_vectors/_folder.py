"""A folder of word vectors on disk: .npy and JSON, memory-mapped, never pickled.

``word_vectors.json`` names the other files, which get new names in every write.
Replacing that one small file replaces the content.
"""

from __future__ import annotations

import json
import math
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from skmeta._disk._fingerprint import file_state
from skmeta._disk._journal import journal_of, new_tmp_path
from skmeta._disk._lock import locked_folder
from skmeta._disk._mode import create_private, set_mode
from skmeta._disk._new_folder import new_folder
from skmeta._disk._space import name_full_disks, reserve, save_npy, write_array
from skmeta._reading._guard import check_regular

MANIFEST = "word_vectors.json"
_FORMAT = "skmeta word vectors"
_VERSION = 1
_MARK = re.compile(r"-[0-9a-f]{8}\.(npy|json)")  # after the name of a part
PATIENCE = 20  # tries, while another process saves


class Files(NamedTuple):
    """The files that hold the parts of a folder, with their sizes and times."""

    folder: str
    parts: tuple[tuple[str, str, int, int], ...]  # part, file, bytes, mtime in ns
    settings: str  # JSON: other settings that were saved

    def path(self, part: str) -> str | None:
        """Return the path of a part, None where the folder lacks it."""
        for name, file, _, _ in self.parts:
            if name == part:
                return os.path.join(self.folder, file)
        return None


class DeferredArray(NamedTuple):
    """A float32 array that is computed straight into its file."""

    shape: tuple[int, int]
    fill: Callable[[np.ndarray], object]  # writes into the memory-mapped array


def write(
    folder: str | os.PathLike[str],
    words: Sequence[str],
    arrays: Mapping[str, np.ndarray | DeferredArray],
    settings: Mapping[str, Any],
) -> None:
    """Write word vectors to a folder; the old content stays until the new is complete.

    Parameters
    ----------
    folder : path
        Created if it does not exist.
    words : sequence of str
    arrays : dict of str to ndarray or DeferredArray
        "vectors" and other parts.
    settings : dict
        Saved as JSON.
    """
    folder = Path(folder).expanduser()
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
    text = json.dumps(manifest, indent=1).encode()
    in_force = folder / MANIFEST
    tmp_manifest = new_tmp_path(in_force)
    with (
        new_folder(folder),
        name_full_disks(folder),
        journal_of(in_force, lambda: _files_in_force(folder)) as journal,
    ):
        journal.add([*files.values(), tmp_manifest.name])
        mode = in_force.stat() if in_force.exists() else None
        _write_file(folder / files["words"], words_to_bytes(words), mode)
        for name, array in arrays.items():
            _write_file(folder / files[name], array, mode)
        _write_file(tmp_manifest, np.frombuffer(text, np.uint8), mode)
        with locked_folder(folder):
            journal.add(_files_in_force(folder) or ())
            os.replace(tmp_manifest, in_force)


def _files_in_force(folder: Path) -> set[str] | None:
    """Return the files that the folder's manifest names and :func:`write` wrote.

    None if the manifest is not valid. An edited manifest may name any file; files whose
    names are not those of parts are left out, because the returned files are removed
    when the folder is saved to again.
    """
    try:
        files = _read_manifest(folder)["files"]
    except FileNotFoundError:
        return set()
    except (OSError, ValueError):
        return None
    return {
        name
        for part, name in files.items()
        if name.startswith(part) and _MARK.fullmatch(name, len(part))
    }


def fingerprint(folder: str | os.PathLike[str]) -> Files:
    """Read the files of a folder, with their sizes and times."""
    folder = Path(folder).expanduser().absolute()
    for _ in range(PATIENCE):
        try:
            return _stamp(folder)
        except FileNotFoundError:
            if not (folder / MANIFEST).exists():
                break  # else it was replaced meanwhile, or lacks a file
    return _stamp(folder)


def _stamp(folder: Path) -> Files:
    """Read the files of a folder once."""
    manifest = _read_manifest(folder)
    parts = []
    for part, name in sorted(manifest["files"].items()):
        try:
            state = file_state(check_regular(folder / name))
        except FileNotFoundError:
            raise FileNotFoundError(
                f"The word vectors in '{folder}' lack the file '{name}' that "
                f"{MANIFEST} names. Restore it, or save the word vectors again."
            ) from None
        parts.append((part, *state))
    settings = json.dumps(manifest.get("settings", {}), sort_keys=True)
    return Files(str(folder), tuple(parts), settings)


def check_unchanged(files: Files) -> None:
    """Raise if the files have changed."""
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
    """Memory-map a part of the folder; None if the folder lacks it.

    The mapping stays valid when the folder is replaced later.
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
    """Memory-map a .npy file; raise ValueError whatever is wrong with it."""
    try:
        array = np.load(path, mmap_mode=mode, allow_pickle=False)
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as error:  # headers are parsed as Python: any error may come
        raise ValueError(f"not a valid .npy file ({error!r})") from error
    if not isinstance(array, np.ndarray):
        raise ValueError("an archive, not a .npy file")
    return array


def words_to_bytes(words: Sequence[str]) -> np.ndarray:
    """Encode words as a JSON array in UTF-8, one a line; any str is preserved."""
    text = json.dumps(list(words), ensure_ascii=False, separators=(",\n", ":"))
    return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)


def words_from_bytes(data: np.ndarray) -> tuple[str, ...]:
    """Decode words that :func:`words_to_bytes` encoded."""
    try:
        words = json.loads(data.tobytes().decode("utf-8", "surrogatepass"))
    except RecursionError:
        words = None
    if not isinstance(words, list) or not set(map(type, words)) <= {str}:
        raise ValueError("the words are not a JSON list of strings; save them again")
    return tuple(words)


def _read_manifest(folder: Path) -> dict[str, Any]:
    """Read and check the manifest."""
    try:
        text = check_regular(folder / MANIFEST).read_text("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        found = "it does not exist" if not folder.exists() else f"it has no {MANIFEST}"
        raise FileNotFoundError(
            f"'{folder}' is not a folder of word vectors: {found}. Expected a folder "
            "written by WordVectors.save or save_vectors. For a file in another format "
            "pass its path to load_vectors."
        ) from None
    try:
        manifest = json.loads(text)
        files = dict(manifest["files"])
        sound = manifest["format"] == _FORMAT and {"words", "vectors"} <= set(files)
        sound = sound and isinstance(manifest.get("settings", {}), dict)
        for part, name in files.items():
            suffix = ".json" if part == "words" else ".npy"
            sound = sound and Path(name).name == name and name.endswith(suffix)
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


def _write_file(
    path: Path, array: np.ndarray | DeferredArray, mode: os.stat_result | None
) -> None:
    """Write an array as .npy, or bytes as they are, and flush them to disk."""
    if mode is not None:
        create_private(path)
    with open(path, "w+b") as file:
        if isinstance(array, DeferredArray):
            _write_deferred(file, path, array)
        elif path.name.endswith(".npy"):
            save_npy(file, array)
        else:
            write_array(file, array)
        file.flush()
        os.fsync(file.fileno())
    if mode is not None:
        set_mode(path, mode)


def _write_deferred(file: IO[bytes], path: Path, array: DeferredArray) -> None:
    """Fill a deferred array in its place in the file, after reserving the space."""
    header = {"descr": "<f4", "fortran_order": False, "shape": array.shape}
    np.lib.format.write_array_header_1_0(file, header)
    start = file.tell()
    file.flush()
    reserve(file, start + 4 * math.prod(array.shape))
    mapped = np.memmap(path, "<f4", "r+", start, array.shape)
    array.fill(mapped)
    mapped.flush()


def _describe(files: Files) -> str:
    """Describe sizes and times of files in one line."""
    return ", ".join(
        f"{file} ({size:,} bytes, mtime {mtime})"
        for _, file, size, mtime in files.parts
    )
