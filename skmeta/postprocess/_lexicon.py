"""Read a lexicon of neighboring words: a dict, pairs, or a text file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from skmeta._documents._check import short_repr
from skmeta._io.formats._streams import open_stream
from skmeta._reading._guard import reading

__all__ = ["neighbors_of"]

_KINDS = (
    "a dict of words to their neighbors, a list of pairs of words, or the path of a "
    "text file"
)


def neighbors_of(
    lexicon: Any, rows: Mapping[str, int], n_words: int, directed: bool
) -> csr_array:
    """Look up the neighbors of every word.

    Parameters
    ----------
    lexicon : dict of str to iterable of str, iterable of pairs of str, or path
    rows : mapping of str to int
        The row of each word; words that are not in it are ignored.
    n_words : int
    directed : bool
        Whether neighborhood is directed; else pairs are made symmetric.

    Returns
    -------
    neighbors : float32 csr_array of shape (n_words, n_words)
        Ones; each pair once, however often it occurs in the lexicon, and zero on the
        diagonal.
    """
    entries = _entries(lexicon)
    first = next(entries, None)
    if first is None:
        raise ValueError(
            f"Found the empty lexicon {short_repr(lexicon)}, expected {_KINDS}."
        )
    firsts: list[int] = []
    seconds: list[int] = []
    for word, neighbors in chain([first], entries):
        if word in rows:
            found = map(rows.get, neighbors)
            known = [row for row in found if row is not None]
            firsts += [rows[word]] * len(known)
            seconds += known
    pairs = np.array([firsts, seconds], dtype=np.int32)
    pairs = pairs[:, pairs[0] != pairs[1]]
    if not pairs.size:
        raise ValueError(
            "The lexicon relates no two of the words that have vectors; it begins with "
            f"{short_repr(first[0])}: {short_repr(first[1])}. Expected words of the "
            "same language, case and tokens as the word vectors; in a file, on each "
            "line a word and its neighbors, separated by spaces. Write its words like "
            "those of the word vectors."
        )
    if not directed:
        pairs = np.hstack([pairs, pairs[::-1]])
    ones = np.ones(pairs.shape[1], dtype=np.float32)
    matrix = csr_array((ones, (pairs[0], pairs[1])), shape=(n_words, n_words))
    matrix.data[:] = 1  # repeated pairs were summed
    return matrix


def _entries(lexicon: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield words and their neighbors, all of them strings."""
    if isinstance(lexicon, str | os.PathLike):
        return _read(Path(lexicon).expanduser())
    if isinstance(lexicon, Mapping):
        return (_check_entry(*entry) for entry in lexicon.items())
    if isinstance(lexicon, Iterable) and not hasattr(lexicon, "columns"):
        return (_check_pair(pair) for pair in lexicon)
    raise TypeError(
        f"Found a lexicon of type {type(lexicon).__name__}, {short_repr(lexicon)}, "
        f"expected {_KINDS}."
    )


def _check_entry(word: Any, neighbors: Any) -> tuple[str, list[str]]:
    """Return a word and its neighbors, or raise."""
    if isinstance(neighbors, Iterable) and not isinstance(neighbors, str):
        words = list(neighbors)
        if isinstance(word, str) and all(isinstance(other, str) for other in words):
            return word, words
    raise TypeError(
        f"Found the lexicon entry {short_repr(word)}: {short_repr(neighbors)}, "
        "expected a word and a list of words. Write it as one, e.g. "
        "{'happy': ['glad', 'merry']}."
    )


def _check_pair(pair: Any) -> tuple[str, list[str]]:
    """Return a pair of words, or raise."""
    if isinstance(pair, tuple | list) and len(pair) == 2:
        word, neighbor = pair
        if isinstance(word, str) and isinstance(neighbor, str):
            return word, [neighbor]
    raise TypeError(
        f"Found {short_repr(pair)} among the pairs of the lexicon, expected two words. "
        "Write it as ('happy', 'glad'), or pass a dict of words to their neighbors."
    )


def _read(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Read a text file, plain or compressed, with a word and its neighbors a line."""
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no file '{path}' to read a lexicon from (the current folder is "
            f"'{Path.cwd()}'). Check the path."
        )
    with reading(path, "a lexicon"), open_stream(path) as file:
        for number, line in enumerate(file, 1):
            try:
                words = line.decode("utf-8-sig" if number == 1 else "utf-8").split()
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"Line {number} of '{path}' is not UTF-8 text: {error}. Expected a "
                    "word and its neighbors on each line, separated by spaces. Save "
                    "the lexicon like that, or pass a dict."
                ) from error
            if words:
                yield words[0], words[1:]
