"""Merge vocabularies: align words across sources."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

import numpy as np

from skmeta._messages import count_of
from skmeta._vectors._fallback import Form
from skmeta._vectors._lookup import find_rows, find_vectors
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine import Views

__all__ = [
    "VOCABULARIES",
    "AlignedWords",
    "align_words",
    "fallback_of_any",
    "view_words",
]

VOCABULARIES = ("intersection", "union")


class AlignedWords(NamedTuple):
    """The words of several sources, and which source has which."""

    words: list[str]
    views: Views  # of the words, one for each source
    known: np.ndarray  # bool of shape (n_sources, n_words); in other forms, too
    counts: np.ndarray | None  # summed, if all sources have them


def align_words(
    sources: dict[str, WordVectors], vocabulary: str, normalize: bool
) -> AlignedWords:
    """Align the words of several sources.

    Words are ordered by their best rank in any source: frequent words first, as in most
    sources. A source with a fallback gives its vector of another form where it lacks a
    word; ranks and counts are those of words as they are written.

    Parameters
    ----------
    sources : dict of str to WordVectors
    vocabulary : {"union", "intersection"}
    normalize : bool
        Whether the views give rows of unit length.

    Returns
    -------
    aligned : AlignedWords
    """
    if vocabulary not in VOCABULARIES:
        raise ValueError(
            f"Found vocabulary={vocabulary!r}, expected one of "
            f"{', '.join(VOCABULARIES)}."
        )
    word_vectors = list(sources.values())
    words = list(
        dict.fromkeys(word for source in word_vectors for word in source.words)
    )
    rows = [find_rows(words, source) for source in word_vectors]
    if vocabulary == "intersection":
        chosen = np.flatnonzero(np.min(rows, axis=0) >= 0)
        if not len(chosen):
            raise ValueError(
                f"The {count_of(len(sources), 'source')} share no word, expected some "
                "to combine where vocabulary='intersection'. Use 'union', or sources "
                "of the same language, case and tokens."
            )
    else:
        chosen = np.arange(len(words))
    exact = [
        source.with_fallback(()).index.rows_of(words) if source.fallback else found
        for source, found in zip(word_vectors, rows)
    ]
    place = np.where(np.stack(exact) < 0, len(words), exact).min(axis=0)
    chosen = chosen[np.argsort(place[chosen], kind="stable")]
    words, rows = [words[i] for i in chosen], [numbers[chosen] for numbers in rows]
    exact = [numbers[chosen] for numbers in exact]
    matrices = [source.vectors for source in word_vectors]
    views = Views(matrices, rows, list(sources), normalize)
    counts = _add_counts(word_vectors, exact)
    return AlignedWords(words, views, np.stack(rows) >= 0, counts)


def fallback_of_any(sources: dict[str, WordVectors]) -> tuple[Form, ...]:
    """Return the forms in which any of some sources looks unknown words up."""
    forms = chain.from_iterable(source.fallback for source in sources.values())
    return tuple(dict.fromkeys(forms))


def view_words(
    words: list[str], sources: dict[str, WordVectors], normalize: bool
) -> Views:
    """Align the sources' vectors of any words, composed of n-grams if unknown.

    Parameters
    ----------
    words : list of str
    sources : dict of str to WordVectors
    normalize : bool
        Whether the views give rows of unit length.

    Returns
    -------
    views : Views
        Rows are absent if a source neither knows a word nor has n-grams of it.
    """
    matrices = [find_vectors(words, source) for source in sources.values()]
    return Views(matrices, names=list(sources), normalize=normalize)


def _add_counts(
    sources: list[WordVectors], rows: list[np.ndarray]
) -> np.ndarray | None:
    """Sum counts; None if a source has none."""
    total = np.zeros(len(rows[0]), dtype=np.int64)
    for source, row_numbers in zip(sources, rows):
        if source.counts is None:
            return None
        total += np.where(row_numbers < 0, 0, source.counts[row_numbers])
    return total
