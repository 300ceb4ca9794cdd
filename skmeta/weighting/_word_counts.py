"""Word counts: from the documents, the word vectors, or a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, islice
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import StrOptions

from skmeta._documents._check import short_repr

__all__ = [
    "WORD_COUNTS",
    "WordCountSource",
    "WordCounts",
    "count_words",
    "find_word_counts",
]

WordCountSource = Literal["documents", "vectors"] | Mapping[str, float] | pd.Series
WORD_COUNTS = [StrOptions({"documents", "vectors"}), Mapping, pd.Series]


class WordCounts(NamedTuple):
    """Distinct words and their counts."""

    words: Collection[str]
    numbers: np.ndarray  # float64


def count_words(documents: Iterable[Collection[str]]) -> WordCounts:
    """Count the words of documents, or of sets of words, the documents with each."""
    counter = Counter(chain.from_iterable(documents))
    return WordCounts(counter, np.fromiter(counter.values(), np.float64))


def find_word_counts(
    word_counts: Any,
    documents: list[list[str]],
    key_to_index: dict[str, int],
    counts: np.ndarray | None,
) -> WordCounts:
    """Find the word counts that a weighting uses.

    Parameters
    ----------
    word_counts : {"documents", "vectors"}, mapping or Series of word to count
    documents : list of lists of str
    key_to_index : dict of str to int
        The words that have vectors, in the order of their rows.
    counts : ndarray of shape (n_words,), or None
        Their counts.

    Returns
    -------
    word_counts : WordCounts

    Raises
    ------
    ValueError
        If the vectors have no counts, or those of a table are invalid.
    """
    if isinstance(word_counts, str) and word_counts == "documents":
        return count_words(documents)
    if isinstance(word_counts, str):
        if counts is None:
            raise ValueError(
                "Found word_counts='vectors', but the word vectors have no counts; "
                "expected WordVectors with counts, as of a trained model. Use "
                "word_counts='documents', or pass a table of word counts."
            )
        return WordCounts(key_to_index, np.asarray(counts, dtype=np.float64))
    if isinstance(word_counts, pd.Series):
        return _check_table(word_counts.index, word_counts.to_numpy())
    return _check_table(word_counts, list(word_counts.values()))


def _check_table(words: Any, numbers: Any) -> WordCounts:
    """Raise for tables from which no probabilities follow."""
    try:
        checked = np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        checked = np.empty(0)
    is_sound = np.isfinite(checked).all() and (checked >= 0).all() and checked.any()
    if checked.ndim != 1 or not is_sound or not getattr(words, "is_unique", True):
        found = list(islice(zip(words, numbers), 4))
        raise ValueError(
            f"Found word_counts of {short_repr(found)}, expected words, each once, and "
            "how often they occur: non-negative finite numbers, not all 0. Check the "
            "table, e.g. {'the': 4126, 'cat': 3}."
        )
    return WordCounts(words, checked)
