"""Find missing labels before they become a class or an obscure error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import issparse

from skmeta._documents._check import short_repr

__all__ = ["raise_if_missing"]


def raise_if_missing(y: Any) -> None:
    """Raise if a label is None, NaN or pandas' NA.

    NumPy would turn NaN in a list of names into the class "nan".

    Parameters
    ----------
    y : array-like of shape (n_documents,) or (n_documents, n_outputs), or sparse

    Raises
    ------
    ValueError
        If there is such a label; the first one is named.
    """
    if issparse(y):
        return
    is_array = isinstance(y, np.ndarray | pd.Series | pd.DataFrame)
    labels = y if is_array else np.asarray(y, dtype=object)
    missing = np.asarray(pd.isna(labels), dtype=bool)
    if missing.any():
        place = tuple(np.argwhere(missing)[0])
        row, found = place[0], np.asarray(labels, dtype=object)[place]
        raise ValueError(
            f"Label {row} of y is {short_repr(found)}, expected a label of each "
            "document. Drop the documents that have none, e.g. data = "
            "data.dropna(subset=['label'])."
        )
