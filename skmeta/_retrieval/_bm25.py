"""BM25 as rows: the product of a query's row and a document's is its score."""

from __future__ import annotations

from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from sklearn.base import TransformerMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._check import check_documents
from skmeta._documents._stream import read_documents
from skmeta._documents._types import Documents
from skmeta._estimator._base import Estimator
from skmeta._estimator._refit import refit
from skmeta._estimator._validation import fit_context
from skmeta._retrieval._expansion import QueryExpansion
from skmeta._training._corpus import read_corpus
from skmeta._vectors._word_index import WordIndex

__all__ = ["BM25Vectorizer"]


class BM25Vectorizer(TransformerMixin, Estimator):
    """Turn documents into sparse rows whose products with queries are BM25 scores.

    A document's score is the sum over the query's distinct words t of
    idf(t) n / (n + k1 (1 - b + b length / mean length)), where n is how often t occurs
    in the document [1]_ and idf(t) = log(1 + (N - df + 0.5) / (df + 0.5)), which is
    that of Lucene and positive [2]_. The constant factor k1 + 1 of other versions,
    which changes no ranking, is left out.

    Parameters
    ----------
    k1 : float, default=1.2
        How much a second and third occurrence add: at 0 nothing, at large values as
        much as the first.
    b : float, default=0.75
        How much the length of a document matters, from 0 to 1. The defaults are those
        of Lucene.
    expansion : QueryExpansion, default=None
        Adds to queries the words that are near to theirs in an embedding. None: rows of
        queries are ones and zeros.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The column of each word, in the order of their first occurrence.
    idf_ : float32 ndarray of shape (n_words,)
    mean_length_ : float
        Tokens of a document of ``fit``, on average.

    See Also
    --------
    skmeta.MetaRetriever : Search by BM25 and vectors together.
    skmeta.QueryExpansion : Words of the same meaning find documents, too.
    skmeta.evaluate.retrieval : How well it finds what is relevant.

    Notes
    -----
    Unknown tokens are ignored; they do not count for the length of a document. Rows of
    documents are compared with rows of queries only, by their product, not by cosines.

    References
    ----------
    .. [1] S. Robertson, H. Zaragoza (2009). The probabilistic relevance framework: BM25
       and beyond. Foundations and Trends in Information Retrieval.
    .. [2] C. Kamphuis, A. de Vries, L. Boytsov, J. Lin (2020). Which BM25 do you mean?
       A large-scale reproducibility study of scoring variants. ECIR.

    Examples
    --------
    >>> from skmeta import BM25Vectorizer
    >>> documents = [["red", "apples"], ["fast", "red", "cars"], ["green", "pears"]]
    >>> bm25 = BM25Vectorizer()
    >>> rows = bm25.fit_transform(documents)
    >>> queries = bm25.transform_queries([["red", "pears"]])
    >>> (queries @ rows.T).toarray().round(2)
    array([[0.23, 0.19, 0.47]], dtype=float32)
    """

    _parameter_constraints: dict = {
        "k1": [Interval(Real, 0, None, closed="left")],
        "b": [Interval(Real, 0, 1, closed="both")],
        "expansion": [QueryExpansion, None],
    }

    def __init__(
        self,
        *,
        k1: float = 1.2,
        b: float = 0.75,
        expansion: QueryExpansion | None = None,
    ) -> None:
        self.k1 = k1
        self.b = b
        self.expansion = expansion

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Documents, y: ArrayLike | None = None) -> Self:
        """Count words and the documents with them.

        Parameters
        ----------
        X : iterable of token lists
        y : ignored

        Returns
        -------
        self : BM25Vectorizer
        """
        self._fit_counts(X)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X: Documents, y: ArrayLike | None = None) -> Any:
        """Fit to documents, and return their rows.

        Parameters
        ----------
        X : iterable of token lists
        y : ignored

        Returns
        -------
        rows : float32 csr_array of shape (n_documents, n_words)
        """
        return self._weigh(*self._fit_counts(X))

    def transform(self, X: Documents) -> Any:
        """Turn documents into rows of their words' weights.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        rows : float32 csr_array of shape (n_documents, n_words)
        """
        check_is_fitted(self)
        documents = check_documents(X)
        words, offsets = self._index.find_rows(documents, keep_unknown=False)
        return self._weigh(_count(words, offsets, len(self.idf_)), np.diff(offsets))

    def transform_queries(self, X: Documents) -> Any:
        """Turn queries into rows of ones and zeros: which words they have.

        With ``expansion`` the neighbors of their words have weights, too.

        Parameters
        ----------
        X : iterable of token lists

        Returns
        -------
        rows : float32 csr_array of shape (n_queries, n_words)
        """
        check_is_fitted(self)
        queries = check_documents(X)
        words, offsets = self._index.find_rows(queries, keep_unknown=False)
        rows = _count(words, offsets, len(self.idf_))
        rows.data[:] = 1
        return (
            rows if self._neighbors is None else self._neighbors.expand(queries, rows)
        )

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Any:
        """Name the columns by their words.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : object ndarray of shape (n_words,)
        """
        check_is_fitted(self)
        return np.array(list(self.vocabulary_), dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []  # always float32
        return tags

    def _fit_counts(self, X: Documents) -> tuple[csr_array, np.ndarray]:
        """Learn what weights need; return counts of words, and lengths."""
        corpus = read_corpus(read_documents(X))
        lengths = np.diff(corpus.offsets)
        counts = _count(corpus.tokens, corpus.offsets, len(corpus.words))
        n_with = np.bincount(counts.indices, minlength=len(corpus.words))
        n_without = corpus.n_documents - n_with
        with refit(self) as twin:
            twin.vocabulary_ = {word: i for i, word in enumerate(corpus.words)}
            twin._index = WordIndex(twin.vocabulary_)
            idf = np.log1p((n_without + 0.5) / (n_with + 0.5))
            twin.idf_ = idf.astype(np.float32)
            twin.mean_length_ = float(lengths.mean())
            twin._neighbors = None
            if self.expansion is not None:
                twin._neighbors = self.expansion.open(corpus.words, twin.idf_)
        return counts, lengths

    def _weigh(self, counts: csr_array, lengths: np.ndarray) -> csr_array:
        """Turn counts into weights, in place."""
        relative = lengths / (self.mean_length_ or 1.0)
        penalty = (self.k1 * (1 - self.b + self.b * relative)).astype(np.float32)
        n = counts.data
        n /= n + np.repeat(penalty, np.diff(counts.indptr))
        n *= self.idf_[counts.indices]
        return counts


def _count(words: np.ndarray, offsets: np.ndarray, n_words: int) -> csr_array:
    """Count each document's words.

    Parameters
    ----------
    words : int32 ndarray of shape (n_tokens,)
        Numbers of words, document after document.
    offsets : int64 ndarray of shape (n_documents + 1,)
    n_words : int
    """
    ones = np.ones(len(words), dtype=np.float32)
    shape = len(offsets) - 1, n_words
    counts = csr_array((ones, words.copy(), offsets.copy()), shape=shape)
    counts.sum_duplicates()  # in place
    return counts
