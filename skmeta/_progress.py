"""Progress on standard error, for long work with ``verbose=1``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from tqdm.auto import tqdm

from skmeta._messages import printable

__all__ = ["progress"]

_LARGE = 100_000  # steps: shown in thousands and millions, as bytes
_FIRST_PAUSE = 10.0  # seconds until the first line of a log; then doubled
_LINE = (
    "{desc}: {percentage:.0f}%, {n_fmt}/{total_fmt} [{elapsed}, {rate_fmt}{postfix}]"
)
_ENDLESS_LINE = "{desc}: {n_fmt}{unit} [{elapsed}, {rate_fmt}{postfix}]"


class _Bar(tqdm):
    """A bar without tqdm's thread, which would not survive a fork."""

    monitor_interval = 0
    monitor = None  # not the one that bars of others have started

    @staticmethod
    def format_meter(*args: Any, **kwargs: Any) -> str:
        """Write a line, without a blank in seconds per step."""
        return tqdm.format_meter(*args, **kwargs).replace("s/ ", "s/")


@contextmanager
def progress(
    what: str,
    total: int | None,
    verbose: int,
    unit: str = "it",
    initial: int = 0,
) -> Iterator[Callable[..., None]]:
    """Show a progress bar while the block runs; call what it yields after each step.

    Where standard error is neither a terminal nor a notebook, a few plain lines are
    printed instead: after 10, 30, 70, ... seconds, and at the end.

    Parameters
    ----------
    what : str
        The label of the bar.
    total : int or None
        The number of steps; None where it is not known.
    verbose : int
        0 shows nothing.
    unit : str, default="it"
        The unit of steps: "epochs", "tokens"; "B" for bytes.
    initial : int, default=0
        Steps that were done before; they do not count in the rate.

    Yields
    ------
    advance : callable
        Takes the number of steps done, and a text to show behind the bar.
    """
    if not verbose:
        yield lambda n_steps=1, text="": None
        return
    show = _show_bar if _is_live() else _show_lines
    what, is_large = printable(what, one_line=True), (total or 0) >= _LARGE
    unit = unit if unit in ("it", "B") else f" {unit}"  # 3it/s and 5MB/s, 3 epochs/s
    with show(what, total, unit, is_large or unit == "B", initial) as advance:
        lock = Lock()

        def advance_safely(n_steps: int = 1, text: str = "") -> None:
            with lock:  # threads that share the work share the bar
                advance(n_steps, printable(text, one_line=True))

        yield advance_safely


def _is_live() -> bool:
    """Return whether a line on standard error can be overwritten."""
    if type(sys.stderr).__module__.startswith("ipykernel"):
        return True
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns > 0
    except (OSError, ValueError):  # not a terminal, or a stream without a file
        return False


@contextmanager
def _show_bar(
    what: str, total: int | None, unit: str, unit_scale: bool, initial: int
) -> Iterator[Callable[[int, str], None]]:
    """Show a bar with tqdm."""
    with _Bar(
        desc=what,
        total=total,
        unit=unit,
        unit_scale=unit_scale,
        initial=initial,
        miniters=1,
        dynamic_ncols=True,
        file=sys.stderr,
    ) as bar:

        def advance(n_steps: int, text: str) -> None:
            if bar.total is not None and bar.n + n_steps > bar.total:
                bar.total = None  # it was an estimate
            if text:
                bar.set_postfix_str(text, refresh=False)
            bar.update(n_steps)

        yield advance


@contextmanager
def _show_lines(
    what: str, total: int | None, unit: str, unit_scale: bool, initial: int
) -> Iterator[Callable[[int, str], None]]:
    """Print a few lines, for logs and pipes."""
    start = time.perf_counter()
    done, note, pause = initial, "", _FIRST_PAUSE
    due = start + pause

    def show() -> None:
        is_known = total is not None and 0 < total >= done
        line = _Bar.format_meter(
            done,
            total if is_known else None,
            time.perf_counter() - start,
            prefix=what,
            unit=unit,
            unit_scale=unit_scale,
            postfix=note,
            initial=initial,
            bar_format=_LINE if is_known else _ENDLESS_LINE,
        )
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def advance(n_steps: int, text: str) -> None:
        nonlocal done, note, pause, due
        done, note = done + n_steps, text or note
        if time.perf_counter() >= due and done != total:
            show()
            pause *= 2
            due = time.perf_counter() + pause

    try:
        yield advance
    finally:
        show()
