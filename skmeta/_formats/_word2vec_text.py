"""Text files with a word and its numbers a line, as word2vec and GloVe write them."""

from __future__ import annotations

import warnings
import zlib
from array import array
from collections.abc import Iterable
from itertools import chain
from lzma import LZMAError
from pathlib import Path

import numpy as np
from gensim.utils import open as open_compressed

from skmeta._word_vectors import WordVectors

__all__ = ["read_word2vec_text"]

_UNREADABLE = (ValueError, EOFError, OSError, LZMAError, zlib.error)


def read_word2vec_text(path: Path) -> WordVectors:
    """Read word vectors from text, with or without a header line, plain or compressed.

    Raises
    ------
    ValueError
        If the file is not text of this kind.
    """
    try:
        with open_compressed(str(path), "rt", encoding="utf-8", newline="\n") as file:
            words, vectors, n_repeated = _read_lines(file)
        word_vectors = WordVectors(words, vectors)
    except _UNREADABLE as error:  # UnicodeDecodeError is a ValueError
        raise ValueError(
            f"'{path}' could not be read as word vectors: {error}. Expected text in "
            "UTF-8 with a word and its numbers on each line, separated by one space, "
            "the first line perhaps being how many words and numbers there are, as "
            "word2vec and GloVe write them."
        ) from error
    if n_repeated:
        warnings.warn(
            f"{n_repeated:,} lines of '{path}' repeat a word and were left out.",
            stacklevel=2,
        )
    return word_vectors


def _read_lines(lines: Iterable[str]) -> tuple[dict[str, None], np.ndarray, int]:
    """Give words, vectors (n_words, vector_size) and the number of repeated words."""
    lines = iter(lines)
    start = next(lines, "")
    n_promised, vector_size = _read_header(start)
    if n_promised is None:
        lines = chain([start], lines)
    words: dict[str, None] = {}
    numbers = array("f")
    n_lines = 0
    for n_lines, line in enumerate(lines, 1):
        # counted from the right: a word may hold spaces
        word, *row = line.rstrip(" \r\n").rsplit(" ", vector_size)
        if len(row) != vector_size:
            raise ValueError(
                f"the vector on line {n_lines + (n_promised is not None)} has "
                f"{len(row)} numbers, expected {vector_size}"
            )
        if word not in words:
            words[word] = None
            numbers.extend(map(float, row))
    if n_promised not in (None, n_lines):
        raise ValueError(
            f"its first line promises {n_promised:,} words, it has {n_lines:,}"
        )
    vectors = np.frombuffer(numbers, np.float32).reshape(len(words), vector_size)
    return words, vectors, n_lines - len(words)


def _read_header(start: str) -> tuple[int | None, int]:
    """Tell word2vec's first line, two numbers, from GloVe's, a word and its vector."""
    parts = start.split()
    if len(parts) == 2 and all(part.isdecimal() for part in parts):
        return int(parts[0]), int(parts[1])
    if len(parts) < 2:
        raise ValueError("its first line holds no word and numbers")
    return None, len(parts) - 1
