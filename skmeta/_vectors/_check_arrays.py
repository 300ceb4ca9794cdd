"""Words, vectors and counts, checked before they become word vectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from skmeta._documents._check import short_repr
from skmeta._messages import count_of

__all__ = [
    "check_counts",
    "check_finite",
    "check_vectors",
    "check_words",
    "read_only",
    "refuse_repeated_word",
]


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a read-only view."""
    view = array.view()
    view.flags.writeable = False
    return view


def check_words(words: Iterable[Any]) -> tuple[str, ...]:
    """Return words as a tuple of plain strings."""
    checked = tuple(words)
    if set(map(type, checked)) <= {str}:
        return checked
    for row, word in enumerate(checked):
        if not isinstance(word, str):
            raise TypeError(
                f"Found the word {short_repr(word)} of type {type(word).__name__} in "
                f"row {row}, expected every word to be a str. Convert it, e.g. "
                "str(word), or drop its row."
            )
    return tuple(map(str.__str__, checked))  # of subclasses such as NumPy's


def check_vectors(vectors: ArrayLike, words: tuple[str, ...]) -> np.ndarray:
    """Return finite float32 rows, one per word, in the layout that kernels read."""
    if not isinstance(vectors, np.ndarray):
        vectors = np.asarray(vectors)
    if vectors.dtype.kind not in "biufOUS":
        raise TypeError(
            f"Found vectors of dtype {vectors.dtype}, expected real numbers. Convert "
            "them first, e.g. with vectors.real.astype('float32')."
        )
    vectors = np.require(vectors, np.float32, ["C", "ALIGNED"])
    if vectors.ndim != 2 or len(vectors) != len(words) or vectors.size == 0:
        raise ValueError(
            f"Found {count_of(len(words), 'word')} and vectors of shape "
            f"{vectors.shape}, expected one row of at least one number for each of at "
            "least one word."
        )
    check_finite(vectors, "vectors", words)
    return read_only(vectors)


def check_finite(vectors: np.ndarray, name: str, words: tuple[str, ...] | None) -> None:
    """Raise if numbers are not finite, in the memory of one number per row."""
    zeros = np.zeros(vectors.shape[1], dtype=np.float32)
    with np.errstate(invalid="ignore"):
        unsound = np.isnan(vectors @ zeros)  # NaN and infinity times 0 are NaN
    if unsound.any():
        row, n_unsound = int(np.argmax(unsound)), int(unsound.sum())
        of_what = "rows" if words is None else "words"
        which = "" if words is None else f"{short_repr(words[row])} in "
        raise ValueError(
            f"The {name} of {n_unsound:,} {of_what} hold NaN or infinity (within "
            f"float32), the first is {which}row {row}; expected finite numbers. Drop "
            "or correct those rows."
        )


def check_counts(counts: ArrayLike, n_words: int) -> np.ndarray:
    """Return int64 counts, one per word, none negative."""
    counts = np.asarray(counts)
    if counts.shape != (n_words,) or not np.issubdtype(counts.dtype, np.integer):
        raise ValueError(
            f"Found counts of shape {counts.shape} and dtype {counts.dtype}, expected "
            f"one integer for each of the {count_of(n_words, 'word')}. Leave counts "
            "out if they are not known."
        )
    if counts.min() < 0:
        raise ValueError(
            f"Found the count {counts.min()}, expected non-negative counts. Leave "
            "counts out if they are not known."
        )
    return read_only(np.asarray(counts, dtype=np.int64))


def refuse_repeated_word(words: tuple[str, ...]) -> None:
    """Raise, naming a word that occurs twice."""
    first_row: dict[str, int] = {}
    for row, word in enumerate(words):
        if first_row.setdefault(word, row) != row:
            raise ValueError(
                f"Found the word {short_repr(word)} twice, in rows {first_row[word]} "
                f"and {row}; expected each word once. Keep one of the rows."
            )
