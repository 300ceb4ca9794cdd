"""The file tokenizer.json, as the package tokenizers reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tokenizers import Tokenizer

from skmeta._reading._guard import reading

__all__ = ["open_tokenizer", "panics_raised", "parse_tokenizer"]


def open_tokenizer(path: Path) -> Tokenizer:
    """Open a tokenizer that pads and truncates nothing, or raise if it is damaged."""
    with reading(path, "a tokenizer of the package tokenizers"), panics_raised():
        return _without_limits(Tokenizer.from_file(str(path)))


def parse_tokenizer(content: str) -> Tokenizer:
    """Make a tokenizer of the content of a file."""
    with panics_raised():
        return _without_limits(Tokenizer.from_str(content))


def _without_limits(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@contextmanager
def panics_raised() -> Iterator[None]:
    """Raise a panic of the compiled package as an error: it is no Exception."""
    try:
        yield
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise ValueError(f"the tokenizer failed: {str(problem)[:200]}") from None
