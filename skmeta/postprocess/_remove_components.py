"""All-but-the-top: remove the dominant directions of word vectors."""

from __future__ import annotations

import numpy as np

from skmeta._io.formats._types import VectorSource
from skmeta._messages import count_of
from skmeta._meta._embeddings import open_source
from skmeta._vectors._word_vectors import WordVectors
from skmeta.postprocess._center import column_means
from skmeta.postprocess._rows import blocks, change_rows, subtract

__all__ = ["remove_components"]


def remove_components(
    word_vectors: VectorSource, *, n_components: int | None = None
) -> WordVectors:
    """Subtract the mean, and project the first principal components out.

    The few directions of largest variance separate frequent words from rare ones rather
    than meanings.

    Parameters
    ----------
    word_vectors : WordVectors, gensim model, path, dict, DataFrame or MetaEmbeddings
        Whatever :func:`skmeta.load_vectors` takes; it is left as it is.
    n_components : int, default=None
        The number of components to remove, from 0 (which centers) to vector_size. None:
        one per hundred dimensions and at least one, as the paper recommends [1]_.

    Returns
    -------
    remaining : WordVectors of n_words x vector_size
        The same words and counts, without subwords. Rows of zeros, of words about which
        nothing is known, stay zeros, and do not count in mean and components.

    See Also
    --------
    center : Subtract the mean alone.

    Notes
    -----
    The components are eigenvectors of the exact covariance matrix, in float64: the
    result is the same in any process.

    References
    ----------
    .. [1] J. Mu, P. Viswanath (2018). All-but-the-top: simple and effective
       postprocessing for word representations. ICLR.

    Examples
    --------
    >>> from skmeta.postprocess import remove_components
    >>> fruit = {"apple": [9.0, 1.0], "pear": [-9.0, 1.0], "plum": [0.0, 4.0]}
    >>> remove_components(fruit).vectors.round(3) + 0
    array([[ 0., -1.],
           [ 0., -1.],
           [ 0.,  2.]], dtype=float32)
    """
    source = open_source(word_vectors)
    size = source.vector_size
    if n_components is None:
        n_components = max(1, round(size / 100))
    if not isinstance(n_components, int | np.integer) or not 0 <= n_components <= size:
        raise ValueError(
            f"Found n_components={n_components!r} for vectors of "
            f"{count_of(size, 'dimension')}, expected an integer from 0 to {size}. "
            "Leave it out for one per hundred dimensions."
        )
    means = column_means(source.vectors)
    components = _principal_components(source.vectors, means, n_components)

    def remove(rows: np.ndarray) -> np.ndarray:
        centered = subtract(rows, means)
        return subtract(centered, centered @ components @ components.T)

    return change_rows(source, remove)


def _principal_components(
    vectors: np.ndarray, means: np.ndarray, n_components: int
) -> np.ndarray:
    """Compute the leading principal directions, (vector_size, n_components).

    Of the nonzero rows, whose means are given.
    """
    size = vectors.shape[1]
    scatter = np.zeros((size, size))
    for block in blocks(vectors):
        rows = vectors[block]
        centered = rows[rows.any(axis=1)] - means  # in float64
        scatter += centered.T @ centered
    return np.linalg.eigh(scatter).eigenvectors[:, size - n_components :]
