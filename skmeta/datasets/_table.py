"""Load labeled texts from tables: CSV, Excel, Parquet or JSON lines."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from skmeta._io.formats._streams import peek
from skmeta._messages import count_of, missing_package, verb_of
from skmeta._reading._guard import reading
from skmeta._warnings import warn_user
from skmeta.datasets._csv import brief, find_encoding, read_csv
from skmeta.datasets._json_lines import read_records

__all__ = ["load_csv", "load_table"]

_COLUMNS_SHOWN = 8
_EXPECTED = "a table of labeled texts"
_LETTERS_SHOWN = 40
_OFFICE_CONTENTS = "[Content_Types].xml"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NESTED = (bytes, dict, list, set, tuple)


def load_table(
    path: str | os.PathLike[str],
    *,
    text: str = "text",
    label: str = "label",
    sep: str | None = None,
    encoding: str | None = None,
    max_bytes: int | None = None,
) -> tuple[pd.Series, pd.Series]:
    r"""Load labeled texts from a table: CSV, Excel, Parquet or JSON lines.

    Parameters
    ----------
    path : path
        A text file with a header line, plain or compressed (gzip, bz2, xz, a zip
        archive of one file); an Excel workbook (.xlsx), whose first sheet is read,
        which needs openpyxl; a Parquet file, which needs pyarrow; or JSON, one object
        per line or a list of them. The format is detected from the content. Quotes in
        text files are read as :func:`load_csv` describes.
    text, label : str, default="text", "label"
        The columns to read. Rows with an empty value in one of them are dropped, with a
        warning that counts them; in a text file, "NA", "null" and the like are texts,
        not missing values.
    sep : str, default=None
        The separator of the columns of a text file, one character. None tries comma,
        semicolon, tab and vertical bar, and uses the one with which the columns are
        found.
    encoding : str, default=None
        The encoding of a text file. None distinguishes UTF-8, UTF-16 and UTF-32.
    max_bytes : int, default=None
        Bytes that the file may decompress to. None allows 64 MiB, and 50 times its
        size.

    Returns
    -------
    texts : Series of str
    labels : Series of str

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If the package that reads the format is not installed.
    ValueError
        If the file is not such a table, lacks a column, or has no row with both.

    See Also
    --------
    load_csv : The same for text files only.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import load_table
    >>> file = pathlib.Path(tempfile.mkdtemp(), "fruit.jsonl")
    >>> _ = file.write_text('{"text": "red and round", "label": "apple"}\n')
    >>> texts, labels = load_table(file)
    >>> texts.to_list(), labels.to_list()
    (['red and round'], ['apple'])
    """
    _check_sep(sep)
    with reading(path, _EXPECTED):
        return _load(Path(path), text, label, sep, encoding, max_bytes)


def load_csv(
    path: str | os.PathLike[str],
    *,
    text: str = "text",
    label: str = "label",
    sep: str | None = None,
    encoding: str | None = None,
    max_bytes: int | None = None,
) -> tuple[pd.Series, pd.Series]:
    r"""Load labeled texts from a CSV file.

    Parameters
    ----------
    path : path
        A file with a header line, plain or compressed (gzip, bz2, xz, a zip archive of
        one file). A field may be in double quotes, see Notes.
    text, label : str, default="text", "label"
        The columns to read. "NA", "null" and the like are texts, not missing values.
        Rows with an empty value in one of the columns are dropped, with a warning that
        counts them.
    sep : str, default=None
        The separator of columns, one character. None tries comma, semicolon, tab and
        vertical bar, and uses the one with which the columns are found.
    encoding : str, default=None
        None distinguishes UTF-8, UTF-16 and UTF-32.
    max_bytes : int, default=None
        Bytes that the file may decompress to. None allows 64 MiB, and 50 times its
        size.

    Returns
    -------
    texts : Series of str
    labels : Series of str

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not such a table, lacks a column, or has no row with both.

    Warns
    -----
    UserWarning
        If rows are dropped, or lines are joined that could be rows.

    See Also
    --------
    load_table : Also Excel, Parquet and JSON lines.

    Notes
    -----
    A field in double quotes may contain separators, line breaks, and quotes, which are
    doubled. Many files with tabs have no such fields: a quote at the beginning of a
    text belongs to the text, and reading up to the next quote would join lines. Quotes
    are read as characters of the texts, as pandas does with ``quoting=3``, if

    - reading them as those of fields would join lines,
    - each line has as many fields as the header, and
    - some quote that begins a field is not closed at the end of a field.

    If, of such files, most of the fields that begin with a quote also end with one, an
    error names the line to fix. If all quotes are closed, lines are joined, with a
    warning if each of them could be a row.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import load_csv
    >>> file = pathlib.Path(tempfile.mkdtemp(), "fruit.csv")
    >>> _ = file.write_text("text;label\nred and round;apple\nyellow;banana\n")
    >>> texts, labels = load_csv(file)
    >>> labels.to_list()
    ['apple', 'banana']
    """
    _check_sep(sep)
    with reading(path, _EXPECTED):
        path = _check_path(path)
        table = read_csv(path, (text, label), sep, encoding, max_bytes)
        return _take_columns(table, path, text, label)


def _load(
    path: Path,
    text: str,
    label: str,
    sep: str | None,
    encoding: str | None,
    max_bytes: int | None,
) -> tuple[pd.Series, pd.Series]:
    """Load the columns of a table of any format."""
    _check_path(path)
    with open(path, "rb") as file:
        magic = file.read(8)
    if magic.startswith(b"PAR1"):
        table = _read_parquet(path, (text, label))
    elif magic == _OLD_OFFICE or path.suffix.lower() in (".xls", ".xlsb", ".ods"):
        raise ValueError(
            f"'{path}' is an old, encrypted or other workbook, expected "
            ".xlsx. Save it as .xlsx without a password, or as CSV in UTF-8."
        )
    elif magic.startswith(b"PK\x03\x04") and _is_workbook(path):
        table = _read_excel(path)
    elif _is_json(path):
        table = _read_json(path, (text, label), encoding, max_bytes)
    else:
        table = read_csv(path, (text, label), sep, encoding, max_bytes)
    return _take_columns(table, path, text, label)


def _check_sep(sep: str | None) -> None:
    """Raise if a separator is not one character."""
    if sep is not None and len(sep) != 1:
        raise ValueError(
            f"Found sep={sep!r}, expected one character that separates columns, as "
            "';'. Leave sep= out to try the usual ones."
        )


def _check_path(path: str | os.PathLike[str]) -> Path:
    """Return the path, checked to be a regular file that is not empty."""
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(
            f"'{path}' is a folder, expected a file with a table of labeled texts."
        )
    if not path.exists():
        raise FileNotFoundError(
            f"There is no file '{path}' of labeled texts. Check the path."
        )
    if not path.is_file():
        raise ValueError(
            f"'{path}' is a pipe or a device, expected a file, which is read twice. "
            "Save what it gives to a file."
        )
    with open(path, "rb") as file:
        magic = file.read(4)
    if not magic:
        raise ValueError(
            f"'{path}' is empty, expected a table of labeled texts. Check the path."
        )
    if magic == b"PK\x03\x04" and not _is_workbook(path):
        names = _names_in(path)
        if _OFFICE_CONTENTS in names:
            raise ValueError(
                f"'{path}' is an Office document without a workbook, expected a table: "
                "CSV, Excel (.xlsx), Parquet or JSON lines. Save it as one of these."
            )
        if len(names) != 1:
            shown = ", ".join(map(repr, names[:_COLUMNS_SHOWN]))
            raise ValueError(
                f"'{path}' is a zip archive of {len(names)} files ({shown}), expected "
                "one. Unpack it, and load the one that holds the texts."
            )
    return path


def _names_in(path: Path) -> list[str]:
    """Return the names of the files in a zip archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"'{path}' is a damaged zip archive or workbook: {error}. Get the file "
            "again."
        ) from error


def _take_columns(
    table: pd.DataFrame, path: Path, text: str, label: str
) -> tuple[pd.Series, pd.Series]:
    """Return the texts and labels of the rows that have both, as strings."""
    _check_columns(list(table.columns), path, (text, label), in_first_line=True)
    texts, labels = (_to_strings(table[name], path, name) for name in (text, label))
    labels = labels.str.strip()
    n_rows, kept = len(table), pd.Series(True, index=table.index)
    n_missing = {}
    for name, is_missing in ((label, labels == ""), (text, texts.str.strip() == "")):
        n_missing[name] = int((is_missing & kept).sum())
        kept &= ~is_missing
    if not n_rows:
        raise ValueError(
            f"'{path}' has a header but no rows, expected labeled texts. Check the "
            "path."
        )
    if not kept.any():
        raise ValueError(
            f"'{path}' has {count_of(n_rows, 'row')}, none of which has both {text!r} "
            f"and {label!r}, expected labeled texts. Set text= and label= to the "
            "columns that hold them."
        )
    for name, number in n_missing.items():
        if number:
            warn_user(
                f"{number:,} of {count_of(n_rows, 'row')} of '{path}' "
                f"{verb_of(number, 'has', 'have')} no {name!r} and "
                f"{verb_of(number, 'is', 'are')} left out."
            )
    texts, labels = (part[kept].reset_index(drop=True) for part in (texts, labels))
    return texts, labels


def _check_columns(
    names: Sequence[Any],
    path: Path,
    wanted: Iterable[str],
    *,
    in_first_line: bool = False,
) -> None:
    """Raise if a table lacks the columns, and show some of those that it has."""
    for name in wanted:
        if name in names:
            continue
        shown = [repr(str(other)[:_LETTERS_SHOWN]) for other in names[:_COLUMNS_SHOWN]]
        more = len(names) - len(shown)
        rest = f" and {more:,} more" if more else ""
        spelled = {str(other).casefold(): str(other) for other in names}
        near = get_close_matches(name.casefold(), spelled, 1, cutoff=0.7)
        advice = f" Did you mean {spelled[near[0]]!r}?" if near else ""
        is_text = in_first_line and not near
        header = " If the first line is not a header, add one." if is_text else ""
        raise ValueError(
            f"'{path}' has no column {name!r}, its columns are {', '.join(shown)}"
            f"{rest}.{advice} Set text= and label= to the columns to read"
            + (", or sep= to what separates columns." if len(names) == 1 else ".")
            + header
        )


def _to_strings(column: pd.Series, path: Path, name: str) -> pd.Series:
    """Return a column of strings, empty for missing values."""
    values = column.astype(object)
    values = values.where(values.notna(), "")
    nested = next((value for value in values if isinstance(value, _NESTED)), None)
    if nested is not None:
        raise ValueError(
            f"'{path}' has a {type(nested).__name__} in the column {name!r}, expected "
            "strings or numbers. Set text= and label= to columns of such."
        )
    return values.map(str).astype(str)


def _is_workbook(path: Path) -> bool:
    """Return whether a zip archive is an Excel workbook, not another Office file."""
    names = _names_in(path)
    return _OFFICE_CONTENTS in names and not any(
        name.startswith(("word/", "ppt/")) for name in names
    )


def _read_excel(path: Path) -> pd.DataFrame:
    """Read the first sheet of a workbook as strings."""
    if find_spec("openpyxl") is None:
        raise ImportError(missing_package("An Excel workbook", "openpyxl", "excel"))
    try:
        return pd.read_excel(path, dtype=object, keep_default_na=False)
    except ImportError:
        raise  # too old for this pandas
    except Exception as error:  # zip, XML and openpyxl raise many
        raise ValueError(
            f"'{path}' could not be read as an Excel workbook: {brief(error)}. Open it "
            "and save it again, or save it as CSV in UTF-8."
        ) from error


def _read_parquet(path: Path, columns: tuple[str, str]) -> pd.DataFrame:
    """Read two columns of a Parquet file."""
    if find_spec("pyarrow") is None:
        raise ImportError(missing_package("A Parquet file", "pyarrow", "parquet"))
    import pyarrow as pa
    from pyarrow import parquet

    try:
        _check_columns(parquet.read_schema(path).names, path, columns)
        table = parquet.read_table(path, columns=list(dict.fromkeys(columns)))
        return pd.DataFrame(
            {name: table[name].to_pylist() for name in table.column_names}, dtype=object
        )
    except (pa.ArrowException, OSError) as error:
        raise ValueError(
            f"'{path}' could not be read as Parquet: {brief(error)}. Get the file "
            "again."
        ) from error


def _is_json(path: Path) -> bool:
    """Return whether a file holds JSON, from its name or its first line."""
    if {".json", ".jsonl", ".ndjson"} & {suffix.lower() for suffix in path.suffixes}:
        return True
    start = peek(path, 1 << 16)
    text = start.decode(find_encoding(start), "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("[") and text[1:].lstrip().startswith("{"):
        return True
    try:
        return isinstance(json.loads(text.partition("\n")[0]), dict)
    except ValueError:
        return False


def _read_json(
    path: Path,
    columns: tuple[str, str],
    encoding: str | None,
    max_bytes: int | None,
) -> pd.DataFrame:
    """Read two columns of JSON: an object on each line, or one list of objects."""
    rows: list[tuple[Any, ...]] = []
    fields: dict[str, None] = {}
    for record in read_records(path, encoding, max_bytes):
        if not fields.keys() >= set(columns):
            fields |= dict.fromkeys(record)
        rows.append(tuple(record.get(name) for name in columns))
    _check_columns(list(fields), path, columns)
    return pd.DataFrame(rows, columns=list(columns), dtype=object)
