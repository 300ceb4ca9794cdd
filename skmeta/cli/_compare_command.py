"""The parameters of `skmeta compare`; help and completion import nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["compare"]

_SEPARATORS = {r"\t": "\t", "tab": "\t"}  # as they can be typed


def compare(
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="DATA",
            help="Labeled texts: a CSV file with a header line, plain or compressed; "
            "Excel, Parquet or JSON lines. Without it: the docstrings of installed "
            "packages.",
        ),
    ] = None,
    text: Annotated[str, typer.Option(help="Column of the texts.")] = "text",
    label: Annotated[str, typer.Option(help="Column of the labels.")] = "label",
    sep: Annotated[
        str | None,
        typer.Option(help="Column separator of a CSV file; detected by default."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Encoding of CSV or JSON; UTF-8, 16 and 32 are detected."),
    ] = None,
    vectors: Annotated[
        list[Path] | None,
        typer.Option(help="File of word vectors, another source. Repeatable."),
    ] = None,
    encoder: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of a sentence encoder in ONNX format. Adds two rows: the "
            "encoder alone, and text_pipeline with it.",
        ),
    ] = None,
    cv: Annotated[
        int | None,
        typer.Option(min=2, help="Folds (default: 5; with --quick: 3)."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Random seed for folds and training.")
    ] = 0,
    n_jobs: Annotated[int, typer.Option(help="Processes; -1: one per core.")] = -1,
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look: at most 2,000 documents.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="Write the table to this CSV file.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Plot the accuracies to this file (.png, .svg).")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Write a page with table, plots and documents (.html)."),
    ] = None,
) -> None:
    """Cross-validate TF-IDF, word2vec and meta-embeddings on the same folds.

    Texts with the same words are in one fold.
    """
    from skmeta._encoders._folder import find_model
    from skmeta._io.formats._check_path import check_path
    from skmeta.cli._compare_input import check_targets, read_labeled_texts
    from skmeta.cli._workers import start_workers

    cv = cv or (3 if quick else 5)
    check_targets(output, plot, report, data)
    for path in vectors or ():
        check_path(path)
    if encoder is not None:
        find_model(encoder)
    table = None
    if data is not None:
        sep = _SEPARATORS.get(sep or "", sep)
        table = read_labeled_texts(data, text, label, sep, encoding, cv)
    imported = start_workers(n_jobs, "skmeta.cli._compare")
    from skmeta.cli._compare import run_comparison

    for _ in imported:  # an error of a worker would be raised here
        pass
    run_comparison(
        data,
        table,
        text,
        label,
        vectors or [],
        encoder,
        cv,
        seed,
        n_jobs,
        quick,
        output,
        plot,
        report,
    )
