"""The common interface of the two levels of a meta-embedding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from skmeta._documents._batch import DocumentBatch
from skmeta._pooling._document_pooler import DocumentPooler
from skmeta._pooling._parameters import PoolingParameters
from skmeta._vectorizers._known_words import KnownWords
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine._pipeline import CombinerPipeline

__all__ = ["Level", "MetaParameters", "new_combination"]


class MetaParameters(PoolingParameters, Protocol):
    """The parameters of the vectorizer that a level reads."""

    @property
    def combiner(self) -> Any: ...
    @property
    def vocabulary(self) -> str: ...
    @property
    def missing(self) -> Any: ...
    @property
    def normalize(self) -> bool: ...
    @property
    def center(self) -> bool: ...
    @property
    def weights(self) -> Any: ...
    @property
    def memory(self) -> Any: ...
    @property
    def verbose(self) -> int: ...


class Level(Protocol):
    """How sources are combined: their word vectors, or their rows of documents."""

    def fit(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> None:
        """Fit the sources to documents, and fit the combiner."""

    def fit_transform(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> Any:
        """Do the same, and return rows."""

    def transform(self, batch: DocumentBatch, parameters: MetaParameters) -> Any:
        """Return the rows of documents."""

    @property
    def sources(self) -> dict[str, Any]:
        """The fitted sources."""

    @property
    def combination(self) -> CombinerPipeline:
        """The fitted combiner pipeline."""

    @property
    def pooler(self) -> DocumentPooler | None:
        """The pooler of combined word vectors; None if sources transform documents."""

    @property
    def scale(self) -> np.float32:
        """The factor of the rows."""

    @property
    def word_vectors(self) -> WordVectors | None:
        """The combined word vectors, or None if words are not combined."""

    @property
    def computes_vectors_later(self) -> bool:
        """Whether these are computed when first accessed."""

    @property
    def known_words(self) -> KnownWords:
        """The words known to any of the sources."""

    def subword_lookup(self) -> dict[str, Callable[[str], bool]]:
        """Return what tells which words have a vector, of each source with n-grams."""

    def n_features_out(self, parameters: MetaParameters) -> int:
        """Count the columns of rows."""

    def name_columns(self, parameters: MetaParameters) -> np.ndarray:
        """Name the columns of a concatenation."""


def new_combination(parameters: MetaParameters, weights: Any) -> CombinerPipeline:
    """Return an unfitted combiner pipeline for these parameters and weights."""
    return CombinerPipeline(
        parameters.combiner,
        missing=parameters.missing,
        center=parameters.center,
        weights=weights,
    )
