"""Vectorizers whose word vectors gensim trains on the documents."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from numbers import Integral, Real
from typing import Any

from gensim.models import Word2Vec
from gensim.models.word2vec import MAX_WORDS_IN_BATCH
from sklearn.utils._param_validation import Interval, Options, StrOptions

from skmeta._documents._check import short_repr
from skmeta._documents._stream import DocumentStream
from skmeta._training._epochs import choose_alpha, choose_epochs
from skmeta._training._gensim import (
    INT32_MAX,
    build_vocabulary,
    check_task,
    check_vocabulary,
    draw_seed,
    n_threads,
    train,
)
from skmeta._vectorizers._pooling import PoolingVectorizer
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["TrainedVectorizer"]

_ZERO_OR_ONE = [Options(Integral, {0, 1}), "boolean"]


class TrainedVectorizer(PoolingVectorizer):
    """Base class: gensim trains word vectors on the documents.

    A subclass says in ``_make_model`` which model; ``_training_parameters`` are those
    that all of gensim's models take.

    Attributes
    ----------
    epochs_ : int
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
        "epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "alpha": [Interval(Real, 0, 1, closed="right"), StrOptions({"auto"})],
        "min_alpha": [Interval(Real, 0, 1, closed="both")],
        "shrink_windows": ["boolean"],
        "max_final_vocab": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def _fit_words(self, documents: list[list[str]], y: Any) -> None:
        self._check_pooling()
        model = self._make_model()
        what = type(model).__name__
        check_task(self.hs, self.negative, what)
        self._check_unknown(bool(getattr(model.wv, "bucket", 0)))
        corpus = _split_long_documents(documents)
        try:
            build_vocabulary(model, corpus)
        except UnicodeEncodeError as error:  # fastText takes words apart as UTF-8
            raise ValueError(
                f"Found the token {short_repr(error.object[1:-1])}, which holds half a "
                "letter (a surrogate), expected text. Mend it, e.g. "
                "token.encode('utf-8', 'replace').decode()."
            ) from error
        check_vocabulary(model, documents, self.min_count)
        n_tokens = model.corpus_total_words
        self.epochs_ = model.epochs = choose_epochs(self.epochs, n_tokens)
        train(model, corpus, what, self.verbose)
        self._set_word_vectors(WordVectors.from_gensim(model), documents, y)

    @abstractmethod
    def _make_model(self) -> Word2Vec:
        """Make the untrained gensim model."""

    def _training_parameters(self) -> dict[str, Any]:
        """Give the parameters of gensim's models."""
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
            "alpha": choose_alpha(self.alpha, self.sg),
            "min_alpha": self.min_alpha,
            "shrink_windows": self.shrink_windows,
            "max_final_vocab": self.max_final_vocab,
            "workers": n_threads(self.n_jobs),
            "seed": draw_seed(self.random_state),
        }


def _split_long_documents(documents):
    """Cut documents to the length that gensim reads: it drops what comes after."""
    if isinstance(documents, DocumentStream):
        return _ShortDocuments(documents)
    if all(len(document) <= MAX_WORDS_IN_BATCH for document in documents):
        return documents
    return list(_ShortDocuments(documents))


class _ShortDocuments:
    """Documents cut to the length that gensim reads, at each pass."""

    def __init__(self, documents: Iterable[list[str]]) -> None:
        self._documents = documents

    def __iter__(self) -> Iterator[list[str]]:
        length = MAX_WORDS_IN_BATCH
        for document in self._documents:
            for start in range(0, max(len(document), 1), length):
                yield document[start : start + length]
