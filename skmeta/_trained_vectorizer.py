"""Vectorizers whose word vectors gensim trains on the documents."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from itertools import chain
from numbers import Integral, Real
from typing import Any

import numpy as np
from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec
from gensim.models.word2vec import MAX_WORDS_IN_BATCH
from joblib import effective_n_jobs
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, Options

from skmeta._documents import shorten
from skmeta._pooling_vectorizer import PoolingVectorizer
from skmeta._progress import progress
from skmeta._word_vectors import WordVectors

__all__ = ["INT32_MAX", "TrainedVectorizer"]

INT32_MAX = np.iinfo(np.int32).max  # gensim hangs beyond it
_ZERO_OR_ONE = [Options(Integral, {0, 1}), "boolean"]


class TrainedVectorizer(PoolingVectorizer):
    """Base class: gensim trains word vectors on the documents.

    A subclass says in ``_make_model`` which model; ``_training_parameters`` are those
    that all of gensim's models take.
    """

    _parameter_constraints: dict = {
        **PoolingVectorizer._parameter_constraints,
        "vector_size": [Interval(Integral, 1, None, closed="left")],
        "window": [Interval(Integral, 1, INT32_MAX, closed="both")],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "sg": _ZERO_OR_ONE,
        "hs": _ZERO_OR_ONE,
        "negative": [Interval(Integral, 0, INT32_MAX, closed="both")],
        "ns_exponent": [Interval(Real, None, None, closed="neither")],
        "cbow_mean": _ZERO_OR_ONE,
        "sample": [Interval(Real, 0, 1, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="right")],
        "min_alpha": [Interval(Real, 0, 1, closed="both")],
        "shrink_windows": ["boolean"],
        "max_final_vocab": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def _fit_words(self, documents: list[list[str]], y: Any) -> None:
        self._check_pooling()
        if not self.hs and not self.negative:
            raise ValueError(
                "Found hs=0 and negative=0, with which nothing is learned; expected "
                "one of them on. Set negative=5 or hs=1."
            )
        model = self._make_model()
        self._check_unknown(bool(getattr(model.wv, "bucket", 0)))
        corpus = _split_long_documents(documents)
        try:
            model.build_vocab(corpus)
        except UnicodeEncodeError as error:  # fastText takes words apart as UTF-8
            raise ValueError(
                f"Found the token {shorten(error.object[1:-1])}, which holds half a "
                "letter (a surrogate), expected text. Mend it, e.g. "
                "token.encode('utf-8', 'replace').decode()."
            ) from error
        if not len(model.wv):
            _refuse_empty_vocabulary(documents, self.min_count)
        if self.hs and len(model.wv) == 1:
            raise ValueError(
                f"Found a vocabulary of one word, {model.wv.index_to_key[0]!r}, with "
                "which hierarchical softmax has nothing to tell apart and gensim "
                "hangs. Give more documents, lower min_count, or set hs=0."
            )
        name = type(model).__name__
        with progress(f"Training {name}", self.epochs, self.verbose) as advance:
            model.train(
                corpus,
                total_examples=model.corpus_count,
                epochs=model.epochs,
                callbacks=[_AfterEachEpoch(advance)],
            )
        self._set_word_vectors(WordVectors.from_gensim(model), documents)

    @abstractmethod
    def _make_model(self) -> Word2Vec:
        """Make the untrained gensim model."""

    def _training_parameters(self) -> dict[str, Any]:
        """Give the parameters of gensim's models."""
        seed = check_random_state(self.random_state).randint(INT32_MAX)
        return {
            "vector_size": self.vector_size,
            "window": self.window,
            "min_count": self.min_count,
            "sg": self.sg,
            "hs": self.hs,
            "negative": self.negative,
            "ns_exponent": self.ns_exponent,
            "cbow_mean": self.cbow_mean,
            "sample": self.sample,
            "epochs": self.epochs,
            "alpha": self.alpha,
            "min_alpha": self.min_alpha,
            "shrink_windows": self.shrink_windows,
            "max_final_vocab": self.max_final_vocab,
            "workers": 1 if self.n_jobs is None else effective_n_jobs(self.n_jobs),
            "seed": seed,
        }


class _AfterEachEpoch(CallbackAny2Vec):
    """Calls a function at the end of each training epoch."""

    def __init__(self, function):
        self.on_epoch_end = lambda model: function()


def _split_long_documents(documents):
    """Cut documents to the length that gensim reads: it drops what comes after."""
    length = MAX_WORDS_IN_BATCH
    if all(len(document) <= length for document in documents):
        return documents
    return [
        document[start : start + length]
        for document in documents
        for start in range(0, max(len(document), 1), length)
    ]


def _refuse_empty_vocabulary(documents, min_count):
    """Say why no word is left to train on."""
    most_frequent = Counter(chain.from_iterable(documents)).most_common(1)
    found = "no token at all"
    if most_frequent:
        word, count = most_frequent[0]
        found = f"the most frequent, {word!r}, does so {count} times"
    raise ValueError(
        f"No word occurs at least min_count={min_count} times in the "
        f"{len(documents)} documents ({found}); expected some to train on. Lower "
        "min_count or give more documents."
    )
