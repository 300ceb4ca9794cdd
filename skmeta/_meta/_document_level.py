"""Level "document": each source's rows of the documents are combined."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skmeta._documents._batch import DocumentBatch
from skmeta._meta._columns import name_document_columns
from skmeta._meta._fit_sources import fit_sources, make_vectorizers
from skmeta._meta._level import MetaParameters, new_combination
from skmeta._meta._source_documents import (
    SourceDocuments,
    input_of,
    transform_batch,
)
from skmeta._meta._source_memory import SourceMemory
from skmeta._meta._token_input import naming_source, takes_text
from skmeta._pooling._row_map import learn_row_map
from skmeta._pooling._unknown_words import UnknownPolicy
from skmeta._vectorizers._known_words import (
    KnownWords,
    known_by_source,
    vocabulary_by_source,
)
from skmeta._warnings import naming_sources, sources_at_work
from skmeta.combine import Views

__all__ = ["DocumentLevel"]


class DocumentLevel:
    """Each source turns documents into rows, which are combined.

    Parameters
    ----------
    name : str
        Of the vectorizer, for messages.

    Attributes
    ----------
    sources : dict of str to fitted transformer
    combination : fitted CombinerPipeline
    row_map : RowMap or RowScale
        What is done to combined rows in the end.
    """

    pooler: None = None  # rows are combined, not words
    word_vectors: None = None
    computes_vectors_later = False

    def __init__(self, name: str) -> None:
        self._policy = UnknownPolicy(name)

    def fit(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> None:
        """Fit sources to documents, and learn to combine their rows."""
        self._fit(sources, documents, y, parameters)

    def fit_transform(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> Any:
        """Fit sources to documents, and combine the rows that these give at once."""
        rows = self._fit(sources, documents, y, parameters)
        self._check_known(documents, parameters)
        return self.row_map.apply(rows)

    def _fit(
        self,
        sources: dict[str, Any],
        documents: Any,
        y: Any,
        parameters: MetaParameters,
    ) -> Any:
        sources = make_vectorizers(
            sources,
            pooling=parameters.pooling,
            weighting=parameters.weighting,
            remove_components=parameters.remove_components,
            unknown="subword" if parameters.unknown == "subword" else "ignore",
            n_jobs=parameters.n_jobs,
        )
        prepared = SourceDocuments(documents)
        first = prepared.first
        self._given_text = {
            name for name, source in sources.items() if takes_text(source, first)
        }
        names = {id(source): name for name, source in sources.items()}
        memory = SourceMemory(parameters.memory, prepared, y)

        def fit_transform(source: Any) -> Any:
            name = names[id(source)]
            if name not in self._given_text:
                return memory.fit_transform(source)
            with naming_source(name, source):
                return memory.fit_transform(source)

        fitted = fit_sources(fit_transform, sources, parameters)
        self.sources = {name: source for name, (source, _) in zip(sources, fitted)}
        self._policy.check_subwords(parameters.unknown, bool(self.subword_lookup()))
        views = self.view([rows for _, rows in fitted], parameters)
        combination = new_combination(parameters, parameters.weights)
        self.combination = combination.fit(views, y)
        rows = combination.transform(views)
        self.row_map = learn_row_map(parameters.scale, rows)
        return rows

    def transform(self, batch: DocumentBatch, parameters: MetaParameters) -> Any:
        """Combine the rows that sources give, which are handed the same documents."""
        if len(self._given_text) < len(self.sources):  # else nobody wants tokens
            self._check_known(batch.checked(), parameters)
        rows, outer = [], sources_at_work()
        for name, source in self.sources.items():
            with naming_sources(*outer, name):
                rows.append(transform_batch(source, batch, name in self._given_text))
        combined = self.combination.transform(self.view(rows, parameters))
        return self.row_map.apply(combined)

    @property
    def scale(self) -> np.float32:
        """What combined rows are multiplied by."""
        return self.row_map.factor

    def inputs_of(self, batch: DocumentBatch) -> dict[str, Any]:
        """Return what each source transforms: the batch, token lists, or texts."""
        return {
            name: input_of(source, batch, name in self._given_text)
            for name, source in self.sources.items()
        }

    def view(self, rows: list[Any], parameters: MetaParameters) -> Views:
        """Line the sources' rows of the same documents up."""
        return Views(rows, names=list(self.sources), normalize=parameters.normalize)

    def _check_known(self, documents: Any, parameters: MetaParameters) -> None:
        """Raise for tokens that none knows of the sources that tell, if any does."""
        unknown = parameters.unknown
        if unknown == "error" and vocabulary_by_source(self.sources):
            self._policy.check_known(unknown, documents, self.known_words.words)

    @property
    def known_words(self) -> KnownWords:
        """What any of the sources knows of those that tell it."""
        found = list(known_by_source(self.sources).values())
        words = _KnownToAny([known.words for known in found])
        as_written = None
        if any(known.as_written is not None for known in found):
            as_written = _KnownToAny(
                [
                    known.words if known.as_written is None else known.as_written
                    for known in found
                ]
            )
        lookup = list(self.subword_lookup().values())
        if not lookup:
            return KnownWords(words, as_written=as_written)
        return KnownWords(
            words, lambda word: any(has(word) for has in lookup), as_written
        )

    def subword_lookup(self) -> dict[str, Callable[[str], bool]]:
        """Return what tells which words have a vector, of each source with n-grams."""
        return {
            name: known.has_subword_vector
            for name, known in known_by_source(self.sources).items()
            if known.has_subword_vector is not None
        }

    def n_features_out(self, parameters: MetaParameters) -> int:
        """Count the columns of rows."""
        return self.combination.combiner_.n_features_out_

    def name_columns(self, parameters: MetaParameters) -> np.ndarray:
        """Name the columns of a concatenation, as sources name theirs."""
        dimensions = dict(zip(self.sources, self.combination.combiner_.dimensions_))
        return name_document_columns(dimensions, self.sources)


class _KnownToAny:
    """Holds the words that any of several vocabularies holds, without a union."""

    def __init__(self, vocabularies: list[Any]) -> None:
        self._vocabularies = vocabularies

    def __contains__(self, word: object) -> bool:
        return any(word in words for words in self._vocabularies)
