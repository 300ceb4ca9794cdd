"""The mean of all word vectors is taken away from each."""

from __future__ import annotations

import numpy as np

from skmeta._io.formats._types import VectorSource
from skmeta._meta._embeddings import open_source
from skmeta._vectors._word_vectors import WordVectors
from skmeta.postprocess._rows import blocks, change_rows, subtract

__all__ = ["center", "column_means"]


def center(word_vectors: VectorSource) -> WordVectors:
    """Subtract the mean of every column.

    What all words have in common tells nothing about any of them, but makes their
    cosines alike.

    Parameters
    ----------
    word_vectors : WordVectors, gensim model, path, dict, DataFrame or MetaEmbeddings
        Whatever :func:`skmeta.load_vectors` takes; it is left as it is.

    Returns
    -------
    centered : WordVectors of n_words x vector_size
        The same words and counts, without subwords. Zeros, which say that nothing is
        known about a word, stay zeros and take no part in the means.

    See Also
    --------
    normalize : Scale every vector to unit length. In which order matters: long vectors
        weigh more in the means if they are not normalized before, and lengths differ
        again afterwards.
    remove_components : Also remove the directions in which vectors differ most.

    Examples
    --------
    >>> from skmeta.postprocess import center
    >>> center({"apple": [1.0, 5.0], "pear": [3.0, 5.0]}).vectors
    array([[-1.,  0.],
           [ 1.,  0.]], dtype=float32)
    """
    source = open_source(word_vectors)
    means = column_means(source.vectors)
    return change_rows(source, lambda rows: subtract(rows, means))


def column_means(vectors: np.ndarray) -> np.ndarray:
    """Average the rows that are not zeros, float64 of shape (vector_size,)."""
    total, n_present = np.zeros(vectors.shape[1]), 0
    for block in blocks(vectors):
        total += vectors[block].sum(axis=0, dtype=np.float64)
        n_present += int(np.count_nonzero(vectors[block].any(axis=1)))
    return total / max(n_present, 1)
