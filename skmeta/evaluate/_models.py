"""What is evaluated: models by name, and the rows of the words that are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._meta._embeddings import name_sources
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["find_words", "name_models"]


def name_models(models: Any) -> dict[str, Any]:
    """Return models by name: one, several, or those of a dict."""
    if isinstance(models, Mapping):
        if any(isinstance(model, list | np.ndarray) for model in models.values()):
            raise TypeError(
                f"Found models={short_repr(models)}, a dict of words and their "
                "vectors; expected a dict of names and models. Put a model that is a "
                "dict into a list: [model]."
            )
        named = {str(name): model for name, model in models.items()}
    else:
        several = list(models) if isinstance(models, list | tuple) else [models]
        named = dict(zip(name_sources(several), several))
    if not named:
        raise ValueError(
            f"Found models={short_repr(models)}, expected at least one model."
        )
    return named


def find_words(
    word_vectors: WordVectors,
    words: Iterable[str],
    ignore_case: bool,
    limit: int | None = None,
) -> dict[str, int]:
    """Find the rows of words; those without a vector, or with zeros for one, lack.

    Parameters
    ----------
    word_vectors : WordVectors
    words : iterable of str
    ignore_case : bool
        Whether a word that is not there as it is written is given the first row of
        those that differ from it in capitals only.
    limit : int, default=None
        Look among so many first rows.
    """
    n_rows = len(word_vectors) if limit is None else min(limit, len(word_vectors))
    words = list(dict.fromkeys(words))
    row_of = word_vectors.key_to_index
    rows = {word: row_of[word] for word in words if row_of.get(word, n_rows) < n_rows}
    if ignore_case and len(rows) < len(words):
        missing = [word for word in words if word not in rows]
        wanted = {word.lower() for word in missing}
        first: dict[str, int] = {}
        for row, word in enumerate(islice(word_vectors.words, n_rows)):
            lower = word.lower()
            if lower in wanted:
                first.setdefault(lower, row)
        rows |= {w: first[w.lower()] for w in missing if w.lower() in first}
    some = np.array(list(rows.values()), dtype=np.int64)
    empty = set(some[~word_vectors.vectors[some].any(axis=1)].tolist())
    return {word: row for word, row in rows.items() if row not in empty}
