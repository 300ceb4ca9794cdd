"""The parameters of `skmeta explain`; help and completion import nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["explain"]


def explain(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MODEL",
            help="A fitted pipeline from documents to predictions: .skops, or .joblib, "
            "which can run code when it is loaded: only from those you trust.",
        ),
    ],
    texts: Annotated[
        list[str],
        typer.Argument(metavar="TEXT...", help="Texts to explain, each in quotes."),
    ],
    target: Annotated[
        str | None,
        typer.Option(help="The class to explain (default: the predicted one)."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Number of words in the table.")] = 10,
) -> None:
    """Show how words and sources contribute to predictions."""
    from skmeta._io._saved_models import check_model_path

    check_model_path(model)
    from skmeta.cli._explain import run_explanation

    run_explanation(model, texts, target, top)
