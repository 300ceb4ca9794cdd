"""Documents as the sources of a meta-embedding take them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._stream import DocumentStream
from skmeta._vectorizers._base import Vectorizer, embed_batch

__all__ = ["SourceDocuments"]


class SourceDocuments:
    """The documents that all sources turn into rows, prepared once for all of them.

    Parameters
    ----------
    documents : list of lists of str, DocumentStream, or DocumentBatch
        To fit to, checked; or a batch to transform, which is checked here. Of a stream,
        only this package's vectorizers read it anew at each pass; other sources get
        the list of its documents.
    """

    def __init__(
        self, documents: list[list[str]] | DocumentStream | DocumentBatch
    ) -> None:
        self._batch = documents if isinstance(documents, DocumentBatch) else None
        self.tokens: Any = documents if self._batch is None else self._batch.checked()

    @property
    def first(self) -> list[str]:
        """The first document, empty if there is none."""
        return next(iter(self.tokens), [])

    def for_source(self, source: Any) -> Any:
        """Return the documents as a source is fitted to them."""
        return self.tokens if isinstance(source, Vectorizer) else self._listed

    def fit_transform(self, source: Any, y: Any) -> Any:
        """Fit a source to the documents and return the rows that it gives them."""
        own = self.for_source(source)
        if hasattr(source, "fit_transform"):
            return source.fit_transform(own, y)
        return source.fit(own, y).transform(own)

    def transform(self, source: Any) -> Any:
        """Return the rows that a fitted source gives the documents of a batch."""
        assert self._batch is not None
        return embed_batch(source, self._batch)

    @cached_property
    def _listed(self) -> list[list[str]]:
        is_stream = isinstance(self.tokens, DocumentStream)
        return list(self.tokens) if is_stream else self.tokens
