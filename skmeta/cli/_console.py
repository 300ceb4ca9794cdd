"""Print text in which control characters and markup have no effect."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

from skmeta._messages import printable

__all__ = ["cell", "make_console", "say", "warnings_as_notes"]


def make_console(*, stderr: bool = False) -> Console:
    """Return a console that does not interpret markup in text."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def say(text: str, *, stderr: bool = False, style: str | None = None) -> None:
    """Print a line without wrapping it."""
    make_console(stderr=stderr).print(printable(text), style=style, soft_wrap=True)


def cell(text: object) -> Text:
    """Return the text of a cell, on one line."""
    return Text(printable(str(text), one_line=True))


@contextmanager
def warnings_as_notes(rephrase: Callable[[str], str]) -> Iterator[None]:
    """Print each warning once, on one line, above progress bars."""
    shown = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        from tqdm import tqdm

        note = " ".join(rephrase(str(message)).split())
        if note not in shown:
            shown.add(note)
            with tqdm.external_write_mode(file=sys.stderr):
                say(f"Note: {note}", stderr=True)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
