"""Parquet files of documents to Parquet files of vectors, a part at a time.

The parts lie in an unfinished folder, each put in place whole, with a plan of them all;
the folder gets its name when all are there. A run that was stopped goes on with those
that are missing.

This file needs pyarrow, and is imported when it is used.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from skmeta._io._atomic import atomic_write
from skmeta._io._output_schema import OutputSchema, infer_output_schema
from skmeta._io._saved_models import load_model
from skmeta._reading._guard import check_regular, reading

__all__ = ["Part", "finish", "prepare", "unfinished_parts", "write_part"]

_PLAN = "_plan.json"  # readers of Parquet folders skip names that begin so
_DOCUMENTS_BLOCK_SIZE = 16_384


class Part(NamedTuple):
    """A row group of the input, and the file that its vectors go to."""

    source: str
    row_group: int
    n_rows: int
    target: str


def prepare(
    model: Path, source: Path, target: Path, column: str, keep: Sequence[str]
) -> tuple[list[Part], Path]:
    """Plan the parts, and make or find the unfinished folder.

    Parameters
    ----------
    model, source, target : path
        Of a saved estimator, a Parquet file or a folder of such, the folder to write.
    column : str
        Holds the documents.
    keep : sequence of str
        Columns that are copied.

    Returns
    -------
    parts : list of Part
        All of them; none where the target is finished already.
    folder : Path
        Where they are written.

    Raises
    ------
    FileExistsError
        If the target, or its unfinished folder, is of another run.
    FileNotFoundError, ValueError
        If the input is not there, is no Parquet, or lacks a column.
    """
    model, source, target = model.absolute(), source.absolute(), target.absolute()
    folder = target.with_name(f".{target.name}-unfinished")
    files = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
    if not files or not all(file.is_file() for file in files):
        raise FileNotFoundError(
            f"There is no Parquet file '{source}', nor a folder of such. Check the "
            "path."
        )
    parts: list[Part] = []
    for file in files:
        with _open(file, column, keep) as table:
            for number in range(table.num_row_groups):
                n_rows = table.metadata.row_group(number).num_rows
                name = str(folder / f"part-{len(parts):06d}.parquet")
                parts.append(Part(str(file), number, n_rows, name))
    plan = {
        "model": hashlib.sha256(model.read_bytes()).hexdigest(),
        "input": [
            [str(file), file.stat().st_size, file.stat().st_mtime_ns] for file in files
        ],
        "column": column,
        "keep": list(keep),
        "parts": [part.n_rows for part in parts],
    }
    for there in (target, folder):
        if not there.exists():
            continue
        try:
            found = json.loads((there / _PLAN).read_text("utf-8"))
        except (OSError, ValueError):
            found = None
            if there == folder and not any(there.glob("part-*")):
                continue  # stopped before it had a plan
        if found != plan:
            raise FileExistsError(
                f"'{there}' is there already, of another model, input or column; "
                "expected none, or one of the same to go on with. Remove it, or write "
                "to another name."
            )
        if there == target:
            return [], target
    folder.mkdir(exist_ok=True)
    with atomic_write(folder / _PLAN) as tmp_path:
        tmp_path.write_text(json.dumps(plan, indent=1), "utf-8")
    return parts, folder


def unfinished_parts(parts: Sequence[Part]) -> list[Part]:
    """Give the parts that are not written; what was stopped half-way is removed."""
    folders = {Path(part.target).parent for part in parts}
    for folder in folders:
        for left in folder.glob(".*-unfinished-*"):
            left.unlink(missing_ok=True)
    return [part for part in parts if not Path(part.target).exists()]


def write_part(
    part: Part,
    model: str,
    column: str,
    keep: Sequence[str],
    advance: Callable[[int], object] = lambda n_rows: None,
) -> int:
    """Transform one part, and put its file in place.

    Parameters
    ----------
    part : Part
    model : str
        The path of the estimator, loaded once in a process.
    column : str
    keep : sequence of str
    advance : callable
        Told the number of rows after each step.

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
        batches = table.iter_batches(
            _DOCUMENTS_BLOCK_SIZE, row_groups=[part.row_group], columns=taken
        )
        with (
            atomic_write(part.target) as tmp_path,
            pq.ParquetWriter(
                tmp_path, pa.schema(fields), use_dictionary=list(keep)
            ) as writer,
        ):
            for batch in batches:
                writer.write_batch(
                    _transform(batch, vectorizer, rows, column, writer.schema)
                )
                advance(len(batch))
    return part.n_rows


def finish(folder: Path, target: Path) -> None:
    """Give the folder of all parts its name."""
    target = target.absolute()
    if folder != target:
        os.replace(folder, target)


def _transform(
    batch: pa.RecordBatch,
    vectorizer: Any,
    rows: OutputSchema,
    column: str,
    schema: pa.Schema,
) -> pa.RecordBatch:
    """Turn the documents of a batch into columns, beside those that are kept."""
    documents: Any = batch.column(column)
    if _is_text(documents.type):
        documents = documents.to_pylist()
    vectors = np.asfortranarray(rows.transform(vectorizer, documents))
    kept = [batch.column(name) for name in schema.names[: -len(rows.names)]]
    made = [pa.array(values) for values in vectors.T]
    return pa.RecordBatch.from_arrays([*kept, *made], schema=schema)


def _is_text(kind: pa.DataType) -> bool:
    """Tell whether a column holds texts, not token lists."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _open(file: Path, column: str, keep: Sequence[str]) -> pq.ParquetFile:
    """Open a Parquet file that has the columns."""
    with reading(file, "a Parquet file of documents"):
        table = pq.ParquetFile(check_regular(file))
    names = table.schema_arrow.names
    for name in (column, *keep):
        if name not in names:
            table.close()
            raise ValueError(
                f"'{file}' has no column {name!r}, expected one of {names}. Name the "
                "column of the documents with --column."
            )
    return table
