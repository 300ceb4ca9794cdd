"""gensim's KeyedVectors: what they hold, and new ones over the same memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from gensim.models import KeyedVectors
from gensim.models.fasttext import FastTextKeyedVectors

from skmeta._vectors._subwords import Subwords

__all__ = ["GensimParts", "counts_of_all", "make_keyed_vectors", "take_keyed_vectors"]


class GensimParts(NamedTuple):
    """What gensim's word vectors hold, not copied."""

    words: list[str]
    vectors: np.ndarray
    counts: np.ndarray | None
    subwords: Subwords | None


def take_keyed_vectors(model: Any) -> GensimParts:
    """Return what KeyedVectors hold, or those of a model, without made-up counts.

    Raises
    ------
    TypeError
        If it is not one of gensim's.
    """
    keyed_vectors = getattr(model, "wv", model)
    if not isinstance(keyed_vectors, KeyedVectors):
        raise TypeError(
            f"Found a {type(model).__name__}, expected gensim KeyedVectors or a "
            "gensim model with word vectors (.wv). Use skmeta.load_vectors for "
            "files, dicts and data frames."
        )
    counts = keyed_vectors.expandos.get("count")
    n_words = len(keyed_vectors)
    was_trained = hasattr(model, "train")
    if not was_trained and np.array_equal(counts, _made_up_counts(n_words)):
        counts = None
    if counts is not None:
        counts = counts_of_all(counts, n_words)
    subwords = None
    if isinstance(keyed_vectors, FastTextKeyedVectors) and keyed_vectors.bucket:
        min_n, max_n = keyed_vectors.min_n, keyed_vectors.max_n
        subwords = Subwords(keyed_vectors.vectors_ngrams, min_n, max_n)
    words = keyed_vectors.index_to_key
    return GensimParts(words, keyed_vectors.vectors, counts, subwords)


def make_keyed_vectors(
    words: Sequence[str],
    key_to_index: Mapping[str, int],
    vectors: np.ndarray,
    counts: np.ndarray | None,
) -> KeyedVectors:
    """Return KeyedVectors that share the memory of vectors."""
    keyed_vectors = KeyedVectors(vectors.shape[1])
    keyed_vectors.index_to_key = list(words)
    keyed_vectors.key_to_index = dict(key_to_index)
    keyed_vectors.next_index = len(words)
    keyed_vectors.vectors = np.asarray(vectors)  # not a memmap either
    keyed_vectors.expandos["count"] = (
        _made_up_counts(len(words)) if counts is None else counts.copy()
    )
    return keyed_vectors


def counts_of_all(counts: Any, n_words: int) -> np.ndarray:
    """Return gensim's counts; 0 for words that were added after training."""
    counts = np.asarray(counts)
    n_added = n_words - len(counts)
    return np.pad(counts, (0, n_added)) if counts.ndim == 1 and n_added > 0 else counts


def _made_up_counts(n_words: int) -> np.ndarray:
    """Return the counts that gensim makes up for files without counts."""
    return np.arange(n_words, 0, -1)
