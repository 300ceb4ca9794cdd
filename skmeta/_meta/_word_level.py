"""Level "word": vocabularies are combined, then the combined vectors pooled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import numpy as np

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._check import short_repr
from skmeta._meta._align_words import align_words, fallback_of_any, view_words
from skmeta._meta._columns import name_word_columns
from skmeta._meta._fit_sources import fit_sources, make_vectorizers
from skmeta._meta._learn_word_weights import learn_word_weights
from skmeta._meta._level import MetaParameters, new_combination
from skmeta._meta._source_documents import SourceDocuments
from skmeta._meta._source_memory import SourceMemory
from skmeta._pooling._document_pooler import DocumentPooler
from skmeta._pooling._lazy_concatenation import LazyConcatenation
from skmeta._pooling._pool import count_columns
from skmeta._pooling._pooled_words import PooledWords
from skmeta._pooling._unknown_words import ADVICE
from skmeta._vectorizers._known_words import KnownWords
from skmeta._vectors._fallback import index_words
from skmeta._vectors._lookup import find_rows
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine import Views
from skmeta.combine._learned_weights import are_learned
from skmeta.combine._pipeline import CombinerPipeline

__all__ = ["WordLevel"]


class WordLevel:
    """The sources' word vectors become one set of them, which is pooled.

    Parameters
    ----------
    name : str
        Of the vectorizer, for messages.

    Attributes
    ----------
    sources : dict of str to fitted vectorizer
    combination : fitted CombinerPipeline
    pooler : DocumentPooler
    index : WordIndex
        The row of each combined word.
    counts : int64 ndarray of shape (n_words,), or None
    concatenated : (list, list), or None
        Of a plain concatenation, which is pooled without being computed: for each
        source, the row of each word, and what it is multiplied with.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def fit(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> None:
        """Fit sources to documents, combine their words, and learn to pool these."""
        self._fit_words(sources, documents, y, parameters)
        self.pooler.fit(documents, self.words, parameters)

    def fit_transform(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> np.ndarray:
        """Do the same, and return rows."""
        self._fit_words(sources, documents, y, parameters)
        return self.pooler.fit_transform(documents, self.words, y, parameters)

    def _fit_words(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> None:
        """Fit sources and combine their words; learn what these count."""
        # in the union the sources know no less, and have warned already
        warns = parameters.vocabulary == "intersection"
        pooler = self.pooler = DocumentPooler(self._name, ADVICE if warns else None)
        sources = make_vectorizers(sources)
        memory = SourceMemory(parameters.memory, SourceDocuments(documents), y)
        fit_source = partial(_fit_source, memory=memory)
        fitted = fit_sources(fit_source, sources, parameters)
        self.sources = dict(zip(sources, fitted))
        has_subwords = bool(self.subword_lookup())
        pooler.policy.check_subwords(parameters.unknown, has_subwords)
        self._normalizes = parameters.normalize
        words, views, _, self.counts = align_words(
            self._source_words(), parameters.vocabulary, parameters.normalize
        )
        self._fallback = fallback_of_any(self._source_words())
        self.index = index_words(words, self._fallback)
        pooler.weigh_words(documents, self.index, self.counts, y, parameters)
        weights = parameters.weights
        if are_learned(weights):
            weights = learn_word_weights(
                views, documents, y, self.index, pooler.weighting, parameters
            )
        self.combination = new_combination(parameters, weights).fit(views)
        self.concatenated = None
        if self.combination.is_plain_concatenation:
            rows, scales = views.scaled_rows()
            own_weights = self.combination.combiner_.weights_
            scales = [w * scale for w, scale in zip(own_weights, scales)]
            self.concatenated = rows, scales
        else:
            vectors = self.combination.transform(views)
            self.word_vectors = self._make_word_vectors(vectors)

    def transform(self, batch: DocumentBatch, parameters: MetaParameters) -> np.ndarray:
        """Pool the combined vectors of the documents' words."""
        return self.pooler.transform(batch, self.words, parameters)

    @cached_property
    def word_vectors(self) -> WordVectors:
        """The combined word vectors, computed when they are asked for."""
        return self._make_word_vectors(self._vectors[:])

    def _make_word_vectors(self, vectors: np.ndarray) -> WordVectors:
        """Return combined vectors and their words."""
        word_vectors = WordVectors(self.index, vectors, self.counts)
        return word_vectors.with_fallback(self._fallback)

    @cached_property
    def words(self) -> PooledWords:
        """The words that are pooled."""
        compose = None
        if self.subword_lookup():
            compose = partial(
                _compose, self._source_words(), self.combination, self._normalizes
            )
        return PooledWords(self._vectors, self.index, compose)

    def view_words(self, words: list[str], composed: bool) -> Views:
        """Align the sources' vectors of words as they were combined.

        Parameters
        ----------
        words : list of str
        composed : bool
            Whether sources compose vectors of words that they do not know.
        """
        if composed:
            return view_words(words, self._source_words(), self._normalizes)
        matrices = []
        for source in self._source_words().values():
            rows = find_rows(words, source)
            matrix = source.vectors[np.maximum(rows, 0)]
            matrix[rows < 0] = 0
            matrices.append(matrix)
        return Views(matrices, names=list(self.sources), normalize=self._normalizes)

    @property
    def _vectors(self) -> np.ndarray | LazyConcatenation:
        if self.concatenated is None:
            return self.word_vectors.vectors
        matrices = [source.word_vectors_.vectors for source in self.sources.values()]
        return LazyConcatenation(matrices, *self.concatenated)

    @property
    def computes_vectors_later(self) -> bool:
        """Whether the combined word vectors are there only when asked for."""
        return self.concatenated is not None and "word_vectors" not in vars(self)

    @property
    def scale(self) -> np.float32:
        """What pooled rows are multiplied by."""
        return self.pooler.scale

    def _source_words(self) -> dict[str, WordVectors]:
        """Return the word vectors of each source."""
        return {name: source.word_vectors_ for name, source in self.sources.items()}

    @property
    def known_words(self) -> KnownWords:
        """The combined words, and those that some source knows or makes a vector of."""
        lookup = [words.__contains__ for words in self._source_words().values()]
        makes = list(self.subword_lookup().values())
        as_written = self.index.key_to_index if self._fallback else None
        if not makes:
            return KnownWords(self.index, as_written=as_written)
        return KnownWords(
            self.index,
            lambda word: any(has(word) for has in lookup + makes),
            as_written,
        )

    def subword_lookup(self) -> dict[str, Callable[[str], bool]]:
        """Return what tells which words have a vector, of each source with n-grams."""
        return {
            name: words.subwords.__contains__
            for name, words in self._source_words().items()
            if words.subwords is not None
        }

    def n_features_out(self, parameters: MetaParameters) -> int:
        """Count the columns of rows."""
        size = self.combination.combiner_.n_features_out_
        return count_columns(self.pooler.poolings(parameters), size)

    def name_columns(self, parameters: MetaParameters) -> np.ndarray:
        """Name the columns of a concatenation, and which pooling they are of."""
        dimensions = dict(zip(self.sources, self.combination.combiner_.dimensions_))
        return name_word_columns(dimensions, self.pooler.poolings(parameters))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is computed again when it is asked for."""
        state = {name: value for name, value in vars(self).items() if name != "words"}
        if self.concatenated is not None:
            state.pop("word_vectors", None)
        return state


def _fit_source(source: Any, memory: SourceMemory) -> Any:
    """Fit a source that must give word vectors."""
    counts_words = type(source).__module__.startswith("sklearn.feature_extraction.")
    if not counts_words:  # those have none, and may not take tokens
        source = memory.fit(source)
    if counts_words or not hasattr(source, "word_vectors_"):
        raise TypeError(
            f"Found the source {short_repr(source)}, which has no word vectors; "
            "expected some where level='word'. Use level='document', or another source."
        )
    return source


def _compose(
    source_words: dict[str, WordVectors],
    combination: CombinerPipeline,
    normalizes: bool,
    words: list[str],
) -> np.ndarray:
    """Combine what sources make of words that are not among the combined ones."""
    return combination.transform(view_words(words, source_words, normalizes))
