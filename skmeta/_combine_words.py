"""Several vocabularies become one: words are lined up, and their vectors combined."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skmeta._word_vectors import WordVectors
from skmeta.combine import Combiner, Views
from skmeta.combine._by_name import get_combiner

__all__ = ["VOCABULARIES", "Combined", "combine_words"]

VOCABULARIES = ("intersection", "union")


class Combined(NamedTuple):
    """What comes of combining word vectors."""

    word_vectors: WordVectors
    combiner: Combiner  # fitted to the words' views
    known: np.ndarray  # bool of shape (n_sources, n_words)
    vectors: np.ndarray  # those of word_vectors, writable


def combine_words(
    sources: dict[str, WordVectors],
    combiner: str | Combiner,
    vocabulary: str,
    normalize: bool,
) -> Combined:
    """Combine word vectors, word by word.

    Parameters
    ----------
    sources : dict of str to WordVectors
    combiner : str or Combiner
    vocabulary : {"union", "intersection"}
    normalize : bool

    Returns
    -------
    combined : Combined
    """
    word_vectors = list(sources.values())
    words, rows = _align_words(word_vectors, vocabulary)
    views = Views(
        [source.vectors for source in word_vectors], rows, list(sources), normalize
    )
    combiner = get_combiner(combiner)
    vectors = combiner.fit_transform(views)
    combined = WordVectors(words, vectors, _add_counts(word_vectors, rows))
    return Combined(combined, combiner, np.stack(rows) >= 0, vectors)


def _align_words(
    sources: list[WordVectors], vocabulary: str
) -> tuple[list[str], list[np.ndarray]]:
    """Give the common words, and the row of each in each source, -1 where it has none.

    Words come in the order of their best place in any source: frequent words first,
    where the sources have them so.
    """
    if vocabulary not in VOCABULARIES:
        raise ValueError(
            f"Found vocabulary={vocabulary!r}, expected one of "
            f"{', '.join(VOCABULARIES)}."
        )
    words = list(dict.fromkeys(word for source in sources for word in source.words))
    rows = [_rows_of(words, source) for source in sources]
    if vocabulary == "intersection":
        chosen = np.flatnonzero(np.min(rows, axis=0) >= 0)
        if not len(chosen):
            raise ValueError(
                f"The {len(sources)} sources share no word, expected some to combine "
                "where vocabulary='intersection'. Use 'union', or sources of the same "
                "language, case and tokens."
            )
    else:
        chosen = np.arange(len(words))
    place = np.where(np.stack(rows) < 0, len(words), rows).min(axis=0)
    chosen = chosen[np.argsort(place[chosen], kind="stable")]
    return [words[i] for i in chosen], [row_numbers[chosen] for row_numbers in rows]


def _rows_of(words: list[str], source: WordVectors) -> np.ndarray:
    """Look the row of each word up, -1 where the source lacks it."""
    get = source.key_to_index.get
    return np.fromiter((get(word, -1) for word in words), np.int32, len(words))


def _add_counts(
    sources: list[WordVectors], rows: list[np.ndarray]
) -> np.ndarray | None:
    """Add counts up, None where a source has none."""
    total = np.zeros(len(rows[0]), dtype=np.int64)
    for source, row_numbers in zip(sources, rows):
        if source.counts is None:
            return None
        total += np.where(row_numbers < 0, 0, source.counts[row_numbers])
    return total
