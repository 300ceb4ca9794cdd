"""PV-DBOW: a document's vector predicts its words, independent of their order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from skmeta._doc2vec.inference._frozen_model import FrozenModel
from skmeta._doc2vec.inference._lengths import batches, pad, padded_length
from skmeta._doc2vec.inference._objective import Objective

__all__ = ["dbow_objectives"]

_TARGETS_BLOCK_SIZE = 8_192
_ONE = np.ones((1, 1), np.float32)


def dbow_objectives(
    model: FrozenModel, rows: np.ndarray, ends: np.ndarray
) -> Iterator[tuple[np.ndarray, Objective]]:
    """Yield the objectives of documents by PV-DBOW.

    Parameters
    ----------
    model : FrozenModel
    rows, ends : int ndarray
        The documents' words: see ``row_numbers``.

    Yields
    ------
    numbers : int ndarray of shape (n_documents_of_batch,)
    objective : Objective
    """
    n_documents = len(ends) - 1
    if n_documents == 1 and model.paths is None:
        if len(rows):
            yield np.zeros(1, np.intp), _one_objective(model, rows)
        return
    kept = model.kept[rows]
    own = np.repeat(np.arange(n_documents), np.diff(ends))
    weights = np.bincount(own, kept, n_documents).astype(np.float32)
    if model.paths is None:
        rows, counts, ends = _count(rows, kept, own, n_documents)
    else:
        shape = (n_documents, len(model.kept))
        paths = csr_array((kept, rows, ends), shape) @ model.paths
        paths.sum_duplicates()
        rows, counts, ends = paths.indices, paths.data, paths.indptr
    for numbers, length in batches(np.diff(ends), _TARGETS_BLOCK_SIZE):
        places, real = pad(ends, numbers, length)
        n_documents = len(numbers)
        yield (
            numbers,
            Objective(
                targets=model.targets[rows[places]],
                weights=counts[places] * real,
                offsets=np.zeros((1, 1), np.float32),
                points=model.points,
                points_transposed=model.points_transposed,
                point_shares=model.point_shares,
                position_weights=weights[numbers, np.newaxis],
                position_slopes=np.ones((n_documents, 1), np.float32),
                position_half_offsets=np.zeros((1, 1, 1), np.float32),
                variance=model.variance,
            ),
        )


def _one_objective(model: FrozenModel, rows: np.ndarray) -> Objective:
    """Return the objective of a single document, by a faster path."""
    weight = np.bincount(np.zeros(len(rows), np.intp), model.kept[rows])
    rows = np.sort(rows)
    kept = model.kept[rows]
    is_new = np.ones(len(rows), bool)
    np.not_equal(rows[1:], rows[:-1], out=is_new[1:])
    starts = is_new.nonzero()[0]
    length = padded_length(len(starts))
    weights = np.zeros((1, length), np.float32)
    np.add.reduceat(kept, starts, out=weights[0, : len(starts)])
    targets = np.empty(length, np.int64)
    targets[: len(starts)] = rows[starts]
    targets[len(starts) :] = rows[-1]  # of weight 0
    return Objective(
        targets=model.targets[targets][np.newaxis],
        weights=weights,
        offsets=np.zeros((1, length), np.float32),
        points=model.points,
        points_transposed=model.points_transposed,
        point_shares=model.point_shares,
        position_weights=weight.astype(np.float32)[:, np.newaxis],
        position_slopes=_ONE,
        position_half_offsets=np.zeros((1, 1, len(model.points)), np.float32),
        variance=model.variance,
    )


def _count(
    rows: np.ndarray, kept: np.ndarray, own: np.ndarray, n_documents: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count the distinct words of each document: rows, counts and offsets."""
    order = np.lexsort((rows, own)) if n_documents > 1 else rows.argsort(kind="stable")
    rows, own = rows[order], own[order]
    is_new = np.ones(len(rows), bool)
    is_new[1:] = (rows[1:] != rows[:-1]) | (own[1:] != own[:-1])
    starts = np.flatnonzero(is_new)
    counts = np.add.reduceat(kept[order], starts) if len(rows) else kept
    ends = np.zeros(n_documents + 1, np.int64)
    np.cumsum(np.bincount(own[starts], minlength=n_documents), out=ends[1:])
    return rows[starts], counts, ends
