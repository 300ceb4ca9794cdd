"""Documents as sources take them: prepared once for all of them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from skmeta._documents._stream import DocumentStream
from skmeta._vectorizers._base import Vectorizer

__all__ = ["SourceDocuments"]


class SourceDocuments:
    """The documents that sources are fitted to.

    Parameters
    ----------
    documents : list of lists of str, or DocumentStream
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
        """Return the documents as a source takes them."""
        if isinstance(source, Vectorizer):
            return self.checked
        return self._listed

    @cached_property
    def _listed(self) -> list[list[str]]:
        if isinstance(self.checked, DocumentStream):
            return list(self.checked)
        return self.checked
