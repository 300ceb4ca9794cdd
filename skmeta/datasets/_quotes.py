"""Whether the quotes in the lines of a table enclose fields, or belong to texts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Quotes", "inspect_quotes"]


class Quotes(NamedTuple):
    """What the quotes of a table do, if they are read as those of CSV."""

    merged: tuple[int, int] | None
    """The first and last line of the first row of several lines, each of which has as
    many fields as the header by itself; None if there is no such row."""
    are_closed: bool
    """Whether each quote that begins a field is closed at the end of one."""
    odd_line: int | None
    """The first line that has not as many fields as the header, and two or more; None
    if all have."""
    open_from: int | None
    """The line with a quote that no later one closes; None if there is none."""
    mostly_enclose: bool
    """Whether most fields that begin with a quote end with its closing one."""


def inspect_quotes(lines: Iterable[str], sep: str) -> Quotes:
    """Inspect the quotes of a table, of which the first line is the header."""
    n_fields, are_closed = 0, True
    odd_line: int | None = None
    n_opening = n_enclosed = 0
    merged: tuple[int, int] | None = None
    opened: int | None = None  # the line in which a quote was opened
    is_merged = False  # whether all lines since then have as many fields as the header
    number = 0
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r\n")
        if not line.strip(" "):
            continue
        fields = line.split(sep)
        n_fields = n_fields or len(fields)
        is_row = len(fields) == n_fields > 1
        if not is_row:
            odd_line = odd_line or number
        is_merged &= is_row
        for field in fields:
            begins = field.startswith('"')
            n_opening += begins
            n_enclosed += begins and _find_end(field[1:]) == (True, True)
            if opened is None and not begins:
                continue
            is_end, is_sound = _find_end(field if opened is not None else field[1:])
            are_closed &= is_sound
            if not is_end and opened is None:
                opened, is_merged = number, is_row
            elif is_end:
                if opened not in (None, number) and is_merged:
                    merged = merged or (opened or number, number)
                opened = None
    if opened is not None:
        are_closed = False
        merged = merged or ((opened, number) if is_merged else None)
    mostly_enclose = n_enclosed * 2 > n_opening
    return Quotes(merged, are_closed, odd_line, opened, mostly_enclose)


def _find_end(field: str) -> tuple[bool, bool]:
    """Return whether a field inside quotes has a closing one, and only at its end."""
    quotes = field.replace('""', "")  # two are one that belongs to the text
    n_quotes = quotes.count('"')
    return n_quotes > 0, n_quotes == 0 or (n_quotes == 1 and quotes.endswith('"'))
