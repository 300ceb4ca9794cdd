"""The sources of a search and their weights: checked, and ready to be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import Pipeline

from skmeta._documents._check import short_repr
from skmeta._messages import count_of
from skmeta._meta._letter_counts import LetterCounts
from skmeta._retrieval._bm25 import BM25Vectorizer
from skmeta._vectorizers._pretrained import PretrainedVectorizer

__all__ = ["check_weights", "default_sources", "make_sources", "names_of"]


def default_sources() -> list[tuple[str, Any]]:
    """Return what needs neither training nor files, and is better than BM25 alone."""
    counts = LetterCounts((3, 5)).set_output(transform="default")  # sparse
    characters = Pipeline([("counts", counts), ("tfidf", TfidfTransformer())])
    return [("bm25", BM25Vectorizer()), ("characters", characters)]


def names_of(sources: Sequence[Any]) -> list[str]:
    """Return the names of (name, source) tuples.

    Raises
    ------
    ValueError
        If it is not a list of those, or a name begins as those in brackets that stand
        for something else in results and files.
    """
    names = [entry[0] for entry in sources if _is_named(entry)]
    if not names or len(names) < len(sources):
        raise ValueError(
            f"Found sources={short_repr(sources)}, expected a list of (name, "
            "source) tuples, e.g. [('bm25', BM25Vectorizer()), ('glove', "
            "'glove.txt')]."
        )
    for name in names:
        if name.startswith("("):
            raise ValueError(
                f"Found a source named {short_repr(name)}, expected a name that does "
                "not begin with a bracket. Rename the source."
            )
    return names


def make_sources(sources: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return the sources as estimators that are not fitted; they pool vectors."""
    return {
        name: clone(source) if hasattr(source, "fit") else _vectorize(source)
        for name, source in sources
    }


def check_weights(
    given: Any, n_sources: int, queries: Any, relevance: Any
) -> np.ndarray | None:
    """Return weights that add up to 1, None where they are to be learned.

    Parameters
    ----------
    given : "learn", array-like or None
    n_sources : int
    queries, relevance : object or None
        To learn weights from.

    Raises
    ------
    ValueError
        If weights are not numbers as expected, or do not go with the others.
    """
    is_learned = isinstance(given, str)
    if is_learned != (queries is not None and relevance is not None):
        raise ValueError(
            f"Found weights={short_repr(given)} "
            f"{'without' if is_learned else 'with'} queries and relevance, which "
            "weights='learn' needs and nothing else. Pass both to fit, as "
            "queries=collection.queries, relevance=collection.relevance, or "
            f"{'set weights=None' if is_learned else 'leave them out'}."
        )
    if is_learned:
        return None
    numbers = [1.0] * n_sources if given is None else given
    try:
        weights = np.array(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        weights = np.empty(0)  # refused below
    is_sound = weights.shape == (n_sources,) and np.isfinite(weights).all()
    if not is_sound or (weights < 0).any() or not weights.any():
        raise ValueError(
            f"Found weights={short_repr(given)} for "
            f"{count_of(n_sources, 'source')}, expected one non-negative number "
            "for each, not all 0."
        )
    weights /= weights.max()  # their sum may be too large
    return weights / weights.sum()


def _is_named(entry: Any) -> bool:
    """Return whether a source has a name."""
    is_pair = isinstance(entry, tuple) and len(entry) == 2
    return is_pair and isinstance(entry[0], str)


def _vectorize(source: Any) -> PretrainedVectorizer:
    """Return a vectorizer of given word vectors."""
    return PretrainedVectorizer(source, weighting="idf")
