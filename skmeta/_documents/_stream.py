"""Documents that are read in each pass and never all in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from skmeta._documents._batches import iter_batches
from skmeta._documents._check import check_documents
from skmeta._messages import count_of

__all__ = ["DocumentStream", "is_reiterable", "read_documents"]

_BLOCK_SIZE = 256
_CONTAINERS = ("__len__", "__getitem__", "to_pylist", "to_list", "tolist")


def is_reiterable(X: Any) -> bool:
    """Return whether X can be iterated repeatedly without holding the documents.

    gensim's LineSentence and ``datasets.TextFiles`` can; a list or a column holds its
    documents, a generator yields them once.
    """
    if not isinstance(X, Iterable) or isinstance(X, Iterator):
        return False
    return not any(hasattr(X, name) for name in _CONTAINERS)


class DocumentStream:
    """Documents that are checked while they are read, in any number of passes.

    Parameters
    ----------
    X : iterable of token lists
        It must be reiterable.
    """

    def __init__(self, X: Iterable[Iterable[str]]) -> None:
        self._X = X
        self._n_documents: int | None = None  # of the first pass

    def __iter__(self) -> Iterator[list[str]]:
        n_documents = 0
        for batch in iter_batches(self._X, _BLOCK_SIZE):
            yield from check_documents(batch, n_documents)
            n_documents += len(batch)
        if self._n_documents is None and n_documents:
            self._n_documents = n_documents
        elif self._n_documents is not None and n_documents != self._n_documents:
            self._raise_other_number(n_documents)
        elif not n_documents:
            self._raise_empty()

    def _raise_empty(self) -> NoReturn:
        """Raise because there are no documents, or none are left."""
        raise ValueError(
            f"Found 0 sample(s) in X, an empty {type(self._X).__name__}, or one that "
            "can be read only once; expected at least one document in each pass. Check "
            "what was selected before this step, and let __iter__ start again, as a "
            "generator function does."
        )

    def _raise_other_number(self, n_documents: int) -> NoReturn:
        """Raise because a later pass has another number of documents than the first."""
        raise ValueError(
            f"Found {count_of(n_documents, 'document')} in a later pass over the "
            f"{type(self._X).__name__}, {self._n_documents:,} in the first; expected "
            "the same in each. Let __iter__ start again, as a generator function does, "
            "or pass a list."
        )

    def count(self) -> int:
        """Count the documents, by reading them."""
        return sum(1 for _ in self)


def read_documents(X: Any) -> DocumentStream | list[list[str]]:
    """Check documents while they are read, or at once if they are in memory."""
    return DocumentStream(X) if is_reiterable(X) else check_documents(X)
