"""Search by several sources at once, as scikit-learn's neighbors do by one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._check import check_collection, short_repr
from skmeta._documents._types import Documents
from skmeta._estimator._base import Estimator
from skmeta._estimator._display import abridge_if_displayed
from skmeta._estimator._refit import refit
from skmeta._estimator._validation import fit_context
from skmeta._messages import count_of
from skmeta._meta._token_input import check_takes_tokens
from skmeta._retrieval._collection import open_collection
from skmeta._retrieval._fusion import (
    Fused,
    fuse_by_rank,
    fuse_by_sum,
    is_empty,
    reciprocal_ranks,
    standardize,
)
from skmeta._retrieval._index import DocumentBlocks, write_index
from skmeta._retrieval._learned_weights import METRIC, Pool, learn_weights
from skmeta._retrieval._rows import Rows, embed_queries, fit_documents
from skmeta._retrieval._saved import (
    RetrieverState,
    change_settings,
    load_retriever,
    save_retriever,
)
from skmeta._vectorizers._pretrained import PretrainedVectorizer
from skmeta.tokenize._tokenizer import Tokenizer

__all__ = ["MetaRetriever"]

_BLOCK_SIZE = 1 << 25  # scores of queries and documents
_COST_OF_FOUND = 16  # of a document that is found, in scores
_POOL = 200  # documents of each source, of which weights are learned


class MetaRetriever(_BaseComposition, Estimator):
    """Find the documents nearest to queries, by several sources together.

    Search is exact: each source gives every document a score, the cosine of its row
    with the query's, or their product where the source has rows of its own for queries,
    as :class:`BM25Vectorizer`. The scores of all sources become one, by which documents
    are ranked.

    Parameters
    ----------
    sources : list of (str, source) tuples
        A source is a transformer of token lists, which is cloned and fitted to the
        documents, or whatever :func:`load_vectors` takes: word vectors are pooled with
        ``weighting="idf"``.
    weights : {"learn"}, list of float or None, default=None
        How much each source counts; None: all the same. "learn" takes queries and
        judgements of relevance in ``fit``, and chooses the weights of the highest
        nDCG@10 by cross-validation over queries; equal weights stay where learned ones
        are no better on queries that were held out.
    fusion : {"sum", "rank"}, default="sum"
        "sum" adds up scores that are standardized over the documents of each query.
        "rank" adds up 1 / (60 + rank) of the first thousand documents of each source
        [1]_; it is of use where the scores of a source have outliers.
    tokenizer : transformer, default=None
        What makes token lists of documents and queries that are texts. None:
        :class:`Tokenizer`. It is not asked where they are token lists.
    cv : int, default=5
        Folds of queries, where ``weights="learn"``.

    Attributes
    ----------
    sources_ : dict of str to fitted source
    weights_ : Series of float64
        The weight of each source; they add up to 1.
    cv_scores_ : Series of float64
        Where weights are learned: nDCG@10 of "(learned)" weights on queries that were
        held out, of "(equal)" weights, and of each source alone.
    n_samples_fit_ : int
        Documents.

    See Also
    --------
    BM25Vectorizer : Search by words.
    skmeta.evaluate.retrieval : How well it finds what is relevant.

    Notes
    -----
    Documents of the same score stand in the order in which they were fitted. A query
    without a known word finds nothing. The scores of all documents for some queries are
    in memory at once, about 130 MB of each source and twice that of their sum.

    References
    ----------
    .. [1] G. Cormack, C. Clarke, S. Büttcher (2009). Reciprocal rank fusion outperforms
       Condorcet and individual rank learning methods. SIGIR.

    Examples
    --------
    >>> from skmeta import BM25Vectorizer, MetaRetriever
    >>> vectors = {"apple": [1.0, 0.1], "pear": [0.9, 0.3], "car": [0.0, 1.0]}
    >>> documents = ["a green pear", "a fast car", "the fast apple"]
    >>> retriever = MetaRetriever([("bm25", BM25Vectorizer()), ("fruit", vectors)])
    >>> retriever = retriever.fit(documents)
    >>> scores, numbers = retriever.kneighbors(["an apple", "fast"], n_neighbors=2)
    >>> numbers
    array([[2, 0],
           [1, 2]])
    """

    _parameter_constraints: dict = {
        "sources": [list, tuple],
        "weights": [StrOptions({"learn"}), "array-like", None],
        "fusion": [StrOptions({"sum", "rank"})],
        "tokenizer": "no_validation",
        "cv": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(
        self,
        sources: Sequence[tuple[str, Any]],
        *,
        weights: Literal["learn"] | Sequence[float] | None = None,
        fusion: Literal["sum", "rank"] = "sum",
        tokenizer: Any = None,
        cv: int = 5,
    ) -> None:
        self.sources = sources
        self.weights = weights
        self.fusion = fusion
        self.tokenizer = tokenizer
        self.cv = cv

    @fit_context(prefer_skip_nested_validation=False)
    def fit(
        self,
        X: Documents,
        y: ArrayLike | None = None,
        *,
        queries: pd.Series | Mapping[Any, Any] | None = None,
        relevance: pd.DataFrame | None = None,
        out: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Fit the sources to documents, and keep the documents' rows.

        Parameters
        ----------
        X : iterable of texts or token lists
            The documents. A Series has their ids as index; else these are 0, 1, ...
        y : ignored
        queries : Series or dict of texts or token lists, default=None
            Some queries by their ids, to learn weights from.
        relevance : DataFrame, default=None
            Judgements: columns ``query``, ``document`` (ids) and ``relevance``.
        out : path, default=None
            A folder to write the rows to, some documents at a time, in place of memory.
            Documents are read several times, from an object whose ``__iter__`` starts
            anew or a list. A fit to the same documents that was stopped, killed even,
            goes on where it was; one that is complete is not repeated. ``load`` opens
            the folder. skops is needed, as in ``save``.

        Returns
        -------
        self : MetaRetriever
        """
        weights = self._check_weights(queries, relevance)
        if out is not None:
            self._fit_to_folder(Path(out).expanduser(), X, weights, queries, relevance)
            return self
        tokens = self._tokenize(X)
        with refit(self) as twin:
            twin.sources_, twin._rows = {}, {}
            for name, fitted in self._unfitted_sources().items():
                check_takes_tokens(name, fitted, tokens[0] if tokens else [])
                twin._rows[name] = Rows(fit_documents(fitted, tokens))
                twin.sources_[name] = fitted
            twin.n_samples_fit_ = len(tokens)
            if weights is None:
                weights = twin._learn(X, queries, relevance)
            twin.weights_ = pd.Series(weights, index=list(twin.sources_), name="weight")
        return self

    def kneighbors(
        self, X: Documents, n_neighbors: int = 10
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the documents of the highest scores.

        Parameters
        ----------
        X : iterable of texts or token lists
            The queries.
        n_neighbors : int, default=10
            Documents for each query.

        Returns
        -------
        scores : float64 ndarray of shape (n_queries, n_neighbors)
            In descending order; -inf where fewer documents are found.
        numbers : int64 ndarray of shape (n_queries, n_neighbors)
            The places of the documents in ``fit``, from 0; -1 where fewer are found.
        """
        check_is_fitted(self)
        validate_parameter_constraints(
            {"n_neighbors": [Interval(Integral, 1, None, closed="left")]},
            {"n_neighbors": n_neighbors},
            caller_name="kneighbors",
        )
        tokens = self._tokenize(X)
        n_found = min(n_neighbors, self.n_samples_fit_)
        scores = np.full((len(tokens), n_neighbors), -np.inf)
        numbers = np.full((len(tokens), n_neighbors), -1)
        used = [name for name in self.sources_ if self.weights_[name] > 0]
        weights = self.weights_[used].to_numpy()
        rows = [self._rows[name] for name in used]
        is_lost = np.logical_and.reduce([part.is_empty for part in rows])
        fuse = fuse_by_sum if self.fusion == "sum" else fuse_by_rank
        for block, parts in self._embed(tokens, used, n_found):
            fused: Fused = fuse(rows, parts, weights)
            fused.scores[:, is_lost] = -np.inf
            is_asked = ~np.logical_and.reduce([is_empty(part) for part in parts])
            found = fused.find_top(n_found)
            scores[block, :n_found] = np.where(is_asked[:, None], found[0], -np.inf)
            numbers[block, :n_found] = np.where(is_asked[:, None], found[1], -1)
        return scores, numbers

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Save to a folder without pickles: sources by skops, rows in .npy files.

        Parameters
        ----------
        folder : path
            It is made, or what an earlier save wrote there is replaced.

        Raises
        ------
        ImportError
            If skops is not installed.
        ValueError
            If a source is of a type that loading would not trust.
        """
        check_is_fitted(self)
        state = RetrieverState(
            sources=self.sources_,
            rows=self._rows,
            weights=self.weights_.to_list(),
            fusion=self.fusion,
            tokenizer=self.tokenizer,
            n_documents=self.n_samples_fit_,
        )
        save_retriever(folder, state)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> Self:
        """Load what ``save`` wrote; dense rows are mapped into memory, no code runs.

        Parameters
        ----------
        folder : path

        Returns
        -------
        retriever : MetaRetriever

        Raises
        ------
        FileNotFoundError, ImportError, ValueError
            If it is not such a folder, or skops is not installed.
        """
        state = load_retriever(folder)
        self = cls(
            list(state.sources.items()),
            weights=state.weights,
            fusion=state.fusion,
            tokenizer=state.tokenizer,
        )
        self._take(state)
        return self

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
        **params : ``fusion="rank"``, ``bm25__k1=0.9``, ...

        Returns
        -------
        self : MetaRetriever
        """
        return self._set_params("sources", **params)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags

    def _check_weights(self, queries: Any, relevance: Any) -> np.ndarray | None:
        """Return the weights that are given, None where they are to be learned."""
        names = [entry[0] for entry in self.sources if _is_named(entry)]
        if not names or len(names) < len(self.sources):
            raise ValueError(
                f"Found sources={short_repr(self.sources)}, expected a list of (name, "
                "source) tuples, e.g. [('bm25', BM25Vectorizer()), ('glove', "
                "'glove.txt')]."
            )
        self._validate_names(names)
        is_learned = isinstance(self.weights, str)
        if is_learned != (queries is not None and relevance is not None):
            raise ValueError(
                f"Found weights={short_repr(self.weights)} "
                f"{'without' if is_learned else 'with'} queries and relevance, which "
                "weights='learn' needs and nothing else. Pass both to fit, as "
                "queries=collection.queries, relevance=collection.relevance, or "
                f"{'set weights=None' if is_learned else 'leave them out'}."
            )
        if is_learned:
            return None
        given = [1.0] * len(names) if self.weights is None else self.weights
        weights = np.asarray(given, dtype=np.float64)
        is_sound = weights.shape == (len(names),) and np.isfinite(weights).all()
        if not is_sound or (weights < 0).any() or not weights.any():
            raise ValueError(
                f"Found weights={short_repr(self.weights)} for "
                f"{count_of(len(names), 'source')}, expected one non-negative number "
                "for each, not all 0."
            )
        return weights / weights.sum()

    def _unfitted_sources(self) -> dict[str, Any]:
        """Return the sources as estimators that are not fitted."""
        return {
            name: clone(source) if hasattr(source, "fit") else _vectorize(source)
            for name, source in self.sources
        }

    def _fit_to_folder(
        self, folder: Path, X: Any, weights: Any, queries: Any, relevance: Any
    ) -> None:
        """Fit, and keep the documents' rows in a folder."""
        sources = self._unfitted_sources()
        documents = DocumentBlocks(X, self._tokenize)
        equal = np.full(len(sources), 1 / len(sources))
        given = {
            "weights": (equal if weights is None else weights).tolist(),
            "fusion": self.fusion,
        }
        write_index(folder, sources, self.tokenizer, documents, given)
        with refit(self) as twin:
            twin._take(load_retriever(folder))
            if weights is None:
                weights = twin._learn(X, queries, relevance)
            twin.weights_ = pd.Series(weights, index=list(twin.sources_), name="weight")
        given["weights"] = self.weights_.to_list()
        change_settings(folder, **given)

    def _take(self, state: RetrieverState) -> None:
        """Take over what a folder holds."""
        self.sources_, self._rows = state.sources, state.rows
        self.n_samples_fit_ = state.n_documents
        self.weights_ = pd.Series(
            state.weights, index=list(state.sources), name="weight"
        )

    def _tokenize(self, X: Any) -> list[Any]:
        """Return token lists; texts are split."""
        check_collection(X)
        items = list(X)
        if items and all(isinstance(item, str) for item in items):
            tokenizer = Tokenizer() if self.tokenizer is None else self.tokenizer
            return list(tokenizer.transform(items))
        return items

    def _embed(
        self, tokens: list[Any], names: Sequence[str], n_found: int = 1
    ) -> Iterator[tuple[slice, list[Any]]]:
        """Yield the rows of queries by each source, some queries at a time."""
        at_once = _BLOCK_SIZE // max(self.n_samples_fit_, _COST_OF_FOUND * n_found)
        at_once = max(at_once, 1)
        rows = [embed_queries(self.sources_[name], tokens) for name in names]
        for start in range(0, len(tokens), at_once):
            block = slice(start, start + at_once)
            yield block, [part[block] for part in rows]

    def _learn(self, X: Any, queries: Any, relevance: Any) -> np.ndarray:
        """Learn weights from judged queries."""
        ids = X.index if isinstance(X, pd.Series) else range(self.n_samples_fit_)
        documents = pd.Series(None, index=ids, dtype=object)  # only ids are of interest
        judged = open_collection(
            {"documents": documents, "queries": queries, "relevance": relevance}
        )
        n_queries = len(judged.queries)
        if n_queries < self.cv:
            raise ValueError(
                f"Found {count_of(n_queries, 'query', 'queries')} with relevant "
                f"documents for cv={count_of(self.cv, 'fold')}, expected at least as "
                "many. Judge more queries, or set weights."
            )
        if judged.counts["duplicates"]:
            raise ValueError(
                "Found documents or queries with the same id, expected each once. "
                "Drop the others before fit."
            )
        tokens = self._tokenize(judged.queries)
        pools = []
        for block, parts in self._embed(tokens, list(self.sources_)):
            scores = [
                standardize(rows, part).scores()
                if self.fusion == "sum"
                else reciprocal_ranks(rows, part)
                for rows, part in zip(self._rows.values(), parts)
            ]
            for i, places in enumerate(judged.positions[block]):
                columns = np.stack([part[i] for part in scores], axis=1)
                gains = judged.gains[block][i]
                pools.append(_make_pool(columns, places, gains))
        learned = learn_weights(pools, self.cv)
        self.cv_scores_ = pd.Series(
            [learned.held_out, learned.equal, *learned.alone],
            index=["(learned)", "(equal)", *self.sources_],
            name=METRIC,
        )
        return learned.weights


def _is_named(entry: Any) -> bool:
    """Return whether a source has a name."""
    is_pair = isinstance(entry, tuple) and len(entry) == 2
    return is_pair and isinstance(entry[0], str)


def _vectorize(source: Any) -> PretrainedVectorizer:
    """Return a vectorizer of given word vectors."""
    return PretrainedVectorizer(source, weighting="idf")


def _make_pool(scores: np.ndarray, places: np.ndarray, gains: np.ndarray) -> Pool:
    """Keep the first documents of each source, and the relevant ones."""
    n_documents = len(scores)
    if n_documents > _POOL:
        first = np.argpartition(-scores, _POOL, axis=0)[:_POOL].ravel()
        kept = np.union1d(first, places)
    else:
        kept = np.arange(n_documents)
    relevant = np.searchsorted(kept, places)
    return Pool(scores[kept].astype(np.float64), relevant, gains)
