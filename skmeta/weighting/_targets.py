"""Encode labels as numbers, and split labeled rows into folds."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.utils.multiclass import type_of_target

from skmeta._documents._check import short_repr
from skmeta._documents._missing_labels import raise_if_missing
from skmeta._messages import count_of

__all__ = ["encode_classes", "encode_numbers", "make_folds", "take_labels"]

_FOLDS = 5


def encode_classes(y: Any, n_rows: int, what: str) -> np.ndarray:
    """Encode classes as indicator columns.

    Parameters
    ----------
    y : array-like of shape (n_rows,), or indicator matrix of shape (n_rows, n_labels)
    n_rows : int
    what : str
        What needs the labels, for messages.

    Returns
    -------
    targets : float64 ndarray of shape (n_rows, n_classes)

    Raises
    ------
    ValueError
        If y is missing, of another length, continuous, or of one class.
    """
    kind = _check_y(y, n_rows, what)
    if kind == "multilabel-indicator":
        indicators = y.toarray() if issparse(y) else np.asarray(y)
        return indicators.astype(np.float64)
    if kind not in ("binary", "multiclass"):
        raise ValueError(
            f"Unknown label type: found {kind} y, expected classes for {what}. For "
            "numbers use weighting='correlation', or text_pipeline('regression')."
        )
    classes, codes = np.unique(np.asarray(y).ravel(), return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"Found one class, {classes[0]}, in y, expected at least two for {what}. "
            "Pass documents of other classes too, or use a weighting that needs no "
            "labels, e.g. 'idf'."
        )
    return np.eye(len(classes))[codes]


def encode_numbers(y: Any, n_rows: int, what: str) -> np.ndarray:
    """Standardize numbers to predict.

    Parameters and errors as of ``encode_classes``; constant columns become zeros.
    """
    _check_y(y, n_rows, what)
    try:
        numbers = np.asarray(y.toarray() if issparse(y) else y, dtype=np.float64)
    except (TypeError, ValueError):
        first = short_repr(np.asarray(y).ravel().tolist()[0])
        raise ValueError(
            f"Found y that holds {first}, expected numbers for "
            f"{what}. For classes use weighting='log_odds'."
        ) from None
    numbers = numbers.reshape(n_rows, -1) - numbers.reshape(n_rows, -1).mean(axis=0)
    spread = numbers.std(axis=0)
    return numbers / np.where(spread > 0, spread, 1)


def make_folds(y: Any, n_rows: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split labeled rows into five reproducible folds."""
    n_folds = min(_FOLDS, n_rows)
    rows = np.zeros(n_rows)
    if type_of_target(y if issparse(y) else np.asarray(y)) in ("binary", "multiclass"):
        _, codes, counts = np.unique(
            np.asarray(y).ravel(), return_inverse=True, return_counts=True
        )
        if counts.max() >= n_folds:
            splitter = StratifiedKFold(n_folds, shuffle=True, random_state=0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of classes with few rows
                return list(splitter.split(rows, codes))
    return list(KFold(n_folds, shuffle=True, random_state=0).split(rows))


def take_labels(y: Any, rows: np.ndarray) -> Any:
    """Return the labels of some rows."""
    return y.tocsr()[rows] if issparse(y) else np.asarray(y)[rows]


def _check_y(y: Any, n_rows: int, what: str) -> str:
    """Return the type of a target that has one entry for each row."""
    if y is None:
        raise ValueError(
            f"{what} requires y to be passed, but the target y is None, expected a "
            "label of each document. Call fit(X, y), or use a weighting that needs "
            "none, e.g. 'idf'."
        )
    n_labels = y.shape[0] if issparse(y) else len(np.asarray(y))
    if n_labels != n_rows:
        raise ValueError(
            f"Found {count_of(n_labels, 'label')} for {count_of(n_rows, 'document')}, "
            "expected one of each. Pass X and y of the same length."
        )
    raise_if_missing(y)
    if n_rows < 2:
        raise ValueError(
            f"Found 1 sample, expected at least two for {what}, to compare them. "
            "Pass more documents."
        )
    return type_of_target(y if issparse(y) else np.asarray(y))
