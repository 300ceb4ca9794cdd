"""Parts of messages: what to install, and text that is safe to print."""

from __future__ import annotations

import re

__all__ = ["missing_package", "printable"]

# Control characters except tab and newline, and those that reorder text.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def missing_package(what: str, package: str, extra: str) -> str:
    """Return the message for an optional package that is not installed.

    Parameters
    ----------
    what : str
        What needs it.
    package : str
    extra : str
        The extra of skmeta that installs it.
    """
    return (
        f'{what} needs {package}. Install it with: pip install "skmeta[{extra}]", in a '
        f'checkout of skmeta with: pip install ".[{extra}]"'
    )


def printable(text: str, *, one_line: bool = False) -> str:
    r"""Return text in which control characters are written as Python escapes.

    File names and tokens may contain escape sequences that a terminal interprets.

    Parameters
    ----------
    text : str
    one_line : bool, default=False
        Escape newlines and tabs too.

    Examples
    --------
    >>> from skmeta._messages import printable
    >>> printable("red \x1b[31m.csv")
    'red \\x1b[31m.csv'
    """
    text = _UNPRINTABLE.sub(_escape, text)
    if one_line:
        text = text.replace("\n", r"\n").replace("\t", r"\t")
    return text


def _escape(match: re.Match[str]) -> str:
    """Return the escape of the one character found."""
    return match[0].encode("unicode_escape").decode("ascii")
