"""Documents to vectors by word vectors that exist already."""

from __future__ import annotations

from os import PathLike
from typing import Any, Literal

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._tokenized_texts import TextBatch
from skmeta._io.formats import load_once
from skmeta._io.formats._types import VectorSource
from skmeta._pooling._types import PoolingsWithPartition
from skmeta._vectorizers._pooling import PoolingVectorizer
from skmeta._vectorizers._subword_tokens import SubwordTokenizer, open_model
from skmeta._vectors._fallback import FORMS, Fallback
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
        The size of rows. "auto": learned in ``fit``, such that scikit-learn's linear
        classifiers converge and are close to their best with their default ``C=1``.
        Directions that hold most of the variance are brought nearer to the others,
        rows are shortened along the mean of the documents, if that is long, and
        multiplied by one number, ``scale_``. A number: rows are multiplied by it; 1
        keeps them as pooled.
    unknown : {"ignore", "subword", "error"}, default="ignore"
        What becomes of tokens that have no vector: they are ignored; get the mean of
        the vectors of their character n-grams, which word vectors of fastText have,
        and are ignored only if they have no n-gram; or are refused by ``transform``.
    fallback : {"lower", "title", "upper"} or sequence of them, default=None
        How a token is written instead if it is unknown as it is: the first form that is
        known counts, before n-grams. ``("lower", "title", "upper")`` makes cased tokens
        and lower-cased word vectors meet, and the other way round. None: as the word
        vectors do, see :meth:`WordVectors.with_fallback`.
    tokenizer : "model" or path, default=None
        Of static models, whose words are sub-word tokens: texts, or token lists joined
        with spaces, are split by a tokenizer.json, and their tokens pooled; unknown
        ones are dropped. "model" is the file in the folder of a model2vec model, or
        beside a file of safetensors. The rows of such files are the vectors of the
        tokens by their numbers. None: documents are token lists.
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
        What rows are multiplied by in the end.

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

    _subwords: SubwordTokenizer
    _source_parameters = ("word_vectors", "tokenizer")
    _parameter_constraints: dict = {
        **PoolingVectorizer._parameter_constraints,
        "word_vectors": "no_validation",  # load_once tells what a source may be
        "fallback": [StrOptions(set(FORMS)), list, tuple, None],
        "tokenizer": [str, PathLike, None],
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
        fallback: Fallback | None = None,
        tokenizer: str | PathLike[str] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.word_vectors = word_vectors
        self.pooling = pooling
        self.weighting = weighting
        self.remove_components = remove_components
        self.scale = scale
        self.unknown = unknown
        self.fallback = fallback
        self.tokenizer = tokenizer
        self.n_jobs = n_jobs

    @property
    def takes_text(self) -> bool:
        """Whether documents are texts, which it splits itself."""
        return self.tokenizer is not None

    def _check_all(self, X: Any) -> Any:
        if self.tokenizer is not None:
            self.word_vectors_, self._subwords = open_model(
                self.word_vectors, self.tokenizer
            )
        return super()._check_all(self._read(X))

    def _read(self, X: Any) -> Any:
        return X if self.tokenizer is None else self._subwords.read(X)

    def _fit_words(self, documents: Any, y: Any) -> None:
        if self.tokenizer is None:
            word_vectors = load_once(self.word_vectors)
        else:
            word_vectors = self.word_vectors_  # opened with the tokenizer
        if self.fallback is not None:
            word_vectors = word_vectors.with_fallback(self.fallback)
        self.word_vectors_ = word_vectors
        has_subwords = self.word_vectors_.subwords is not None
        self._pooler.policy.check_subwords(self.unknown, has_subwords)

    def _embed(self, batch: DocumentBatch) -> np.ndarray:
        if self.tokenizer is not None:
            batch = TextBatch(batch.texts(), self._subwords.tokenize)
        return super()._embed(batch)
