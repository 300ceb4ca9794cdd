"""Documents to transform, checked once for all of their readers."""

from __future__ import annotations

import sys
from typing import Any, Self

from skmeta._documents._check import check_tokens, list_documents
from skmeta._documents._texts import check_texts

__all__ = ["DocumentBatch", "find_arrow_documents"]


class DocumentBatch:
    """Documents that are transformed together.

    They are taken apart and checked when that is asked for, and only once, however
    many sources read them.

    Parameters
    ----------
    X : iterable of token lists
        Not an iterator.
    first_number : int, default=0
        What messages call the first document: the number of those in batches before.
    """

    def __init__(self, X: Any, first_number: int = 0) -> None:
        self.X = X
        self.first_number = first_number
        self._listed: Any = None
        self._checked: list[list[str]] | None = None
        self._texts: list[str] | None = None

    @classmethod
    def of_checked(cls, documents: list[list[str]]) -> Self:
        """Return a batch of documents that are known to be lists of lists of str."""
        batch = cls(documents)
        batch._listed = batch._checked = documents
        return batch

    def listed(self) -> Any:
        """Return lists of tokens of any type, or documents in Arrow memory.

        For those who look tokens up in a :class:`WordIndex`, which sees whether they
        are strings.
        """
        if self._listed is None:
            if type(self.X) is not list:
                self._listed = find_arrow_documents(self.X)
            if self._listed is None:
                self._listed = list_documents(self.X, self.first_number)
        return self._listed

    def checked(self) -> list[list[str]]:
        """Return lists of lists of str, or raise if X does not contain documents."""
        if self._checked is None:
            documents = self.listed()
            if type(documents) is list:
                self._listed = check_tokens(documents, self.first_number)
                self._checked = self._listed
            else:
                self._checked = list(documents)  # Arrow has checked its types
        return self._checked

    def texts(self) -> list[str]:
        """Return texts; the tokens of token lists are joined with spaces."""
        if self._texts is None:
            self._texts = check_texts(self.X, self.first_number)
        return self._texts


def find_arrow_documents(X: Any) -> Any:
    """Return documents in Arrow memory, or None if X is something else."""
    if "pyarrow" not in sys.modules:
        return None
    from skmeta._documents._arrow import as_arrow_documents

    return as_arrow_documents(X)
