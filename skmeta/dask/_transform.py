"""Transform Dask collections of documents to vectors, lazily."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import dask.array as da
import dask.bag as db
import numpy as np
import pandas as pd
from dask import delayed
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._check import short_repr
from skmeta._io._output_schema import OutputSchema, infer_output_schema
from skmeta.dask._collections import choose_column
from skmeta.tokenize import Tokenizer

__all__ = ["transform"]


def transform(
    vectorizer: Any,
    collection: Any,
    column: str | None = None,
    *,
    tokenizer: Callable[[str], list[str]] | Tokenizer | None = None,
) -> Any:
    """Transform the documents of a Dask collection to vectors, lazily.

    Nothing is computed before the result is. Partitions are preserved, and the
    vectorizer is sent to each worker once, however many partitions there are.

    Parameters
    ----------
    vectorizer : estimator
        A fitted vectorizer, or a fitted pipeline that ends in a transformer. Vectors in
        memory are sent to the workers; those of ``WordVectors.open`` are sent as a
        path, memory-mapped there, and must be on storage that all workers share.
    collection : Dask bag, Series or DataFrame
        Bags of token lists or texts; columns of Arrow lists, of Python lists or arrays
        of tokens, or of strings.
    column : str, default=None
        The column of a DataFrame that holds the documents.
    tokenizer : Tokenizer, or callable, default=None
        Splits texts into tokens: a :class:`skmeta.Tokenizer`, or a function that
        returns the tokens of a text. None: documents are passed to the vectorizer as
        they are.

    Returns
    -------
    vectors : Dask array, or Dask DataFrame
        For a bag, an array of shape (unknown, n_features), whose number of rows is
        known when it is computed. For a Series or DataFrame, a DataFrame with its index
        and divisions, and the vectorizer's feature names as columns.

    Raises
    ------
    TypeError
        If the collection is not one of Dask's, or holds texts although the vectorizer
        takes token lists.
    ValueError
        If the column is missing or not named, or the vectorizer's rows are sparse.

    See Also
    --------
    skmeta.dask.fit_combiner : Learn to combine Dask arrays.

    Notes
    -----
    If a worker dies, Dask computes its partitions again on another.

    Examples
    --------
    >>> import dask.bag as db
    >>> from skmeta import PretrainedVectorizer
    >>> from skmeta.dask import transform
    >>> fruit = {"apple": [1.0, 0.0], "pear": [0.0, 1.0]}
    >>> vectorizer = PretrainedVectorizer(fruit, scale=1)
    >>> documents = db.from_sequence([["apple"], ["apple", "pear"], []], npartitions=2)
    >>> rows = transform(vectorizer.fit([["apple"]]), documents)
    >>> rows
    dask.array<concatenate, shape=(nan, 2), dtype=float32, ...>
    >>> rows.compute(scheduler="threads")
    array([[1. , 0. ],
           [0.5, 0.5],
           [0. , 0. ]], dtype=float32)
    """
    check_is_fitted(vectorizer)
    if tokenizer is not None and not hasattr(tokenizer, "transform"):
        tokenizer = Tokenizer(tokenizer=tokenizer, lowercase=False)
    documents = choose_column(collection, column)
    is_bag = isinstance(documents, db.Bag)
    held = _Held(vectorizer, tokenizer)
    rows = _look_ahead(held, documents)
    held = delayed(_hand_over, pure=False)(
        held, dask_key_name=f"vectorizer-{uuid4().hex}"
    )
    if not is_bag:
        return documents.map_partitions(
            _transform_column,
            held,
            rows,
            meta=rows.as_frame(rows.nothing),
            enforce_metadata=False,
        )
    parts = documents.map_partitions(_transform_documents, held, rows).to_delayed()
    blocks = [
        da.from_delayed(part, (np.nan, len(rows.names)), rows.dtype) for part in parts
    ]
    return da.concatenate(blocks, allow_unknown_chunksizes=True)


class _Held:
    """A vectorizer and a tokenizer that are opaque to Dask."""

    def __init__(self, vectorizer: Any, tokenizer: Any) -> None:
        self.vectorizer = vectorizer
        self.tokenizer = tokenizer


def _hand_over(held: _Held) -> _Held:
    """Make it a separate task, whose result is sent to each worker once."""
    return held


def _look_ahead(held: _Held, documents: Any) -> OutputSchema:
    """Infer the output columns, and raise for what cannot be transformed."""
    vectorizer = held.vectorizer
    if held.tokenizer is not None:
        return infer_output_schema(vectorizer, takes_text=False)
    is_text = getattr(documents, "dtype", None) is not None and isinstance(
        documents.dtype, pd.StringDtype
    )
    if not is_text:
        return infer_output_schema(vectorizer)
    try:
        return infer_output_schema(vectorizer, takes_text=True)
    except TypeError as error:
        raise TypeError(
            f"The documents are texts, expected token lists for "
            f"{short_repr(vectorizer)}. Pass a tokenizer, e.g. "
            "tokenizer=skmeta.Tokenizer(). If they were lists, Dask made strings of "
            "them: make the collection after "
            "dask.config.set({'dataframe.convert-string': False})."
        ) from error


def _transform_documents(documents: Any, held: _Held, rows: OutputSchema) -> np.ndarray:
    """Transform a partition of a bag to rows."""
    return _transform_some(list(documents), held, rows)


def _transform_column(
    documents: pd.Series, held: _Held, rows: OutputSchema
) -> pd.DataFrame:
    """Transform a partition of a Series to a DataFrame."""
    return rows.as_frame(_transform_some(documents, held, rows), documents.index)


def _transform_some(documents: Any, held: _Held, rows: OutputSchema) -> np.ndarray:
    """Transform documents to rows."""
    if held.tokenizer is not None:
        documents = held.tokenizer.transform(documents)
    return rows.transform(held.vectorizer, documents)
