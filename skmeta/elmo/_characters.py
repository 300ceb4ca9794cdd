"""Encode tokens for the network, by the bytes of their UTF-8."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = [
    "BEGIN_SENTENCE",
    "END_SENTENCE",
    "N_CHARACTERS",
    "PADDING",
    "number_characters",
]

BEGIN_SENTENCE, END_SENTENCE = "<S>", "</S>"  # tokens around a sentence
N_CHARACTERS = 261  # 256 bytes and five markers
_SENTENCE_MARKS = {BEGIN_SENTENCE: 256, END_SENTENCE: 257}
_BEGIN_WORD, _END_WORD, PADDING = 258, 259, 260  # the last is padding


def number_characters(
    tokens: Sequence[str], width: int = 50, widest_filter: int | None = None
) -> np.ndarray:
    """Encode tokens as character ids.

    A token is encoded as its bytes between two markers, truncated to the width, perhaps
    within a character, as for the published models. Surrogates are dropped.

    Parameters
    ----------
    tokens : sequence of str
        "<S>" and "</S>" mark the beginning and the end of a sentence.
    width : int, default=50
        The number of ids of a token; short ones are padded.
    widest_filter : int, default=None
        Drop columns that are padding in all tokens, except this many: a network whose
        widest filter has this width returns the same vectors, faster.

    Returns
    -------
    numbers : int64 ndarray of shape (n_tokens, at most width)
        From 0 to 260.
    """
    words = [
        b"" if token in _SENTENCE_MARKS else token.encode("utf-8", "ignore")
        for token in tokens
    ]
    words = [word[: width - 2] for word in words]
    if widest_filter is not None:
        longest = max(map(len, words), default=0) + 2
        width = min(width, max(longest, 3) + widest_filter)
    numbers = np.full((len(tokens), width), PADDING, dtype=np.int64)
    for row, word, token in zip(numbers, words, tokens):
        row[0] = _BEGIN_WORD
        if token in _SENTENCE_MARKS:
            row[1:3] = _SENTENCE_MARKS[token], _END_WORD
        else:
            row[1 : len(word) + 1] = np.frombuffer(word, np.uint8)
            row[len(word) + 1] = _END_WORD
    return numbers
