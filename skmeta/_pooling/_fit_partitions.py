"""Fit partitions to the words of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from sklearn.base import clone

from skmeta._documents._batches import iter_batches
from skmeta._pooling._common_components import ROWS_BLOCK_SIZE
from skmeta._pooling._partition import Partition
from skmeta._vectors._word_index import WordIndex

__all__ = ["fit_partitions"]


def fit_partitions(
    poolings: Iterable[Any],
    documents: Any,
    vectors: Any,
    index: WordIndex,
    pool_by: Callable[[list[list[str]], Partition], np.ndarray],
) -> list[Partition]:
    """Fit those of the poolings that are partitions.

    Parameters
    ----------
    poolings : iterable of str, float or Partition
    documents : list of lists of str, or a stream of them
    vectors : float32 ndarray, or LazyConcatenation, of shape (n_words, vector_size)
    index : WordIndex
    pool_by : callable
        Pools documents by a partition.

    Returns
    -------
    partitions : list of fitted Partition
    """
    wanted = [clone(p) for p in poolings if isinstance(p, Partition)]
    if not wanted:
        return []
    counts = np.zeros(len(vectors))
    for batch in iter_batches(documents, ROWS_BLOCK_SIZE):
        rows, _ = index.find_rows(list(batch), keep_unknown=False)
        counts += np.bincount(rows, minlength=len(counts))
    for partition in wanted:
        partition.fit(vectors, counts)
        batches = iter_batches(documents, ROWS_BLOCK_SIZE)
        partition.fit_projection(pool_by(batch, partition) for batch in batches)
    return wanted
