"""Find the documents that one embedding gets right and another wrong."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

__all__ = ["count_pairwise_wins", "find_disagreements"]


def count_pairwise_wins(labels: np.ndarray, predictions: pd.DataFrame) -> pd.DataFrame:
    """Count documents that the row's embedding gets right and the column's wrong."""
    right = _mark_right(labels, predictions)
    tested = predictions.notna().to_numpy()
    counts = right.T.astype(int) @ (tested & ~right).astype(int)
    return pd.DataFrame(counts, predictions.columns, predictions.columns)


def find_disagreements(
    documents: list[list[str]],
    labels: np.ndarray,
    predictions: pd.DataFrame,
    one: Hashable,
    two: Hashable,
) -> np.ndarray:
    """Find the documents that one gets right and two wrong, most informative first.

    Those that the fewest embeddings get right come first, the short ones before others.
    """
    right = _mark_right(labels, predictions)
    first, second = (predictions.columns.get_loc(name) for name in (one, two))
    tested = predictions[two].notna().to_numpy()
    rows = np.flatnonzero(right[:, first] & ~right[:, second] & tested)
    lengths = np.array([len(documents[row]) for row in rows.tolist()])
    return rows[np.lexsort((rows, lengths, right[rows].sum(axis=1)))]


def _mark_right(labels: np.ndarray, predictions: pd.DataFrame) -> np.ndarray:
    """Return which predictions are right."""
    return predictions.to_numpy() == np.asarray(labels)[:, np.newaxis]
