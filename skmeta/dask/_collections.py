"""Select the documents of a Dask collection."""

from __future__ import annotations

from typing import Any

import dask.bag as db
import dask.dataframe as dd

from skmeta._documents._check import short_repr

__all__ = ["choose_column"]


def choose_column(
    collection: Any,
    column: str | None,
    instead: str = "vectorizer.transform(documents)",
) -> Any:
    """Return the bag or Series of documents.

    Parameters
    ----------
    collection : Dask bag, Series or DataFrame
    column : str or None
        Of a DataFrame.
    instead : str
        What takes documents that are in memory, for the message.
    """
    if isinstance(collection, dd.DataFrame):
        if column is None or column not in collection.columns:
            columns = short_repr(list(map(str, collection.columns)))
            raise ValueError(
                f"Found column={column!r}, expected the one of the DataFrame's columns "
                f"{columns} that holds the documents. Name it."
            )
        return collection[column]
    if not isinstance(collection, db.Bag | dd.Series):
        raise TypeError(
            f"Found a collection of type {type(collection).__name__}, expected a Dask "
            "bag, Series or DataFrame. Make one, e.g. dask.bag.from_sequence(documents)"
            f", or use {instead}."
        )
    if column is not None:
        raise ValueError(
            f"Found column={column!r} for a {type(collection).__name__}, which has no "
            "columns, expected None. Leave it out."
        )
    return collection
