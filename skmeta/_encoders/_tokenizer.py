"""The tokenizer of an encoder: texts to the numbers of its tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tokenizers import Tokenizer as _Tokenizer

from skmeta._reading._guard import reading

__all__ = ["ModelTokenizer", "Tokens"]


class Tokens(NamedTuple):
    """The tokens of a text."""

    ids: list[int]
    type_ids: list[int]
    texts: list[str]
    spans: list[tuple[int, int]]  # of characters in the text
    is_special: list[int]  # 1 for what the model adds


class ModelTokenizer:
    """Turn texts into tokens as the file tokenizer.json says.

    Texts are taken one by one: the threads of the package below would not survive a
    fork, and texts are encoded in threads anyway.

    Parameters
    ----------
    path : Path
    max_length : int
        Further tokens are cut off; special ones count.
    lowercase : bool
    """

    def __init__(self, path: Path, max_length: int, lowercase: bool = False) -> None:
        self.lowercase = lowercase
        with reading(path, "a tokenizer of the package tokenizers"), _panics_raised():
            self._tokenizer = _Tokenizer.from_file(str(path))
            self._tokenizer.no_padding()
            self.n_special = self._tokenizer.num_special_tokens_to_add(False)
            self.max_length = max_length
            if max_length > self.n_special:
                self._tokenizer.enable_truncation(max_length)
        if max_length <= self.n_special:
            raise ValueError(
                f"Found max_length={max_length}, expected more than the "
                f"{self.n_special} special tokens that the model adds to each text."
            )

    def encode(self, text: str) -> Tokens:
        """Return the tokens of a text, special ones included."""
        with _panics_raised():
            found = self._tokenizer.encode(text.lower() if self.lowercase else text)
        return Tokens(
            found.ids,
            found.type_ids,
            found.tokens,
            found.offsets,
            found.special_tokens_mask,
        )

    def encode_ids(self, text: str) -> tuple[list[int], list[int]]:
        """Return the numbers of a text's tokens, and their types."""
        with _panics_raised():
            found = self._tokenizer.encode(text.lower() if self.lowercase else text)
        return found.ids, found.type_ids


@contextmanager
def _panics_raised() -> Iterator[None]:
    """Raise a panic of the compiled package as an error: it is no Exception."""
    try:
        yield
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise ValueError(f"the tokenizer failed: {str(problem)[:200]}") from None
