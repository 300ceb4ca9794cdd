"""Documents that are read anew at each pass, and never all in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from skmeta._documents._batches import iter_batches
from skmeta._documents._check import check_documents

__all__ = ["DocumentStream", "is_reiterable", "read_documents"]

_BLOCK_SIZE = 256
_CONTAINERS = ("__len__", "__getitem__", "to_pylist", "to_list", "tolist")


def is_reiterable(X: Any) -> bool:
    """Tell whether X starts anew at each pass and holds no documents itself.

    So do gensim's LineSentence and ``datasets.TextFiles``; a list or a column holds its
    documents, a generator gives them once.
    """
    if not isinstance(X, Iterable) or isinstance(X, Iterator):
        return False
    return not any(hasattr(X, name) for name in _CONTAINERS)


class DocumentStream:
    """Documents that are checked while they are read, as often as one likes.

    Parameters
    ----------
    X : iterable of token lists
        One that can be read again.
    """

    def __init__(self, X: Iterable[Iterable[str]]) -> None:
        self._X = X

    def __iter__(self) -> Iterator[list[str]]:
        first_number = 0
        for batch in iter_batches(self._X, _BLOCK_SIZE):
            yield from check_documents(batch, first_number)
            first_number += len(batch)
        if not first_number:
            check_documents([])  # refuses them

    def count(self) -> int:
        """Count the documents, by reading them."""
        return sum(1 for _ in self)


def read_documents(X: Any) -> DocumentStream | list[list[str]]:
    """Have documents checked while they are read, or check them where all are there."""
    return DocumentStream(X) if is_reiterable(X) else check_documents(X)
