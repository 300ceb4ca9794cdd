"""Center word vectors."""

from __future__ import annotations

import numpy as np

from skmeta._io.formats._types import VectorSource
from skmeta._meta._embeddings import open_source
from skmeta._vectors._word_vectors import WordVectors
from skmeta.postprocess._rows import blocks, change_rows, subtract

__all__ = ["center", "column_means"]


def center(word_vectors: VectorSource) -> WordVectors:
    """Subtract the mean of every column.

    The common mean says nothing about single words, but makes all cosines similar.

    Parameters
    ----------
    word_vectors : WordVectors, gensim model, path, dict, DataFrame or MetaEmbeddings
        Whatever :func:`skmeta.load_vectors` takes; it is left as it is.

    Returns
    -------
    centered : WordVectors of n_words x vector_size
        The same words and counts, without subwords. Rows of zeros, of words about which
        nothing is known, stay zeros and do not count in the means.

    See Also
    --------
    normalize : Scale every vector to unit length. The order matters: long vectors count
        more in the means unless normalized before, and lengths differ after centering.
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
    """Average the nonzero rows, float64 of shape (vector_size,)."""
    total, n_present = np.zeros(vectors.shape[1]), 0
    for block in blocks(vectors):
        total += vectors[block].sum(axis=0, dtype=np.float64)
        n_present += int(np.count_nonzero(vectors[block].any(axis=1)))
    return total / max(n_present, 1)
