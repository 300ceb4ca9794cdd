"""Pickling of the trained gensim model of a vectorizer."""

from __future__ import annotations

import copy

import numpy as np
from gensim.models import Word2Vec

from skmeta._vectors._word_vectors import WordVectors

__all__ = ["reproducible", "shares_vectors"]


def reproducible(model: Word2Vec) -> Word2Vec:
    """Return the model over the same arrays, without the times of its training.

    With them no two trainings would have the same pickle or hash.
    """
    shared = copy.copy(model)
    shared.lifecycle_events, shared.total_train_time = [], 0.0
    return shared


def shares_vectors(model: Word2Vec, word_vectors: WordVectors) -> bool:
    """Whether word vectors are those of a model still, which may have learned since."""
    pairs = [(model.wv.vectors, word_vectors.vectors)]
    if word_vectors.subwords is not None:
        pairs.append((model.wv.vectors_ngrams, word_vectors.subwords.ngram_vectors))
    return all(
        own.shape == taken.shape and np.may_share_memory(own, taken)
        for own, taken in pairs
    )
