"""Pool documents with weights learned from the labels of other documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone

from skmeta.weighting import LabelWeighting, Weighting
from skmeta.weighting._copies import hash_documents, leave_out_copies
from skmeta.weighting._targets import make_folds, take_labels

__all__ = ["pool_cross_fitted"]


def pool_cross_fitted(
    weighting: LabelWeighting,
    documents: Any,
    y: Any,
    key_to_index: dict[str, int],
    keep_unknown: bool,
    pool_with: Callable[[list[list[str]], Weighting], np.ndarray],
) -> np.ndarray:
    """Pool each fold of the documents with weights learned from the others.

    Copies are in one fold, so that a document's own label does not reach its weights.

    Parameters
    ----------
    weighting : LabelWeighting
    documents : iterable of lists of str, with a length
    y : labels
    key_to_index : dict of str to int
    keep_unknown : bool
        See ``LabelWeighting.fit``.
    pool_with : callable
        Pools documents with a fitted weighting.

    Returns
    -------
    rows : float32 ndarray of shape (n_documents, n_features)
    """
    targets = weighting.encode(y, len(documents))
    hashes: list[int] = []
    documents = list(hash_documents(documents, hashes))
    distinct, targets = leave_out_copies(hashes, targets, y, weighting.encode)
    rows: np.ndarray | None = None
    for train, test in make_folds(take_labels(y, distinct.rows), len(targets)):
        fitted = clone(weighting).fit_targets(
            [documents[i] for i in distinct.rows[train]],
            key_to_index,
            targets[train],
            keep_unknown,
        )
        places = distinct.with_copies(test)
        some = pool_with([documents[i] for i in places], fitted)
        if rows is None:
            rows = np.empty((len(documents), some.shape[1]), np.float32)
        rows[places] = some
    assert rows is not None
    return rows
