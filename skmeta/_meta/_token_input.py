"""Detect sources that expect texts, where documents are lists of tokens."""

from __future__ import annotations

import warnings
from typing import Any

from skmeta._documents._check import short_repr

__all__ = ["check_takes_tokens"]


def check_takes_tokens(name: str, source: Any, document: list[str]) -> None:
    """Raise if a source begins with a text vectorizer that does not take tokens.

    Parameters
    ----------
    name : str
        The name of the source.
    source : transformer
    document : list of str

    Raises
    ------
    TypeError
        If scikit-learn's CountVectorizer, TfidfVectorizer or HashingVectorizer would
        treat a document as a text and fail.
    """
    first = _first_step(source)
    if not isinstance(getattr(first, "analyzer", None), str):
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are repeated in fit
            first.build_analyzer()(document)
    except (AttributeError, TypeError) as error:
        kind = type(first).__name__
        raise TypeError(
            f"Found the source {name!r}, {short_repr(first)}, which splits texts "
            f"({error}); expected one that takes lists of tokens, as documents are "
            f"here. Set {kind}(analyzer=list)."
        ) from None


def _first_step(source: Any) -> Any:
    """Return the first transformer of a pipeline, or the source itself."""
    while hasattr(source, "steps"):
        taking = [s for _, s in source.steps if s not in (None, "passthrough")]
        if not taking:
            break
        source = taking[0]
    return source
