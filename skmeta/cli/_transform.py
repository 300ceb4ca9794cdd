"""`skmeta transform`: a saved pipeline over Parquet files larger than memory."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from skmeta._messages import count_of, missing_package
from skmeta.cli._console import say

__all__ = ["transform"]


def transform(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL",
            help="A fitted vectorizer or pipeline: .skops, or .joblib, which can run "
            "code when it is loaded: only from those you trust.",
        ),
    ],
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT.parquet", help="A Parquet file, or a folder of them."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="Folder of the Parquet files to write, one per row group. If the "
            "command is stopped, the same command continues.",
        ),
    ],
    column: Annotated[
        str, typer.Option(help="The column of token lists, or of texts.")
    ] = "tokens",
    keep: Annotated[
        list[str] | None, typer.Option(help="A column to copy. Repeatable.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address of a Dask scheduler whose workers see the same files.",
        ),
    ] = None,
) -> None:
    """Transform the documents of Parquet files into vectors; resumable."""
    if find_spec("pyarrow") is None:
        raise ImportError(missing_package("skmeta transform", "pyarrow", "parquet"))
    from skmeta.cli._target import check_new_folder

    check_new_folder(out)
    if dask is not None and find_spec("distributed") is None:
        raise ImportError(missing_package("skmeta transform --dask", "dask", "dask"))
    from skmeta._io._parquet_files import find_parquet_files
    from skmeta._io._saved_models import check_model_path, load_model

    model = check_model_path(model)
    find_parquet_files(source)
    from skmeta._io._output_schema import infer_output_schema
    from skmeta._io._parquet import (
        count_rows,
        prepare,
        unfinished_parts,
        write_part,
    )
    from skmeta._io._unfinished_folder import finish, only_run
    from skmeta._progress import progress

    kept = list(dict.fromkeys(keep or []))
    names = infer_output_schema(load_model(model)).names
    _check_columns(kept, names)
    with only_run(out):
        parts, folder = prepare(model, source, out, column, kept)
        if not parts:
            say(
                f"{out} was finished before: {count_of(count_rows(out), 'row')} x "
                f"{len(names)}"
            )
            return
        left = unfinished_parts(parts)
        n_rows, n_left = (sum(part.n_rows for part in some) for some in (parts, left))
        with progress("Transforming", n_rows, 1, "rows", n_rows - n_left) as advance:
            if dask is None:
                for part in left:
                    write_part(part, str(model), column, kept, advance)
            elif left:
                from skmeta.dask._parts import write_parts

                for n_done in write_parts(dask, left, str(model), column, kept):
                    advance(n_done)
        finish(folder, out)
    found = (
        f"; {count_of(n_rows - n_left, 'row')} of them before"
        if n_left < n_rows
        else ""
    )
    say(f"Wrote {out}: {count_of(n_rows, 'row')} x {len(names)}{found}")


def _check_columns(kept: list[str], names: list[str]) -> None:
    """Raise for columns of the same name, which Parquet readers cannot distinguish."""
    repeated = [name for name, n in Counter([*kept, *names]).items() if n > 1]
    for name in repeated:
        if name in kept:
            raise ValueError(
                f"Found --keep {name}, which is the name of a column of vectors too. "
                "Rename it in the input."
            )
        raise ValueError(
            f"The model has {count_of(names.count(name), 'column')} that are named "
            f"{name!r}, expected distinct names. Name its sources or steps differently."
        )
