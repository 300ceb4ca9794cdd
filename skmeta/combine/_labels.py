"""Validate labels that weights are learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, column_or_1d

from skmeta._documents._missing_labels import raise_if_missing

__all__ = ["check_labels", "encode_labels"]


def check_labels(y: Any, documents: Any, parameter: str) -> None:
    """Raise if labels are missing, or not as many as documents.

    Parameters
    ----------
    y : array-like of shape (n_documents,) or (n_documents, n_outputs)
    documents : sized
        What the labels belong to: documents, or their rows.
    parameter : str
        What asked for labels, for messages: ``"weights='learn'"``.
    """
    if y is None:
        raise ValueError(
            f"Found no labels as y, expected some for each document where {parameter}. "
            "Call fit(X, y), or set numbers instead of 'learn'."
        )
    check_consistent_length(documents, y)
    raise_if_missing(y)


def encode_labels(y: Any, documents: Any, parameter: str) -> np.ndarray:
    """Return each document's class as an integer, or raise.

    Parameters
    ----------
    y : array-like of shape (n_documents,)
        A single column, (n_documents, 1), is flattened with scikit-learn's warning.
    documents : sized
        What the labels belong to: documents, or their rows.
    parameter : str
        What asked for labels, for messages: ``"weights='learn'"``.

    Returns
    -------
    codes : int ndarray of shape (n_documents,)
        From 0, in the order of the sorted classes.

    Raises
    ------
    ValueError
        If labels are missing, too few or too many, several per document, continuous, or
        all the same.
    """
    if y is None:
        raise ValueError(
            f"Found no labels as y, expected one class per document where {parameter}. "
            "Call fit(X, y), or set numbers instead of 'learn'."
        )
    check_consistent_length(documents, y)
    raise_if_missing(y)
    check_classification_targets(y)
    classes, codes = np.unique(column_or_1d(y, warn=True), return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"Found one class, {classes[0]!r}, in y, expected at least two where "
            f"{parameter}. Set numbers instead of 'learn'."
        )
    return codes
