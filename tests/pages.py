"""The Python code on pages, typed into an interpreter as a reader pastes it."""

import ast
import code
import re
import sys
from pathlib import Path

import pytest

from skmeta._native import training_kernels

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(
    r"^( *)```python\n(.*?)^ *```\n(?:\n```text\n(?P<printed>.*?)^```)?", re.M | re.S
)
_TRAINS = re.compile(r"(Word2Vec|FastText|Doc2Vec)Vectorizer\(|text_pipeline\(")
_NUMBER = re.compile(r"[-+]?\d[\d,]*\.?\d*(?:e[-+]?\d+)?")
_STATED = re.compile(r"^(?P<expression>\S.*?)  # (?P<value>.+)$")


def read_blocks(page):
    """Return the Python blocks of a page, without the indent they have there."""
    return [block for block, _ in read_examples(page)]


def read_examples(page):
    """Return the Python blocks of a page, each with what the page says it prints.

    That is the block of text right below it; None where there is none.
    """
    return [
        (re.sub(rf"^{match[1]}", "", match[2], flags=re.M), match["printed"])
        for match in _BLOCK.finditer(page.read_text("utf-8"))
    ]


def check_printed(printed, stated):
    """Compare what a block printed with what its page states.

    Numbers may differ by a tenth or by 0.05, and quoted words at all: documentation of
    other versions of the packages has other words.
    """
    numbers, stated_numbers = (
        [float(number.replace(",", "")) for number in _NUMBER.findall(text)]
        for text in (printed, stated)
    )
    words, stated_words = (
        _NUMBER.sub("#", re.sub(r"'\w+' ", "'' ", text)).split()
        for text in (printed, stated)
    )
    assert words == stated_words
    assert numbers == pytest.approx(stated_numbers, rel=0.1, abs=0.05)


def paste(block, names):
    """Run a block line by line, as Python's prompt does; raise what it would print.

    A comment after an expression that is a Python literal must be its value.
    """
    if training_kernels is None and _TRAINS.search(block):
        pytest.skip("trains for minutes without the compiled kernels")
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
