"""The application: its commands, and how errors are shown."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable
from functools import partial, wraps
from inspect import signature
from typing import Annotated, Any

import typer

from skmeta import __version__
from skmeta.cli._advice import in_options
from skmeta.cli._compare_command import compare
from skmeta.cli._console import say, warnings_as_notes
from skmeta.cli._evaluate_command import evaluate
from skmeta.cli._explain_command import explain
from skmeta.cli._transform import transform
from skmeta.cli._vectors_commands import combine, convert, info

__all__ = ["run"]

# Of click, which newer versions of typer include.
_UsageError: Any = typer.BadParameter.__base__


class CommandError(Exception):
    """An error that the user can fix, in terms of the command's options."""


def _with_messages(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command whose errors and warnings are lines that name its options."""
    rephrase = partial(in_options, options=signature(command).parameters)

    @wraps(command)
    def run_command(*args: Any, **options: Any) -> None:
        try:
            with warnings_as_notes(rephrase):
                command(*args, **options)
        except BrokenPipeError:
            raise  # the reader has closed the pipe
        except MemoryError as error:
            raise CommandError(f"There is not enough memory. {error}") from error
        except (ValueError, TypeError, OSError, ImportError) as error:
            raise CommandError(rephrase(str(error))) from error

    return run_command


app = typer.Typer(
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (compare, evaluate, explain, info, convert, combine, transform):
    app.command()(_with_messages(command))


def _show_version(is_wanted: bool) -> None:
    """Print the version and stop."""
    if is_wanted:
        say(f"skmeta {__version__}")
        raise typer.Exit


_VERSION = typer.Option(
    "--version",
    help="Show the version and exit.",
    callback=_show_version,
    is_eager=True,
)


@app.callback()
def _skmeta(version: Annotated[bool, _VERSION] = False) -> None:
    """Word embeddings and meta-embeddings for text classification."""


def run() -> None:
    """Run the command; errors that the user can fix are printed on one line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not every character can be encoded
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends workers too
    try:
        code = app(args=sys.argv[1:] or ["--help"], standalone_mode=False)
    except CommandError as error:
        say(f"Error: {error}", stderr=True, style="red")
        sys.exit(1)
    except _UsageError as error:
        message = error.format_message().replace(": Value error, ", ": ")  # pydantic's
        say(f"Error: {message}", stderr=True, style="red")
        if error.ctx is not None:
            say(f"Try: {error.ctx.command_path} --help", stderr=True)
        sys.exit(2)
    sys.exit(code or 0)
