"""The formats that word vectors are written in, and the names of their files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

__all__ = ["FORMATS_TO_SAVE", "FormatToSave", "format_of_name"]

FormatToSave = Literal["word2vec", "word2vec_binary", "gensim", "safetensors", "skmeta"]
FORMATS_TO_SAVE: tuple[FormatToSave, ...] = get_args(FormatToSave)
_FORMAT_OF_SUFFIX: dict[str, FormatToSave] = {
    "": "skmeta",
    ".bin": "word2vec_binary",
    ".kv": "gensim",
    ".model": "gensim",
    ".safetensors": "safetensors",
    ".skmeta": "skmeta",
    ".txt": "word2vec",
    ".vec": "word2vec",
}


def format_of_name(path: Path) -> FormatToSave:
    """Infer the format to write from the suffix of a path.

    Raises
    ------
    ValueError
        If the suffix is unknown.
    """
    if path.suffix in _FORMAT_OF_SUFFIX:
        return _FORMAT_OF_SUFFIX[path.suffix]
    known = ", ".join(suffix for suffix in _FORMAT_OF_SUFFIX if suffix)
    raise ValueError(
        f"'{path}' ends in {path.suffix!r}, which does not determine a format; "
        f"expected one of {known}, or none for a folder. Change the name, or pass the "
        f"format, one of {', '.join(FORMATS_TO_SAVE)}."
    )
