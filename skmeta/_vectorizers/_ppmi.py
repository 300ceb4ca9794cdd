"""Vectors of documents from counts: factorized mutual information of words."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, Literal

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skmeta._counts._learn import Settings, learn_by_counting
from skmeta._documents._batch import find_arrow_documents
from skmeta._pooling._types import PoolingsWithPartition
from skmeta._training._gensim import INT32_MAX, draw_seed, n_threads
from skmeta._vectorizers._pooling import PoolingVectorizer
from skmeta.weighting import Weighting
from skmeta.weighting._by_name import WeightingName

__all__ = ["PPMIVectorizer", "settings_of"]


class PPMIVectorizer(PoolingVectorizer):
    """Learn word vectors by counting, and turn documents into vectors by pooling them.

    Which words stand near each other is counted, turned into positive pointwise mutual
    information (PPMI), and decomposed into its leading singular vectors [1]_ [2]_. No
    gradient is followed: it takes a fraction of the time of skip-gram, and the vectors
    are of another kind than predicted ones. Two fits to the same documents give
    identical vectors, for any ``n_jobs``, in any process.

    Parameters
    ----------
    vector_size : int, default=100
        The number of dimensions of a word's vector. Beyond the rank of the matrix, of
        a vocabulary smaller than that say, columns are zero.
    window : int, default=10
        The farthest distance at which a word counts as context.
    dynamic_window : bool, default=True
        Whether near words count more: a word at distance d counts ``window + 1 - d``
        times, which is the expectation of word2vec's random windows.
    min_count : int, default=2
        Words that occur less often are left out.
    max_vocab : int, default=None
        Keep at most so many words, the most frequent; of equally frequent ones those
        that occur first. None keeps all.
    sample : float, default=1e-3
        Words that make up more than this share of all, and occur more than a hundred
        times, are skipped at random, before windows are laid; 0: none.
    smoothing : float, default=0.75
        The power, from 0 to 1, that the contexts' frequencies are raised to: below 1,
        rare contexts count less [2]_.
    shift : float, default=0
        What is subtracted from the mutual information before what is negative becomes
        zero; the logarithm of k corresponds to k noise words of skip-gram [1]_.
    eigenvalue_weighting : float, default=0.25
        The power, from 0 to 1, of the singular values that the vectors' columns are
        multiplied with. 0 agrees best with human judgements of similarity where there
        are far more words than dimensions; where there are not, it keeps nothing.
    add_context : bool, default=True
        Whether the vectors that words have as contexts are added to their own [2]_.
    norm : {"information"} or None, default="information"
        The norms of the word vectors, which decide how much each word counts in a
        pooled row. "information": the square root of a word's information gain (how
        far the distribution of its contexts is from that of all words, in nats),
        times ``n / (n + 5)`` for a word that occurs n times. Norms of skip-gram's
        vectors are about like that [3]_. None: as decomposed, so that frequent words
        have the longest vectors. Cosine similarities are the same.
    n_iter : int, default=3
        Steps of the decomposition after the first. More bring the last columns nearer
        to the exact singular vectors.
    max_memory : float, default=2e9
        How many bytes of co-occurrences are kept in memory. What is beyond lies in a
        temporary file, of which nothing is left however the fit ends.
    pooling : {"mean", "sum", "max", "min", "partition"}, float, Partition or tuple of \
            them, default="mean"
        How the vectors of a document's words become one; a number p stands for the
        power mean, see :class:`PretrainedVectorizer`; the results of a tuple stand side
        by side.
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
    unknown : {"ignore", "error"}, default="ignore"
        What becomes of tokens that have no vector: they are ignored, or refused by
        ``transform``. "subword" is for FastTextVectorizer.
    n_jobs : int, default=None
        Threads of counting, decomposing and pooling. None is 1, -1 is one for each
        core. The vectors do not depend on it.
    random_state : int, RandomState instance or None, default=0
        Seed of what ``sample`` skips, and of the decomposition's start. The vectors
        depend little on it. None draws another for every fit.
    verbose : int, default=0
        1 shows progress bars of counting and decomposing.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
        With counts.
    singular_values_ : float32 ndarray of shape (vector_size,)
        Of the matrix of mutual information, the largest first.
    word_weights_ : float32 ndarray of shape (n_words,), or None
        None where all words count alike.
    common_components_ : float32 ndarray of shape (n_components, n_features), or None
        What is removed from every row; fewer than asked for where the documents span
        fewer dimensions. None where nothing is removed.
    scale_ : float32
        What rows are multiplied by in the end.

    See Also
    --------
    Word2VecVectorizer : Learn the vectors by predicting words.
    MetaEmbeddingVectorizer : Combine counted and predicted vectors.
    skmeta.dask.fit_ppmi : Learn from the partitions of a Dask collection.

    Notes
    -----
    Counts are whole numbers, so that any order of counting gives the same. The cells of
    the matrix are ``log(n_wc * sum(n_c ** smoothing) / (n_w * n_c ** smoothing)) -
    shift`` where that is positive. Its singular vectors are computed by a block Krylov
    method; of a small vocabulary, exactly. The largest entry of each column of the
    contexts is positive.

    References
    ----------
    .. [1] O. Levy, Y. Goldberg (2014). Neural word embedding as implicit matrix
       factorization. NeurIPS.
    .. [2] O. Levy, Y. Goldberg, I. Dagan (2015). Improving distributional similarity
       with lessons learned from word embeddings. TACL 3, 211-225.
    .. [3] M. Oyama, S. Yokoi, H. Shimodaira (2023). Norm of word embedding encodes
       information gain. EMNLP.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from skmeta import PPMIVectorizer
    >>> ppmi = PPMIVectorizer(vector_size=8, min_count=1)
    >>> ppmi.fit_transform(common_texts).shape
    (9, 8)
    >>> ppmi.word_vectors_
    WordVectors(12 words x 8)
    """

    _advice_on_unknown = "Lower min_count, or pass more documents like these."
    _parameter_constraints: dict = {
        **PoolingVectorizer._parameter_constraints,
        "vector_size": [Interval(Integral, 1, None, closed="left")],
        "window": [Interval(Integral, 1, INT32_MAX, closed="both")],
        "dynamic_window": ["boolean"],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "max_vocab": [Interval(Integral, 1, None, closed="left"), None],
        "sample": [Interval(Real, 0, 1, closed="left")],
        "smoothing": [Interval(Real, 0, 1, closed="both")],
        "shift": [Interval(Real, 0, None, closed="left")],
        "eigenvalue_weighting": [Interval(Real, 0, 1, closed="both")],
        "add_context": ["boolean"],
        "norm": [StrOptions({"information"}), None],
        "n_iter": [Interval(Integral, 0, None, closed="left")],
        "max_memory": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        vector_size: int = 100,
        window: int = 10,
        dynamic_window: bool = True,
        min_count: int = 2,
        max_vocab: int | None = None,
        sample: float = 1e-3,
        smoothing: float = 0.75,
        shift: float = 0,
        eigenvalue_weighting: float = 0.25,
        add_context: bool = True,
        norm: Literal["information"] | None = "information",
        n_iter: int = 3,
        max_memory: float = 2e9,
        pooling: PoolingsWithPartition = "mean",
        weighting: WeightingName | Weighting | None = None,
        remove_components: int | Literal["auto"] = "auto",
        scale: float | Literal["auto"] = "auto",
        unknown: Literal["ignore", "error"] = "ignore",
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
        verbose: int = 0,
    ) -> None:
        self.vector_size = vector_size
        self.window = window
        self.dynamic_window = dynamic_window
        self.min_count = min_count
        self.max_vocab = max_vocab
        self.sample = sample
        self.smoothing = smoothing
        self.shift = shift
        self.eigenvalue_weighting = eigenvalue_weighting
        self.add_context = add_context
        self.norm = norm
        self.n_iter = n_iter
        self.max_memory = max_memory
        self.pooling = pooling
        self.weighting = weighting
        self.remove_components = remove_components
        self.scale = scale
        self.unknown = unknown
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def _fit_words(self, documents: Any, y: Any) -> None:
        self._pooler.policy.check_subwords(self.unknown, False)
        self.word_vectors_, self.singular_values_ = learn_by_counting(
            documents, settings_of(self)
        )

    def _check_all(self, X: Any) -> Any:
        """Check documents; those in Arrow memory are not copied."""
        documents = find_arrow_documents(X)
        return super()._check_all(X) if documents is None else documents


def settings_of(vectorizer: PPMIVectorizer) -> Settings:
    """Return the settings of counting and factorization."""
    return Settings(
        vector_size=vectorizer.vector_size,
        window=vectorizer.window,
        dynamic_window=vectorizer.dynamic_window,
        min_count=vectorizer.min_count,
        max_vocab=vectorizer.max_vocab,
        sample=vectorizer.sample,
        smoothing=vectorizer.smoothing,
        shift=vectorizer.shift,
        eigenvalue_weighting=vectorizer.eigenvalue_weighting,
        add_context=vectorizer.add_context,
        norm=vectorizer.norm,
        n_iter=vectorizer.n_iter,
        max_memory=vectorizer.max_memory,
        seed=draw_seed(vectorizer.random_state),
        n_threads=n_threads(vectorizer.n_jobs),
        verbose=vectorizer.verbose,
    )
