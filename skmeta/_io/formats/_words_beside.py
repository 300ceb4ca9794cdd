"""The words of a matrix, in a file beside it."""

from __future__ import annotations

import json
from pathlib import Path

from skmeta._documents._encodings import find_wide_encoding
from skmeta._io.formats._errors import VectorFormatError

__all__ = ["read_words_beside"]


def read_words_beside(path: Path) -> list[str]:
    """Read the words that belong to a matrix from a file beside it."""
    names = [path.with_suffix(".txt").name, path.with_suffix(".json").name]
    names += ["words.txt", "vocab.txt", "words.json", "vocab.json"]
    for name in names:
        beside = path.with_name(name)
        if not beside.is_file():
            continue
        try:
            start = beside.open("rb").read(1_000)
            if encoding := find_wide_encoding(start):
                raise ValueError(f"it seems to be text in {encoding}, convert it")
            text = beside.read_text("utf-8-sig")
            if beside.suffix == ".json":
                found = json.loads(text)
                if isinstance(found, dict):
                    found = sorted(found, key=found.__getitem__)
                return list(found)
        except (ValueError, TypeError, RecursionError) as error:
            raise VectorFormatError(
                f"'{beside}', the words of '{path}', could not be read: {error}. "
                "Expected a word on each line, or a JSON list of words, in UTF-8."
            ) from error
        return text.removesuffix("\n").split("\n")
    raise VectorFormatError(
        f"'{path}' holds vectors but no words, and none of {names} lies beside it. "
        "Write the words there, one a line."
    )
