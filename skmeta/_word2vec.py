"""Documents to vectors by word2vec, trained on them with gensim."""

from numbers import Integral, Real

from gensim.models import Word2Vec
from gensim.models.word2vec import MAX_WORDS_IN_BATCH
from sklearn.utils._param_validation import Interval, Options

from skmeta._pooling_vectorizer import PoolingVectorizer
from skmeta._training import (
    INT32_MAX,
    check_task,
    check_vocabulary,
    draw_seed,
    n_threads,
    train,
)
from skmeta._word_vectors import WordVectors

__all__ = ["Word2VecVectorizer"]

_ZERO_OR_ONE = [Options(Integral, {0, 1}), "boolean"]


class Word2VecVectorizer(PoolingVectorizer):
    """Train word2vec on the documents and turn them into vectors by pooling its words.

    The training is gensim's; parameters that mean something to it have its names and
    defaults. With ``n_jobs=1`` and an integer ``random_state`` two fits to the same
    documents give identical vectors, in any process.

    Parameters
    ----------
    vector_size : int, default=100
        The number of dimensions of a word's vector.
    window : int, default=5
        The farthest distance at which a word counts as context.
    min_count : int, default=5
        Words that occur less often are left out. Lower it for small collections.
    sg : {0, 1}, default=0
        0 trains the continuous bag of words (CBOW), 1 skip-gram [1]_.
    hs : {0, 1}, default=0
        1 trains with hierarchical softmax.
    negative : int, default=5
        How many random words to tell each word from (negative sampling [2]_); 0: none.
        At least one of ``hs`` and ``negative`` must be on.
    ns_exponent : float, default=0.75
        Random words are drawn by their counts to this power.
    cbow_mean : {0, 1}, default=1
        Whether CBOW averages (1) or adds (0) the context's vectors.
    sample : float, default=1e-3
        Words that make up more than this share of all are skipped at random; 0: none.
    epochs : int, default=5
        How often the training goes over the documents. Small collections want more.
    alpha, min_alpha : float, default=0.025, 0.0001
        The learning rate at the start and at the end, at most 1.
    shrink_windows : bool, default=True
        Draw each word's window from 1 to ``window``, so that near words count more.
    max_final_vocab : int, default=None
        Keep at most so many words, the most frequent, by raising ``min_count``.
    pooling : {"mean", "sum", "max", "min"} or tuple of them, default="mean"
        How the vectors of a document's words become one; the results of a tuple stand
        side by side.
    weighting : {"idf"} or None, default=None
        How much each word counts in mean and sum. "idf": ln((1 + n) / (1 + df)) + 1,
        learned from the documents in ``fit``.
    n_jobs : int, default=None
        Training threads. None is 1, the only number that gives the same vectors each
        time; -1 is one for each core.
    random_state : int, RandomState instance or None, default=None
        An int makes the training repeatable.
    verbose : int, default=0
        1 shows a progress bar over the epochs.

    Attributes
    ----------
    word_vectors_ : WordVectors of n_words x vector_size
        With counts. ``word_vectors_.to_gensim()`` gives gensim's KeyedVectors.
    word_weights_ : float32 ndarray of shape (n_words,), or None
        None where all words count alike.

    See Also
    --------
    PretrainedVectorizer : Use word vectors that exist already.
    MetaEmbeddingVectorizer : Combine several sources of word vectors.

    References
    ----------
    .. [1] T. Mikolov, K. Chen, G. Corrado, J. Dean (2013). Efficient estimation of word
       representations in vector space. https://arxiv.org/abs/1301.3781
    .. [2] T. Mikolov, I. Sutskever, K. Chen, G. Corrado, J. Dean (2013). Distributed
       representations of words and phrases and their compositionality. NeurIPS.

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

    _parameter_constraints: dict = {
        **PoolingVectorizer._parameter_constraints,
        "vector_size": [Interval(Integral, 1, None, closed="left")],
        "window": [Interval(Integral, 1, INT32_MAX, closed="both")],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "sg": _ZERO_OR_ONE,
        "hs": _ZERO_OR_ONE,
        "negative": [Interval(Integral, 0, INT32_MAX, closed="both")],
        "ns_exponent": [Interval(Real, None, None, closed="neither")],
        "cbow_mean": _ZERO_OR_ONE,
        "sample": [Interval(Real, 0, 1, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "alpha": [Interval(Real, 0, 1, closed="right")],
        "min_alpha": [Interval(Real, 0, 1, closed="both")],
        "shrink_windows": ["boolean"],
        "max_final_vocab": [Interval(Integral, 1, None, closed="left"), None],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        vector_size=100,
        window=5,
        min_count=5,
        sg=0,
        hs=0,
        negative=5,
        ns_exponent=0.75,
        cbow_mean=1,
        sample=1e-3,
        epochs=5,
        alpha=0.025,
        min_alpha=0.0001,
        shrink_windows=True,
        max_final_vocab=None,
        pooling="mean",
        weighting=None,
        n_jobs=None,
        random_state=None,
        verbose=0,
    ):
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
        self.pooling = pooling
        self.weighting = weighting
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    def _fit(self, documents, y):
        self._check_pooling()
        model = self._make_model()
        corpus = _split_long_documents(documents)
        model.build_vocab(corpus)
        check_vocabulary(model, documents, self.min_count)
        train(model, corpus, "word2vec", self.verbose)
        self._set_word_vectors(WordVectors.from_gensim(model), documents)

    def _make_model(self):
        """Make the untrained gensim model."""
        check_task(self.hs, self.negative, "word2vec")
        return Word2Vec(
            vector_size=self.vector_size,
            window=self.window,
            min_count=self.min_count,
            sg=self.sg,
            hs=self.hs,
            negative=self.negative,
            ns_exponent=self.ns_exponent,
            cbow_mean=self.cbow_mean,
            sample=self.sample,
            epochs=self.epochs,
            alpha=self.alpha,
            min_alpha=self.min_alpha,
            shrink_windows=self.shrink_windows,
            max_final_vocab=self.max_final_vocab,
            workers=n_threads(self.n_jobs),
            seed=draw_seed(self.random_state),
        )


def _split_long_documents(documents):
    """Cut documents to the length that gensim reads: it drops what comes after."""
    length = MAX_WORDS_IN_BATCH
    if all(len(document) <= length for document in documents):
        return documents
    return [
        document[start : start + length]
        for document in documents
        for start in range(0, max(len(document), 1), length)
    ]
