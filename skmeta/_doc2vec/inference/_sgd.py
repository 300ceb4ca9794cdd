"""gensim's stochastic inference, as a deterministic function of the document."""

from __future__ import annotations

import zlib
from functools import partial
from threading import local
from typing import Any

import numpy as np
from gensim.models import doc2vec

from skmeta._doc2vec.inference._threads import map_in_threads
from skmeta._progress import progress
from skmeta._training._long_documents import split_long

__all__ = ["SGDInference", "infer_sampled"]

_DOCUMENTS_BLOCK_SIZE = 256
_of_thread = local()


class SGDInference:
    """Infer vectors as gensim does, with a deterministic start and random numbers.

    Parameters
    ----------
    model : gensim Doc2Vec
    epochs : int
    alpha : float
    seed : int
    """

    def __init__(self, model: Any, epochs: int, alpha: float, seed: int) -> None:
        self.model = model
        self.epochs, self.alpha, self.seed = epochs, alpha, seed

    def infer(
        self, documents: list[list[str]], n_jobs: int | None, verbose: int
    ) -> np.ndarray:
        """Return the documents' vectors, zeros where no word is known."""
        starts = range(0, len(documents), _DOCUMENTS_BLOCK_SIZE)
        with progress("Inferring vectors", len(starts), verbose) as advance:
            blocks = [
                documents[start : start + _DOCUMENTS_BLOCK_SIZE] for start in starts
            ]
            parts = map_in_threads(partial(self._infer, advance), blocks, n_jobs)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _infer(self, advance: Any, documents: list[list[str]]) -> np.ndarray:
        """Return the vectors of some documents."""
        model = object.__new__(type(self.model))  # shares all but what is set below
        vars(model).update(vars(self.model))
        model.random = _generator()
        size = model.dv.vector_size
        vectors = np.zeros((len(documents), size), np.float32)
        for vector, document in zip(vectors, documents):
            words = [word for word in document if word in model.wv.key_to_index]
            if not words:
                continue
            text = "\0".join(words).encode("utf-8", "surrogatepass")
            model.random.seed([self.seed, zlib.crc32(text)])
            vector[:] = (model.random.random_sample(size) - 0.5) / size
            infer_sampled(model, words, vector, self.epochs, self.alpha)
        advance()
        return vectors


def _generator() -> np.random.RandomState:
    """Return this thread's generator: seeding one is cheap, creating one is not."""
    if not hasattr(_of_thread, "generator"):
        _of_thread.generator = np.random.RandomState(0)
    return _of_thread.generator


def infer_sampled(
    model: Any, words: list[str], vector: np.ndarray, epochs: int, alpha: float
) -> None:
    """Train a vector on a document in place, with all other vectors frozen.

    Parameters
    ----------
    model : gensim Doc2Vec
        Draws from ``model.random``.
    words : list of str
        Longer documents than gensim reads are read in parts.
    vector : float32 ndarray of shape (vector_size,)
        Where to start.
    epochs : int
    alpha : float
        The first learning rate; the last is the model's ``min_alpha``.
    """
    train: Any = doc2vec.train_document_dm
    if model.sg:
        train = doc2vec.train_document_dbow
    elif model.dm_concat:
        train = doc2vec.train_document_dm_concat
    work = [np.zeros(model.layer1_size, np.float32)]
    if not model.sg:
        work.append(np.zeros(model.layer1_size, np.float32))
    parts = split_long(words) if words else []
    frozen = {"learn_words": False, "learn_hidden": False}
    vectors, unlocked = vector[np.newaxis], np.ones(1, np.float32)
    step = (alpha - model.min_alpha) / max(epochs - 1, 1)
    for _ in range(epochs):
        for part in parts:
            train(
                model,
                part,
                [0],
                alpha,
                *work,
                **frozen,
                doctag_vectors=vectors,
                doctags_lockf=unlocked,
            )
        alpha -= step
