"""What a document is: a list of tokens."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Set
from itertools import chain
from typing import Any, NoReturn

from skmeta._documents._only_column import is_frame, take_only_column
from skmeta._native import kernels

__all__ = [
    "check_collection",
    "check_documents",
    "check_tokens",
    "list_documents",
    "refuse_dask",
    "short_repr",
]

_TOKENIZE = (
    "Tokenize first, e.g. X = [text.split() for text in X], or start the pipeline "
    "with skmeta.Tokenizer()."
)
_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60
_short.maxlevel = 3  # nested lists could make it any length


def short_repr(value: Any) -> str:
    """Return a repr short enough for an error message."""
    if hasattr(value, "get_params"):  # an estimator's may hold anything
        return f"{type(value).__name__}(...)"
    return _short.repr(value)


def check_documents(
    X: Iterable[Iterable[str]], first_number: int = 0
) -> list[list[str]]:
    """Convert any iterable of token lists to lists of lists of ``str``.

    Documents that already are lists of ``str`` are returned as they are, not copied;
    nothing the caller owns is changed.

    Parameters
    ----------
    X : iterable of iterables of str
        A list, tuple or generator of token lists, a numpy object array, a 2-D array
        of strings (a row is a document), a pandas, polars or Arrow column of lists.
    first_number : int, default=0
        The number of the first document in messages.

    Returns
    -------
    documents : list of lists of str

    Raises
    ------
    TypeError
        If X or a document is something else: a string, untokenized strings, bytes, a
        data frame, numbers, None, unhashable tokens.
    ValueError
        If X is empty.
    """
    return check_tokens(list_documents(X, first_number), first_number)


def list_documents(X: Iterable[Iterable[str]], first_number: int = 0) -> list[list]:
    """Convert any iterable of token lists to lists of lists of unchecked tokens.

    Parameters and errors are those of :func:`check_documents`.
    """
    documents = [
        document if type(document) is list else _as_token_list(document, number)
        for number, document in enumerate(_as_list(X), first_number)
    ]
    if not documents:
        raise ValueError(
            f"Found 0 sample(s) in X, an empty {type(X).__name__}, while at least one "
            "document is required. Check what was selected before this step."
        )
    return documents


def check_tokens(documents: list[list], first_number: int = 0) -> list[list[str]]:
    """Return documents of plain ``str``, not copied where they are already, or raise.

    Parameters and errors are those of :func:`check_documents`.
    """
    if kernels is not None and kernels.all_str(documents):
        return documents
    token_types = set(map(type, chain.from_iterable(documents)))
    if token_types <= {str}:
        return documents
    if all(issubclass(token_type, str) for token_type in token_types):
        return [[str.__str__(token) for token in document] for document in documents]
    _refuse_tokens(documents, first_number)


def check_collection(X: Any) -> None:
    """Raise if X is obviously not a collection of documents.

    Raises
    ------
    TypeError
        If X is a string, bytes, a data frame, a dict, a set, or not iterable.
    """
    if isinstance(X, str):
        raise TypeError(
            f"X is the string {short_repr(X)}, expected a collection of token lists. "
            "For one document pass a list that holds it, e.g. X = [text.split()]."
        )
    if isinstance(X, bytes | bytearray):
        raise TypeError(
            f"X is the bytes {short_repr(X)}, expected a collection of token lists. "
            "Decode and tokenize first, e.g. X = [data.decode().split()]."
        )
    refuse_dask(X)
    if is_frame(X):
        columns = [str(name) for name in getattr(X, "column_names", X.columns)]
        raise TypeError(
            f"X is a whole {type(X).__name__} with columns {short_repr(columns)}, "
            f"expected the one column that holds token lists. Pass it alone, e.g. "
            f"X[{columns[0] if columns else 'tokens'!r}]; in a ColumnTransformer name "
            "the column as a string, 'tokens', not as a list, ['tokens']."
        )
    if isinstance(X, Mapping | Set):
        raise TypeError(
            f"X is a {type(X).__name__}, expected an ordered collection of token "
            "lists. Pass a list, e.g. X = list(X.values()) for a dict of documents."
        )
    if not isinstance(X, Iterable):
        raise TypeError(
            f"X is {short_repr(X)} of type {type(X).__name__}, expected a collection "
            "of token lists, e.g. X = [['a', 'short', 'document'], ['another']]."
        )


def refuse_dask(X: Any) -> None:
    """Raise for a Dask collection that cannot be read like a list."""
    if hasattr(X, "__dask_graph__") and hasattr(X, "shape"):
        raise TypeError(
            f"X is a Dask {type(X).__name__}, expected documents in memory. Pass "
            "X.compute(), or transform it part by part with skmeta.dask.transform."
        )


def _as_list(X: Any) -> list:
    """Return the documents of X as a list, or raise if it cannot hold any."""
    if type(X) is list:
        return X
    X = take_only_column(X)
    check_collection(X)
    X = _unpack(X)
    check_collection(X)  # a 0-D array is a scalar
    return X if type(X) is list else list(X)


def _as_token_list(document: Any, number: int) -> list:
    """Return the tokens of one document as a list, or raise."""
    if isinstance(document, tuple):
        return list(document)
    if isinstance(document, str):
        advice = _TOKENIZE
    elif isinstance(document, bytes | bytearray):
        advice = (
            "Decode and tokenize first, e.g. X = [data.decode().split() for data in X]."
        )
    elif isinstance(document, Mapping | Set):
        advice = "Tokens have an order: make it a list first, e.g. sorted(document)."
    else:
        tokens = _unpack(document)
        if isinstance(tokens, Iterable) and not isinstance(tokens, str):
            return tokens if type(tokens) is list else list(tokens)
        advice = "Drop such rows, or make them empty documents, []."
    raise TypeError(
        f"Document {number} is {short_repr(document)} of type "
        f"{type(document).__name__}, expected a list of tokens (str). {advice}"
    )


def _unpack(values: Any) -> Any:
    """Return the Python objects of an Arrow, data-frame or NumPy container."""
    for as_list in ("to_pylist", "to_list", "tolist"):
        if hasattr(values, as_list):
            return getattr(values, as_list)()
    return values


def _refuse_tokens(documents: list[list], first_number: int) -> NoReturn:
    """Raise, naming the first token that is not a string."""
    number, position, token = next(
        (number, position, token)
        for number, document in enumerate(documents, first_number)
        for position, token in enumerate(document)
        if not isinstance(token, str)
    )
    if isinstance(token, bytes):
        advice = "Decode first, e.g. token.decode()."
    elif isinstance(token, Iterable):
        advice = (
            "A document is flat: join its sentences into one list, and pass a column "
            "of documents as 1-D, not as a table of one column."
        )
    else:
        advice = "Drop such tokens, or write them as words, e.g. str(token)."
    raise TypeError(
        f"Token {position} of document {number} is {short_repr(token)} of type "
        f"{type(token).__name__}, expected a str. {advice}"
    )
