"""Detect the format of a path from its content, not from its name.

Written here, because libraries that detect file types know none of these formats.
"""

from __future__ import annotations

import re
from pathlib import Path

from skmeta._documents._encodings import find_wide_encoding
from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._fasttext import FASTTEXT_MAGIC, looks_like_old_fasttext
from skmeta._io.formats._text_rows import (
    describe_text,
    ends_in_numbers,
    find_layout,
)
from skmeta._vectors._folder import MANIFEST

__all__ = ["PEEK", "sniff"]

PEEK = 1 << 20  # bytes of a file's beginning that tell its format
_HEADER = re.compile(rb"(\d{1,20}) (\d{1,9})\s*\n")
_OTHERWISE = (
    "If it is one of them, it is damaged, or its format must be named with format=."
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_PICKLE = re.compile(rb"\x80[\x02-\x05]|ccopy_reg\n|ccopyreg\n|\(?[icd][\w.]+\n")


def sniff(path: Path, start: bytes) -> str:
    """Detect the format of a folder, or of a file from its decompressed beginning.

    Parameters
    ----------
    path : Path
    start : bytes
        The first ``PEEK`` bytes, or the whole file if it is shorter.

    Returns
    -------
    format : str
        "skmeta", "model2vec", "gensim", "fasttext", "safetensors", "npy",
        "word2vec_binary", "word2vec" or "glove".
    """
    if path.is_dir():
        if (path / "model.safetensors").is_file() and not (path / MANIFEST).exists():
            return "model2vec"
        return "skmeta"
    if start.startswith(FASTTEXT_MAGIC):
        return "fasttext"
    if start.startswith(b"\x93NUMPY"):
        return "npy"
    if start[8:9] == b"{" and int.from_bytes(start[:8], "little") < 1 << 40:
        return "safetensors"
    if _PICKLE.match(start):
        return "gensim"
    header = _HEADER.match(start)
    if header:
        after, vector_size = start[header.end() :], int(header[2])
        if _fits_binary(start, int(header[1]), vector_size):
            if not _fits_text(start, int(header[1]), vector_size):
                return "word2vec_binary"
        elif _is_binary(after, vector_size):
            return "word2vec_binary"
        if b"\x00" in after:  # within a word: the numbers are text
            return "word2vec"
    if looks_like_old_fasttext(start):
        return "fasttext"
    if b"\x00" not in start:
        text = start.decode("utf-8", "replace").removeprefix("\ufeff")
        layout = find_layout(text)
        if layout.n_words is not None:
            return "word2vec"
        if layout.vector_size:
            return "glove"
    if not start:
        raise VectorFormatError(
            f"'{path}' is empty, expected a file of word vectors. Check the path."
        )
    raise VectorFormatError(
        f"'{path}' is of no known format, it starts with {start[:40]!r}. Expected text "
        "of word2vec or GloVe, word2vec binary, a gensim model, fastText .bin, "
        "safetensors, .npy, or a folder of skmeta or model2vec. "
        f"{_describe(start) or _OTHERWISE}"
    )


def _describe(start: bytes) -> str:
    """Describe a file of unknown format, "" if nothing is known."""
    encoding = find_wide_encoding(start)
    if encoding:
        return f"It seems to be text in {encoding}. Convert it to UTF-8."
    return describe_text(start.decode("utf-8", "replace").removeprefix("\ufeff"))


def _fits_binary(start: bytes, n_words: int, vector_size: int) -> bool:
    """Return whether there are as many words and raw numbers as the header says.

    If the file continues after its start, only the start is checked.
    """
    if not vector_size:
        return False
    position = start.index(b"\n") + 1
    for _ in range(n_words):
        space = start.find(b" ", position)
        if space < 0:
            return len(start) == PEEK
        word = start[position:space].lstrip(b"\r\n")  # some writers end entries so
        if not word or b"\n" in word:
            return False
        position = space + 1 + 4 * vector_size
        if position > len(start):
            return len(start) == PEEK
    return not start[position:].strip(b"\r\n")


def _fits_text(start: bytes, n_words: int, vector_size: int) -> bool:
    """Return whether there are as many rows as the header says, half of them valid.

    Or whether all rows are a word and a number, so that the first is no header.
    """
    rows = start.decode("latin-1").rstrip("\r\n").split("\n")[1:]
    if len(start) == PEEK:
        del rows[-1:]  # cut off
    if len(start) == PEEK or len(rows) == n_words:
        n_sound = sum(ends_in_numbers(row, vector_size) for row in rows)
        if 2 * n_sound >= len(rows):
            return True
    return all(len(row.split()) == 2 and ends_in_numbers(row, 1) for row in rows)


def _is_binary(after_header: bytes, vector_size: int) -> bool:
    """Return whether the beginning of a damaged file holds raw numbers, not text."""
    first_row = after_header.partition(b"\n")[0].decode("latin-1")
    if ends_in_numbers(first_row, vector_size):
        return False
    some = after_header[:4_096]
    if _CONTROL.search(some):
        return True
    try:
        some.decode("utf-8")
    except UnicodeDecodeError as error:
        was_cut = len(after_header) > len(some) and error.end > len(some) - 4
        return not was_cut  # else a character may have been cut in two
    return False
