"""Search by several sources at once, as scikit-learn's neighbors do by one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._types import Documents
from skmeta._estimator._base import Estimator
from skmeta._estimator._display import abridge_if_displayed
from skmeta._estimator._refit import refit
from skmeta._estimator._validation import fit_context
from skmeta._retrieval._index import DocumentBlocks, write_index
from skmeta._retrieval._judged_queries import learn_from_judgements, open_judgements
from skmeta._retrieval._kinds import check_kinds
from skmeta._retrieval._nearby import import_hnsw
from skmeta._retrieval._saved import (
    RetrieverState,
    change_settings,
    load_retriever,
    save_nearby,
    save_retriever,
)
from skmeta._retrieval._search import Search, fit_search
from skmeta._retrieval._source_list import (
    check_weights,
    default_sources,
    make_sources,
    names_of,
)
from skmeta.tokenize._tokenizer import Tokenizer

__all__ = ["MetaRetriever"]


class MetaRetriever(_BaseComposition, Estimator):
    """Find the documents nearest to queries, by several sources together.

    Each source gives a document a score, the cosine of its row with the query's, or
    their product where the source has rows of its own for queries, as
    :class:`BM25Vectorizer`. The scores of all sources become one, by which documents
    are ranked. By default the search is exact: all documents are compared.

    Parameters
    ----------
    sources : list of (str, source) tuples, default=None
        A source is a transformer of token lists, which is cloned and fitted to the
        documents, or whatever :func:`load_vectors` takes: word vectors are pooled with
        ``weighting="idf"``. None: "bm25", :class:`BM25Vectorizer`, and "characters",
        the TF-IDF of character n-grams (3 to 5) within words.
    weights : {"learn"}, list of float or None, default=None
        How much each source counts; None: all the same. "learn" takes queries and
        judgements of relevance in ``fit``, and chooses the weights of the highest
        nDCG@10 by cross-validation over queries; equal weights stay where learned ones
        are no better on queries that were held out.
    fusion : {"sum", "rank"}, default="sum"
        "sum" adds up scores that are standardized over the documents of each query.
        "rank" adds up 1 / (60 + rank) of the first thousand documents of each source
        [1]_; it is of use where the scores of a source have outliers.
    index : {"exact", "hnsw"}, default="exact"
        "hnsw" finds documents that are near to a query by dense rows in a graph [2]_,
        without comparing all of them. Sparse sources propose the documents of their
        highest scores; all that are proposed get exact scores by every source. ``fit``
        builds the graphs, which takes long. faiss is needed: ``pip install
        "skmeta[hnsw]"``.
    tokenizer : transformer, default=None
        What makes token lists of documents and queries that are texts. None:
        :class:`Tokenizer`. It is not asked where they are token lists.
    cv : int, default=5
        Folds of queries, where ``weights="learn"``.
    verbose : int, default=0
        1 shows progress bars while rows are written, graphs are built, and queries are
        searched.

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

    With ``index="hnsw"`` some of the nearest documents can be missed. A search for more
    than an 80th of the documents is exact, as are all searches of fewer than 3,200
    documents, with ``fusion="rank"`` 16,000. ``set_params(index="exact")`` makes a
    fitted retriever search exactly. Graphs hold rows with 8 bits a number, beside the
    rows themselves; they are the same for any number of threads.

    References
    ----------
    .. [1] G. Cormack, C. Clarke, S. Büttcher (2009). Reciprocal rank fusion outperforms
       Condorcet and individual rank learning methods. SIGIR.
    .. [2] Y. Malkov, D. Yashunin (2020). Efficient and robust approximate nearest
       neighbor search using hierarchical navigable small world graphs. IEEE TPAMI.

    Examples
    --------
    By default, words are found in other inflections, too:

    >>> from skmeta import BM25Vectorizer, MetaRetriever
    >>> documents = ["a green pear", "a fast car", "the fast apple"]
    >>> scores, numbers = MetaRetriever().fit(documents).kneighbors(["two pears"], 1)
    >>> documents[numbers[0, 0]]
    'a green pear'

    Word vectors find words of a similar meaning:

    >>> vectors = {"apple": [1.0, 0.1], "pear": [0.9, 0.3], "car": [0.0, 1.0]}
    >>> retriever = MetaRetriever([("bm25", BM25Vectorizer()), ("fruit", vectors)])
    >>> retriever = retriever.fit(documents)
    >>> scores, numbers = retriever.kneighbors(["an apple", "fast"], n_neighbors=2)
    >>> numbers
    array([[2, 0],
           [1, 2]])
    """

    _parameter_constraints: dict = {
        "sources": [list, tuple, None],
        "weights": [StrOptions({"learn"}), "array-like", None],
        "fusion": [StrOptions({"sum", "rank"})],
        "index": [StrOptions({"exact", "hnsw"})],
        "tokenizer": "no_validation",
        "cv": [Interval(Integral, 2, None, closed="left")],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        sources: Sequence[tuple[str, Any]] | None = None,
        *,
        weights: Literal["learn"] | Sequence[float] | None = None,
        fusion: Literal["sum", "rank"] = "sum",
        index: Literal["exact", "hnsw"] = "exact",
        tokenizer: Any = None,
        cv: int = 5,
        verbose: int = 0,
    ) -> None:
        self.sources = sources
        self.weights = weights
        self.fusion = fusion
        self.index = index
        self.tokenizer = tokenizer
        self.cv = cv
        self.verbose = verbose

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
        given = default_sources() if self.sources is None else self.sources
        names = names_of(given)
        self._validate_names(names)
        weights = check_weights(self.weights, len(names), queries, relevance)
        sources = make_sources(given)
        if self.index == "hnsw":
            import_hnsw()  # what is missing is told before hours of work
        if out is not None:
            folder = Path(out).expanduser()
            search = self._fit_to_folder(folder, X, sources, weights)
        else:
            search = fit_search(sources, self._tokenize(X))
            if self.index == "hnsw":
                list(search.link(self.verbose))
        with refit(self) as twin:
            if weights is None:
                ids = X.index if isinstance(X, pd.Series) else range(len(search))
                judged = open_judgements(ids, queries, relevance, self.cv)
                weights, twin.cv_scores_ = learn_from_judgements(
                    search, judged, self._tokenize, self.fusion, self.cv
                )
            twin._take(search, weights)
        if out is not None:
            change_settings(folder, weights=self.weights_.to_list(), fusion=self.fusion)
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
        weights = dict(zip(self._search.sources, self.weights_))
        return self._search.find(
            tokens,
            int(n_neighbors),
            weights,
            self.fusion,
            index=self.index,
            verbose=self.verbose,
        )

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
            search=self._search,
            weights=self.weights_.to_list(),
            fusion=self.fusion,
            index=self.index,
            tokenizer=self.tokenizer,
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
            list(state.search.sources.items()),
            weights=state.weights,
            fusion=state.fusion,
            index=state.index,
            tokenizer=state.tokenizer,
        )
        self._take(state.search, state.weights)
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

    def _fit_to_folder(
        self, folder: Path, X: Any, sources: dict[str, Any], weights: Any
    ) -> Search:
        """Fit, and keep the documents' rows in a folder."""
        equal = np.full(len(sources), 1 / len(sources))
        given = equal if weights is None else weights
        write_index(
            folder,
            sources,
            self.tokenizer,
            DocumentBlocks(X, self._tokenize),
            {"weights": given.tolist(), "fusion": self.fusion, "index": "exact"},
            self.verbose,
        )
        change_settings(folder, index=self.index)
        search = load_retriever(folder).search
        if self.index == "hnsw":
            for number in search.link(self.verbose):
                save_nearby(folder, number, [*search.rows.values()][number].nearby)
        return search

    def _take(self, search: Search, weights: Any) -> None:
        """Set what is fitted."""
        self._search, self.sources_ = search, search.sources
        self.n_samples_fit_ = len(search)
        self.weights_ = pd.Series(weights, index=list(search.sources), name="weight")

    def _tokenize(self, X: Any) -> list[Any]:
        """Return token lists; texts are split."""
        items = check_kinds(X)
        if items and isinstance(items[0], str):
            tokenizer = Tokenizer() if self.tokenizer is None else self.tokenizer
            return list(tokenizer.transform(items))
        return items
