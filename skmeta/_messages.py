"""Parts of messages: what to install, and text that is safe to print."""

from __future__ import annotations

import re
from importlib.util import find_spec

__all__ = ["count_of", "is_installed", "missing_package", "printable", "verb_of"]

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


def is_installed(package: str) -> bool:
    """Return whether an optional package can be imported."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def count_of(number: int, noun: str, nouns: str | None = None) -> str:
    """Return a number with its noun, which is plural except for 1.

    Parameters
    ----------
    number : int
    noun : str
        In the singular.
    nouns : str, default=None
        In the plural. None: with an "s" at the end.

    Examples
    --------
    >>> from skmeta._messages import count_of
    >>> count_of(1, "document"), count_of(2_000, "query", "queries")
    ('1 document', '2,000 queries')
    """
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def verb_of(number: int, one: str, several: str) -> str:
    """Return the form of a verb, "is" or "are", that goes with a number."""
    return one if number == 1 else several


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
