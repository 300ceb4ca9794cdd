"""How much each source of words counts, learned from labels of documents."""

from __future__ import annotations

from typing import Any

import numpy as np

from skmeta._documents._batches import iter_batches, stack_batches
from skmeta._meta._level import MetaParameters
from skmeta._pooling._common_components import ROWS_BLOCK_SIZE, learn_common_components
from skmeta._pooling._cross_fit import pool_cross_fitted
from skmeta._pooling._partition import Partition
from skmeta._pooling._pool import check_poolings
from skmeta._pooling._pooled_words import PooledWords
from skmeta._vectors._word_index import WordIndex
from skmeta.combine import Views
from skmeta.combine._center import normalize_rows
from skmeta.combine._learned_weights import learn_weights
from skmeta.combine._pipeline import CombinerPipeline
from skmeta.weighting import LabelWeighting, Weighting

__all__ = ["learn_word_weights"]


def learn_word_weights(
    views: Views,
    documents: Any,
    y: Any,
    index: WordIndex,
    weighting: Weighting | None,
    parameters: MetaParameters,
) -> np.ndarray:
    """Learn weights from the documents' pooled words, whatever combines them later.

    Parameters
    ----------
    views : Views
        The words of each source.
    documents : list of lists of str, or DocumentStream
    y : labels of the documents
    index : WordIndex
        The row of each word in the views.
    weighting : fitted Weighting, or None
        What words count.
    parameters : MetaParameters

    Returns
    -------
    weights : float64 ndarray of shape (n_sources,)
    """
    whole = CombinerPipeline(
        "concatenate", missing=parameters.missing, center=parameters.center
    )
    words = PooledWords(whole.fit(views).transform(views), index)
    poolings = tuple(  # the parts are those of words that are weighted
        "mean" if isinstance(pooling, Partition) else pooling
        for pooling in check_poolings(parameters.pooling, partitions=True)
    )

    def pool_with(some: Any, weighting: Weighting | None) -> np.ndarray:
        batches = iter_batches(some, ROWS_BLOCK_SIZE)
        return stack_batches(
            words.pool(batch, poolings, weighting, None, parameters.n_jobs)
            for batch in batches
        )

    if isinstance(weighting, LabelWeighting):
        pooled = pool_cross_fitted(
            weighting,
            index.as_known(documents),
            y,
            index.key_to_index,
            False,
            pool_with,
        )
    else:
        pooled = pool_with(documents, weighting)
    common = learn_common_components(
        parameters.remove_components, weighting, pooled.__getitem__, len(pooled)
    )
    if common is not None:
        common.remove(pooled)
    normalize_rows(pooled)
    ends = np.cumsum(views.dimensions)
    n_documents = len(pooled)
    pooled = pooled.reshape(n_documents, -1, ends[-1])  # a row for each pooling
    blocks = np.split(pooled, ends[:-1], axis=2)
    return learn_weights([b.reshape(n_documents, -1) for b in blocks], y)
