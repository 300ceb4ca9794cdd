"""Read tables from text files, with unknown encoding and separator."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Literal, TextIO

import pandas as pd

from skmeta._io.formats._streams import open_stream, peek
from skmeta._reading._budget import Budget
from skmeta._warnings import warn_user
from skmeta.datasets._quotes import inspect_quotes

__all__ = ["brief", "find_encoding", "open_text", "parse_table", "read_csv"]

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
            "that of the file, often 'cp1252' where Excel saved it, 'cp949' in Korea."
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
    table = parse_table(partial(open_text, path, encoding, max_bytes), path, sep)
    return table.rename(columns=lambda name: name.removeprefix("\ufeff").strip())


def parse_table(
    open_file: Callable[[], AbstractContextManager[TextIO]],
    path: str | os.PathLike[str],
    sep: str,
) -> pd.DataFrame:
    """Parse a table of strings, in quotes or with quotes that belong to texts.

    Parameters
    ----------
    open_file : callable
        Opens the text, which is read twice if a row has several lines.
    path : path
        Its name in messages.
    sep : str

    Raises
    ------
    ValueError
        If it is not a table.

    Warns
    -----
    UserWarning
        If a row has several lines, each of which could be a row.
    """
    found: pd.DataFrame | ValueError
    try:
        found = _parse(open_file, path, sep, csv.QUOTE_MINIMAL)
    except ValueError as error:
        found = error
    if isinstance(found, pd.DataFrame) and not _has_line_breaks(found):
        return found
    with open_file() as file:
        quotes = inspect_quotes(file, sep)
    if quotes.merged is not None:
        first, last = quotes.merged
        lines_are_rows = quotes.odd_line is None
        if lines_are_rows and not quotes.are_closed:
            if not quotes.mostly_enclose:
                return _parse(open_file, path, sep, csv.QUOTE_NONE)
            raise ValueError(
                f"Line {first} of '{path}' opens a quote that is not closed at the end "
                "of its field, expected texts in quotes, as most are. Close it, and "
                "double the quotes within texts."
            )
        might_be_rows = (
            lines_are_rows or not quotes.are_closed or sep == "\t"  # commas are common
        )
        if might_be_rows and isinstance(found, pd.DataFrame):
            warn_user(
                f"Lines {first} to {last} of '{path}' are read as one row, as a quote "
                "opens in the first and closes in the last, although each line has as "
                "many fields as the header. If the quotes belong to the texts, read "
                "the file by pandas.read_csv with quoting=3, and save it by to_csv, "
                "which puts such texts into quotes."
            )
    if isinstance(found, ValueError):
        if quotes.open_from is not None:
            odd = quotes.odd_line or 0
            unlike = f", unlike line {odd}" if odd > 1 else ""
            raise ValueError(
                f"'{path}' could not be read as a table: line {quotes.open_from} opens "
                "a quote that no later line closes. Expected quotes around fields, or "
                "quotes that belong to texts in lines of as many fields as the "
                f"header{unlike}. Close the quote, or correct those lines."
            ) from found
        raise found
    return found


def _parse(
    open_file: Callable[[], AbstractContextManager[TextIO]],
    path: str | os.PathLike[str],
    sep: str,
    quoting: Literal[0, 3],
) -> pd.DataFrame:
    """Parse a table of strings, with or without quotes."""
    with open_file() as file:
        try:
            table = pd.read_csv(
                file, sep=sep, dtype=str, keep_default_na=False, quoting=quoting
            )
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
    return table


def _has_line_breaks(table: pd.DataFrame) -> bool:
    """Return whether a field has several lines."""
    for column in (table.columns, *(table[name] for name in table.columns)):
        text = "".join(map(str, column.to_list()))  # faster than a search in each
        if "\n" in text or "\r" in text:
            return True
    return False


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
