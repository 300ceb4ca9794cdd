"""Distinguish sources of texts from sources of token lists."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags

from skmeta._documents._check import short_repr
from skmeta._vectorizers._base import Vectorizer

__all__ = ["check_takes_tokens", "naming_source", "takes_text", "wants_column"]

_TEXT_MODULES = ("embetter.text", "embetter.external")  # whose classes do not tell


def takes_text(source: Any, tokens: list[str]) -> bool:
    """Return whether a source reads texts instead of token lists.

    It may say so itself by an attribute ``takes_text``. Of a pipeline the first
    transformer counts.

    Parameters
    ----------
    source : transformer
    tokens : list of str
        A document. What splits texts by its own settings is tried with it: a
        TfidfVectorizer whose tokenizer takes token lists is given these.
    """
    first = _first_step(source)
    stated = getattr(first, "takes_text", None)
    if stated is not None:
        return bool(stated)
    if isinstance(first, Vectorizer):
        return False
    if hasattr(first, "build_analyzer"):
        return _splits_texts(first, tokens)
    if wants_column(first) or type(first).__module__.startswith(_TEXT_MODULES):
        return True
    try:
        return bool(get_tags(first).input_tags.string)
    except (AttributeError, TypeError):  # it is not scikit-learn's
        return False


def check_takes_tokens(name: str, source: Any, tokens: list[str]) -> None:
    """Raise if a source splits texts, but the documents are token lists.

    Parameters
    ----------
    name : str
        The name of the source.
    source : transformer
    tokens : list of str
        A document.
    """
    first = _first_step(source)
    if hasattr(first, "build_analyzer") and _splits_texts(first, tokens):
        kind = type(first).__name__
        raise TypeError(
            f"Found the source {name!r}, {short_repr(first)}, which splits texts; "
            "expected one that takes lists of tokens, as documents are here. Set "
            f"{kind}(analyzer=list)."
        )


def wants_column(source: Any) -> bool:
    """Return whether a source only accepts DataFrame columns, as skrub's do."""
    return hasattr(_first_step(source), "__single_column_transformer__")


@contextmanager
def naming_source(name: str, source: Any) -> Iterator[None]:
    """Name the source in errors that it raises for texts.

    Parameters
    ----------
    name : str
    source : transformer
    """
    try:
        yield
    except (AttributeError, TypeError, ValueError) as error:
        if isinstance(_first_step(source), Vectorizer):
            raise  # with a message that says what to do
        kind = TypeError if isinstance(error, AttributeError) else type(error)
        if kind not in (TypeError, ValueError):
            raise
        raise kind(
            f"Found the source {name!r}, {short_repr(_first_step(source))}, which "
            f"cannot be fitted to texts ({error}); expected one that takes texts. If "
            "it takes lists of tokens, set its attribute takes_text = False, or, where "
            "it has an analyzer, analyzer=list."
        ) from error


def _splits_texts(vectorizer: Any, tokens: list[str]) -> bool:
    """Return whether scikit-learn's vectorizer of text cannot take a token list."""
    if not isinstance(getattr(vectorizer, "analyzer", None), str):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they come when it is fitted
            vectorizer.build_analyzer()(tokens)
    except (AttributeError, TypeError):
        return True
    return False


def _first_step(source: Any) -> Any:
    """Return the first transformer of a pipeline, or the source itself."""
    while True:
        if isinstance(source, FrozenEstimator):
            source = source.estimator
            continue
        if not hasattr(source, "steps"):
            return source
        taking = [s for _, s in source.steps if s not in (None, "passthrough")]
        if not taking:
            return source
        source = taking[0]
