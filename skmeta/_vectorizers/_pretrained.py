"""Documents to vectors by word vectors that exist already."""

from __future__ import annotations

from typing import Any, Literal

from skmeta._io.formats import load_once
from skmeta._io.formats._types import VectorSource
from skmeta._pooling._types import PoolingsWithPartition
from skmeta._vectorizers._pooling import PoolingVectorizer
from skmeta.weighting import Weighting
from skmeta.weighting._by_name import WeightingName

__all__ = ["PretrainedVectorizer"]


class PretrainedVectorizer(PoolingVectorizer):
    """Turn documents into vectors by pooling given word vectors.

    Parameters
    ----------
    word_vectors : WordVectors, gensim model, path, dict or DataFrame
        Whatever :func:`skmeta.load_vectors` takes. Clones share it. WordVectors and
        gensim's vectors are used as they are; a path is read once a process, not once a
        fold, and stays in memory; vectors opened with :meth:`WordVectors.open` are one
        copy on the machine. Dicts and data frames are converted in every ``fit``, and
        slow to display: give ``load_vectors(...)`` of large ones.
    pooling : {"mean", "sum", "max", "min", "partition"}, float, Partition or tuple of \
            them, default="mean"
        How the vectors of a document's words become one; a number p > 0 is the power
        mean of each dimension, the p-th root of the mean of p-th powers [1]_, where
        values keep their sign unless p is even; the results of a tuple stand side by
        side. The mean is the strongest single choice on most data.
    weighting : {"idf", "sif", "usif", "log_odds", "correlation"}, Weighting or None, \
            default=None
        How much each word counts in mean and sum, learned from the documents in
        ``fit``: "idf" by the documents that hold it, "sif" and "usif" by its
        probability, "log_odds" by how well it tells the classes in y apart and
        "correlation" by how well it predicts the numbers in y; the last two make
        ``fit_transform`` cross-fit, see :class:`skmeta.weighting.LogOdds`. Or an
        object, see :mod:`skmeta.weighting`, which may know probabilities from
        elsewhere. None: all words count alike.
    remove_components : "auto" or int, default="auto"
        How many common components of the documents in ``fit`` to remove from every
        row: the first right singular vectors of the pooled rows, uncentered; those of a
        tuple of poolings as a whole. "auto": as the weighting's paper has it, 1 with
        "sif", 5 with "usif" (each in part only), 0 with others. They need many
        documents like those to come: with one, its own direction is removed.
    scale : "auto" or float, default="auto"
        What all rows are multiplied with. "auto": one number learned in ``fit``, with
        which the root mean square distance of the documents from their mean is 3.
        scikit-learn's linear classifiers are near their best there with the ``C=1``
        they have by default; cosines are the same with any. 1 keeps rows as pooled.
    unknown : {"ignore", "subword", "error"}, default="ignore"
        What becomes of tokens that have no vector: they are ignored; get the mean of
        the vectors of their character n-grams, which word vectors of fastText have,
        and are ignored only if they have no n-gram; or are refused by ``transform``.
    n_jobs : int, default=None
        Threads of pooling; -1 is one for each core. It does not change the result.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
    word_weights_ : float32 ndarray of shape (n_words,), or None
        None where all words count alike.
    common_components_ : float32 ndarray of shape (n_components, n_features), or None
        What is removed from every row; fewer than asked for where the documents span
        fewer dimensions. None where nothing is removed.
    scale_ : float32
        What rows are multiplied with.

    See Also
    --------
    Word2VecVectorizer : Learn the word vectors from the documents.
    MetaEmbeddingVectorizer : Combine several sources of word vectors.

    References
    ----------
    .. [1] A. Rueckle, S. Eger, M. Peyrard, I. Gurevych (2018). Concatenated power mean
       word embeddings as universal cross-lingual sentence representations.
       https://arxiv.org/abs/1803.01400

    Examples
    --------
    >>> from skmeta import PretrainedVectorizer
    >>> fruit = {"apple": [1.0, 0.0], "pear": [0.0, 1.0]}
    >>> documents = [["apple", "and", "pear"], ["pear"], []]
    >>> PretrainedVectorizer(fruit, scale=1).fit_transform(documents)
    array([[0.5, 0.5],
           [0. , 1. ],
           [0. , 0. ]], dtype=float32)
    """

    _source_parameters = ("word_vectors",)
    _parameter_constraints: dict = {
        **PoolingVectorizer._parameter_constraints,
        "word_vectors": "no_validation",  # validated by load_once
    }

    def __init__(
        self,
        word_vectors: VectorSource,
        *,
        pooling: PoolingsWithPartition = "mean",
        weighting: WeightingName | Weighting | None = None,
        remove_components: int | Literal["auto"] = "auto",
        scale: float | Literal["auto"] = "auto",
        unknown: Literal["ignore", "subword", "error"] = "ignore",
        n_jobs: int | None = None,
    ) -> None:
        self.word_vectors = word_vectors
        self.pooling = pooling
        self.weighting = weighting
        self.remove_components = remove_components
        self.scale = scale
        self.unknown = unknown
        self.n_jobs = n_jobs

    def _fit_words(self, documents: Any, y: Any) -> None:
        self.word_vectors_ = load_once(self.word_vectors)
        has_subwords = self.word_vectors_.subwords is not None
        self._pooler.policy.check_subwords(self.unknown, has_subwords)
