"""Rewrite advice for the command line: `encoding=` becomes `--encoding`."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["in_options"]

# Quoted file names are not changed; the apostrophe in "can't" opens no quote.
_SETTING = re.compile(
    r"(?<![\w'])'[^'\n]*'(?!\w)"
    r"|(?<![^\s(])(?P<name>[a-z_]+)=(?P<value>'[^'\n]*'|\w*)"
)
_OF_CONVERT = ("encoding", "errors")


def in_options(message: str, options: Collection[str]) -> str:
    """Return a message with settings rewritten as options of a command.

    Parameters
    ----------
    message : str
        As raised by functions of this package: "Set encoding= ...".
    options : collection of str
        The parameters of the command. Others may be options of skmeta convert, or are
        not rewritten.
    """

    def rephrase(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        option = f"--{name.replace('_', '-')} {match['value'].strip(chr(39))}".rstrip()
        if name in options:
            return option
        if name in _OF_CONVERT:
            return f"skmeta convert {option}"
        if name == "trusted":  # lets a file run code, so there is no option
            return f"load_vectors(..., {match[0]}) in Python"
        return match[0]

    return _SETTING.sub(rephrase, message)
