"""Documents and queries are texts or token lists: all of them one of these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from skmeta._documents._check import check_collection, short_repr

__all__ = ["check_kinds", "check_same_kind", "check_texts_or_tokens"]


def check_kinds(X: Any) -> list[Any]:
    """Return documents as a list, if all or none of them are texts.

    Raises
    ------
    TypeError
        If some are texts and others are not.
    """
    check_texts_or_tokens(X)
    items = list(X)
    check_same_kind(items, items[:1], 0)
    return items


def check_texts_or_tokens(X: Any) -> None:
    """Raise if X is obviously not a collection of texts or token lists."""
    if isinstance(X, str):
        raise TypeError(
            f"X is the string {short_repr(X)}, expected a collection of texts or of "
            "token lists. For one text pass a list that holds it, e.g. X = [text]."
        )
    check_collection(X)


def check_same_kind(items: Iterable[Any], first: list[Any], n_before: int) -> None:
    """Raise where one of some documents is a text and the first is not, or vice versa.

    Parameters
    ----------
    items : iterable of documents
    first : list of one document
        The first of all.
    n_before : int
        How many documents come before these.
    """
    is_text = [isinstance(item, str) for item in first]
    for number, item in enumerate(items, n_before):
        if [isinstance(item, str)] != is_text:
            expected, instead = "a list of tokens", "a list, or empty, []"
            if is_text[0]:
                expected, instead = "a text (str)", "a text, or empty, ''"
            raise TypeError(
                f"Document {number} is {short_repr(item)} of type "
                f"{type(item).__name__}, expected {expected} like document 0. Make it "
                f"{instead}."
            )
