"""Word vectors learned from documents: vocabulary, start, and the solver's training."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._documents._stream import DocumentStream
from skmeta._io.formats import load_once
from skmeta._messages import count_of
from skmeta._training._corpus import read_corpus
from skmeta._training._epochs import choose_epochs
from skmeta._training._gensim import (
    build_vocabulary,
    check_vocabulary,
    compose_words,
    train,
)
from skmeta._training._long_documents import is_long, split_long
from skmeta._training._trainer import train_natively

__all__ = ["learn_words"]

_MAY_CHANGE = (  # of a model that is trained further
    *("window", "min_count", "sg", "negative", "ns_exponent", "cbow_mean", "sample"),
    *("alpha", "min_alpha", "shrink_windows", "max_final_vocab", "seed"),
)


def learn_words(
    model: Any,
    documents: Iterable[list[str]],
    *,
    solver: str = "native",
    epochs: int | str = "auto",
    init_vectors: Any = None,
    previous: tuple[Any, list[float]] | None = None,
    n_threads: int = 1,
    verbose: int = 0,
) -> tuple[Any, list[float] | None]:
    """Train a gensim model on documents.

    Parameters
    ----------
    model : gensim Word2Vec or FastText
        Untrained; says how to train.
    documents : list of lists of str, ArrowDocuments or DocumentStream
    solver : {"native", "gensim"}, default="native"
        Hierarchical softmax is always gensim's.
    epochs : int or "auto", default="auto"
        See :func:`skmeta._training._epochs.choose_epochs`.
    init_vectors : WordVectors or what load_vectors reads, default=None
        What known words start from.
    previous : (model, loss_curve), default=None
        A model to train further in place of a new one; it is copied.
    n_threads : int, default=1
    verbose : int, default=0

    Returns
    -------
    model : gensim Word2Vec or FastText
    loss_curve : list of float, or None
        None of gensim's training.
    """
    losses: list[float] = []
    min_count = model.min_count
    if previous is not None:
        model, losses = _continue(model, *previous)
    is_native = solver == "native" and not model.hs
    corpus: Any = read_corpus(documents) if is_native else _split_long(documents)
    try:
        build_vocabulary(model, corpus, update=previous is not None)
    except UnicodeEncodeError as error:  # fastText takes words apart as UTF-8
        raise ValueError(
            f"Found the token {short_repr(error.object[1:-1])}, which contains a "
            "lone surrogate, expected text. Fix it, e.g. "
            "token.encode('utf-8', 'replace').decode()."
        ) from error
    check_vocabulary(model, documents, min_count)
    model.epochs = choose_epochs(epochs, model.corpus_total_words)
    if init_vectors is not None:
        _start_from(model, init_vectors)
    if not is_native:
        train(model, corpus, type(model).__name__, verbose)
        return model, None
    losses = losses + train_natively(
        model, corpus, n_before=len(losses), n_threads=n_threads, verbose=verbose
    )
    return model, losses


def _continue(
    new: Any, previous: Any, losses: list[float] | None
) -> tuple[Any, list[float]]:
    """Copy a trained model to train it further, by the new one's parameters."""
    for name in ("vector_size", "hs"):
        was, now = getattr(previous, name), getattr(new, name)
        if was != now:
            raise ValueError(
                f"Found {name}={now} and a fit before with {name}={was}, expected the "
                "same to continue from. Set warm_start=False to start again."
            )
    if bool(previous.negative) != bool(new.negative):
        raise ValueError(
            f"Found negative={new.negative} and a fit before with "
            f"negative={previous.negative}, of which one is 0; expected both or none. "
            "Set warm_start=False to start again."
        )
    model = copy.deepcopy(previous)
    for name in _MAY_CHANGE:
        setattr(model, name, getattr(new, name))
    return model, list(losses or [])


def _start_from(model: Any, init_vectors: Any) -> None:
    """Put given vectors in the place of known words' random ones."""
    word_vectors = load_once(init_vectors)
    if word_vectors.vector_size != model.vector_size:
        raise ValueError(
            f"Found init_vectors of {count_of(word_vectors.vector_size, 'dimension')} "
            f"and vector_size={model.vector_size}, expected the same. Set "
            f"vector_size={word_vectors.vector_size}."
        )
    known = [
        (row, word_vectors.index[word])
        for row, word in enumerate(model.wv.index_to_key)
        if word in word_vectors
    ]
    if not known:
        raise ValueError(
            "Found init_vectors that know no word of the documents, expected some in "
            "common. Check that both are tokenized and cased alike."
        )
    rows, given = map(list, zip(*known))
    vectors = np.asarray(word_vectors.vectors[given], np.float32)
    if not getattr(model.wv, "bucket", 0):
        model.wv.vectors[rows] = vectors
        return
    for row, vector in zip(rows, vectors):  # the mean with its n-grams is the given one
        ngrams = model.wv.vectors_ngrams[model.wv.buckets_word[row]]
        model.wv.vectors_vocab[row] = (len(ngrams) + 1) * vector - ngrams.sum(axis=0)
    compose_words(model.wv)


def _split_long(documents: Any) -> Any:
    """Cut documents to the length that gensim reads: it drops what comes after."""
    if isinstance(documents, DocumentStream):
        return _ShortDocuments(documents)
    if not any(map(is_long, documents)):
        return documents
    return list(_ShortDocuments(documents))


class _ShortDocuments:
    """Documents cut to the length that gensim reads, at each pass."""

    def __init__(self, documents: Iterable[list[str]]) -> None:
        self._documents = documents

    def __iter__(self) -> Iterator[list[str]]:
        for document in self._documents:
            yield from split_long(document)
