"""Texts with their tokens, for transformers that read either of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._only_column import take_only_column
from skmeta._documents._stream import is_reiterable

__all__ = ["TextBatch", "TokenizedTexts", "are_texts"]


class TokenizedTexts(list):
    """Token lists, and the texts that they were tokenized from.

    Parameters
    ----------
    documents : list of lists of str
    texts : list of str
    """

    def __init__(self, documents: list[list[str]], texts: list[str]) -> None:
        super().__init__(documents)
        self.texts = texts

    def take(self, rows: Iterable[int]) -> TokenizedTexts:
        """Return some of them, in the order of their numbers."""
        rows = list(rows)
        return TokenizedTexts([self[i] for i in rows], [self.texts[i] for i in rows])


class TextBatch(DocumentBatch):
    """Texts that are transformed together; they are tokenized on demand.

    Parameters
    ----------
    texts : list of str
    tokenize : callable
        Takes texts, returns token lists.
    """

    def __init__(
        self, texts: list[str], tokenize: Callable[[list[str]], list[list[str]]]
    ) -> None:
        super().__init__(texts)
        self._texts = texts
        self._tokenize = tokenize

    @classmethod
    def of_tokenized(cls, documents: TokenizedTexts) -> TextBatch:
        """Return a batch of texts whose tokens are there."""
        return cls(documents.texts, lambda _: list(documents))

    def listed(self) -> list[list[str]]:
        """Return the token lists."""
        return self.checked()

    def checked(self) -> list[list[str]]:
        """Return the token lists."""
        if self._checked is None:
            self._checked = self._tokenize(self.X)
        return self._checked


def are_texts(X: Any) -> bool:
    """Return whether the first of a collection of documents is a text.

    Parameters
    ----------
    X : object
        Not an iterator, whose first document would be lost.
    """
    if isinstance(X, str | bytes | TokenizedTexts):
        return False
    if is_reiterable(X):
        return isinstance(next(iter(X), None), str)
    X = take_only_column(X)
    try:
        head = getattr(X, "iloc", X)[:1]
        for as_list in ("to_pylist", "to_list", "tolist"):
            if hasattr(head, as_list):
                head = getattr(head, as_list)()
        return len(head) > 0 and isinstance(head[0], str)
    except (TypeError, KeyError, IndexError, ValueError):
        return False  # not a collection of documents; others raise the error
