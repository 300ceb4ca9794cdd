"""Which words are counted, and how often frequent ones are skipped."""

from __future__ import annotations

import numpy as np

from skmeta._messages import count_of

__all__ = ["choose_words", "kept_shares"]

_OFTEN = 100  # occurrences: fewer are never too many


def choose_words(
    words: list[str],
    counts: np.ndarray,
    n_documents: int,
    *,
    min_count: int,
    max_vocab: int | None,
) -> tuple[list[str], np.ndarray]:
    """Choose the most frequent words.

    Parameters
    ----------
    words : list of str
        In the order of their first occurrence.
    counts : int64 ndarray of shape (n_words,)
    n_documents : int
        For the message.
    min_count : int
    max_vocab : int or None

    Returns
    -------
    words : list of str
        The most frequent first; of those that are equally frequent, the one that
        occurs first.
    counts : int64 ndarray

    Raises
    ------
    ValueError
        If none is left.
    """
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= min_count][:max_vocab]
    if not len(order):
        found = "no token at all"
        if len(words):
            first = int(np.argmax(counts))
            found = (
                f"the most frequent, {words[first]!r}, does so "
                f"{count_of(counts[first], 'time')}"
            )
        raise ValueError(
            f"No word occurs at least min_count={count_of(min_count, 'time')} in the "
            f"{count_of(n_documents, 'document')} ({found}); expected some to count. "
            "Lower min_count or pass more documents."
        )
    return [words[number] for number in order], counts[order]


def kept_shares(counts: np.ndarray, sample: float) -> np.ndarray:
    """Return the share of each word's tokens that is kept.

    Parameters
    ----------
    counts : int64 ndarray of shape (n_words,)
    sample : float
        Words that make up more than this share of all, and occur more than a hundred
        times, are skipped in part, as in word2vec's program.

    Returns
    -------
    shares : float64 ndarray of shape (n_words,)
    """
    ratios = max(sample * counts.sum(), _OFTEN) / counts
    return np.minimum(np.sqrt(ratios) + ratios, 1)
