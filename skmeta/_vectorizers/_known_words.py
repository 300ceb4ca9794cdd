"""What fitted sources tell of the words they know."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from functools import singledispatch
from typing import Any, NamedTuple

from sklearn.frozen import FrozenEstimator

__all__ = ["KnownWords", "known_by_source", "known_words", "vocabulary_by_source"]


class KnownWords(NamedTuple):
    """The words that a source knows, and those it makes a vector of."""

    words: Container[str]
    has_subword_vector: Callable[[str], bool] | None = None  # None: it has no n-grams
    as_written: Container[str] | None = None  # of words known in other forms; None: all


@singledispatch
def known_words(source: Any) -> KnownWords | None:
    """Return what a fitted source knows; None if it does not tell.

    Vectorizers register how they tell it. Of others, scikit-learn's own have a
    ``vocabulary_``.
    """
    if not hasattr(source, "vocabulary_"):
        return None
    return KnownWords(source.vocabulary_)


@known_words.register
def _(source: FrozenEstimator) -> KnownWords | None:
    return known_words(source.estimator)


def known_by_source(sources: Mapping[str, Any]) -> dict[str, KnownWords]:
    """Return what each fitted source knows that tells it."""
    found = {name: known_words(source) for name, source in sources.items()}
    return {name: known for name, known in found.items() if known is not None}


def vocabulary_by_source(sources: Mapping[str, Any]) -> dict[str, Container[str]]:
    """Return the words of each fitted source that tells what it knows."""
    return {name: known.words for name, known in known_by_source(sources).items()}
