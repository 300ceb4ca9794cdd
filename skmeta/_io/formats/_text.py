"""Read text files of a word and its numbers per line, as of word2vec and GloVe."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import IO

import numpy as np

from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._options import Options
from skmeta._io.formats._streams import cut_lines, open_stream, size_to_read
from skmeta._io.formats._table import Table
from skmeta._io.formats._text_rows import (
    TextLayout,
    find_layout,
    holds_number,
    split_row,
)
from skmeta._messages import count_of
from skmeta._progress import progress
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["read_text"]

_BYTES_BLOCK_SIZE = 1 << 22
_LONGEST_LINE = 1 << 24
_BLANKS = re.compile(r"[ \t]+")
_OTHER_BLANKS = "\x0b\x0c\x1c\x1d\x1e\x1f"  # which NumPy treats as blanks


def read_text(path: Path, start: bytes, options: Options) -> WordVectors:
    """Read word vectors from text, with or without a header line.

    Parameters
    ----------
    path : Path
    start : bytes
        The beginning of the file.
    options : Options
    """
    _check_encoding(path, options.encoding)
    first_lines = start.decode(options.encoding, "replace").removeprefix("\ufeff")
    layout = find_layout(first_lines)
    if not layout.vector_size:
        raise VectorFormatError(
            f"'{path}' holds no word vectors: its first line is {first_lines[:60]!r}. "
            "Expected a word and its numbers on each line, separated by spaces, as "
            "word2vec and GloVe write them."
        )
    table = Table(path, layout.vector_size, options)
    total = size_to_read(path)
    with (
        open_stream(path, table.budget) as file,
        progress(f"Reading {path.name}", total, options.verbose, "B") as advance,
    ):
        if b"\n" not in start and b"\r" in start:
            file = io.BufferedReader(_ReturnsAsNewlines(file))
        if layout.n_words is not None:
            advance(len(file.readline(_LONGEST_LINE)))
        first_row = 1
        while not table.is_full:
            data = file.read(_BYTES_BLOCK_SIZE)
            if not data:
                break
            data += _rest_of_line(file, path)
            n_bytes = len(data)
            if len(data) < _BYTES_BLOCK_SIZE:
                data = data.rstrip(b" \t\r\n")  # blank lines at the end
            for lines in cut_lines(data):
                first_row += _read_lines(lines, first_row, layout, table)
            advance(n_bytes)
    _check_header(path, first_lines, layout, first_row - 1, table)
    return table.finish()


def _check_encoding(path: Path, encoding: str) -> None:
    """Raise for encodings that do not write ASCII as single bytes."""
    if b"a 1\n".decode(encoding, "replace") != "a 1\n":
        raise VectorFormatError(
            f"Found encoding={encoding!r} for '{path}', expected one that writes ASCII "
            "as single bytes, as UTF-8 and Latin-1 do. Convert the file to UTF-8."
        )


class _ReturnsAsNewlines(io.RawIOBase):
    """A stream that converts carriage returns to newlines."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data.replace(b"\r", b"\n")
        return len(data)


def _check_header(
    path: Path, first_lines: str, layout: TextLayout, n_rows: int, table: Table
) -> None:
    """Raise if the number of rows contradicts the first line."""
    fields = re.split(r"[\r\n]", first_lines, maxsplit=1)[0].split()
    if layout.n_words is None:
        if table.is_full or not fields or not all(map(str.isdecimal, fields)):
            return
        if fields[0] != str(n_rows - 1):
            return
        size = layout.vector_size
        message = (
            f"'{path}' starts with {' '.join(fields)[:60]!r}, which is either a header "
            f"that is wrong, expected '{n_rows - 1} {size}', or a row, where a header "
            f"'{n_rows} {size}' above it makes that clear. Correct the first line"
        )
    elif layout.n_words == n_rows or (table.is_full and n_rows <= layout.n_words):
        return
    else:
        message = (
            f"'{path}' declares {count_of(layout.n_words, 'word')} in its first line "
            f"but has {count_of(n_rows, 'row')}: it was cut off, or two files were "
            "joined. Get it again"
        )
    if table.options.errors != "skip":
        raise VectorFormatError(f"{message}, or read it with errors='skip'.")
    warnings.warn(f"{message}.", stacklevel=2)


def _rest_of_line(file: IO[bytes], path: Path) -> bytes:
    """Read on to the end of the line."""
    rest = file.readline(_LONGEST_LINE)
    if len(rest) == _LONGEST_LINE:
        raise VectorFormatError(
            f"'{path}' has a line of over {_LONGEST_LINE:,} bytes, expected a word and "
            "its numbers on each line. It does not seem to be text."
        )
    return rest


def _read_lines(data: bytes, first_row: int, layout: TextLayout, table: Table) -> int:
    """Read complete lines into the table; return their number."""
    raw = data.split(b"\n")
    if not raw[-1]:
        raw.pop()
    raw = raw[: table.room(len(raw))]
    lines, rows = _decode(raw, first_row, table)
    if first_row == 1 and lines:
        lines[0] = lines[0].removeprefix("\ufeff")
    if layout.has_tabs:  # a tab at the start is the end of an empty word
        lines = [line.rstrip(" \t\r").lstrip(" ") for line in lines]
    else:
        lines = [line.strip(" \t\r") for line in lines]
    words, rests = _split_lines(lines, layout, b"\t" in data)
    wanted = table.options.wanted
    if wanted is not None and not any(" " in word or "\t" in word for word in wanted):
        kept = [i for i, word in enumerate(words) if word in wanted]
        lines, words = [lines[i] for i in kept], [words[i] for i in kept]
        rests, rows = [rests[i] for i in kept], [rows[i] for i in kept]
    vectors = None
    if not (
        (b"\r" in data and any("\r" in line for line in lines))
        or any(mark.encode() in data for mark in _OTHER_BLANKS)
        or _are_doubtful(words, rests, layout)
    ):
        vectors = _parse(rests, layout.vector_size)
    if vectors is not None:
        table.add(words, vectors, rows)
    else:
        _read_one_by_one(lines, rows, layout, table)
    table.n_read += len(raw)
    return len(raw)


def _split_lines(
    lines: list[str], layout: TextLayout, may_have_tabs: bool
) -> tuple[list[str], list[str]]:
    """Split lines after their first field."""
    if layout.has_tabs:
        parts = [line.partition("\t") for line in lines]
        return [part[0].rstrip(" ") for part in parts], [part[2] for part in parts]
    if may_have_tabs:
        lines = [_BLANKS.sub(" ", line, count=1) for line in lines]
    parts = [line.partition(" ") for line in lines]
    return [part[0] for part in parts], [part[2] for part in parts]


def _are_doubtful(words: list[str], rests: list[str], layout: TextLayout) -> bool:
    """Return whether rows must be checked one by one."""
    return (
        not all(words)
        or not all(map(str.isascii, rests))
        or (layout.has_tabs and any(holds_number(word, True) for word in words))
    )


def _decode(raw: list[bytes], first_row: int, table: Table) -> tuple[list, list[int]]:
    """Decode lines, at once if possible."""
    options = table.options
    try:
        text = b"\n".join(raw).decode(options.encoding, options.text_errors)
    except UnicodeDecodeError:
        pass
    else:
        lines = text.split("\n")
        if len(lines) == len(raw):
            return lines, list(range(first_row, first_row + len(raw)))
    lines, rows = [], []
    for row, line in enumerate(raw, first_row):
        try:
            lines.append(line.decode(options.encoding, options.text_errors))
            rows.append(row)
        except UnicodeDecodeError as error:
            table.refuse_row(
                row,
                f"is no {options.encoding}: {error}; expected text. Name its encoding "
                "with encoding=, or let errors='replace' mark what is wrong",
            )
    return lines, rows


def _parse(rests: list[str], vector_size: int) -> np.ndarray | None:
    """Parse lines of numbers at once; None if not all lines are such."""
    if not rests:
        return np.empty((0, vector_size), np.float32)
    vectors = _parse_separated(rests, "\t" if "\t" in rests[0] else " ")
    if vectors is None:
        single = [_BLANKS.sub(" ", rest).strip(" ") for rest in rests]
        if single != rests:
            vectors = _parse_separated(single, " ")
    if vectors is None or vectors.shape != (len(rests), vector_size):
        return None
    return vectors


def _parse_separated(rests: list[str], separator: str) -> np.ndarray | None:
    """Parse lines of numbers with one character between them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # empty lines: the shape tells
            return np.loadtxt(
                rests, np.float32, comments=None, delimiter=separator, ndmin=2
            )
    except ValueError:
        return None


def _read_one_by_one(
    lines: list[str], rows: list[int], layout: TextLayout, table: Table
) -> None:
    """Read lines whose words contain blanks, or raise for an invalid line."""
    words, vectors, good_rows = [], [], []
    for line, row in zip(lines, rows):
        try:
            word, numbers = split_row(line, layout)
        except ValueError as error:
            hint = ""
            if row == 1 and layout.n_words is None and len(line.split()) <= 3:
                hint = ". If it is a header, it must be two integers: the numbers of "
                hint += "words and dimensions"
            table.refuse_row(row, f"{error}{hint}")
            continue
        if not table.wants(word):
            continue
        words.append(word)
        vectors.append(np.array(list(map(float, numbers)), dtype=np.float32))
        good_rows.append(row)
    stacked = np.reshape(vectors, (len(words), table.vector_size)).astype(np.float32)
    table.add(words, stacked, good_rows)
