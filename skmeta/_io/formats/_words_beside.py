"""Read the words of a matrix from a file beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from skmeta._documents._encodings import find_wide_encoding
from skmeta._io.formats._errors import VectorFormatError
from skmeta._reading._guard import check_regular, reading

__all__ = ["read_json", "read_words_beside", "words_by_row"]


def read_words_beside(path: Path) -> list[str]:
    """Read the words that belong to a matrix from a file beside it."""
    names = [path.with_suffix(".txt").name, path.with_suffix(".json").name]
    names += ["words.txt", "vocab.txt", "words.json", "vocab.json"]
    for name in names:
        beside = path.with_name(name)
        if not beside.is_file():
            continue
        with reading(beside, "a word on each line, or a JSON list of words, in UTF-8"):
            if beside.suffix == ".json":
                found = read_json(beside)
                return words_by_row(found) if isinstance(found, dict) else list(found)
            return _read_text(beside).removesuffix("\n").split("\n")
    raise VectorFormatError(
        f"'{path}' holds vectors but no words, and none of {names} lies beside it. "
        "Write the words there, one a line."
    )


def words_by_row(rows: dict[str, Any]) -> list[str]:
    """Return words in the order of their rows."""
    if not set(map(type, rows.values())) <= {int}:
        raise ValueError("words whose rows are not integers")
    return sorted(rows, key=rows.__getitem__)


def read_json(path: Path) -> Any:
    """Return the content of a JSON file."""
    return json.loads(_read_text(path))


def _read_text(path: Path) -> str:
    """Read a UTF-8 file, without its byte order mark."""
    content = check_regular(path).read_bytes()
    if encoding := find_wide_encoding(content[:1_000]):
        raise ValueError(f"it seems to be text in {encoding}, convert it")
    return content.decode("utf-8-sig").replace("\r\n", "\n")
