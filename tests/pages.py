"""The Python code on pages, typed into an interpreter as a reader pastes it."""

import ast
import code
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```", re.M | re.S)
_STATED = re.compile(r"^(?P<expression>\S.*?)  # (?P<value>.+)$")


def read_blocks(page):
    """Return the Python blocks of a page, without the indent they have there."""
    return [
        re.sub(rf"^{indent}", "", block, flags=re.M)
        for indent, block in _BLOCK.findall(page.read_text("utf-8"))
    ]


def paste(block, names):
    """Run a block line by line, as Python's prompt does; raise what it would print.

    A comment after an expression that is a Python literal must be its value.
    """
    console = _Console(names)
    shown = []
    hook, sys.displayhook = sys.displayhook, shown.append
    try:
        for line in [*block.splitlines(), ""]:
            shown.clear()
            console.push(line)
            stated = _STATED.match(line)
            if stated and shown and _is_literal(stated["value"]):
                assert repr(shown[-1]) == stated["value"], line
    finally:
        sys.displayhook = hook
    assert not console.buffer, f"the prompt waits for more after {console.buffer}"


class _Console(code.InteractiveConsole):
    """An interactive prompt that raises errors in place of printing them."""

    def showsyntaxerror(self, *args, **kwargs):
        raise

    def showtraceback(self):
        raise


def _is_literal(text):
    """Check whether a comment is a value, not a sentence."""
    try:
        ast.literal_eval(text)
    except (SyntaxError, ValueError):
        return False
    return True
