"""Split lines of text into a word and its numbers."""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from skmeta._messages import count_of

__all__ = [
    "TextLayout",
    "describe_text",
    "ends_in_numbers",
    "find_layout",
    "holds_number",
    "is_writable",
    "split_row",
]

_N_ROWS_SEEN = 20  # the majority decides the layout
_TABS = ". If the word is {!r}, end words with a tab instead of a space"
_BLANKS = re.compile(r"([ \t]+)")
_NUMBER = re.compile(
    r"[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|nan|inf|infinity)",
    re.ASCII | re.IGNORECASE,
)
_NUMBER_LIKE = re.compile(  # numbers with other separators
    r"[-+]?[.,;|]*\d[\d.,;|]*(?:e[-+]?\d+[,;|]?)?", re.ASCII | re.IGNORECASE
)
_INTEGER = re.compile(r"[-+]?\d+", re.ASCII)


class TextLayout(NamedTuple):
    """The layout of a text file's rows."""

    n_words: int | None  # from the header; None without one
    vector_size: int  # 0 if the lines are not rows of a word and numbers
    has_tabs: bool  # words end at the first tab, else at the first blank


def find_layout(start: str) -> TextLayout:
    """Infer the layout from the first lines of a file.

    A header states the number of dimensions; without one the majority of rows decides.

    Parameters
    ----------
    start : str
        The beginning of the file; its last line may be cut off.

    Returns
    -------
    layout : TextLayout
    """
    if "\n" not in start:
        start = start.replace("\r", "\n")
    lines = [line.strip(" \r") for line in start.split("\n", _N_ROWS_SEEN + 1)]
    first, *rows = lines[: _N_ROWS_SEEN + 1]
    rows = [row for row in rows if row]
    n_tabs = sum("\t" in row for row in (rows or [first]))
    has_tabs = 2 * n_tabs > len(rows or [first])
    n_numbers = [_count_numbers(row, has_tabs) for row in rows]
    fields = first.split()
    if len(fields) == 2 and all(map(_is_size, fields)):
        n_words, vector_size = map(int, fields)
        is_row = vector_size != 1 and len(rows) > 1 and set(n_numbers[:3]) == {1}
        if not is_row:  # else all lines are a word and one number
            return TextLayout(n_words, vector_size, has_tabs)
    of_first = _count_numbers(first, has_tabs)
    counted = Counter(n for n in (of_first, *n_numbers) if n)
    if not counted or (not of_first and 2 * counted.total() <= len(rows)):
        return TextLayout(None, 0, has_tabs)
    return TextLayout(None, counted.most_common(1)[0][0], has_tabs)


def _divide(line: str) -> list[str]:
    """Return the fields of a line, separated by spaces and tabs only."""
    return _BLANKS.split(line.strip(" \t"))[::2]


def _is_size(field: str) -> bool:
    """Return whether a field of a header is an integer of moderate length."""
    return field.isascii() and field.isdecimal() and len(field) < 19


def _count_numbers(line: str, has_tabs: bool) -> int:
    """Count the numbers at the end of a line; its first field is the word."""
    _, tab, rest = line.partition("\t")
    fields = _divide(rest) if has_tabs and tab else _divide(line)[1:]
    n_numbers = 0
    for field in reversed(fields):
        if not _NUMBER.fullmatch(field):
            break
        n_numbers += 1
    return n_numbers


def split_row(line: str, layout: TextLayout) -> tuple[str, list[str]]:
    """Split a line into its word and its numbers.

    Parameters
    ----------
    line : str
        Without blanks at either end.
    layout : TextLayout

    Returns
    -------
    word : str
    numbers : list of str

    Raises
    ------
    ValueError
        If the number of dimensions differs from the layout's, or the word might end
        with a number.
    """
    size = layout.vector_size
    if layout.has_tabs and "\t" in line:
        word, _, rest = line.partition("\t")
        word, numbers = word.rstrip(" "), _divide(rest)
    else:
        parts = _BLANKS.split(line)  # fields, and the blanks between them
        n_fields = len(parts) // 2 + 1
        stop = 2 * max(n_fields - size, 1) - 1  # a word may hold blanks
        word, numbers = "".join(parts[:stop]), parts[stop + 1 :: 2]
    if "\r" in line or "\t" in word:
        what = "a carriage return" if "\r" in line else "a tab"
        raise ValueError(
            f"({word[:60]!r}) holds {what} within the row, expected all rows to have "
            "the same separators and line ends"
        )
    if not line:
        raise ValueError(f"is empty: it has 0 numbers, expected {size}")
    if not word:
        raise ValueError("starts with a tab, expected a word there")
    if holds_number(word, layout.has_tabs):
        n_found = _count_numbers(line, False)
        if n_found <= size:
            raise ValueError(
                f"has numbers within its word {word[:60]!r}, expected a word and "
                f"{count_of(size, 'number')} separated by spaces or tabs. Perhaps a "
                "line end is missing"
            )
        hint = "" if holds_number(word, True) else _TABS.format(word[:60])
        first = _divide(word)[0][:60]
        raise ValueError(
            f"({first!r}) has {count_of(n_found, 'number')}, expected {size}{hint}"
        )
    if len(numbers) != size:
        raise ValueError(
            f"({word[:60]!r}) has {count_of(len(numbers), 'number')}, expected {size}"
        )
    for number in numbers:
        if not _NUMBER.fullmatch(number):
            hint = ""
            if _NUMBER_LIKE.fullmatch(number):
                hint = ". Write decimal points in place of commas"
            raise ValueError(
                f"({word[:60]!r}) holds {number[:60]!r} in place of a number, expected "
                f"{count_of(size, 'number')}{hint}"
            )
    return word, numbers


def ends_in_numbers(line: str, size: int) -> bool:
    """Return whether a line is a word and n numbers, perhaps with decimal commas."""
    fields = _divide(line.rstrip("\r"))
    return len(fields) > size and all(
        map(_is_number_like, fields[len(fields) - size :])
    )


def describe_text(start: str) -> str:
    """Describe a text that holds no rows of vectors, "" if unknown."""
    line = start.partition("\n")[0].strip()
    fields = _divide(line)[1:]
    if fields and all(map(_is_number_like, fields)):
        return "Its numbers have decimal commas, expected points. Replace them."
    for separator in (",", ";"):
        fields = [field.strip() for field in line.split(separator)[1:]]
        if fields and all(map(_NUMBER.fullmatch, fields)):
            return (
                f"Its rows are separated by {separator!r}, expected spaces or tabs. "
                f"Load pandas.read_csv(path, sep={separator!r}, index_col=0, "
                "header=None, keep_default_na=False) in place of the path."
            )
    return ""


def _is_number_like(field: str) -> bool:
    """Return whether a field is a number, perhaps with commas."""
    return bool(_NUMBER_LIKE.fullmatch(field) or _NUMBER.fullmatch(field))


def holds_number(word: str, ends_with_tab: bool) -> bool:
    """Return whether a word of several parts may include a number of its row."""
    if " " not in word:
        return False
    for field in word.split(" ")[1:]:
        is_allowed = ends_with_tab and _INTEGER.fullmatch(field)
        if _is_number_like(field) and not is_allowed:
            return True
    return False


def is_writable(word: str) -> bool:
    """Return whether a row of text, separated by blanks, restores the word."""
    return (
        bool(word)
        and not any(character in word for character in "\n\r\t")
        and word == word.strip(" ")
        and not word.startswith("\ufeff")
        and not holds_number(word, False)
    )
