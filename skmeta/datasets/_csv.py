"""Labelled texts from a table in a file."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pandas as pd

from skmeta._documents._check import short_repr
from skmeta._io.formats._streams import open_stream
from skmeta._reading._budget import Budget
from skmeta._reading._guard import reading

__all__ = ["load_csv"]


def load_csv(
    path: str | os.PathLike[str],
    *,
    text: str = "text",
    label: str = "label",
    max_bytes: int | None = None,
) -> tuple[pd.Series, pd.Series]:
    r"""Load labelled texts from a CSV file.

    Parameters
    ----------
    path : path
        A file with a header line, in UTF-8, plain or compressed (gzip, bz2, xz, a zip
        archive of one file, Zstandard). Columns are separated by commas, in a .tsv
        file by tabs.
    text, label : str, default="text", "label"
        The columns to read. What looks like a missing value ("NA", "null") is a text
        like any other. Rows without a label are left out, with a warning.
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
        If the file is no such table, or lacks a column.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import load_csv
    >>> file = pathlib.Path(tempfile.mkdtemp(), "fruit.csv")
    >>> _ = file.write_text("text,label\nred and round,apple\nyellow,banana\n")
    >>> texts, labels = load_csv(file)
    >>> labels.to_list()
    ['apple', 'banana']
    """
    separator = "\t" if ".tsv" in Path(path).suffixes else ","
    file = Path(path)
    expected = (
        f"a CSV table in UTF-8 with a header line and columns {text!r}, {label!r}"
    )
    header: dict[str, None] = {}

    def is_read(name: str) -> bool:  # only these: a table may have any number
        header[name] = None
        return name in (text, label)

    with (
        reading(file, expected),
        open_stream(file, Budget(file, max_bytes=max_bytes)) as stream,
    ):
        table = pd.read_csv(
            stream, sep=separator, dtype=str, keep_default_na=False, usecols=is_read
        )
    if not isinstance(table.index, pd.RangeIndex):
        raise ValueError(
            f"'{path}' has rows with more fields than the {len(header)} of its "
            "header, expected as many. Put texts that hold commas into quotes."
        )
    missing = [name for name in (text, label) if name not in table.columns]
    if missing:
        raise ValueError(
            f"'{path}' has no column {missing[0]!r} but "
            f"{short_repr(list(header))}. Name the columns to read with text= "
            "and label= (--text and --label)."
        )
    table[label] = table[label].str.strip()
    labelled = table[label] != ""
    if not labelled.all():
        warnings.warn(
            f"{(~labelled).sum():,} of {len(table):,} rows of '{path}' have no "
            f"{label!r} and are left out.",
            stacklevel=2,
        )
    table = table[labelled].reset_index(drop=True)
    return table[text], table[label]
