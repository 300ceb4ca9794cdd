"""Columns of token lists in Arrow memory, looked up without Python lists.

This module needs pyarrow, and is imported when there is such a column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skmeta._documents._only_column import take_only_column

__all__ = ["ArrowDocuments", "as_arrow_documents"]

_DOCUMENTS_BLOCK_SIZE = 1_024


class ArrowDocuments(Sequence):
    """Documents in an Arrow column of lists of strings, without nulls.

    It behaves as a list of token lists, which are created on access.

    Parameters
    ----------
    column : pyarrow.ChunkedArray of lists of strings
    """

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def count_tokens(self) -> np.ndarray:
        """Return the length of each document, int of shape (n_documents,)."""
        return pc.list_value_length(self._column).to_numpy()

    def find_words(self) -> tuple[list[str], np.ndarray]:
        """Return the distinct tokens, and the index of each token among them."""
        encoded = pc.list_flatten(self._column).combine_chunks().dictionary_encode()
        return encoded.dictionary.to_pylist(), encoded.indices.to_numpy()

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return ArrowDocuments(self._column[place])
        return self._column[place].as_py()

    def __len__(self) -> int:
        return len(self._column)

    def __iter__(self) -> Iterator[list[str]]:
        for start in range(0, len(self), _DOCUMENTS_BLOCK_SIZE):
            yield from self._column.slice(start, _DOCUMENTS_BLOCK_SIZE).to_pylist()


def as_arrow_documents(X: Any) -> ArrowDocuments | None:
    """Return the documents of an Arrow column, or of a pandas Series of Arrow type.

    None if X is neither, or needs a closer look: it is empty, has nulls, or is not a
    column of lists of strings.
    """
    X = take_only_column(X)
    if hasattr(getattr(X, "dtype", None), "pyarrow_dtype"):  # pandas' ArrowDtype
        X = X.array.__arrow_array__()
    if isinstance(X, pa.Array):
        X = pa.chunked_array([X])
    if not isinstance(X, pa.ChunkedArray) or not len(X) or X.null_count:
        return None
    kind = X.type
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)):
        return None
    if not (
        pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type)
    ):
        return None
    if any(chunk.values.null_count for chunk in X.chunks):
        return None
    return ArrowDocuments(X)
