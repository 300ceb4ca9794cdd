"""Documents to vectors by several sources of word vectors combined into one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property, partial

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batches import iter_batches, stack_batches
from skmeta._documents._check import short_repr
from skmeta._documents._coverage import count_known
from skmeta._documents._stream import DocumentStream, read_documents
from skmeta._estimator._display import abridge_if_displayed
from skmeta._io.formats import load_once
from skmeta._meta._align_words import VOCABULARIES, align_words, view_words
from skmeta._meta._columns import name_document_columns, name_word_columns
from skmeta._meta._sources_display import show_side_by_side
from skmeta._meta._token_input import check_takes_tokens
from skmeta._pooling._common_components import ROWS_BLOCK_SIZE
from skmeta._pooling._cross_fit import pool_cross_fitted
from skmeta._pooling._lazy_concatenation import LazyConcatenation
from skmeta._pooling._partition import Partition
from skmeta._pooling._pool import check_poolings, count_columns, pool
from skmeta._pooling._row_scale import find_scale
from skmeta._progress import progress
from skmeta._training._side_by_side import run_side_by_side
from skmeta._vectorizers._base import Vectorizer
from skmeta._vectorizers._pooling import PoolingVectorizer
from skmeta._vectorizers._pretrained import PretrainedVectorizer
from skmeta._vectors._word_index import WordIndex
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine import Combiner, Concatenate, Imputer, Views
from skmeta.combine._by_name import COMBINERS, MISSING
from skmeta.combine._center import normalize_rows
from skmeta.combine._labels import check_labels
from skmeta.combine._learned_weights import learn_weights
from skmeta.combine._pipeline import CombinerPipeline

__all__ = ["MetaEmbeddingVectorizer"]


class MetaEmbeddingVectorizer(PoolingVectorizer, _BaseComposition):
    """Combine several sources of word vectors and turn documents into vectors.

    Sources that know different things complement each other [1]_, [2]_.

    Parameters
    ----------
    sources : list of (str, source) tuples
        Names and what they stand for: a vectorizer, which is cloned and fitted to the
        documents; or anything that :func:`skmeta.load_vectors` takes (WordVectors,
        gensim model, path, dict, DataFrame), which is shared; or "drop", which leaves
        the source out. Nested parameters go by the names, as in scikit-learn's
        FeatureUnion: ``w2v__vector_size`` is a source's parameter and ``w2v`` the
        source. A vectorizer inside ``FrozenEstimator`` is used as it was fitted.
    combiner : str or Combiner, default="concatenate"
        How views become one: "autoencoder", "average", "concatenate", "gcca",
        "geometry_aware", "locally_linear", "one_to_n", "procrustes", "svd" with their
        defaults, or an object, see :mod:`skmeta.combine`. "concatenate" takes sparse
        sources too and needs no memory for combined words; "svd" classifies as well or
        better in fewer columns.
    level : {"word", "document"}, default="word"
        "word": the vocabularies are combined, then the combined word vectors pooled.
        "document": each source makes its own vectors of the documents, which are
        combined; the sources may then be any transformers of token lists. Those of a
        TfidfVectorizer stay sparse in a concatenation, whose rows are then CSR.
    vocabulary : {"union", "intersection"}, default="union"
        At level "word": the words of any source, or of every source. The combined
        vectors of all words are made in ``fit`` and take as much memory as there are
        words times dimensions; but those of a concatenation are only made when
        ``word_vectors_`` is asked for, unless rows are centred or generated.
    missing : {"zero", "mean", "neighbors", "regress"} or Imputer, default="zero"
        What stands for the vector of a word that a source lacks, or of a document in
        which it knows no word. "zero": nothing; the source is absent: zeros where
        vectors are concatenated, left out where they are averaged. "mean": its mean
        vector. "neighbors": the mean of the nearest neighbours in a source that has
        one. "regress": a prediction from the sources that have one.
    normalize : bool, default=True
        Scale what is combined (the sources' vectors of words or of documents) to unit
        length first, so that no source outweighs the others by the size of its numbers.
    center : bool, default=False
        Subtract each source's mean, after ``normalize``, and scale to unit length
        again. Sparse rows stay as they are.
    weights : sequence of float, dict of source name to float, "learn", default=None
        How much each source counts, in place of the weights of the combiner. "learn":
        what serves best to tell the classes in y apart, so that a source that does not
        help leaves the others undisturbed; weights for a concatenation are learned,
        from documents left out of a ridge regression, and used by every combiner.
    pooling : {"mean", "sum", "max", "min", "partition"}, float, Partition or tuple of \
            them, default="mean"
        How the vectors of a document's words become one. At level "document"
        vectorizers do as their own parameters say, and this, ``weighting`` and
        ``remove_components`` apply to the other sources.
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
        row: the first right singular vectors of the pooled rows, uncentred; those of a
        tuple of poolings as a whole. "auto": as the weighting's paper has it, 1 with
        "sif", 5 with "usif" (each in part only), 0 with others. They need many
        documents like those to come: with one, its own direction is removed.
    scale : "auto" or float, default="auto"
        What all rows are multiplied with. "auto": one number learned in ``fit``, with
        which the root mean square distance of the documents from their mean is 3.
        scikit-learn's linear classifiers are near their best there with the ``C=1``
        they have by default; cosines are the same with any. 1 keeps rows as pooled.
    unknown : {"ignore", "subword", "error"}, default="ignore"
        What becomes of tokens that have no vector: they are ignored; get the vectors
        that sources make of their character n-grams, combined like those of known
        words; or are refused by ``transform``. With "subword" at least one source must
        have n-grams, as fastText's have; of other sources the words are absent. At
        level "document" it applies to the sources that are no vectorizers, of which
        those without n-grams ignore unknown tokens. "error" refuses what none knows of
        the sources that tell, as :meth:`coverage` lists them.
    n_jobs : int, default=None
        How many sources are fitted at the same time, in threads; and threads of
        pooling. It does not change the result.
    verbose : int, default=0
        1 shows a progress bar over the sources.

    Attributes
    ----------
    sources_ : dict of str to fitted vectorizer
    combiner_ : Combiner
        Fitted to the views of the words, or of the documents.
    weights_ : float32 ndarray of shape (n_sources,)
        How much each source counts.
    word_vectors_ : WordVectors of n_words x vector_size
        At level "word": the combined word vectors.
    word_weights_ : float32 ndarray of shape (n_words,), or None
        At level "word"; None where all words count alike.
    common_components_ : float32 ndarray of shape (n_components, n_features), or None
        What is removed from every row; fewer than asked for where the documents span
        fewer dimensions. At level "word"; None where nothing is removed.
    scale_ : float32
        What rows are multiplied with.

    See Also
    --------
    MetaEmbeddings : The combined word vectors alone, with gensim's interface.

    References
    ----------
    .. [1] W. Yin, H. Schuetze (2016). Learning word meta-embeddings. ACL.
    .. [2] J. Coates, D. Bollegala (2018). Frustratingly easy meta-embedding: computing
       meta-embeddings by averaging source word embeddings. NAACL.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from skmeta import MetaEmbeddingVectorizer, Word2VecVectorizer
    >>> known = {"human": [1.0, 0.0], "computer": [0.6, 0.8], "trees": [0.0, 1.0]}
    >>> w2v = Word2VecVectorizer(vector_size=8, min_count=1, random_state=0)
    >>> meta = MetaEmbeddingVectorizer([("w2v", w2v), ("known", known)])
    >>> meta.fit_transform(common_texts).shape
    (9, 10)
    >>> meta.coverage(common_texts)["known_words"].to_dict()
    {'w2v': 12, 'known': 3, '(together)': 12}
    """

    _source_parameters = ("sources",)
    _parameter_constraints: dict = {
        **PoolingVectorizer._parameter_constraints,
        "sources": [list],
        "combiner": [StrOptions(set(COMBINERS)), Combiner],
        "level": [StrOptions({"word", "document"})],
        "vocabulary": [StrOptions(set(VOCABULARIES))],
        "missing": [StrOptions(set(MISSING)), Imputer],
        "normalize": ["boolean"],
        "center": ["boolean"],
        "weights": "no_validation",  # the combiner tells what they may be
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        sources,
        *,
        combiner="concatenate",
        level="word",
        vocabulary="union",
        missing="zero",
        normalize=True,
        center=False,
        weights=None,
        pooling="mean",
        weighting=None,
        remove_components="auto",
        scale="auto",
        unknown="ignore",
        n_jobs=None,
        verbose=0,
    ):
        self.sources = sources
        self.combiner = combiner
        self.level = level
        self.vocabulary = vocabulary
        self.missing = missing
        self.normalize = normalize
        self.center = center
        self.weights = weights
        self.pooling = pooling
        self.weighting = weighting
        self.remove_components = remove_components
        self.scale = scale
        self.unknown = unknown
        self.n_jobs = n_jobs
        self.verbose = verbose

    def get_params(self, deep=True):
        """Get parameters, with ``deep`` those of the sources by their names too.

        Parameters
        ----------
        deep : bool, default=True

        Returns
        -------
        params : dict of str to value
        """
        return abridge_if_displayed(self._get_params("sources", deep=deep))

    def set_params(self, **params):
        """Set parameters, replace a source by its name, set a source's parameters.

        Parameters
        ----------
        **params : ``level="document"``, ``w2v="drop"``, ``w2v__vector_size=50``, ...

        Returns
        -------
        self : MetaEmbeddingVectorizer
        """
        return self._set_params("sources", **params)

    def coverage(self, X: Iterable) -> pd.DataFrame:
        """Tell which share of the documents each source knows, and all together.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        coverage : DataFrame with one row a source, the last, "(together)", for all
            Columns ``tokens``, ``known_tokens``, ``token_share``, ``words`` (distinct
            tokens), ``known_words``, ``word_share``. Shares go from 0 to 1. Sources
            that have neither word vectors nor a ``vocabulary_`` are left out. With
            ``unknown="subword"`` also ``subword_tokens`` and ``subword_words``: those
            that are not known, but have a vector of their n-grams; together, at level
            "word", also those that only sources know.
        """
        check_is_fitted(self)
        known = self._vocabulary_by_source()
        makes = None
        if self.unknown == "subword":
            makes = {**self._subword_lookup(), "(together)": self._has_subword_vector}
        coverage = count_known(
            read_documents(X), {**known, "(together)": self._known_words()}, makes
        )
        if not known:  # of such sources nothing is known
            coverage[["known_tokens", "token_share"]] = np.nan
            coverage[["known_words", "word_share"]] = np.nan
        return coverage

    def _known_words(self):
        if self._pools_words:
            return self._index
        return _KnownToAny(list(self._vocabulary_by_source().values()))

    def _vocabulary_by_source(self):
        """Give the words of each source that tells what it knows."""
        known = {}
        for name, source in self.sources_.items():
            if hasattr(source, "_known_words"):
                known[name] = source._known_words()
            elif hasattr(source, "vocabulary_"):  # scikit-learn's own
                known[name] = source.vocabulary_
        return known

    def _refuse_unknown(self, documents):
        if self._pools_words or self._vocabulary_by_source():  # else nobody tells
            super()._refuse_unknown(documents)

    def _subword_lookup(self):
        """Give what tells whether a word has a vector, of each source with n-grams."""
        if not self._pools_words:
            sources = self.sources_.items()
            return {
                n: s._has_subword_vector
                for n, s in sources
                if getattr(s, "_has_subwords", 0)
            }
        words = self._source_words().items()
        return {n: w.subwords.__contains__ for n, w in words if w.subwords is not None}

    def _has_subword_vector(self, word):
        known = self._source_words().values() if self._pools_words else ()
        makes = self._subword_lookup().values()
        return any(word in words for words in known) or any(m(word) for m in makes)

    @property
    def _has_subwords(self):
        return bool(self._subword_lookup())

    def _compose(self, words):
        views = view_words(words, self._source_words(), self.normalize)
        return self._combination.transform(views)

    def _source_words(self):
        """Give the word vectors of each source."""
        return {name: source.word_vectors_ for name, source in self.sources_.items()}

    @property
    def _pools_words(self):
        """Whether it was fitted at level "word"."""
        return hasattr(self, "word_weights_")

    @property
    def _index(self):
        if hasattr(self, "_side_by_side"):
            return self._side_by_side[2]
        return self.word_vectors_.index

    def _fit(self, documents, y):
        self._check_labels(documents, y)
        if self.level == "word":
            super()._fit(documents, y)
        else:
            self._fit_documents(documents, y)

    def _fit_embed(self, documents, y):
        self._check_labels(documents, y)
        if self.level == "word":
            return super()._fit_embed(documents, y)
        rows = self._fit_documents(documents, y)
        self._refuse_unknown(documents)
        return rows

    def _warn_of_unknown(self, documents):
        """Leave it to the sources, of which the union knows no less."""
        if self.vocabulary == "intersection":
            super()._warn_of_unknown(documents)

    def _check_labels(self, documents, y):
        """Refuse labels that nothing can be learned from before any long work."""
        learns = isinstance(self.weights, str) and self.weights == "learn"
        if learns and not isinstance(documents, DocumentStream):
            check_labels(y, documents, "weights='learn'")

    def _fit_words(self, documents, y):
        """Combine the sources' word vectors."""
        self._check_pooling()
        sources = self._make_sources()
        fitted = self._fit_sources(_fit_words, sources, documents, y)
        self.sources_ = dict(zip(sources, fitted))
        word_vectors = self._source_words()
        self._check_unknown(any(s.subwords is not None for s in word_vectors.values()))
        words, views, _, counts = align_words(
            word_vectors, self.vocabulary, self.normalize
        )
        weights = self.weights
        if isinstance(weights, str) and weights == "learn":
            weights = self._learn_weights(words, views, counts, documents, y)
        combination = self._combination = self._combine(weights).fit(views)
        self.combiner_ = combination.combiner_
        self.weights_ = self.combiner_.weights_
        if not combination.is_plain_concatenation:
            vectors = combination.transform(views)
            self._set_word_vectors(WordVectors(words, vectors, counts), documents, y)
            return
        rows, scales = views.scaled_rows()
        scales = [w * scale for w, scale in zip(self.weights_, scales)]
        known = WordIndex(dict(zip(words, range(len(words)))))
        self._side_by_side = rows, scales, known, counts
        self._weigh_words(documents, known, counts, y)

    @property
    def _vectors(self):
        """The words' vectors, put together when they are used where this suffices."""
        if not hasattr(self, "_side_by_side"):
            return self.word_vectors_.vectors
        rows, scales, _, _ = self._side_by_side
        matrices = [s.word_vectors_.vectors for s in self.sources_.values()]
        return LazyConcatenation(matrices, rows, scales)

    @cached_property
    def word_vectors_(self) -> WordVectors:  # type: ignore[override]
        """The combined word vectors."""
        if not hasattr(self, "_side_by_side"):  # not fitted at level "word"
            raise AttributeError(f"{type(self).__name__} has no word vectors.")
        _, _, known, counts = self._side_by_side
        return WordVectors(known, self._vectors[:], counts)

    def _deferred_attributes(self):
        state = vars(self)
        is_deferred = "_side_by_side" in state and "word_vectors_" not in state
        return {"word_vectors_"} if is_deferred else set()

    def __getstate__(self):
        state = super().__getstate__()
        if "_side_by_side" in state:
            state.pop("word_vectors_", None)  # can be made again
        return state

    def _fit_documents(self, documents, y):
        """Fit a combiner to the sources' rows of the documents; combine these."""
        self._check_pooling()
        sources = self._make_sources(
            pooling=self.pooling,
            weighting=self.weighting,
            remove_components=self.remove_components,
            unknown="subword" if self.unknown == "subword" else "ignore",
            n_jobs=self.n_jobs,
        )
        first_document = next(iter(documents), [])
        for name, source in sources.items():
            check_takes_tokens(name, source, first_document)
        fitted = self._fit_sources(_fit_documents, sources, documents, y)
        self.sources_ = {n: source for n, (source, _) in zip(sources, fitted)}
        self._check_unknown(self._has_subwords)
        views = self._view([matrix for _, matrix in fitted])
        self._combination = self._combine(self.weights).fit(views, y)
        self.combiner_ = self._combination.combiner_
        self.weights_ = self.combiner_.weights_
        self.scale_ = find_scale(
            self.scale, [rows := self._combination.transform(views)]
        )
        return rows

    def _learn_weights(self, words, views, counts, documents, y):
        """Learn how much each source counts from the documents' pooled words."""
        whole = CombinerPipeline(
            "concatenate", missing=self.missing, center=self.center
        )
        known = WordIndex(dict(zip(words, range(len(words)))))
        self._weigh_words(documents, known, counts, y)
        vectors = whole.fit(views).transform(views)

        def pool_with(some, weighting):
            weights = None if weighting is None else weighting.word_weights_
            poolings = [  # the parts are those of words that are weighted
                "mean" if isinstance(p, Partition) else p
                for p in check_poolings(self.pooling, partitions=True)
            ]
            return stack_batches(
                pool(batch, vectors, known, poolings, weights, n_jobs=self.n_jobs)
                for batch in iter_batches(some, ROWS_BLOCK_SIZE)
            )

        if self._uses_labels:
            pooled = pool_cross_fitted(
                self._word_weighting, documents, y, known.key_to_index, False, pool_with
            )
        else:
            pooled = pool_with(documents, self._word_weighting)
        common = self._find_common_components(pooled.__getitem__, len(pooled))
        if common is not None:
            common.remove(pooled)
        normalize_rows(pooled)
        ends = np.cumsum(views.dimensions)
        n_documents = len(pooled)
        pooled = pooled.reshape(n_documents, -1, ends[-1])  # a row each pooling
        blocks = np.split(pooled, ends[:-1], axis=2)
        return learn_weights([b.reshape(n_documents, -1) for b in blocks], y)

    def _combine(self, weights):
        """Give what is fitted to views."""
        return CombinerPipeline(
            self.combiner,
            missing=self.missing,
            center=self.center,
            weights=weights,
        )

    def _make_sources(self, **pooling):
        """Give the sources that are not dropped, each as a vectorizer to fit."""
        if not all(
            isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str)
            for entry in self.sources
        ):
            raise ValueError(
                f"Found sources={short_repr(self.sources)}, expected a list of (name, "
                "source) tuples, e.g. [('w2v', Word2VecVectorizer()), ('glove', "
                "'glove.txt')]."
            )
        self._validate_names([name for name, _ in self.sources])
        sources = {
            name: clone(source)
            if hasattr(source, "fit")
            else _vectorize(source, **pooling)
            for name, source in self.sources
            if not (isinstance(source, str) and source == "drop")
        }
        if not sources:
            raise ValueError(
                f"Found no source to combine in sources={short_repr(self.sources)}, "
                "expected at least one that is not 'drop'."
            )
        self._combine(self.weights).combiner_.check_weights(list(sources))
        return sources

    def _fit_sources(self, fit_source, sources, documents, y):
        """Fit sources, several at a time in threads, which share the documents."""
        with progress(
            "Fitting sources", len(sources), self.verbose, "sources"
        ) as advance:
            tasks = [
                partial(fit_source, source, documents, y, advance)
                for source in sources.values()
            ]
            return run_side_by_side(tasks, self.n_jobs)

    def _view(self, matrices):
        """Line the sources' rows of the same documents up."""
        return Views(matrices, names=list(self.sources_), normalize=self.normalize)

    def _embed(self, documents):
        if self._pools_words:
            return super()._embed(documents)
        self._refuse_unknown(documents)
        matrices = [source.transform(documents) for source in self.sources_.values()]
        return self._combination.transform(self._view(matrices))

    def get_feature_names_out(self, input_features=None):
        """Name the columns of the vectors.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Ignored.

        Returns
        -------
        names : object ndarray of shape (n_features_out,)
            Of a concatenation, which source each column is of, and its number or the
            name that the source gives it: ``w2v__0``, ``tfidf__word``; with several
            poolings at level "word" also which one: ``w2v__max__0``. Other combiners
            mix the sources: ``metaembeddingvectorizer0``.
        """
        numbered = super().get_feature_names_out(input_features)
        if type(self.combiner_) is not Concatenate:
            return numbered
        dimensions = dict(zip(self.sources_, self.combiner_.dimensions_))
        if self._pools_words:
            return name_word_columns(dimensions, self._poolings)
        return name_document_columns(dimensions, self.sources_)

    def _sk_visual_block_(self):
        return show_side_by_side(self.sources, getattr(self, "sources_", {}))

    @property
    def _n_features_out(self):
        if not self._pools_words:
            return self.combiner_.n_features_out_
        return count_columns(self._poolings, self.combiner_.n_features_out_)


class _KnownToAny:
    """Holds the words that any of several vocabularies holds, without a union."""

    def __init__(self, vocabularies):
        self._vocabularies = vocabularies

    def __contains__(self, word):
        return any(word in words for words in self._vocabularies)


def _vectorize(source, *, unknown="ignore", **pooling):
    """Make a vectorizer of word vectors, which do without n-grams where they must."""
    if unknown == "subword" and load_once(source).subwords is None:
        unknown = "ignore"
    return PretrainedVectorizer(source, unknown=unknown, **pooling)


def _fit_words(source, documents, y, advance):
    """Fit a source that must give word vectors."""
    source.fit(documents, y)
    if not hasattr(source, "word_vectors_"):
        raise TypeError(
            f"Found the source {short_repr(source)}, which has no word vectors; "
            "expected some where level='word'. Use level='document', or another source."
        )
    advance()
    return source


def _fit_documents(source, documents, y, advance):
    """Fit a source and let it turn the documents into rows."""
    if isinstance(documents, DocumentStream) and not isinstance(source, Vectorizer):
        documents = list(documents)  # others may not read them again
    if hasattr(source, "fit_transform"):
        matrix = source.fit_transform(documents, y)
    else:
        matrix = source.fit(documents, y).transform(documents)
    advance()
    return source, matrix
