"""Documents to vectors by paragraph vectors (Doc2Vec), trained on them."""

from __future__ import annotations

import os
from copy import copy
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from gensim.models import Doc2Vec
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.validation import check_is_fitted

from skmeta._doc2vec._models import open_model, train_model
from skmeta._doc2vec._tags import separate_tags
from skmeta._doc2vec._trained_vectors import trained_vectors
from skmeta._doc2vec.inference import MAPInference, SGDInference
from skmeta._documents._batch import DocumentBatch
from skmeta._documents._batches import stack_batches
from skmeta._documents._check import check_documents, short_repr
from skmeta._documents._coverage import count_known
from skmeta._documents._stream import (
    DocumentStream,
    is_reiterable,
    read_documents,
)
from skmeta._documents._take_evenly import take_evenly
from skmeta._documents._types import Documents
from skmeta._estimator._deferred import deferred
from skmeta._estimator._refit import refit
from skmeta._estimator._validation import fit_context
from skmeta._io._atomic import atomic_write
from skmeta._io.formats import ROW_MAP
from skmeta._messages import count_of
from skmeta._pooling._row_map import RowMap, learn_row_map
from skmeta._pooling._row_scale import SCALE, RowScale
from skmeta._pooling._unknown_words import warn_of_unknown_tokens
from skmeta._training._gensim import INT32_MAX, draw_seed
from skmeta._vectorizers._base import Vectorizer
from skmeta._vectorizers._known_words import KnownWords, known_words
from skmeta._vectors._word_vectors import WordVectors
from skmeta._warnings import warn_user

__all__ = ["Doc2VecVectorizer"]

_ZERO_OR_ONE = [Options(Integral, {0, 1}), "boolean"]

_DOCUMENTS_BLOCK_SIZE = 4_096  # of those that are read again


class Doc2VecVectorizer(Vectorizer):
    """Train paragraph vectors on documents and infer those of others.

    Parameters shared with gensim have its names and defaults. gensim draws a
    document's vector at random, another one in each call and each process [3]_. Here a
    document has one vector, and thousands of documents take one call (see Notes).

    Parameters
    ----------
    vector_size : int, default=100
        The number of dimensions.
    dm : {0, 1}, default=1
        1 trains PV-DM: the document and the words around a word predict it. 0 trains
        PV-DBOW: the document alone predicts its words. DBOW is faster, and better in
        most comparisons [2]_; both side by side, as level "document" of
        MetaEmbeddingVectorizer gives them, are what [1]_ recommends.
    dm_mean : {0, 1}, default=1
        Whether PV-DM averages (1) or adds (0) the vectors that predict a word.
    dm_concat : {0, 1}, default=0
        1 puts those vectors side by side instead. Such models are large and slow, and
        know only ``inference="sgd"``.
    dbow_words : {0, 1}, default=0
        1 trains word vectors beside PV-DBOW, by skip-gram; without it the model has
        none.
    window : int, default=5
        The farthest distance at which a word counts as context.
    min_count : int, default=2
        Words that occur less often are left out. 5, gensim's default, empties the
        vocabulary of a small collection; it saves memory on a large one.
    hs : {0, 1}, default=0
        1 trains with hierarchical softmax.
    negative : int, default=5
        The number of noise words per word (negative sampling); 0: none. At least
        one of ``hs`` and ``negative`` must be nonzero.
    ns_exponent : float, default=0.75
        Random words are drawn by their counts to this power.
    sample : float, default=1e-3
        Words that make up more than this share of all are skipped at random; 0: none.
    epochs : "auto" or int, default="auto"
        The number of passes over the documents. "auto": as many as make about
        8 million tokens, from 5 to 50.
    alpha, min_alpha : float, default=0.025, 0.0001
        The learning rate at the start and at the end, at most 1.
    shrink_windows : bool, default=True
        Draw each word's window from 1 to ``window``, so that near words count more.
    solver : {"native", "gensim"}, default="native"
        The trainer. "native" takes a fraction of gensim's time, and gives the same
        vectors for any ``n_jobs``; how it differs stands with
        :class:`Word2VecVectorizer`. "gensim" gives gensim's numbers, and repeats them
        with ``n_jobs=1`` only; it also trains where ``hs=1`` or ``dm_concat=1``.
    model : gensim Doc2Vec or path, default=None
        A trained model to use in place of training one; the parameters above have no
        effect then. Clones share it. A path leads to what gensim 4 saved; it is read
        without running code that a pickle may hide, once a process.
    inference : {"map", "sgd"}, default="map"
        How vectors are inferred. "map": the most probable vector is solved for. "sgd":
        gensim's steps at random, repeatable; also used where "map" has no formula
        (``dm_concat=1``).
    infer_epochs : int, default=None
        How many epochs of gensim's inference the vectors are to equal: with more of
        them a vector says more of its document and is longer. None: as in training.
    infer_alpha : float, default=None
        The learning rate at the start of inference. None: as in training.
    training_vectors : {"inferred", "trained"}, default="inferred"
        What ``fit_transform`` gives. "inferred": what ``transform`` gives for the same
        documents, so that a classifier sees in training what it will see later.
        "trained": the vectors that the training gave them. They are another kind: they
        were learned while the words still moved, and a classifier fitted to them does
        worse on inferred ones. They are for looking at the training documents alone.
    scale : "auto" or float, default="auto"
        "auto": rows are mapped linearly so that linear classifiers are close to their
        best with ``C=1`` (see Notes), as ``fit`` learned from up to 1,000 documents.
        A number multiplies rows: 1 returns the vectors as they are inferred, which
        agree with gensim's.
    n_jobs : int, default=None
        Threads, of training and of inference. None is 1, -1 is one for each core. The
        vectors do not depend on it, but with ``solver="gensim"``.
    random_state : int, RandomState instance or None, default=None
        An int makes the training, and draws of "sgd", repeatable.
    verbose : int, default=0
        1 shows progress bars.

    Attributes
    ----------
    model_ : gensim.models.Doc2Vec
        The trained model, with gensim's whole interface.
    loss_curve_ : list of float, or None
        The mean loss of each epoch: minus the log-likelihood of a word and of the noise
        it is told from. None where gensim trains, or trained.
    epochs_ : int
        The number of passes over the documents.
    document_vectors_ : float32 ndarray of shape (n_tags, vector_size)
        The trained vectors of tags, by default one a training document; their tags are
        in ``model_.dv.index_to_key``.
    row_map_ : float32 ndarray of shape (vector_size, vector_size)
        What inferred vectors are multiplied by, see ``scale``.
    word_vectors_ : WordVectors of n_words x vector_size
        Only of PV-DM, and of PV-DBOW with ``dbow_words=1``.

    See Also
    --------
    Word2VecVectorizer : Pool the vectors of a document's words.
    MetaEmbeddingVectorizer : Combine PV-DBOW and PV-DM, or other sources.

    Notes
    -----
    ``fit`` takes gensim's TaggedDocuments, too, and keeps their tags; a tag may stand
    for several documents, and a document have several. Integers are names like any
    other, not row numbers as in gensim: ids and dates take no more memory than text.

    With words and output vectors frozen, what gensim's inference ascends is concave in
    the document's vector. Its steps stop before the top, about where a normal prior has
    it whose variance grows with the steps' total length. "map" goes there at once, by
    Newton's method: for negative sampling and hierarchical softmax, for PV-DBOW and
    PV-DM with mean and sum. A few clusters of words stand for all that negative
    sampling may draw, and words that ``sample`` would skip count as often as they would
    be kept. It agrees with gensim about as well as two calls of gensim's agree with
    each other, and takes a fraction of the time.

    After short training, inferred vectors differ much in a few directions and little in
    all others. ``scale="auto"`` then brings directions nearer to one scale: it raises
    their variances to a power, until their effective number (the square of the sum of
    variances, divided by the sum of squares) is 25, or a quarter of ``vector_size`` if
    that is less. Rows are then shortened along their mean and scaled, as those of
    :class:`Word2VecVectorizer`. :meth:`most_similar` and ``document_vectors_`` are not
    mapped.

    Both kinds of inference depend on the document alone: not on other documents, their
    order, threads, processes or Python's hash seed. Words beyond the 10,000th count,
    which gensim leaves out, in training as well. A document without a known word is a
    row of zeros, and a warning tells how many there are.

    References
    ----------
    .. [1] Q. Le, T. Mikolov (2014). Distributed representations of sentences and
       documents. ICML.
    .. [2] J. H. Lau, T. Baldwin (2016). An empirical evaluation of doc2vec with
       practical insights into document embedding generation. RepL4NLP.
    .. [3] https://github.com/piskvorky/gensim/issues/447

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from skmeta import Doc2VecVectorizer
    >>> d2v = Doc2VecVectorizer(vector_size=5, window=2, min_count=1, random_state=0)
    >>> d2v.fit(common_texts).transform([["system", "response"], ["trees"]]).shape
    (2, 5)
    >>> d2v.model_.dv.vectors.shape
    (9, 5)
    """

    _source_parameters = ("model",)
    # of those pickled before there was a scale
    _row_map: RowMap | RowScale = RowScale(np.float32(1))
    _parameter_constraints: dict = {
        "vector_size": [Interval(Integral, 1, None, closed="left")],
        "dm": _ZERO_OR_ONE,
        "dm_mean": _ZERO_OR_ONE,
        "dm_concat": _ZERO_OR_ONE,
        "dbow_words": _ZERO_OR_ONE,
        "window": [Interval(Integral, 1, INT32_MAX, closed="both")],
        "min_count": [Interval(Integral, 1, None, closed="left")],
        "hs": _ZERO_OR_ONE,
        "negative": [Interval(Integral, 0, INT32_MAX, closed="both")],
        "ns_exponent": [Interval(Real, None, None, closed="neither")],
        "sample": [Interval(Real, 0, 1, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left"), StrOptions({"auto"})],
        "alpha": [Interval(Real, 0, 1, closed="right")],
        "min_alpha": [Interval(Real, 0, 1, closed="both")],
        "shrink_windows": ["boolean"],
        "solver": [StrOptions({"native", "gensim"})],
        "model": [Doc2Vec, str, os.PathLike, None],
        "inference": [StrOptions({"map", "sgd"})],
        "infer_epochs": [Interval(Integral, 1, None, closed="left"), None],
        "infer_alpha": [Interval(Real, 0, 1, closed="right"), None],
        "training_vectors": [StrOptions({"inferred", "trained"})],
        "scale": SCALE,
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        *,
        vector_size: int = 100,
        dm: int = 1,
        dm_mean: int = 1,
        dm_concat: int = 0,
        dbow_words: int = 0,
        window: int = 5,
        min_count: int = 2,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        sample: float = 1e-3,
        epochs: int | Literal["auto"] = "auto",
        alpha: float = 0.025,
        min_alpha: float = 0.0001,
        shrink_windows: bool = True,
        solver: Literal["native", "gensim"] = "native",
        model: Doc2Vec | str | os.PathLike[str] | None = None,
        inference: Literal["map", "sgd"] = "map",
        infer_epochs: int | None = None,
        infer_alpha: float | None = None,
        training_vectors: Literal["inferred", "trained"] = "inferred",
        scale: float | Literal["auto"] = "auto",
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        self.vector_size = vector_size
        self.dm = dm
        self.dm_mean = dm_mean
        self.dm_concat = dm_concat
        self.dbow_words = dbow_words
        self.window = window
        self.min_count = min_count
        self.hs = hs
        self.negative = negative
        self.ns_exponent = ns_exponent
        self.sample = sample
        self.epochs = epochs
        self.alpha = alpha
        self.min_alpha = min_alpha
        self.shrink_windows = shrink_windows
        self.solver = solver
        self.model = model
        self.inference = inference
        self.infer_epochs = infer_epochs
        self.infer_alpha = infer_alpha
        self.training_vectors = training_vectors
        self.scale = scale
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Documents, y: ArrayLike | None = None) -> Self:
        """Train on documents.

        Parameters
        ----------
        X : iterable of token lists, or of gensim TaggedDocuments
        y : ignored

        Returns
        -------
        self : Doc2VecVectorizer
        """
        with refit(self) as twin:
            X, tags = separate_tags(X)
            twin._fit(twin._check_all(X), y, tags)
        return self

    def transform(self, X: Documents) -> np.ndarray:
        """Infer the vectors of documents.

        Parameters
        ----------
        X : iterable of token lists, or of gensim TaggedDocuments
            Tags are ignored here.

        Returns
        -------
        vectors : float32 ndarray of shape (n_documents, vector_size)
            A document without a known token is a row of zeros.
        """
        if not hasattr(self, "_inference"):
            check_is_fitted(self)  # which takes a tenth of a short document's time
        if is_reiterable(X):
            vectors = stack_batches(self._embed_batches(X, _DOCUMENTS_BLOCK_SIZE))
            if vectors is not None:
                return vectors
        return self._embed(DocumentBatch(X))

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X: Documents, y: ArrayLike | None = None) -> np.ndarray:
        """Train on documents and give their vectors, see ``training_vectors``.

        Parameters
        ----------
        X : iterable of token lists, or of gensim TaggedDocuments
        y : ignored

        Returns
        -------
        vectors : float32 ndarray of shape (n_documents, vector_size)
            Of a document with several tags the trained vector is their mean.
        """
        with refit(self) as twin:
            X, tags = separate_tags(X)
            return twin._fit_embed(twin._check_all(X), y, tags)

    def _fit_embed(
        self, documents: Any, y: Any, tags: list[list] | None = None
    ) -> np.ndarray:
        if self.training_vectors == "trained":
            self._fit(documents, y, tags)
            model, is_own = self.model_, self.model is None
            return self._row_map.apply(trained_vectors(model, documents, tags, is_own))
        if isinstance(documents, DocumentStream):
            self._fit(documents, y, tags)
            return stack_batches(self._embed_batches(documents, _DOCUMENTS_BLOCK_SIZE))
        self._come_by_model(documents, tags)
        vectors = self._infer(DocumentBatch.of_checked(documents))
        self._row_map = self._find_row_map(vectors)
        return self._row_map.apply(vectors)

    def most_similar(self, document: Any, topn: int = 10) -> list[tuple[Any, float]]:
        """Find the training documents most like a document.

        Parameters
        ----------
        document : list of str, or gensim TaggedDocument
        topn : int, default=10

        Returns
        -------
        similar : list of (tag, cosine)
            By falling cosine of the document's inferred and the tags' trained vectors.
        """
        check_is_fitted(self)
        documents = check_documents(separate_tags([document])[0])
        [vector] = self._inference.infer(documents, None, 0)
        if not vector.any():
            raise ValueError(
                f"Found the document {short_repr(document)} without a word that the "
                "model knows; expected one at least. See coverage([document])."
            )
        return self.model_.dv.most_similar([vector], topn=topn)

    def coverage(self, X: Documents) -> pd.DataFrame:
        """Return the share of the documents' tokens and words that the model knows.

        Parameters
        ----------
        X : iterable of token lists, or of gensim TaggedDocuments

        Returns
        -------
        coverage : DataFrame with one row
            Columns ``tokens``, ``known_tokens``, ``token_share``, ``words`` (distinct
            tokens), ``known_words``, ``word_share``. Shares go from 0 to 1.
        """
        check_is_fitted(self)
        name = type(self).__name__.lower()
        documents = read_documents(separate_tags(X)[0])
        return count_known(documents, {name: self.model_.wv.key_to_index})

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the model as gensim does, in one file.

        Parameters
        ----------
        path : path
            What ``gensim.models.Doc2Vec.load`` reads, :meth:`load`, and the parameter
            ``model``. The file is there whole, or not at all. It holds ``row_map_`` as
            well, which gensim does not use.
        """
        check_is_fitted(self)
        model = copy(self.model_)  # which may be the caller's
        setattr(model, ROW_MAP, self.row_map_)
        with atomic_write(path) as tmp_path:  # in one file: several cannot be replaced
            model.save(str(tmp_path), sep_limit=2**62)

    @classmethod
    def load(cls, path: str | os.PathLike[str], **parameters: Any) -> Self:
        """Load a trained model and be ready to transform.

        Parameters
        ----------
        path : path
            What gensim's Doc2Vec or :meth:`save` wrote.
        **parameters : parameters of inference

        Returns
        -------
        vectorizer : Doc2VecVectorizer
            Fitted, with ``model=path``. With ``scale="auto"``, rows are mapped as those
            of the vectorizer that was saved; those of gensim's files are as inferred:
            call ``fit`` with documents to learn a scale.
        """
        return cls(model=path, **parameters).fit([[]])  # nothing is learned of it

    @property
    def document_vectors_(self) -> np.ndarray:
        """The trained vectors of the tags."""
        return self.model_.dv.vectors

    @property
    def row_map_(self) -> np.ndarray:
        """What inferred vectors are multiplied by."""
        return self._row_map.as_matrix(self.model_.dv.vector_size)

    @deferred(lambda self: self.model_.dm or self.model_.dbow_words)
    def word_vectors_(self) -> WordVectors:
        """The trained word vectors, taken from the model each time."""
        model = self.model_
        if not model.dm and not model.dbow_words:
            raise AttributeError(
                "PV-DBOW has no word vectors: its words are predicted, and predict "
                "nothing. Train with dbow_words=1 or dm=1."
            )
        if not model.null_word:
            return WordVectors.from_gensim(model)
        rows = [i for i, word in enumerate(model.wv.index_to_key) if word != "\0"]
        words = [model.wv.index_to_key[row] for row in rows]
        counts = model.wv.expandos["count"][rows]
        return WordVectors(words, model.wv.vectors[rows], counts)

    def _fit(self, documents: Any, y: Any, tags: list[list] | None = None) -> None:
        self._come_by_model(documents, tags)
        some: Any = None  # a number needs none
        if isinstance(self.scale, str):
            some = self._inference.infer(take_evenly(documents), self.n_jobs, 0)
        self._row_map = self._find_row_map(some)

    def _come_by_model(self, documents: Any, tags: list[list] | None) -> None:
        """Train a model or open one, and prepare inference."""
        seed = draw_seed(self.random_state)
        self.loss_curve_: list[float] | None = None
        if self.model is None:
            self.model_, self.loss_curve_ = train_model(self, documents, tags, seed)
        else:
            self.model_ = open_model(self.model)
            if isinstance(documents, list):
                warn_of_unknown_tokens(
                    documents,
                    self.model_.wv.key_to_index,
                    type(self).__name__,
                    "See coverage(X). Take a model of the documents' language and "
                    "spelling.",
                )
        model = self.model_
        concatenates = model.dm and model.dm_concat
        if concatenates and model.dm_tag_count != 1:
            raise ValueError(
                f"Found a model with dm_concat=1 and {model.dm_tag_count} tags a "
                "document, which gensim cannot infer with; expected one. Pass each "
                "document one tag, or set dm_concat=0."
            )
        self.epochs_ = model.epochs
        epochs = self.infer_epochs or model.epochs
        alpha = self.infer_alpha or model.alpha
        if self.inference == "sgd" or concatenates:
            self._inference: Any = SGDInference(model, epochs, alpha, seed)
        else:
            self._inference = MAPInference(model, epochs, alpha)

    def _find_row_map(self, vectors: Any) -> RowMap | RowScale:
        """Learn how to map rows from some inferred vectors, or find it in the model."""
        if not isinstance(self.scale, str):
            return RowScale(np.float32(self.scale))
        saved = getattr(self.model_, ROW_MAP, None)
        if saved is not None and not vectors.any():
            return RowMap(saved)
        row_map = learn_row_map(self.scale, vectors)
        return RowMap(row_map.as_matrix(vectors.shape[1]))  # as it is saved

    def _embed(self, batch: DocumentBatch) -> np.ndarray:
        return self._row_map.apply(self._infer(batch))

    def _infer(self, batch: DocumentBatch) -> np.ndarray:
        """Infer vectors, and warn where no word is known."""
        X, _ = separate_tags(batch.X)
        if X is not batch.X:
            batch = DocumentBatch(X, batch.first_number)
        documents = batch.checked()
        vectors = self._inference.infer(documents, self.n_jobs, self.verbose)
        if len(vectors) == 1 and vectors[0, 0]:
            return vectors  # counting takes a twentieth of a short document's time
        n_unknown = len(vectors) - np.count_nonzero(vectors.any(axis=1))
        if n_unknown:
            warn_user(
                f"The model knows no word of {n_unknown:,} of "
                f"{count_of(len(documents), 'document')}, expected one of each: their "
                "vectors are zeros. See coverage(X); a lower min_count knows more "
                "words."
            )
        return vectors

    @property
    def _n_features_out(self) -> int:
        return self.model_.dv.vector_size


@known_words.register
def _known_words(source: Doc2VecVectorizer) -> KnownWords:
    return KnownWords(source.model_.wv.key_to_index)
