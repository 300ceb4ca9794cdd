"""Rewrite advice for the command line: `encoding=` becomes `--encoding`."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["in_options"]

# Quoted file names are not changed; the apostrophe in "can't" opens no quote.
_SETTING = re.compile(
    r"(?<![\w'])'[^'\n]*'(?!\w)"
    r"|(?<![^\s(])(?P<name>[a-z_]+)=(?P<value>'[^'\n]*'|\w*)"
    r"|\b(?P<word>larger max_bytes|n_components)\b(?!=)"
)
_OF_CONVERT = ("encoding", "errors")
_OF_PYTHON = ("format", "max_bytes", "trusted")  # of load_vectors: no options
_OTHER_NAMES = {"n_components": "dim"}


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
        if match["word"] == "n_components" and "dim" in options:
            return "--dim"
        if match["word"] == "larger max_bytes":
            return f"{match[0]} in Python"
        if name is None:
            return match[0]
        is_argument = message[: match.start()].endswith("(")  # SVD(n_components=2)
        if _OTHER_NAMES.get(name) in options and not is_argument:
            name = _OTHER_NAMES[name]
        option = f"--{name.replace('_', '-')} {match['value'].strip(chr(39))}".rstrip()
        if name in options:
            return option
        if name in _OF_CONVERT:
            return f"skmeta convert {option}"
        if name in _OF_PYTHON:
            return f"load_vectors(..., {name}={match['value'] or '...'}) in Python"
        if not match["value"]:  # advice to set what is no option
            return f"{name}= in Python"
        return match[0]

    return _SETTING.sub(rephrase, message)
