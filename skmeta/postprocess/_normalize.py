"""Every word vector gets the length one."""

from __future__ import annotations

import numpy as np

from skmeta._io.formats._types import VectorSource
from skmeta._meta._embeddings import open_source
from skmeta._vectors._word_vectors import WordVectors
from skmeta.postprocess._rows import change_rows

__all__ = ["normalize"]


def normalize(word_vectors: VectorSource) -> WordVectors:
    """Scale every vector to unit length.

    Parameters
    ----------
    word_vectors : WordVectors, gensim model, path, dict, DataFrame or MetaEmbeddings
        Whatever :func:`skmeta.load_vectors` takes; it is left as it is.

    Returns
    -------
    normalized : WordVectors of n_words x vector_size
        The same words and counts, without subwords. Zeros stay zeros.

    See Also
    --------
    center : Subtract the mean of every column.

    Examples
    --------
    >>> from skmeta.postprocess import normalize
    >>> normalize({"apple": [3.0, 4.0], "pear": [0.0, 0.0]}).vectors
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """
    return change_rows(open_source(word_vectors), _unit)


def _unit(rows: np.ndarray) -> np.ndarray:
    """Divide each row by its length."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
