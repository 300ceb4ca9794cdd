"""Which files of a folder are a collection of documents, queries and relevance."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from skmeta._documents._check import short_repr
from skmeta._reading._inner_folders import advise_on

__all__ = ["CollectionFiles", "find_collection"]

_DOCUMENTS = ("documents", "corpus")
_QUERIES = ("queries",)
_RELEVANCE = ("relevance", "qrels")
_ENDINGS = (".csv", ".tsv", ".jsonl")
_COMPRESSIONS = ("", ".gz", ".bz2", ".xz", ".zip", ".zst")


class CollectionFiles(NamedTuple):
    """The files of a collection."""

    documents: Path
    queries: Path
    relevance: Path


def find_collection(
    folder: str | os.PathLike[str], split: str | None = None
) -> CollectionFiles:
    """Return the files of a collection, as ``load_retrieval`` describes them.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the folder or one of the files is not there.
    ValueError
        If there are several files for one part.
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise (NotADirectoryError if folder.exists() else FileNotFoundError)(
            f"'{folder}' is not a folder, expected one with documents, queries and "
            "relevance. Check the path."
        )
    return CollectionFiles(
        _find(folder, _DOCUMENTS),
        _find(folder, _QUERIES),
        _find_relevance(folder, split),
    )


def _find(folder: Path, stems: Sequence[str]) -> Path:
    """Return the only file of a folder with one of some names and a known suffix."""
    found = [
        path
        for stem in stems
        for ending in _ENDINGS
        for compression in _COMPRESSIONS
        if (path := folder / f"{stem}{ending}{compression}").is_file()
    ]
    if not found:
        raise FileNotFoundError(
            f"The folder '{folder}' has no file {' or '.join(map(repr, stems))} that "
            f"ends in {', '.join(_ENDINGS)}, plain or compressed. "
            + advise_on(folder, "Check the path, or rename the file.")
        )
    return _only(found, folder)


def _only(found: list[Path], folder: Path) -> Path:
    """Return the only path that was found, or raise if there are several."""
    if len(found) > 1:
        names = ", ".join(repr(path.name) for path in found)
        raise ValueError(
            f"The folder '{folder}' has several files for one part, {names}; expected "
            "one. Move the others elsewhere, or name one of several splits by split=."
        )
    return found[0]


def _find_relevance(folder: Path, split: str | None) -> Path:
    """Return the file of judgements, in the folder ``qrels`` if there is one."""
    several = folder / "qrels"
    if not several.is_dir():
        if split is not None:
            raise FileNotFoundError(
                f"Found split={split!r}, but there is no folder '{several}' to take it "
                "from. Leave split= out."
            )
        return _find(folder, _RELEVANCE)
    if split is not None:
        if Path(split).name != split:
            raise ValueError(
                f"Found split={short_repr(split)}, expected the name of a file in "
                f"'{several}' without its ending, e.g. 'test'."
            )
        return _find(several, (split,))
    found = sorted(
        path
        for path in several.iterdir()
        if path.is_file()
        and not path.name.startswith(".")
        and any(ending in path.suffixes for ending in _ENDINGS)
    )
    tests = [path for path in found if path.name.partition(".")[0] == "test"]
    if not found:
        raise FileNotFoundError(
            f"The folder '{several}' has no file that ends in {', '.join(_ENDINGS)}. "
            "Put the judgements there."
        )
    return _only(tests or found, several)
