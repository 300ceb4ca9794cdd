"""Limits on the number of character n-grams of a file's words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skmeta._reading._budget import Budget

__all__ = ["check_ngrams"]

_LONGEST = 1_000  # letters of an n-gram; fastText's have 6 at most, by default
_BYTES_PER_NGRAM = 20  # hash, position, share of a sparse matrix


def check_ngrams(
    words: Sequence[str], min_n: int, max_n: int, budget: Budget | None = None
) -> None:
    """Raise if lengths of n-grams are implausible, or words have too many n-grams.

    The number of n-grams of a word is quadratic if they may be as long as the word.

    Parameters
    ----------
    words : sequence of str
    min_n, max_n : int
        The lengths of the shortest and longest n-grams.
    budget : Budget, default=None
        Charged for each n-gram.
    """
    if type(min_n) is not int or type(max_n) is not int or not 0 < max_n <= _LONGEST:
        raise ValueError(
            f"n-grams of up to {str(max_n)[:20]} letters, expected from 1 to "
            f"{_LONGEST:,}"
        )
    if budget is None or not len(words):
        return
    n_letters = np.fromiter(map(len, words), np.int64, len(words)) + 2
    longest = np.minimum(max_n, n_letters)
    shortest = max(min_n, 1)
    n_lengths = np.maximum(longest - shortest + 1, 0)
    # of each length there are n_letters - length + 1
    n_ngrams = n_lengths * (n_letters + 1) - n_lengths * (shortest + longest) // 2
    budget.spend(_BYTES_PER_NGRAM * int(n_ngrams.sum()))
