"""DataFrames with a single column, which are treated as that column.

Transformers that go over columns, as skrub's, and servers, as mlflow's, pass frames
even where one column is wanted.
"""

from __future__ import annotations

from typing import Any

__all__ = ["is_frame", "take_only_column"]


def is_frame(X: Any) -> bool:
    """Return whether X is a DataFrame or an Arrow table."""
    return hasattr(X, "columns") and hasattr(X, "shape")


def take_only_column(X: Any) -> Any:
    """Return the column of a single-column DataFrame; anything else unchanged.

    Parameters
    ----------
    X : object
        A frame of pandas, polars or Arrow, or any other collection.
    """
    if not is_frame(X) or len(X.shape) != 2 or X.shape[1] != 1:
        return X
    if hasattr(X, "__dask_graph__"):
        return X  # raises an error elsewhere
    if hasattr(X, "iloc"):
        return X.iloc[:, 0]
    if hasattr(X, "column_names"):  # of Arrow
        return X.column(0)
    return X[X.columns[0]]
