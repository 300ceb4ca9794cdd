"""How much each word counts when the vectors of a document's words are pooled."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from skmeta._word_index import WordIndex, row_numbers

__all__ = ["WEIGHTINGS", "weigh_words"]


def weigh_words(
    weighting: str | None,
    documents: list[list[str]],
    words: WordIndex | dict[str, int],
) -> np.ndarray | None:
    """Learn the weight of every word from documents.

    Parameters
    ----------
    weighting : None or a key of WEIGHTINGS
    documents : list of lists of str
    words : WordIndex, or dict of str to int
        The row of each word.

    Returns
    -------
    weights : float32 ndarray of shape (n_words,), or None where all words count alike
    """
    if weighting is None:
        return None
    return WEIGHTINGS[weighting](documents, words)


def _idf(documents: list[list[str]], words: WordIndex | dict[str, int]) -> np.ndarray:
    """Return ln((1 + n) / (1 + df)) + 1, scikit-learn's smooth idf.

    As if one more document held every word once: no division by zero, and a word that
    no document holds weighs most.
    """
    rows, ends = row_numbers(documents, words)
    document_frequency = np.zeros(len(words), dtype=np.int64)
    for start, end in pairwise(ends):
        document_frequency[rows[start:end]] += 1  # repeated rows count once
    idf = np.log((1 + len(documents)) / (1 + document_frequency)) + 1
    return idf.astype(np.float32)


WEIGHTINGS = {"idf": _idf}
