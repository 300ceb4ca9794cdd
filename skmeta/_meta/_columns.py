"""Name the columns of a concatenation by their sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.exceptions import NotFittedError

from skmeta._pooling._partition import Partition

__all__ = ["name_document_columns", "name_word_columns"]


def name_word_columns(
    dimensions: Mapping[str, int], poolings: Sequence[Any]
) -> np.ndarray:
    """Name the columns of pooled rows of concatenated word vectors.

    Parameters
    ----------
    dimensions : dict of str to int
        The number of columns of each source, in order.
    poolings : sequence of str, float or fitted Partition
        Their results are concatenated; names include them if there are several.

    Returns
    -------
    names : object ndarray of shape (n_columns,)
        ``w2v__0``, ``w2v__1``, or ``w2v__mean__0``, ``w2v__power3__0``.
    """
    names: list[str] = []
    for pooling in poolings:
        mark = f"{pooling}__" if isinstance(pooling, str) else f"power{pooling!s}__"
        marks = [mark if len(poolings) > 1 else ""]
        if isinstance(pooling, Partition):
            n_columns = pooling.count_columns(sum(dimensions.values()))
            if pooling.n_components is not None:
                names += [f"partition__{number}" for number in range(n_columns)]
                continue
            n_parts = n_columns // sum(dimensions.values())
            marks = [f"part{part}__" for part in range(n_parts)]
        names += [
            f"{source}__{mark}{number}"
            for mark in marks
            for source, size in dimensions.items()
            for number in range(size)
        ]
    return _as_names(names)


def name_document_columns(
    dimensions: Mapping[str, int], sources: Mapping[str, Any]
) -> np.ndarray:
    """Name the columns of concatenated rows of documents.

    Parameters
    ----------
    dimensions : dict of str to int
        The number of columns of each source, in order.
    sources : dict of str to fitted transformer

    Returns
    -------
    names : object ndarray of shape (n_columns,)
        ``tfidf__word`` if a source names its columns, else ``w2v__0``.
    """
    return _as_names(
        f"{source}__{column}"
        for source, size in dimensions.items()
        for column in _columns_of(sources[source], size)
    )


def _columns_of(source: Any, size: int) -> Iterable[Any]:
    """Return the feature names of a source, or numbers if it has none."""
    try:
        names = list(source.get_feature_names_out())
    except (AttributeError, NotFittedError, TypeError, ValueError):
        return range(size)  # e.g. a pipeline with a step that names no columns
    prefix = type(source).__name__.lower()
    is_numbered = names == [f"{prefix}{number}" for number in range(size)]
    return range(size) if is_numbered or len(names) != size else names


def _as_names(names: Iterable[str]) -> np.ndarray:
    return np.array(list(names), dtype=object)
