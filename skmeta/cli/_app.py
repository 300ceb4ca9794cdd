"""The command's frame: which commands there are, and how errors reach the user."""

from __future__ import annotations

import io
import signal
import sys

import typer
from rich.console import Console

from skmeta.cli._compare import compare
from skmeta.cli._evaluate import evaluate
from skmeta.cli._transform import transform
from skmeta.cli._vectors import combine, convert, info

__all__ = ["run"]

app = typer.Typer(
    add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True
)
for command in (compare, evaluate, info, convert, combine, transform):
    app.command()(command)


@app.callback()
def _skmeta() -> None:
    """Word embeddings and meta-embeddings for text classification."""


def run() -> None:
    """Run the command; what the user can mend is said in one line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # never fail for want of a letter
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends workers too
    try:
        app()
    except (ValueError, TypeError, OSError, ImportError) as error:
        console = Console(stderr=True, highlight=False, markup=False)
        console.print(f"Error: {error}", style="red", soft_wrap=True)
        sys.exit(1)
