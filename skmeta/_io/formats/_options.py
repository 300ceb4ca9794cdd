"""What is read of a file: how much, which words, how strictly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from skmeta._io.formats._types import Errors

__all__ = ["ERRORS", "Options", "wanted_words"]

ERRORS: tuple[str, ...] = get_args(Errors)


@dataclass(frozen=True)
class Options:
    """How to read a file of word vectors.

    Parameters
    ----------
    limit : int or None
        Rows to read at most.
    wanted : set of str or None
        The words to keep; None keeps all.
    encoding : str
    errors : {"strict", "ignore", "replace", "skip"}
        What becomes of invalid text; "skip" leaves out every unsound row.
    trusted : bool
        Whether a pickle may run code.
    verbose : int
    max_bytes : int or None
        What reading may take; None goes by the size of the file.
    """

    limit: int | None = None
    wanted: frozenset[str] | None = None
    encoding: str = "utf-8"
    errors: str = "strict"
    trusted: bool = False
    verbose: int = 0
    max_bytes: int | None = None

    @property
    def text_errors(self) -> str:
        """What Python's decoder is told."""
        return "strict" if self.errors == "skip" else self.errors


def wanted_words(vocabulary: Iterable | None) -> frozenset[str] | None:
    """Return the words of a vocabulary: of words, of documents, or a dict's keys."""
    if vocabulary is None:
        return None
    if isinstance(vocabulary, str):
        raise TypeError(
            f"Found vocabulary={vocabulary[:60]!r}, a string; expected words or "
            "documents. For one word pass a list that holds it."
        )
    wanted: set[str] = set()
    for entry in vocabulary:
        wanted.update([entry] if isinstance(entry, str) else entry)
    return frozenset(wanted)
