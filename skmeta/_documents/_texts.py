"""Validation of texts, for transformers that accept texts or token lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any

import numpy as np

from skmeta._documents._check import refuse_dask, short_repr
from skmeta._documents._only_column import is_frame, take_only_column

__all__ = ["check_texts", "check_unicode", "list_values"]

_Tokens = list | tuple | np.ndarray


def check_texts(X: Any, first_number: int = 0) -> list[str]:
    """Return texts; the tokens of a token list are joined with spaces.

    Parameters
    ----------
    X : iterable of str or of token lists
        A list, a generator, a numpy array, a column of a data frame, or a frame of one
        column.
    first_number : int, default=0
        What messages call the first text.

    Returns
    -------
    texts : list of str

    Raises
    ------
    TypeError
        If X is a single string or no collection, or an entry is neither a text nor a
        list of them.
    ValueError
        If X is empty.
    """
    texts = [
        text if type(text) is str else _as_text(text, number)
        for number, text in enumerate(list_values(X), first_number)
    ]
    if not texts:
        raise ValueError(
            f"Found 0 sample(s) in X, an empty {type(X).__name__}, while at least one "
            "text is required. Check what was selected before this step."
        )
    return texts


def list_values(X: Any) -> list:
    """Return the entries of a collection of texts, unchecked."""
    X = take_only_column(X)
    is_iterable = isinstance(X, Iterable) or is_frame(X)
    if isinstance(X, str | bytes | Mapping | Set) or not is_iterable:
        raise TypeError(
            f"X is {short_repr(X)} of type {type(X).__name__}, expected a collection "
            "of texts. For one text pass a list that holds it, e.g. X = [text]."
        )
    refuse_dask(X)
    if is_frame(X):
        raise TypeError(
            f"X is a whole {type(X).__name__} with columns "
            f"{short_repr(list(getattr(X, 'column_names', X.columns)))}, expected the "
            "one column that holds the texts. Pass it alone, e.g. X['text']."
        )
    for as_list in ("to_pylist", "to_list", "tolist"):
        if hasattr(X, as_list):
            return getattr(X, as_list)()
    return list(X)


def check_unicode(texts: Iterable[str]) -> None:
    """Raise if a text cannot be written as UTF-8, which tokenizers of models need.

    Raises
    ------
    ValueError
        If it contains a lone surrogate, half of a character.
    """
    for text in texts:
        if text.isascii():
            continue
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError(
                f"Found the text {short_repr(text)}, which contains a lone surrogate "
                f"at {error.start}, expected Unicode text. Fix it, e.g. "
                "text.encode('utf-8', 'replace').decode()."
            ) from error


def _as_text(text: Any, number: int) -> str:
    """Convert a text or a token list to a plain str, or raise."""
    if isinstance(text, str):
        return str.__str__(text)
    tokens = text.tolist() if isinstance(text, np.ndarray) else text
    if isinstance(tokens, list | tuple) and all(isinstance(t, str) for t in tokens):
        return " ".join(tokens)
    if isinstance(text, bytes):
        advice = "Decode it first, e.g. text.decode()."
    elif isinstance(text, _Tokens):
        advice = "Tokens are str; drop others, or write them as words, e.g. str(token)."
    else:
        advice = "Fill missing texts first, e.g. X = X.fillna('')."
    raise TypeError(
        f"Text {number} is {short_repr(text)} of type {type(text).__name__}, expected "
        f"a str or a list of tokens. {advice}"
    )
