"""Some of many documents or rows, at equal distances."""

from __future__ import annotations

from typing import Any

from skmeta._documents._stream import DocumentStream

__all__ = ["take_evenly"]

_MOST = 1_000


def take_evenly(documents: Any) -> Any:
    """Take at most 1,000 documents or rows, at equal distances.

    Parameters
    ----------
    documents : list, ArrowDocuments, ndarray, sparse array or DocumentStream
        A stream is read once.

    Returns
    -------
    some : list, ArrowDocuments, ndarray or sparse array
        Of a stream the same as of a list.
    """
    if not isinstance(documents, DocumentStream):
        shape = getattr(documents, "shape", None)
        n_documents = len(documents) if shape is None else shape[0]
        step = 1
        while n_documents > step * _MOST:
            step *= 2
        return documents[::step]
    some: list[list[str]] = []
    step = 1
    for number, document in enumerate(documents):
        if number % step == 0:
            some.append(document)
        if len(some) > _MOST:
            some, step = some[::2], 2 * step
    return some
