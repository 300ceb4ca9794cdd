"""Read word2vec's binary files: a header line, then words and raw float32."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np

from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._options import Options
from skmeta._io.formats._streams import open_stream, size_to_read
from skmeta._io.formats._table import Table
from skmeta._messages import count_of
from skmeta._progress import progress
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["read_word2vec_binary"]

_BYTES_BLOCK_SIZE = 1 << 22
_LONGEST_HEADER = 100
_LONGEST_WORD = 1 << 16


def read_word2vec_binary(path: Path, start: bytes, options: Options) -> WordVectors:
    """Read word vectors from word2vec's binary format.

    Parameters
    ----------
    path : Path
    start : bytes
        The beginning of the file.
    options : Options
    """
    header = start.partition(b"\n")[0].split()
    if len(header) != 2 or not all(part.isdigit() for part in header):
        raise VectorFormatError(
            f"'{path}' starts with {start[:60]!r}, expected a line with the number of "
            "words and their dimensions. It is not a word2vec binary file."
        )
    n_words, vector_size = map(int, header)
    if not 0 < vector_size < _LONGEST_WORD:
        raise VectorFormatError(
            f"'{path}' declares vectors of {count_of(vector_size, 'dimension')} in its "
            "first line, expected from 1 to 65,535. It is damaged or of another "
            "format."
        )
    table = Table(path, vector_size, options)
    total = size_to_read(path)
    with (
        open_stream(path, table.budget) as file,
        progress(f"Reading {path.name}", total, options.verbose, "B") as advance,
    ):
        advance(len(file.readline(_LONGEST_HEADER)))
        left = b""
        while table.n_read < n_words and not table.is_full:
            data = file.read(_BYTES_BLOCK_SIZE)
            if not data:
                raise VectorFormatError(
                    f"'{path}' declares {count_of(n_words, 'word')} in its first line "
                    f"but ends after {table.n_read:,}: it was cut off. Get it again."
                )
            advance(len(data))
            data = left + data
            left = data[_read_entries(data, n_words, table) :]
            if len(left) > _LONGEST_WORD + 4 * vector_size + 2:
                raise VectorFormatError(
                    f"Row {table.n_read + 1:,} of '{path}' has no end: expected a "
                    f"word, a space and {count_of(vector_size, 'number')} of 4 bytes. "
                    "It is damaged or of another format."
                )
        if not table.is_full and (left + _at_most(file, 1)).strip(b"\r\n"):
            raise VectorFormatError(
                f"'{path}' goes on after the {count_of(n_words, 'word')} of its first "
                "line, expected its end. It is damaged or of another format."
            )
    return table.finish()


def _at_most(file: IO[bytes], n_bytes: int) -> bytes:
    """Skip line ends, and at most that many bytes more."""
    data = file.read(n_bytes)
    while data in (b"\n", b"\r"):
        data = file.read(n_bytes)
    return data


def _read_entries(data: bytes, n_words: int, table: Table) -> int:
    """Read the complete entries of a chunk; return where the rest starts."""
    size = 4 * table.vector_size
    options = table.options
    words: list[str] = []
    starts: list[int] = []
    rows: list[int] = []
    position = 0
    n_left = table.room(n_words - table.n_read)
    while n_left:
        space = data.find(b" ", position)
        stop = space + 1 + size
        if space < 0 or stop > len(data):
            break
        table.n_read += 1
        n_left -= 1
        raw = data[position:space].lstrip(b"\n\r")  # some writers end entries so
        position = stop
        try:
            word = raw.decode(options.encoding, options.text_errors)
        except UnicodeDecodeError as error:
            table.refuse_row(
                table.n_read,
                f"has the word {raw[:60]!r}, no {options.encoding}: {error}; expected "
                "text. Name its encoding with encoding=, or let errors='replace' mark "
                "what is wrong",
            )
            continue
        if table.wants(word):
            words.append(word)
            starts.append(space + 1)
            rows.append(table.n_read)
    vectors = np.empty((len(words), table.vector_size), dtype=np.float32)
    for i, start in enumerate(starts):
        vectors[i] = np.frombuffer(data, "<f4", table.vector_size, start)
    table.add(words, vectors, rows)
    return position
