"""Documents to vectors by word2vec, trained on them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from gensim.models import Word2Vec

from skmeta._io.formats._types import VectorSource
from skmeta._pooling._types import PoolingsWithPartition
from skmeta._vectorizers._trained import TrainedVectorizer
from skmeta.weighting import Weighting
from skmeta.weighting._by_name import WeightingName

__all__ = ["Word2VecVectorizer"]


class Word2VecVectorizer(TrainedVectorizer):
    """Train word2vec on the documents, and pool the word vectors of each document.

    Parameters shared with gensim have its names. With an integer
    ``random_state`` two fits to the same documents give identical vectors, for any
    ``n_jobs``, in any process.

    Parameters
    ----------
    vector_size : int, default=100
        The number of dimensions of a word's vector.
    window : int, default=5
        The farthest distance at which a word counts as context.
    min_count : int, default=2
        Words that occur less often are left out. 5, gensim's default, empties the
        vocabulary of a small collection; it saves memory on a large one.
    sg : {0, 1}, default=0
        0 trains the continuous bag of words (CBOW), 1 skip-gram [1]_.
    hs : {0, 1}, default=0
        1 trains with hierarchical softmax.
    negative : int, default=5
        The number of noise words per word (negative sampling [2]_); 0: none. At least
        one of ``hs`` and ``negative`` must be nonzero.
    ns_exponent : float, default=0.75
        Random words are drawn by their counts to this power.
    cbow_mean : {0, 1}, default=1
        Whether CBOW averages (1) or adds (0) the context's vectors.
    sample : float, default=1e-3
        Words that make up more than this share of all are skipped at random; 0: none.
    epochs : "auto" or int, default="auto"
        The number of passes over the documents. "auto": as many as make about
        8 million tokens, from 5 to 50; with gensim's 5 the vectors of a small
        collection stay near where they started.
    alpha : "auto" or float, default="auto"
        The learning rate at the start, at most 1. "auto": 0.05 for CBOW and 0.025 for
        skip-gram, as in the program of word2vec's authors.
    min_alpha : float, default=0.0001
        The learning rate at the end.
    shrink_windows : bool, default=True
        Draw each word's window from 1 to ``window``, so that near words count more.
    max_final_vocab : int, default=None
        Keep at most this many words, the most frequent, by raising ``min_count``.
    solver : {"native", "gensim"}, default="native"
        The trainer. "native" takes a fraction of gensim's time, and gives the same
        vectors for any ``n_jobs`` (see Notes). "gensim" gives gensim's numbers, and
        repeats them with ``n_jobs=1`` only; it also trains where ``hs=1``.
    init_vectors : WordVectors, or what :func:`load_vectors` takes, default=None
        Vectors that words known to them start from, of ``vector_size`` dimensions: to
        adapt general ones to a domain. None: all start at random.
    warm_start : bool, default=False
        Whether ``fit`` continues from the fit before: words that are new join the
        vocabulary, and the others learn further. The model is then pickled too.
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
        Threads of training and pooling. None is 1, -1 is one for each core. The vectors
        do not depend on it, but with ``solver="gensim"``.
    random_state : int, RandomState instance or None, default=None
        An int makes the training repeatable.
    verbose : int, default=0
        1 shows a progress bar over the tokens of all epochs, and words a second.

    Attributes
    ----------
    model_ : gensim.models.Word2Vec
        The trained model: it can be queried, saved and trained further as gensim does;
        fit ``PretrainedVectorizer(vectorizer.model_)`` then. Nothing else needs it, and
        it takes as much memory again as ``word_vectors_``, in pickles too: ``del
        vectorizer.model_`` frees that. Files of skops do not keep it.
    word_vectors_ : WordVectors of n_words x vector_size
        With counts. ``word_vectors_.to_gensim()`` gives gensim's KeyedVectors.
    loss_curve_ : list of float, or None
        The mean loss of each epoch: minus the log-likelihood of a word and of the noise
        it is told from. None where gensim trains.
    word_weights_ : float32 ndarray of shape (n_words,), or None
        None where all words count alike.
    common_components_ : float32 ndarray of shape (n_components, n_features), or None
        What is removed from every row; fewer than asked for where the documents span
        fewer dimensions. None where nothing is removed.
    scale_ : float32
        What rows are multiplied by in the end.
    epochs_ : int
        The number of passes over the documents.

    See Also
    --------
    FastTextVectorizer : With vectors of n-grams, and of words never seen.
    PretrainedVectorizer : Use word vectors that exist already.
    MetaEmbeddingVectorizer : Combine several sources of word vectors.

    Notes
    -----
    The native solver is negative sampling with gensim's parameters, start, learning
    rates and vocabulary. It differs in three ways: words drawn as noise are shared by
    eight words in a row [3]_; documents are cut into up to 8 streams that train side by
    side, and merge what they learned after every 64 words; random numbers come
    from their place in the documents. That makes it fast, and a function of documents,
    parameters and seed alone.

    References
    ----------
    .. [1] T. Mikolov, K. Chen, G. Corrado, J. Dean (2013). Efficient estimation of word
       representations in vector space. https://arxiv.org/abs/1301.3781
    .. [2] T. Mikolov, I. Sutskever, K. Chen, G. Corrado, J. Dean (2013). Distributed
       representations of words and phrases and their compositionality. NeurIPS.
    .. [3] S. Ji, N. Satish, S. Li, P. Dubey (2016). Parallelizing word2vec in shared
       and distributed memory. https://arxiv.org/abs/1604.04661

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from skmeta import Word2VecVectorizer
    >>> w2v = Word2VecVectorizer(vector_size=8, min_count=1, random_state=0)
    >>> w2v.fit_transform(common_texts).shape
    (9, 8)
    >>> w2v.word_vectors_
    WordVectors(12 words x 8)
    """

    def __init__(
        self,
        *,
        vector_size: int = 100,
        window: int = 5,
        min_count: int = 2,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        sample: float = 1e-3,
        epochs: int | Literal["auto"] = "auto",
        alpha: float | Literal["auto"] = "auto",
        min_alpha: float = 0.0001,
        shrink_windows: bool = True,
        max_final_vocab: int | None = None,
        solver: Literal["native", "gensim"] = "native",
        init_vectors: VectorSource | None = None,
        warm_start: bool = False,
        pooling: PoolingsWithPartition = "mean",
        weighting: WeightingName | Weighting | None = None,
        remove_components: int | Literal["auto"] = "auto",
        scale: float | Literal["auto"] = "auto",
        unknown: Literal["ignore", "error"] = "ignore",
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.vector_size = vector_size
        self.window = window
        self.min_count = min_count
        self.sg = sg
        self.hs = hs
        self.negative = negative
        self.ns_exponent = ns_exponent
        self.cbow_mean = cbow_mean
        self.sample = sample
        self.epochs = epochs
        self.alpha = alpha
        self.min_alpha = min_alpha
        self.shrink_windows = shrink_windows
        self.max_final_vocab = max_final_vocab
        self.solver = solver
        self.init_vectors = init_vectors
        self.warm_start = warm_start
        self.pooling = pooling
        self.weighting = weighting
        self.remove_components = remove_components
        self.scale = scale
        self.unknown = unknown
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def _make_model(self) -> Word2Vec:
        return Word2Vec(**self._training_parameters())
