"""Documents to vectors by several sources of word vectors combined into one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import pandas as pd
from joblib import Memory
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batch import DocumentBatch
from skmeta._documents._check import short_repr
from skmeta._documents._coverage import count_known
from skmeta._documents._stream import DocumentStream, read_documents
from skmeta._documents._texts import check_texts
from skmeta._documents._tokenized_texts import TextBatch, TokenizedTexts, are_texts
from skmeta._documents._types import Documents
from skmeta._estimator._deferred import deferred
from skmeta._estimator._display import abridge_if_displayed
from skmeta._meta._align_words import VOCABULARIES
from skmeta._meta._document_level import DocumentLevel
from skmeta._meta._fit_sources import check_sources, leave_out_dropped
from skmeta._meta._level import Level, new_combination
from skmeta._meta._source_memory import MEMORY
from skmeta._meta._sources_display import show_side_by_side
from skmeta._meta._word_level import WordLevel
from skmeta._pooling._document_pooler import DocumentPooler
from skmeta._pooling._parameters import POOLING_CONSTRAINTS
from skmeta._pooling._types import PoolingsWithPartition
from skmeta._vectorizers._base import Vectorizer
from skmeta._vectorizers._known_words import (
    KnownWords,
    known_by_source,
    known_words,
)
from skmeta._vectors._word_vectors import WordVectors
from skmeta.combine import Combiner, Concatenate, Imputer
from skmeta.combine._by_name import (
    COMBINERS,
    MISSING,
    CombinerName,
    MissingName,
)
from skmeta.combine._combiner import Weights
from skmeta.combine._labels import check_labels
from skmeta.combine._learned_weights import are_learned
from skmeta.tokenize import Tokenizer
from skmeta.weighting import Weighting
from skmeta.weighting._by_name import WeightingName, uses_labels

__all__ = ["MetaEmbeddingVectorizer", "level_of", "tokenized"]

_LEVELS: dict[str, Callable[[str], Level]] = {
    "word": WordLevel,
    "document": DocumentLevel,
}


class MetaEmbeddingVectorizer(Vectorizer, _BaseComposition):
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
        combined; the sources may then be any transformers of token lists or of texts.
        Those of a TfidfVectorizer stay sparse in a concatenation, whose rows are then
        CSR. Documents may be texts: see ``tokenizer``.
    vocabulary : {"union", "intersection"}, default="union"
        At level "word": the words of any source, or of every source. The combined
        vectors of all words are made in ``fit`` and take as much memory as there are
        words times dimensions; but those of a concatenation are only made when
        ``word_vectors_`` is asked for, unless rows are centered or generated.
    missing : {"zero", "mean", "neighbors", "regress"} or Imputer, default="zero"
        What stands for the vector of a word that a source lacks, or of a document in
        which it knows no word. "zero": nothing; the source is absent: zeros where
        vectors are concatenated, left out where they are averaged. "mean": its mean
        vector. "neighbors": the mean of the nearest neighbors in a source that has
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
        row: the first right singular vectors of the pooled rows, uncentered; those of a
        tuple of poolings as a whole. "auto": as the weighting's paper has it, 1 with
        "sif", 5 with "usif" (each in part only), 0 with others. They need many
        documents like those to come: with one, its own direction is removed.
    scale : "auto" or float, default="auto"
        The size of rows. "auto": learned in ``fit``, such that scikit-learn's linear
        classifiers converge and are close to their best with their default ``C=1``.
        Directions of dense rows that hold most of the variance are brought nearer to
        the others, and dense rows are shortened along the mean of the documents, if
        that is long; all rows are multiplied by one number, ``scale_``. A number: rows
        are multiplied by it; 1 keeps them as pooled or combined.
    unknown : {"ignore", "subword", "error"}, default="ignore"
        What becomes of tokens that have no vector: they are ignored; get the vectors
        that sources make of their character n-grams, combined like those of known
        words; or are refused by ``transform``. With "subword" at least one source must
        have n-grams, as fastText's have; of other sources the words are absent. At
        level "document" it applies to the sources that are no vectorizers, of which
        those without n-grams ignore unknown tokens. "error" refuses what none knows of
        the sources that tell, as :meth:`coverage` lists them.
    tokenizer : Tokenizer or callable, default=None
        At level "document", where documents are texts: makes tokens of them, once for
        all sources that take tokens. A callable takes a text and returns its tokens.
        None: a :class:`skmeta.Tokenizer` with its defaults. Sources that take texts,
        as :class:`skmeta.SentenceEncoderVectorizer` or a TfidfVectorizer that splits
        them itself, are given the texts as they are; where documents are token lists,
        the tokens joined with spaces. Others may say which they take by an attribute
        ``takes_text``, or by scikit-learn's tag ``input_tags.string``.
    memory : path or joblib.Memory, default=None
        Where sources that learn from documents are kept once they are fitted, so that
        equal ones are not fitted again to equal documents and labels: in a search over
        the other parameters each is trained once a fold. Given word vectors are not
        kept. A folder holds at most 10 GB; the least recently used files are removed
        first. They are pickles: nobody else should be able to write there.
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
        What rows are multiplied by in the end.

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
        **POOLING_CONSTRAINTS,
        "sources": [list],
        "combiner": [StrOptions(set(COMBINERS)), Combiner],
        "level": [StrOptions(set(_LEVELS))],
        "vocabulary": [StrOptions(set(VOCABULARIES))],
        "missing": [StrOptions(set(MISSING)), Imputer],
        "normalize": ["boolean"],
        "center": ["boolean"],
        "weights": "no_validation",  # the combiner tells what they may be
        "tokenizer": [Tokenizer, callable, None],
        "memory": MEMORY,
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        sources: Sequence[tuple[str, Any]],
        *,
        combiner: CombinerName | Combiner = "concatenate",
        level: Literal["word", "document"] = "word",
        vocabulary: Literal["union", "intersection"] = "union",
        missing: MissingName | Imputer = "zero",
        normalize: bool = True,
        center: bool = False,
        weights: Weights | Literal["learn"] = None,
        pooling: PoolingsWithPartition = "mean",
        weighting: WeightingName | Weighting | None = None,
        remove_components: int | Literal["auto"] = "auto",
        scale: float | Literal["auto"] = "auto",
        unknown: Literal["ignore", "subword", "error"] = "ignore",
        tokenizer: Tokenizer | Callable[[str], Iterable[str]] | None = None,
        memory: str | PathLike[str] | Memory | None = None,
        n_jobs: int | None = None,
        verbose: int = 0,
    ) -> None:
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
        self.tokenizer = tokenizer
        self.memory = memory
        self.n_jobs = n_jobs
        self.verbose = verbose

    if TYPE_CHECKING:  # of sparse sources at level "document" the rows are sparse

        def transform(self, X: Documents) -> Any: ...
        def fit_transform(self, X: Documents, y: ArrayLike | None = None) -> Any: ...

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get parameters, with ``deep`` those of the sources by their names too.

        Parameters
        ----------
        deep : bool, default=True

        Returns
        -------
        params : dict of str to value
        """
        return abridge_if_displayed(self._get_params("sources", deep=deep))

    def set_params(self, **params: Any) -> Self:
        """Set parameters, replace a source by its name, set a source's parameters.

        Parameters
        ----------
        **params : ``level="document"``, ``w2v="drop"``, ``w2v__vector_size=50``, ...

        Returns
        -------
        self : MetaEmbeddingVectorizer
        """
        return self._set_params("sources", **params)

    def coverage(self, X: Documents) -> pd.DataFrame:
        """Return the shares of tokens and words known to each source, and to any.

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
            "word", also those that only sources know. Where a source has a fallback
            also ``fallback_tokens`` and ``fallback_words``: those of the known ones
            that are known in another form.
        """
        check_is_fitted(self)
        together = self._level.known_words
        by_source = known_by_source(self.sources_)
        has_subword_vector = None
        if self.unknown == "subword":
            has_subword_vector = self._level.subword_lookup()
            if together.has_subword_vector is not None:
                has_subword_vector["(together)"] = together.has_subword_vector
        if isinstance(self._level, DocumentLevel):
            X = list(X) if isinstance(X, Iterator) else X
            X = self._tokenize(check_texts(X)) if are_texts(X) else X
        known = {**by_source, "(together)": together}
        coverage = count_known(
            read_documents(X),
            {name: some.words for name, some in known.items()},
            has_subword_vector,
            {name: some.as_written for name, some in known.items()},
        )
        if not by_source:  # of such sources nothing is known
            coverage[["known_tokens", "token_share"]] = np.nan
            coverage[["known_words", "word_share"]] = np.nan
        return coverage

    def _fit(self, documents: Any, y: Any) -> None:
        sources = self._start(documents, y)
        self._level.fit(sources, documents, y, self)
        self._name_learned()

    def _fit_embed(self, documents: Any, y: Any) -> Any:
        sources = self._start(documents, y)
        rows = self._level.fit_transform(sources, documents, y, self)
        self._name_learned()
        return rows

    def _check_all(self, X: Any) -> Any:
        if self.level == "word":
            if self.tokenizer is not None:
                raise ValueError(
                    f"Found tokenizer={short_repr(self.tokenizer)} with level='word', "
                    "where documents are token lists; expected tokenizer=None. Put a "
                    "Tokenizer before it in a pipeline, or set level='document'."
                )
            return super()._check_all(X)
        X = list(X) if isinstance(X, Iterator) else X
        if isinstance(X, TokenizedTexts):  # from the meta-embedding around this one
            return X
        if not are_texts(X):
            return super()._check_all(X)
        texts = check_texts(X)
        return TokenizedTexts(self._tokenize(texts), texts)

    def _embed(self, batch: DocumentBatch) -> Any:
        return self._level.transform(tokenized(self, batch), self)

    def _tokenize(self, texts: list[str]) -> list[list[str]]:
        """Make tokens of texts."""
        tokenizer = self.tokenizer
        if tokenizer is None:
            tokenizer = Tokenizer()
        elif not isinstance(tokenizer, Tokenizer):
            tokenizer = Tokenizer(tokenizer=tokenizer, lowercase=False)
        tokens: list[list[str]] = tokenizer.transform(texts)
        return tokens

    def _start(self, documents: Any, y: Any) -> dict[str, Any]:
        """Choose the level and return the sources to fit, once all can be fitted."""
        if are_learned(self.weights) and not isinstance(documents, DocumentStream):
            check_labels(y, documents, "weights='learn'")
        DocumentPooler.check(self)
        check_sources(self.sources)
        self._validate_names([name for name, _ in self.sources])
        sources = leave_out_dropped(self.sources)
        combination = new_combination(self, self.weights)
        combination.combiner_.check_weights(list(sources))
        self._level = _LEVELS[self.level](type(self).__name__)
        return sources

    def _name_learned(self) -> None:
        """Set the fitted attributes."""
        level = self._level
        self.sources_ = level.sources
        self.combiner_ = level.combination.combiner_
        self.weights_ = self.combiner_.weights_
        self.scale_ = level.scale
        if level.pooler is not None:
            self.word_weights_ = level.pooler.word_weights

    @deferred(lambda self: self._level.computes_vectors_later)
    def word_vectors_(self) -> WordVectors:
        """The combined word vectors."""
        level = vars(self).get("_level")
        word_vectors = None if level is None else level.word_vectors
        if word_vectors is None:
            raise AttributeError(f"{type(self).__name__} has no word vectors.")
        return word_vectors

    @property
    def common_components_(self) -> np.ndarray | None:
        """The directions that are removed from pooled rows."""
        level = vars(self).get("_level")
        pooler = None if level is None else level.pooler
        if pooler is None:
            raise AttributeError(f"{type(self).__name__} pools no words.")
        return pooler.common_components

    def get_feature_names_out(
        self, input_features: ArrayLike | None = None
    ) -> np.ndarray:
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
        return self._level.name_columns(self)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = uses_labels(self.weighting)
        return tags

    def _sk_visual_block_(self) -> Any:
        return show_side_by_side(self.sources, getattr(self, "sources_", {}))

    @property
    def _n_features_out(self) -> int:
        return self._level.n_features_out(self)


@known_words.register
def _known_words(source: MetaEmbeddingVectorizer) -> KnownWords:
    return source._level.known_words


def level_of(vectorizer: MetaEmbeddingVectorizer) -> Level:
    """Return how a fitted vectorizer combines its sources."""
    return vectorizer._level


def tokenized(
    vectorizer: MetaEmbeddingVectorizer, batch: DocumentBatch
) -> DocumentBatch:
    """Return a batch that makes tokens of texts, where the vectorizer takes texts."""
    if not isinstance(vectorizer._level, DocumentLevel):
        return batch
    if isinstance(batch.X, TokenizedTexts):
        return TextBatch.of_tokenized(batch.X)
    if type(batch) is DocumentBatch and are_texts(batch.X):
        return TextBatch(batch.texts(), vectorizer._tokenize)
    return batch
