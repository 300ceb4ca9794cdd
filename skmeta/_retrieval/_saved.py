"""A retriever in a folder: sources by skops, rows in .npy files, no pickles."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array

from skmeta._disk._new_folder import new_folder
from skmeta._documents._check import short_repr
from skmeta._io._atomic import atomic_write
from skmeta._io._saved_models import load_model, save_model
from skmeta._io._unfinished_folder import forget_plan
from skmeta._reading._guard import check_regular, reading
from skmeta._retrieval._nearby import NEARBY, Nearby, open_nearby
from skmeta._retrieval._rows import Rows
from skmeta._retrieval._search import Search

__all__ = [
    "MANIFEST",
    "SOURCES",
    "RetrieverState",
    "change_settings",
    "load_retriever",
    "rows_path",
    "save_nearby",
    "save_retriever",
    "save_sources",
    "write_settings",
]

MANIFEST = "retriever.json"
SOURCES = "sources.skops"
_FORMAT = "skmeta retriever"
_VERSION = 1
_SPARSE = ("data", "indices", "indptr")
_EXPECTED = "a folder that MetaRetriever.save wrote"


@dataclass
class RetrieverState:
    """What a folder keeps of a fitted retriever."""

    search: Search
    weights: list[float]  # of the sources
    fusion: Literal["sum", "rank"]
    index: Literal["exact", "hnsw"]
    tokenizer: Any


def save_retriever(folder: str | os.PathLike[str], state: RetrieverState) -> None:
    """Write a fitted retriever; the file that names the others comes last."""
    folder = Path(folder).expanduser()
    with new_folder(folder):
        (folder / MANIFEST).unlink(missing_ok=True)  # what is not whole is none
        forget_plan(folder)
        save_sources(folder, state.search.sources, state.tokenizer)
        columns = [
            _save_rows(folder, number, rows)
            for number, rows in enumerate(state.search.rows.values())
        ]
        write_settings(
            folder,
            names=list(state.search.sources),
            columns=columns,
            n_documents=len(state.search),
            weights=state.weights,
            fusion=state.fusion,
            index=state.index,
        )


def save_sources(folder: Path, sources: dict[str, Any], tokenizer: Any) -> None:
    """Write the fitted sources and the tokenizer."""
    save_model(folder / SOURCES, {**sources, "(tokenizer)": tokenizer})


def write_settings(folder: Path, **settings: Any) -> None:
    """Write the file that names the others."""
    settings = {"format": _FORMAT, "version": _VERSION, **settings}
    with atomic_write(folder / MANIFEST) as tmp_path:
        tmp_path.write_text(json.dumps(settings, indent=1), "utf-8")


def change_settings(folder: Path, **settings: Any) -> None:
    """Replace some of the settings of a folder."""
    found = json.loads((folder / MANIFEST).read_text("utf-8"))
    if found != found | settings:
        write_settings(folder, **found | settings)


def rows_path(folder: Path, number: int, part: str) -> Path:
    """Return the file of a source's rows: "dense", or a part of sparse ones."""
    return folder / f"rows-{number}-{part}.npy"


def is_complete(folder: Path) -> bool:
    """Return whether all files are there that a folder's manifest names."""
    try:
        settings = json.loads((folder / MANIFEST).read_text("utf-8"))
        _check_settings(settings)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return not _missing_files(folder, len(settings["names"]))


def _missing_files(folder: Path, n_sources: int) -> list[str]:
    """Return the names of files that are not there."""
    names = [] if (folder / SOURCES).exists() else [SOURCES]
    for number in range(n_sources):
        if rows_path(folder, number, "dense").exists():
            continue
        paths = [rows_path(folder, number, part) for part in _SPARSE]
        missing = [path.name for path in paths if not path.exists()]
        if len(missing) == len(paths):  # of either kind
            missing = [rows_path(folder, number, "dense").name]
        names += missing
    return names


def load_retriever(folder: str | os.PathLike[str]) -> RetrieverState:
    """Read what `save_retriever` wrote; rows are mapped into memory."""
    folder = Path(folder).expanduser()
    if not (folder / MANIFEST).exists():
        found = "is not there"
        if folder.exists():
            found = f"has no {MANIFEST}" if folder.is_dir() else "is a file"
        raise FileNotFoundError(
            f"'{folder}' {found}, expected {_EXPECTED}. Check the path."
        )
    with reading(folder, _EXPECTED):
        path = check_regular(folder / MANIFEST)
        settings = json.loads(path.read_text("utf-8"))
        _check_settings(settings)
        missing = _missing_files(folder, len(settings["names"]))
        if missing:
            raise FileNotFoundError(
                f"'{folder}' lacks {', '.join(missing)}, expected all files that "
                "MetaRetriever.save or fit(out=) wrote. Copy the whole folder, or "
                "write it again."
            )
        models = load_model(folder / SOURCES)
        names, n_documents = settings["names"], settings["n_documents"]
        if not isinstance(models, dict) or list(models)[:-1] != names:
            raise ValueError(f"sources {short_repr(models)} for the names {names}")
        index = settings.get("index", "exact")
        rows = {
            name: _load_rows(folder, number, n_documents, n_columns, index)
            for number, (name, n_columns) in enumerate(zip(names, settings["columns"]))
        }
    return RetrieverState(
        search=Search({name: models[name] for name in names}, rows),
        weights=settings["weights"],
        fusion=settings["fusion"],
        index=index,
        tokenizer=models["(tokenizer)"],
    )


def _check_settings(settings: Any) -> None:
    """Raise where the manifest holds something else."""
    names, weights = settings["names"], settings["weights"]
    columns, n_documents = settings["columns"], settings["n_documents"]
    is_sound = (
        settings["format"] == _FORMAT
        and settings["version"] == _VERSION
        and settings["fusion"] in ("sum", "rank")
        and settings.get("index", "exact") in ("exact", "hnsw")
        and all(isinstance(name, str) for name in names)
        and len(set(names)) == len(names) == len(weights) == len(columns) > 0
        and all(isinstance(w, float) and 0 <= w < np.inf for w in weights)
        and sum(weights) > 0
        and all(type(n) is int and n >= 0 for n in (*columns, n_documents))
    )
    if not is_sound:
        raise ValueError(f"settings {short_repr(settings)}")


def _save_rows(folder: Path, number: int, rows: Rows) -> int:
    """Write the rows of a source, and return how many columns they have."""
    parts = {"dense": rows.rows}
    if rows.is_sparse:
        parts = {name: getattr(rows.rows, name) for name in _SPARSE}
    for name in ("dense", *_SPARSE):
        path = rows_path(folder, number, name)
        if name in parts:
            _save_array(path, parts[name])
        else:
            path.unlink(missing_ok=True)  # of an earlier save
    save_nearby(folder, number, rows.nearby)
    return int(rows.rows.shape[1])


def save_nearby(folder: Path, number: int, nearby: Nearby | None) -> None:
    """Write the graph of a source; where there is none, remove that of another."""
    arrays = {} if nearby is None else nearby.to_arrays()
    for name in NEARBY:
        path = rows_path(folder, number, f"near-{name}")
        if name in arrays:
            _save_array(path, arrays[name])
        else:
            path.unlink(missing_ok=True)


def _save_array(path: Path, array: np.ndarray) -> None:
    """Write an array to a .npy file."""
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        np.save(file, array)


def _load_rows(
    folder: Path, number: int, n_documents: int, n_columns: int, index: str
) -> Rows:
    """Map the rows of a source into memory."""
    dense = rows_path(folder, number, "dense")
    if dense.exists():
        rows = _map(dense)
        if rows.dtype != np.float32 or rows.shape != (n_documents, n_columns):
            raise ValueError(f"'{dense}' of dtype {rows.dtype}, shape {rows.shape}")
        return Rows(
            rows, _load_nearby(folder, number, rows) if index == "hnsw" else None
        )
    parts = [_map(rows_path(folder, number, name)) for name in _SPARSE]
    if parts[0].dtype != np.float32 or any(part.ndim != 1 for part in parts):
        raise ValueError(f"sparse rows of dtype {parts[0].dtype}")
    rows = csr_array(tuple(parts), shape=(n_documents, n_columns))
    rows.check_format(full_check=True)
    return Rows(rows)


def _load_nearby(folder: Path, number: int, rows: np.ndarray) -> Nearby | None:
    """Open the graph of dense rows, if all files of it are there."""
    paths = {name: rows_path(folder, number, f"near-{name}") for name in NEARBY}
    if not all(path.exists() for path in paths.values()):
        return None
    return open_nearby({name: _map(path) for name, path in paths.items()}, *rows.shape)


def _map(path: Path) -> np.ndarray:
    """Map an array that is in a regular file."""
    return np.load(check_regular(path), mmap_mode="r", allow_pickle=False)
