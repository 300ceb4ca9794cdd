"""One line of progress on standard error, for long work with ``verbose=1``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["progress"]

_WIDTH = 30


@contextmanager
def progress(what: str, total: int, verbose: int) -> Iterator[Callable[..., None]]:
    """Show a bar while the block runs; call what it gives after each step.

    It takes the number of steps done, and a text to stand behind the bar.

    Parameters
    ----------
    what : str
        Stands before the bar.
    total : int
        The number of steps; bytes may be steps, several done at once.
    verbose : int
        0 shows nothing.
    """
    if not verbose:
        yield lambda n_steps=1, text="": None
        return
    done, start = 0, time.perf_counter()
    total, note, width = max(total, 1), "", 0

    def show() -> None:
        nonlocal width
        filled = _WIDTH * done // total
        bar = "#" * filled + "." * (_WIDTH - filled)
        seconds = time.perf_counter() - start
        line = f"{what} [{bar}] {done:,}/{total:,}  {seconds:.1f} s{note}"
        sys.stderr.write(f"\r{line.ljust(width)}")  # over all of a longer one
        width = len(line)
        sys.stderr.flush()

    def advance(n_steps: int = 1, text: str = "") -> None:
        nonlocal done, total, note
        note = f"  {text}" if text else ""
        done += n_steps
        total = max(done, total)  # compressed files hold more than their size
        show()

    show()
    try:
        yield advance
    finally:
        sys.stderr.write("\n")
