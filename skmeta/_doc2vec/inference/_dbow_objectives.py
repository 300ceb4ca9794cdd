"""PV-DBOW: a document's vector predicts its words, whatever their order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from skmeta._doc2vec.inference._frozen_model import FrozenModel
from skmeta._doc2vec.inference._lengths import batches, pad
from skmeta._doc2vec.inference._objective import Objective

__all__ = ["dbow_objectives"]

_TARGETS_BLOCK_SIZE = 8_192


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
    shape = (len(ends) - 1, len(model.kept))
    counts = csr_array((model.kept[rows], rows, ends), shape, copy=True)
    weights = counts.sum(axis=1).astype(np.float32)
    if model.paths is not None:
        counts = counts @ model.paths
    counts.sum_duplicates()
    rows, counts, ends = counts.indices, counts.data, counts.indptr
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
                point_shares=model.point_shares,
                position_weights=weights[numbers, np.newaxis],
                position_slopes=np.ones((n_documents, 1), np.float32),
                position_half_offsets=np.zeros((1, 1, 1), np.float32),
                variance=model.variance,
            ),
        )
