"""Read tables from text files, with unknown encoding and separator."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pandas as pd

from skmeta._io.formats._streams import open_stream, peek
from skmeta._reading._budget import Budget

__all__ = ["brief", "find_encoding", "open_text", "read_csv"]

_SAMPLE = 1 << 16  # bytes, which include the header line
_LONGEST_MESSAGE = 300
_SEPARATORS = (",", ";", "\t", "|")
_BYTE_ORDER_MARKS = {  # that of UTF-32 begins as that of UTF-16
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def brief(error: Exception) -> str:
    """Return another library's error message on one line, truncated if long."""
    return " ".join(str(error).split())[:_LONGEST_MESSAGE].rstrip(".")


def find_encoding(start: bytes) -> str:
    """Detect the Unicode encoding of a text from its beginning."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros and zeros.count(0) > len(zeros) / 2:
            return encoding
    return "utf-8"


@contextmanager
def open_text(
    path: Path, encoding: str | None, max_bytes: int | None = None
) -> Iterator[TextIO]:
    """Open a text file, decompressed and decoded.

    Raises
    ------
    ValueError
        If the file is not text in that encoding, at any point of reading.
    """
    start = peek(path, _SAMPLE)
    found = encoding or find_encoding(start)
    if found == "utf-8" and b"\0" in start:
        raise ValueError(
            f"'{path}' holds bytes that are not text, expected a table: CSV, Excel "
            "(.xlsx), Parquet or JSON lines. Save it as one of these."
        )
    _check_encoding(found)
    try:
        with (
            open_stream(path, Budget(path, max_bytes=max_bytes)) as file,
            io.TextIOWrapper(file, encoding=found, newline="") as text,
        ):
            yield text
    except UnicodeError as error:
        raise ValueError(
            f"'{path}' could not be read as text in {found}: {error}. Set encoding= to "
            "that of the file, often 'cp1252' where Excel saved it."
        ) from error


def _check_encoding(encoding: str) -> None:
    """Raise if an encoding is not one of text."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    except LookupError as error:
        raise ValueError(
            f"Found encoding={encoding!r}, expected the name of an encoding, as "
            "'utf-8', 'utf-16' or 'cp1252'."
        ) from error


def read_csv(
    path: Path,
    columns: Iterable[str],
    sep: str | None,
    encoding: str | None,
    max_bytes: int | None = None,
) -> pd.DataFrame:
    """Read a table of strings.

    Parameters
    ----------
    path : Path
    columns : iterable of str
        The columns to read; the separator is the one with which they are found.
    sep, encoding : str or None
        None tries separators, and detects the encoding among those of Unicode.
    """
    with open_text(path, encoding, max_bytes) as file:
        start = file.read(_SAMPLE).removeprefix("\ufeff")
        if sep is None:
            sep = _find_separator(start, list(columns), ".tsv" in path.suffixes)
    with open_text(path, encoding, max_bytes) as file:
        try:
            table = pd.read_csv(file, sep=sep, dtype=str, keep_default_na=False)
        except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
            raise ValueError(
                f"'{path}' could not be read as a table: {brief(error)}. Expected a "
                f"header line, and rows of as many fields, separated by {sep!r}. Set "
                "sep= to another separator, or put texts that hold it into quotes."
            ) from error
    if not isinstance(table.index, pd.RangeIndex):
        raise ValueError(
            f"'{path}' has rows with more fields than the {len(table.columns)} of its "
            f"header, expected as many. Put texts that hold {sep!r} into quotes."
        )
    return table.rename(columns=lambda name: name.removeprefix("\ufeff").strip())


def _find_separator(start: str, columns: list[str], has_tabs: bool) -> str:
    """Return the separator with which the first line has most of the columns."""
    separators = sorted(_SEPARATORS, key=lambda sep: (sep == "\t") != has_tabs)
    fields = {sep: _split_header(start, sep) for sep in separators}
    for sep, names in fields.items():
        if set(columns) <= names:
            return sep
    return max(fields, key=lambda sep: len(fields[sep]))


def _split_header(start: str, sep: str) -> set[str]:
    """Return the column names in the first line."""
    try:
        header = next(csv.reader(io.StringIO(start, newline=""), delimiter=sep), [])
    except csv.Error:
        return set()
    return {name.strip() for name in header}
