"""Collections of documents, queries and relevance judgements, in folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from sklearn.utils import Bunch

from skmeta._documents._check import short_repr
from skmeta._messages import count_of
from skmeta._reading._budget import check_max_bytes
from skmeta._reading._guard import reading
from skmeta._retrieval._collection import COLUMNS, check_relevance
from skmeta._warnings import warn_user
from skmeta.datasets._collection_files import find_collection
from skmeta.datasets._csv import read_csv
from skmeta.datasets._json_lines import read_records

__all__ = ["load_retrieval"]

_EXPECTED = "a part of a collection of documents, queries and relevance"
_NAMES = {  # as different layouts have them
    "id": ("id", "_id"),
    "title": ("title",),
    "text": ("text",),
    "query": ("query", "query-id", "query_id"),
    "document": ("document", "corpus-id", "corpus_id", "document-id", "doc_id"),
    "relevance": ("relevance", "score"),
}


def load_retrieval(
    folder: str | os.PathLike[str],
    *,
    split: str | None = None,
    max_bytes: int | None = None,
) -> Bunch:
    r"""Load documents, queries, and judgements of which documents are relevant.

    Parameters
    ----------
    folder : path
        A folder with three files: ``documents`` or ``corpus``, with the columns ``id``
        and ``text``, and a ``title`` that goes before the text if there is one;
        ``queries``, with ``id`` and ``text``; ``relevance`` or ``qrels``, with
        ``query``, ``document`` and ``relevance``, above 0 for relevant documents. They
        end in .csv, .tsv or .jsonl, plain or compressed (gzip, bz2, xz, zstd, a zip
        archive of one file). The collections of BEIR are of this layout: corpus.jsonl,
        queries.jsonl, and a folder qrels with one file for each split.
    split : str, default=None
        Which file of the folder ``qrels`` to read, by its name without the ending.
        None: "test" if it is there, or the only one.
    max_bytes : int, default=None
        Bytes that each file may decompress to. None allows 64 MiB, and 50 times its
        size.

    Returns
    -------
    collection : Bunch
        ``documents`` and ``queries``, Series of texts with their ids (str) as index,
        and ``relevance``, a DataFrame with the columns ``query``, ``document`` (str)
        and ``relevance`` (float64).

    Raises
    ------
    FileNotFoundError
        If the folder or one of the files is not there.
    ValueError
        If a file is damaged or lacks a column, a relevance is not a number, or there
        are several files for one part.

    Warns
    -----
    UserWarning
        If documents or queries have a duplicate id: they are left out. Of
        several judgements of the same query and document, the highest is kept.

    See Also
    --------
    skmeta.evaluate.retrieval : How well models find the relevant documents.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from skmeta.datasets import load_retrieval
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "documents.csv").write_text("id,text\na,red apples\nb,cars\n")
    >>> _ = (folder / "queries.tsv").write_text("id\ttext\n1\tfruit\n")
    >>> _ = (folder / "relevance.csv").write_text("query,document,relevance\n1,a,2\n")
    >>> collection = load_retrieval(folder)
    >>> collection.documents["a"], collection.queries["1"]
    ('red apples', 'fruit')
    >>> collection.relevance.values.tolist()
    [['1', 'a', 2.0]]
    """
    check_max_bytes(max_bytes)
    files = find_collection(folder, split)
    return Bunch(
        documents=_load_texts(files.documents, max_bytes),
        queries=_load_texts(files.queries, max_bytes),
        relevance=_load_relevance(files.relevance, max_bytes),
    )


def _load_texts(path: Path, max_bytes: int | None) -> pd.Series:
    """Read texts with their ids, the first one of each id."""
    with reading(path, _EXPECTED):
        table = _read_columns(path, ("id", "text"), ("title",), max_bytes)
    texts = table["text"]
    if "title" in table:
        texts = (table["title"] + " " + texts).str.strip()
    series = pd.Series(texts.to_list(), index=pd.Index(table["id"], name="id"))
    series = series.astype(str).rename("text")
    is_repeated = series.index.duplicated()
    if is_repeated.any():
        warn_user(
            f"{is_repeated.sum():,} of {count_of(len(series), 'row')} of '{path}' have "
            f"a duplicate id, such as {series.index[is_repeated][0]!r}, and are left "
            "out. Check the ids."
        )
    return series[~is_repeated]


def _load_relevance(path: Path, max_bytes: int | None) -> pd.DataFrame:
    """Read judgements, the highest of each pair."""
    with reading(path, _EXPECTED):
        table = _read_columns(path, COLUMNS, (), max_bytes)
        try:
            return check_relevance(table)
        except ValueError as error:
            raise ValueError(f"In '{path}': {error}") from error


def _read_columns(
    path: Path, required: Sequence[str], optional: Sequence[str], max_bytes: int | None
) -> pd.DataFrame:
    """Read columns as strings, by any of their names."""
    wanted = [name for key in (*required, *optional) for name in _NAMES[key]]
    if ".jsonl" in path.suffixes:
        rows = [
            {
                name: _to_text(record.get(name), path)
                for name in wanted
                if name in record
            }
            for record in read_records(path, max_bytes=max_bytes)
        ]
        table = pd.DataFrame(rows, dtype=object).fillna("")
    else:
        first = [_NAMES[key][0] for key in required]
        table = read_csv(path, first, None, None, max_bytes)
    columns = {}
    for key in (*required, *optional):
        names = [name for name in _NAMES[key] if name in table.columns]
        if names:
            columns[key] = table[names[0]].astype(str)
        elif key in required:
            raise ValueError(
                f"'{path}' has no column {' or '.join(map(repr, _NAMES[key]))}, its "
                f"columns are {short_repr(list(map(str, table.columns)))}. Rename the "
                "column."
            )
    table = pd.DataFrame(columns)
    if table.empty:
        raise ValueError(f"'{path}' has no rows, expected some. Check the file.")
    return table


def _to_text(value: object, path: Path) -> str:
    """Return a value of JSON as a string."""
    if isinstance(value, list | dict):
        raise ValueError(
            f"'{path}' has a {type(value).__name__} where a text, a number or an id is "
            "expected. Write it as a string."
        )
    return "" if value is None else str(value)
