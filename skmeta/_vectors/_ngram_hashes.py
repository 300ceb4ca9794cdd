"""Hashes of character n-grams, as in fastText, for many words at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["hash_ngrams"]

_START, _PRIME = np.uint32(2166136261), np.uint32(16777619)  # FNV-1a's


def hash_ngrams(
    words: Sequence[str], min_n: int, max_n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Hash the n-grams of words between "<" and ">".

    Parameters
    ----------
    words : sequence of str
    min_n, max_n : int
        The lengths of the shortest and longest n-grams; "<" and ">" alone are none.

    Returns
    -------
    hashes : uint32 ndarray of shape (n_ngrams,)
        Word by word, ordered by the start of the n-gram, then by its length.
    n_ngrams : int64 ndarray of shape (n_words,)
        The number of n-grams of each word.
    """
    min_n = max(min_n, 1)
    if not len(words) or max_n < min_n:
        return np.empty(0, np.uint32), np.zeros(len(words), np.int64)
    n_letters = np.fromiter(map(len, words), np.int64, len(words)) + 2
    text = "".join([f"<{word}>" for word in words]).encode("utf-8", "replace")
    data = np.frombuffer(text, np.uint8)
    firsts = np.flatnonzero((data & 0xC0) != 0x80)  # first bytes of letters
    lengths = np.diff(np.append(firsts, len(data)))
    # fastText's bytes are signed: those from 128 on flip the upper bits too
    signed = data.view(np.int8).astype(np.int32).view(np.uint32)
    ends = np.cumsum(n_letters)
    n_left = np.repeat(ends, n_letters) - np.arange(len(firsts))  # up to the word's end
    longest = min(max_n, int(n_letters.max()))
    hashes = np.empty((len(firsts), max(longest - min_n + 1, 0)), np.uint32)
    hashed = np.full(len(firsts), _START)
    for n in range(1, longest + 1):
        running = np.flatnonzero(n_left >= n)  # n-grams that lie within their word
        last = running + n - 1  # their last letter
        for i in range(4):
            longer = lengths[last] > i
            some, bytes_ = running[longer], firsts[last[longer]] + i
            if not len(some):
                break
            hashed[some] = (hashed[some] ^ signed[bytes_]) * _PRIME
        if n >= min_n:
            hashes[:, n - min_n] = hashed
    is_ngram = n_left[:, np.newaxis] >= np.arange(min_n, longest + 1)
    if min_n == 1:
        is_ngram[n_left == 1, 0] = False  # ">"
        is_ngram[ends - n_letters, 0] = False  # "<"
    n_ngrams = np.add.reduceat(is_ngram.sum(axis=1), ends - n_letters)
    return hashes[is_ngram], n_ngrams
