"""Advice in terms of the command line: `encoding=` is `--encoding` there."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["in_options"]

# Names of files stand in quotes, and are left as they are; "can't" opens none.
_SETTING = re.compile(
    r"(?<![\w'])'[^'\n]*'(?!\w)"
    r"|(?<![^\s(])(?P<name>[a-z_]+)=(?P<value>'[^'\n]*'|\w*)"
)
_OF_CONVERT = ("encoding", "errors")


def in_options(message: str, options: Collection[str]) -> str:
    """Return a message in which settings are options of a command.

    Parameters
    ----------
    message : str
        As functions of this package raise it: "Set encoding= ...".
    options : collection of str
        The parameters of the command. What it lacks may be an option of skmeta convert;
        other settings are left as they are.
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
        if name == "trusted":  # lets a file run code: not by an option
            return f"load_vectors(..., {match[0]}) in Python"
        return match[0]

    return _SETTING.sub(rephrase, message)
