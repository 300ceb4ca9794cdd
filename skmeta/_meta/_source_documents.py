"""The documents in the form that each source accepts, prepared once for all."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import pandas as pd

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._stream import DocumentStream
from skmeta._documents._texts import check_texts
from skmeta._documents._tokenized_texts import TokenizedTexts
from skmeta._meta._token_input import takes_text, wants_column
from skmeta._vectorizers._base import Vectorizer, embed_batch

__all__ = ["SourceDocuments", "input_of", "transform_batch"]


class SourceDocuments:
    """The documents that sources are fitted to.

    Parameters
    ----------
    documents : list of lists of str, TokenizedTexts, or DocumentStream
        Checked. Of a stream, only this package's vectorizers read it anew at each
        pass; others get the list of its documents, which is made once.

    Attributes
    ----------
    checked : list of lists of str, or DocumentStream
        As they were given.
    """

    def __init__(self, documents: list[list[str]] | DocumentStream) -> None:
        self.checked = documents

    @property
    def first(self) -> list[str]:
        """The first document, empty if there is none."""
        return next(iter(self.checked), [])

    def for_source(self, source: Any) -> Any:
        """Return the documents in the form that a source accepts."""
        if takes_text(source, self.first):
            return as_column(source, self._texts)
        if isinstance(source, Vectorizer):
            return self.checked
        return self._listed

    @cached_property
    def _texts(self) -> list[str]:
        if isinstance(self.checked, TokenizedTexts):
            return self.checked.texts
        return check_texts(self._listed)

    @cached_property
    def _listed(self) -> list[list[str]]:
        if isinstance(self.checked, DocumentStream):
            return list(self.checked)
        return self.checked


def transform_batch(source: Any, batch: DocumentBatch, is_given_text: bool) -> Any:
    """Transform a batch of documents with a source of texts or tokens.

    Parameters
    ----------
    source : fitted transformer
    batch : DocumentBatch
    is_given_text : bool
        As :func:`takes_text` told in ``fit``.
    """
    if not is_given_text or isinstance(source, Vectorizer):
        return embed_batch(source, batch)
    return source.transform(input_of(source, batch, is_given_text))


def input_of(source: Any, batch: DocumentBatch, is_given_text: bool) -> Any:
    """Return what a source transforms: vectorizers the batch, others its documents.

    Parameters
    ----------
    source : fitted transformer
    batch : DocumentBatch
    is_given_text : bool
        As :func:`takes_text` told in ``fit``.
    """
    if isinstance(source, Vectorizer):
        return batch
    return as_column(source, batch.texts()) if is_given_text else batch.checked()


def as_column(source: Any, texts: list[str]) -> Any:
    """Return texts as a list, or as a DataFrame column for sources that need one."""
    return pd.Series(texts, name="text") if wants_column(source) else texts
