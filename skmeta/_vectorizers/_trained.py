"""Vectorizers whose word vectors gensim trains on the documents."""

from __future__ import annotations

import copyreg
from abc import abstractmethod
from numbers import Integral, Real
from typing import Any

from gensim.models import Word2Vec
from sklearn.utils._param_validation import Interval, Options, StrOptions

from skmeta._documents._batch import find_arrow_documents
from skmeta._training._epochs import choose_alpha
from skmeta._training._gensim import (
    INT32_MAX,
    check_task,
    draw_seed,
    n_threads,
)
from skmeta._training._learn_words import learn_words
from skmeta._training._pickled_model import reproducible, shares_vectors
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

    _advice_on_unknown = "Lower min_count, or pass more documents like these."
    _source_parameters = ("init_vectors",)
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
        "solver": [StrOptions({"native", "gensim"})],
        "init_vectors": "no_validation",  # validated by load_once
        "warm_start": ["boolean"],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def _fit_words(self, documents: list[list[str]], y: Any) -> None:
        model = self._make_model()
        check_task(self.hs, self.negative, type(model).__name__)
        has_subwords = bool(getattr(model.wv, "bucket", 0))
        self._pooler.policy.check_subwords(self.unknown, has_subwords)
        previous = None
        if self.warm_start and "model_" in vars(self):
            previous = vars(self)["model_"], vars(self)["loss_curve_"]
        self.model_, self.loss_curve_ = learn_words(
            model,
            documents,
            solver=self.solver,
            epochs=self.epochs,
            init_vectors=self.init_vectors,
            previous=previous,
            n_threads=n_threads(self.n_jobs),
            verbose=self.verbose,
        )
        self.epochs_ = self.model_.epochs
        self.word_vectors_ = WordVectors.from_gensim(self.model_)

    @property
    def _continued(self) -> tuple[str, ...]:
        """The fitted attributes of the previous fit that this one continues from."""
        return ("model_", "loss_curve_") if self.warm_start else ()

    def _check_all(self, X: Any) -> Any:
        """Check documents; those in Arrow memory are not copied."""
        documents = find_arrow_documents(X)
        return super()._check_all(X) if documents is None else documents

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for skops, which cannot store gensim models; pickles can."""
        state = super().__getstate__()
        state.pop("model_", None)
        return state

    def __reduce__(self) -> tuple:
        state = self.__getstate__()
        if "model_" in vars(self):
            state["model_"] = reproducible(self.model_)
            if shares_vectors(self.model_, self.word_vectors_):
                del state["word_vectors_"]  # the same arrays, not twice
        return copyreg.__newobj__, (type(self),), state  # type: ignore[attr-defined]

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state and "word_vectors_" not in state:
            self.word_vectors_ = WordVectors.from_gensim(self.model_)

    @abstractmethod
    def _make_model(self) -> Word2Vec:
        """Make the untrained gensim model."""

    def _training_parameters(self) -> dict[str, Any]:
        """Return the parameters of gensim's models."""
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
