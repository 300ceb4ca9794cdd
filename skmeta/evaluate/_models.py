"""Models by name, and the rows of the words that are asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._meta._embeddings import name_sources
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["find_words", "name_models"]


def name_models(
    models: Any, parameter: str = "models", *, fewest: int = 1, may_be_one: bool = True
) -> dict[str, Any]:
    """Return models by name: one, several, or those of a dict.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
    parameter : str, default="models"
        The name of the parameter, for messages.
    fewest : int, default=1
        The minimum number of models.
    may_be_one : bool, default=True
        Whether a single model may be passed without a list.
    """
    if isinstance(models, Mapping):
        if any(isinstance(model, list | np.ndarray) for model in models.values()):
            raise TypeError(
                f"Found {parameter}={short_repr(models)}, a dict of words and their "
                f"vectors; expected a dict of names and {parameter}. Put one that is a "
                "dict into a list, [{word: vector}]."
            )
        named = {str(name): model for name, model in models.items()}
    elif isinstance(models, list | tuple):
        named = dict(zip(name_sources(models), models))
    elif may_be_one:
        named = dict(zip(name_sources([models]), [models]))
    else:
        raise TypeError(
            f"Found {parameter}={short_repr(models)}, expected a dict of names and "
            f"{parameter} or a list of {parameter}. Put a single one into a list."
        )
    if len(named) < fewest:
        raise ValueError(
            f"Found {len(named)} {parameter}, expected at least {fewest}. Add some."
        )
    return named


def find_words(
    word_vectors: WordVectors,
    words: Iterable[str],
    ignore_case: bool = False,
    limit: int | None = None,
) -> dict[str, int]:
    """Find the rows of words; words without a nonzero vector are omitted.

    Parameters
    ----------
    word_vectors : WordVectors
    words : iterable of str
    ignore_case : bool, default=False
        Whether a word that is missing as it is written gets the first row of the words
        that differ from it in case only.
    limit : int, default=None
        Search the first rows only, that many.
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
