"""Average the vectors of subwords by word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["average_by_word"]


def average_by_word(
    words: Sequence[str], spans: Sequence[tuple[int, int]], vectors: np.ndarray
) -> np.ndarray:
    """Return a vector for each word of a text whose words are separated by spaces.

    Parameters
    ----------
    words : sequence of str
    spans : sequence of (int, int)
        Where each token begins and ends in the text.
    vectors : float32 ndarray of shape (n_tokens, size)

    Returns
    -------
    rows : float32 ndarray of shape (n_words, size)
        Zeros where a word has no token.
    """
    ends = np.cumsum([len(word) + 1 for word in words])  # behind the space after it
    # A token belongs to the word that its last character is of: it may begin with the
    # space before it.
    last = np.array([stop - 1 for _, stop in spans], dtype=np.int64)
    numbers = np.searchsorted(ends, last, side="right")
    rows = np.zeros((len(words), vectors.shape[1]), np.float32)
    np.add.at(rows, numbers, vectors)
    n_tokens = np.bincount(numbers, minlength=len(words))
    rows /= np.maximum(n_tokens, 1)[:, np.newaxis]
    return rows
