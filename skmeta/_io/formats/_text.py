"""Text files with a word and its numbers a line, as word2vec and GloVe write them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import IO

import numpy as np

from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._options import Options
from skmeta._io.formats._streams import cut_lines, open_stream
from skmeta._io.formats._table import Table
from skmeta._progress import progress
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["layout_of_text", "read_text"]

_BYTES_BLOCK_SIZE = 1 << 22
_LONGEST_LINE = 1 << 24


def layout_of_text(start: str) -> tuple[int | None, int, str]:
    """Tell from its first lines what a text file holds.

    Parameters
    ----------
    start : str
        The first lines, the last perhaps cut off.

    Returns
    -------
    n_words : int or None
        What a header promises; None without one.
    vector_size : int
        0 if this is no file of word vectors.
    separator : str
        A space or a tab.
    """
    first, *others = start.split("\n", 4)
    separator = "\t" if "\t" in "".join([first, *others[:1]]) else " "
    fields = first.split()
    if len(fields) == 2 and all(_is_small_number(field) for field in fields):
        n_words, vector_size = map(int, fields)
        n_numbers = [_count_numbers(line, separator) for line in others[:3] if line]
        is_row = vector_size != 1 and len(n_numbers) > 1 and set(n_numbers) == {1}
        if not is_row:  # else lines of a word and one number, all of them digits
            return n_words, vector_size, separator
    return None, _count_numbers(first, separator), separator


def _is_small_number(field: str) -> bool:
    """Tell whether a field is a whole number that a size may be."""
    return field.isascii() and field.isdecimal() and len(field) < 19


def _count_numbers(line: str, separator: str) -> int:
    """Count the numbers that a line ends with, the first field being the word."""
    fields = line.rstrip(" \t\r\n").split(separator)
    n_numbers = 0
    for field in reversed(fields[1:]):
        try:
            float(field)
        except ValueError:
            break
        n_numbers += 1
    return n_numbers


def read_text(path: Path, start: bytes, options: Options) -> WordVectors:
    """Read word vectors from text, with or without a header line.

    Parameters
    ----------
    path : Path
    start : bytes
        The beginning of the file.
    options : Options
    """
    first_lines = start.decode(options.encoding, "replace").removeprefix("\ufeff")
    n_promised, vector_size, separator = layout_of_text(first_lines)
    if not vector_size:
        raise VectorFormatError(
            f"'{path}' holds no word vectors: its first line is {first_lines[:60]!r}. "
            "Expected a word and its numbers on each line, separated by spaces, as "
            "word2vec and GloVe write them."
        )
    table = Table(path, vector_size, options)
    total = path.stat().st_size
    with (
        open_stream(path, table.budget) as file,
        progress(f"Reading {path.name}", total, options.verbose) as advance,
    ):
        if n_promised is not None:
            file.readline(_LONGEST_LINE)
        first_row = 1
        while not table.is_full:
            data = file.read(_BYTES_BLOCK_SIZE)
            if not data:
                break
            data += _rest_of_line(file, path)
            if len(data) < _BYTES_BLOCK_SIZE:
                data = data.rstrip(b"\r\n")  # blank lines at the end
            for lines in cut_lines(data):
                first_row += _read_lines(lines, first_row, separator, table)
            advance(len(data))
    n_rows = first_row - 1
    if n_promised not in (None, n_rows) and (not table.is_full or n_rows > n_promised):
        message = (
            f"'{path}' promises {n_promised:,} words in its first line but has "
            f"{n_rows:,} rows: it was cut off, or put together. Get it anew"
        )
        if options.errors != "skip":
            raise VectorFormatError(f"{message}, or read it with errors='skip'.")
        warnings.warn(f"{message}.", stacklevel=2)
    return table.finish()


def _rest_of_line(file: IO[bytes], path: Path) -> bytes:
    """Read on to the end of the line."""
    rest = file.readline(_LONGEST_LINE)
    if len(rest) == _LONGEST_LINE:
        raise VectorFormatError(
            f"'{path}' has a line of over {_LONGEST_LINE:,} bytes, expected a word and "
            "its numbers on each line. It seems to be no text."
        )
    return rest


def _read_lines(data: bytes, first_row: int, separator: str, table: Table) -> int:
    """Read whole lines into the table; give how many there were."""
    raw = data.split(b"\n")
    if not raw[-1]:
        raw.pop()
    raw = raw[: table.room(len(raw))]
    lines, rows = _decode(raw, first_row, table)
    if first_row == 1 and lines:
        lines[0] = lines[0].removeprefix("\ufeff")
    lines = [line.rstrip(" \t\r") for line in lines]
    parts = [line.partition(separator) for line in lines]
    wanted = table.options.wanted
    if wanted is not None and not any(separator in word for word in wanted):
        kept = [i for i, part in enumerate(parts) if part[0] in wanted]
        lines, parts = [lines[i] for i in kept], [parts[i] for i in kept]
        rows = [rows[i] for i in kept]
    vectors = _parse([part[2] for part in parts], separator, table.vector_size)
    if vectors is not None:
        table.add([part[0] for part in parts], vectors, rows)
    else:
        _read_one_by_one(lines, rows, separator, table)
    table.n_read += len(raw)
    return len(raw)


def _decode(raw: list[bytes], first_row: int, table: Table) -> tuple[list, list[int]]:
    """Decode lines, all at once where that can be done."""
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


def _parse(rests: list[str], separator: str, vector_size: int) -> np.ndarray | None:
    """Parse lines of numbers at once; None where not all are such lines."""
    if not rests:
        return np.empty((0, vector_size), np.float32)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # empty lines: the shape tells
            vectors = np.loadtxt(
                rests, np.float32, comments=None, delimiter=separator, ndmin=2
            )
    except ValueError:
        return None
    return vectors if vectors.shape == (len(rests), vector_size) else None


def _read_one_by_one(
    lines: list[str], rows: list[int], separator: str, table: Table
) -> None:
    """Read lines whose words hold separators, or find the one that is wrong."""
    words, vectors, good_rows = [], [], []
    for line, row in zip(lines, rows):
        # counted from the right: a word may hold spaces
        word, *numbers = line.rsplit(separator, table.vector_size)
        if not table.wants(word):
            continue
        if len(numbers) != table.vector_size:
            found = f"has {len(numbers)} numbers, expected {table.vector_size}"
            table.refuse_row(row, f"({word[:60]!r}) {found}")
            continue
        try:
            vector = np.array(list(map(float, numbers)), dtype=np.float32)
        except ValueError as error:
            table.refuse_row(row, f"({word[:60]!r}) holds no numbers: {error}")
            continue
        words.append(word)
        vectors.append(vector)
        good_rows.append(row)
    stacked = np.reshape(vectors, (len(words), table.vector_size)).astype(np.float32)
    table.add(words, stacked, good_rows)
