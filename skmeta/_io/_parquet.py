"""Transform Parquet files of documents to Parquet files of vectors, part by part.

A run that was stopped resumes with the missing parts: ``_unfinished_folder.py``.

This module needs pyarrow, and is imported when it is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from skmeta._disk._fingerprint import file_state
from skmeta._documents._check import short_repr
from skmeta._io._atomic import atomic_write
from skmeta._io._output_schema import OutputSchema, infer_output_schema
from skmeta._io._parquet_files import find_parquet_files
from skmeta._io._saved_models import load_model
from skmeta._io._unfinished_folder import (
    prepare_folder,
    read_plan,
    unfinished_folder,
)
from skmeta._messages import count_of
from skmeta._reading._guard import check_regular, reading

__all__ = [
    "Part",
    "count_rows",
    "prepare",
    "unfinished_parts",
    "write_part",
]

_DOCUMENTS_BLOCK_SIZE = 16_384


class Part(NamedTuple):
    """A row group of the input, and the file of its vectors."""

    source: str
    row_group: int
    n_rows: int
    target: str


def prepare(
    model: Path, source: Path, target: Path, column: str, keep: Sequence[str]
) -> tuple[list[Part], Path]:
    """Plan the parts, and create or find the unfinished folder.

    Parameters
    ----------
    model, source, target : path
        A saved estimator, a Parquet file or a folder of them, the folder to write.
    column : str
        Holds the documents.
    keep : sequence of str
        Columns that are copied.

    Returns
    -------
    parts : list of Part
        All parts; none if the target is already complete.
    folder : Path
        The folder they are written to.

    Raises
    ------
    FileExistsError
        If the target or its unfinished folder belongs to another run, or the complete
        target lacks rows.
    FileNotFoundError, ValueError
        If the input does not exist, is not Parquet, or lacks a column.
    """
    model, target = model.absolute(), target.absolute()
    folder = unfinished_folder(target)
    files = find_parquet_files(source)
    parts: list[Part] = []
    for file in files:
        with _open(file, column, keep) as table:
            for number in range(table.num_row_groups):
                n_rows = table.metadata.row_group(number).num_rows
                name = str(folder / f"part-{len(parts):06d}.parquet")
                parts.append(Part(str(file), number, n_rows, name))
    plan = {
        "model": hashlib.sha256(model.read_bytes()).hexdigest(),
        "input": [[str(file), *file_state(file)[1:]] for file in files],
        "column": column,
        "keep": list(keep),
        "parts": [part.n_rows for part in parts],
    }
    if prepare_folder(target, plan, "model, input or column") == target:
        _check_finished(parts, target)
        return [], target
    return parts, folder


def unfinished_parts(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that are missing or damaged."""
    return [part for part in parts if _count_rows(Path(part.target)) != part.n_rows]


def _check_finished(parts: Sequence[Part], target: Path) -> None:
    """Raise if parts of a complete folder were changed."""
    for part in parts:
        path = target / Path(part.target).name
        n_rows = _count_rows(path)
        if n_rows != part.n_rows:
            found = (
                "is not a complete Parquet file"
                if n_rows is None
                else f"has {n_rows:,}"
            )
            raise FileExistsError(
                f"'{target}' already exists, but '{path.name}' {found}, expected "
                f"{count_of(part.n_rows, 'row')}. Remove the folder, and start again."
            )


def _count_rows(path: Path) -> int | None:
    """Return the number of rows of a file, None if it is not a Parquet file."""
    try:
        return pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return None


def write_part(
    part: Part,
    model: str,
    column: str,
    keep: Sequence[str],
    advance: Callable[[int], object] = lambda n_rows: None,
) -> int:
    """Transform one part, and write its file atomically.

    Parameters
    ----------
    part : Part
    model : str
        The path of the estimator, loaded once per process.
    column : str
    keep : sequence of str
    advance : callable
        Called with the number of rows after each step.

    Returns
    -------
    n_rows : int
    """
    vectorizer = load_model(model)
    with _open(Path(part.source), column, keep) as table:
        schema = table.schema_arrow
        rows = infer_output_schema(vectorizer, _is_text(schema.field(column).type))
        fields = [schema.field(name) for name in keep]
        kind = pa.from_numpy_dtype(rows.dtype)
        fields += [pa.field(name, kind) for name in rows.names]
        taken = [column, *(name for name in keep if name != column)]
        with atomic_write(part.target) as tmp_path:
            with pq.ParquetWriter(
                tmp_path,
                pa.schema(fields),
                use_dictionary=list(keep),
                write_page_checksum=True,
            ) as writer:
                for batch in _read(table, part, taken):
                    writer.write_batch(
                        _transform(batch, vectorizer, rows, column, writer.schema)
                    )
                    advance(len(batch))
            n_rows = _count_rows(tmp_path)
            if n_rows != part.n_rows:
                raise OSError(
                    f"'{part.target}' has {count_of(n_rows or 0, 'row')} after it was "
                    f"written, expected {part.n_rows:,}. Check the disk, and start "
                    "again."
                )
    return part.n_rows


def count_rows(target: Path) -> int:
    """Return the number of rows of a complete folder, from its plan."""
    return sum(read_plan(target)["parts"])


def _read(
    table: pq.ParquetFile, part: Part, columns: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a part; raise if rows are missing."""
    batches = table.iter_batches(
        _DOCUMENTS_BLOCK_SIZE, row_groups=[part.row_group], columns=list(columns)
    )
    n_rows = 0
    while True:
        try:
            batch = next(batches, None)
            if batch is not None:
                batch.validate(full=True)
        except (OSError, ValueError, pa.ArrowException) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # of the disk, not of the file
            raise _damage(part, str(error)) from error
        if batch is None:
            break
        n_rows += len(batch)
        yield batch
    if n_rows != part.n_rows:
        raise _damage(part, f"{count_of(n_rows, 'row')} of {part.n_rows:,} can be read")


def _damage(part: Part, found: str) -> ValueError:
    """Return the error for a part that cannot be read completely."""
    return ValueError(
        f"Row group {part.row_group} of '{part.source}' is damaged: {found}. None of "
        "its rows was written; get the file again, and start again with it."
    )


def _transform(
    batch: pa.RecordBatch,
    vectorizer: Any,
    rows: OutputSchema,
    column: str,
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Return a batch's vectors as columns, beside the kept columns."""
    documents: Any = batch.column(column)
    if _is_text(documents.type):
        documents = documents.to_pylist()
    vectors = np.asfortranarray(rows.transform(vectorizer, documents))
    kept = [batch.column(name) for name in schema.names[: -len(rows.names)]]
    made = [pa.array(values) for values in vectors.T]
    return pa.RecordBatch.from_arrays([*kept, *made], schema=schema)


def _is_text(kind: pa.DataType) -> bool:
    """Return whether a column holds texts, not token lists."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _open(file: Path, column: str, keep: Sequence[str]) -> pq.ParquetFile:
    """Open a Parquet file, checked to have the columns."""
    with reading(file, "a Parquet file of documents"):
        table = pq.ParquetFile(check_regular(file), page_checksum_verification=True)
        names = table.schema_arrow.names
    for name in (column, *keep):
        n_columns = names.count(name)
        if n_columns != 1:
            table.close()
            option = "--column" if name == column else "--keep"
            raise ValueError(
                f"'{file}' has {n_columns or 'no'} column{'s' * (n_columns > 1)} "
                f"{name!r}, expected one, of {short_repr(names)}. Set {option} to the "
                "name of one."
            )
    return table
