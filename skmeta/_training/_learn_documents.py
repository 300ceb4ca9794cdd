"""Paragraph vectors learned from documents: vocabulary, tags, and the training."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import numpy as np

from skmeta._training._corpus import read_corpus
from skmeta._training._epochs import choose_epochs
from skmeta._training._gensim import build_vocabulary, check_vocabulary
from skmeta._training._trainer import train_natively

__all__ = ["learn_documents"]


def learn_documents(
    model: Any,
    documents: Iterable[list[str]],
    tags: list[list] | None,
    n_threads: int,
    verbose: int,
    epochs: int | str | None = None,
) -> list[float]:
    """Train a gensim Doc2Vec on documents, in place.

    Parameters
    ----------
    model : gensim Doc2Vec
        Untrained, with negative sampling and ``dm_concat=0``.
    documents : list of lists of str, or DocumentStream
    tags : list of lists, or None
        None: each document has its number as its tag.
    n_threads, verbose : int
    epochs : int or "auto", default=None
        None: those of the model.

    Returns
    -------
    loss_curve : list of float
    """
    corpus = read_corpus(documents)
    if tags is None:
        model.dv.index_to_key = list(range(corpus.n_documents))
    else:
        _take_tags(model, tags, np.diff(corpus.offsets).tolist())
    build_vocabulary(model, corpus)
    check_vocabulary(model, documents, model.min_count)
    if epochs is not None:
        model.epochs = choose_epochs(epochs, model.corpus_total_words)
    rows = None
    if tags is not None:
        rows = [[model.dv.get_index(tag) for tag in own] for own in tags]
    return train_natively(model, corpus, rows, n_threads=n_threads, verbose=verbose)


def _take_tags(model: Any, tags: list[list], lengths: list[int]) -> None:
    """Assign a row to each tag as gensim does: integers their own, then the others."""
    numbers = [int(tag) for own in tags for tag in own if isinstance(tag, Integral)]
    n_numbers = 1 + max(numbers, default=-1)
    counts: dict[Any, list[int]] = {}
    for own, length in zip(tags, lengths):
        for tag in own:
            if not isinstance(tag, Integral):
                of_tag = counts.setdefault(tag, [0, 0])
                of_tag[0] += length
                of_tag[1] += 1
    model.dv.index_to_key = [*range(n_numbers), *counts]
    for row, (tag, (n_words, n_documents)) in enumerate(counts.items(), n_numbers):
        model.dv.key_to_index[tag] = row
        model.dv.set_vecattr(tag, "word_count", n_words)
        model.dv.set_vecattr(tag, "doc_count", n_documents)
