"""How well models find the documents that people judged relevant to queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from skmeta._documents._check import short_repr
from skmeta._messages import count_of, verb_of
from skmeta._meta._embeddings import open_source
from skmeta._pooling._pool import pool
from skmeta._progress import progress
from skmeta._retrieval._collection import Collection, open_collection
from skmeta._retrieval._metrics import Metric, parse_metrics
from skmeta._retrieval._rows import Rows, embed_documents, embed_queries
from skmeta._vectors._word_vectors import WordVectors
from skmeta._warnings import warn_user
from skmeta.evaluate._bootstrap import Bootstrap, check_bootstrap
from skmeta.evaluate._models import name_models
from skmeta.tokenize._tokenizer import Tokenizer

__all__ = ["retrieval"]

_BLOCK_SIZE = 1 << 25  # scores of queries and documents


def retrieval(
    models: Any,
    collection: Mapping[str, Any],
    *,
    metrics: Sequence[str] | str = ("ndcg@10", "map", "recall@100", "mrr@10"),
    n_bootstraps: int = 1_000,
    confidence: float = 0.95,
    random_state: int | np.random.RandomState | None = 0,
    verbose: int = 0,
) -> pd.DataFrame:
    """Rank all documents for each query, and compare with what people judged.

    Search is exact: every document gets a score. Documents of the same score stand in
    the order of the collection.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
        A model is a fitted transformer of the collection's texts, such as a pipeline
        or scikit-learn's ``TfidfVectorizer``, whose rows are compared by cosines; one
        whose last step also has ``transform_queries``, as
        :class:`skmeta.BM25Vectorizer`, whose rows are multiplied; a retriever with
        ``kneighbors``, as :class:`skmeta.MetaRetriever`, fitted to the documents; or
        whatever :func:`skmeta.load_vectors` takes, whose vectors are averaged over the
        words of :class:`skmeta.Tokenizer`. Put first the one that the others are
        compared with.
    collection : Bunch or dict
        What :func:`skmeta.datasets.load_retrieval` returns: ``documents`` and
        ``queries``, Series of texts (or of token lists, for models that take these)
        with their ids as index, and ``relevance``, a DataFrame with the columns
        ``query``, ``document``, ``relevance``; above 0 is relevant, more is better.
    metrics : sequence of str, default=("ndcg@10", "map", "recall@100", "mrr@10")
        "ndcg", "map", "mrr", "recall" and "precision" at a number of documents; without
        "@" the first three read the whole ranking. They are those of trec_eval: gains
        of nDCG are linear.
    n_bootstraps : int, default=1000
        How often queries are drawn with replacement for the intervals, the same for all
        models; 0: no intervals (NaN).
    confidence : float, default=0.95
        The share of the draws that lies in an interval (percentile bootstrap).
    random_state : int, RandomState or None, default=0
        The same number gives the same intervals.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    table : DataFrame with one row a model
        For each metric, as ``ndcg@10``: its mean over queries, ``ndcg@10_low`` and
        ``ndcg@10_high``, its interval, and ``ndcg@10_difference``,
        ``ndcg@10_difference_low``, ``ndcg@10_difference_high``, to the first model on
        the same draws, so that an interval without 0 speaks for a true difference.
        ``queries``: how many have a relevant document, which are those that count;
        ``unanswered``: how many of them the model has no row for, or one of zeros, and
        which score 0; ``unjudged``: queries without a relevant document, left out;
        ``unknown_documents``: relevant ones that are not in the collection and count as
        not found; ``unknown_queries``: judgements of queries that do not exist;
        ``duplicates``: documents and queries with an id that stands before.

    Raises
    ------
    TypeError, ValueError
        If the collection is none, no query has a relevant document, there is no such
        metric, or a retriever was fitted to other documents.

    Warns
    -----
    UserWarning
        If ids repeat, or judgements name documents or queries that do not exist.

    See Also
    --------
    skmeta.datasets.load_retrieval : Collections in files.
    document_similarity : Similarity of pairs of texts.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from skmeta.evaluate import retrieval
    >>> documents = pd.Series({"a": "red apples", "b": "fast cars", "c": "green pears"})
    >>> queries = pd.Series({1: "an apple or apples", 2: "cars"})
    >>> relevance = pd.DataFrame(
    ...     [(1, "a", 2), (1, "c", 1), (2, "b", 1)],
    ...     columns=["query", "document", "relevance"],
    ... )
    >>> collection = dict(documents=documents, queries=queries, relevance=relevance)
    >>> tfidf = TfidfVectorizer().fit(documents)
    >>> table = retrieval({"tfidf": tfidf}, collection)
    >>> table.loc["tfidf", ["ndcg@10", "map"]].round(3)
    ndcg@10    0.975
    map        0.917
    Name: tfidf, dtype: float64
    """
    bootstrap = check_bootstrap(n_bootstraps, confidence, random_state)
    wanted = parse_metrics(metrics)
    named = name_models(models)
    judged = open_collection(collection)
    _warn_of_counts(judged.counts)
    values: dict[str, list[np.ndarray]] = {metric.name: [] for metric in wanted}
    n_unanswered = []
    depth = min(max(metric.depth for metric in wanted), len(judged.documents))
    with progress("Retrieval", len(named), verbose) as advance:
        for name, model in named.items():
            ranks, is_answered = _rank(name, model, judged, depth)
            for metric in wanted:
                values[metric.name].append(_score(metric, ranks, judged.gains))
            n_unanswered.append(int((~is_answered).sum()))
            advance()
    columns: dict[str, Any] = {}
    for name, rows in values.items():
        columns |= _with_intervals(name, np.stack(rows), bootstrap)
    counts = {"queries": judged.counts["queries"], "unanswered": n_unanswered}
    return pd.DataFrame(
        {**columns, **counts, **judged.counts},
        index=pd.Index(list(named), name="model"),
    )


def _score(
    metric: Metric, ranks: list[np.ndarray], gains: list[np.ndarray]
) -> np.ndarray:
    """Return the metric of each query."""
    return np.array([metric(*query) for query in zip(ranks, gains)])


def _with_intervals(
    name: str, values: np.ndarray, bootstrap: Bootstrap
) -> dict[str, np.ndarray]:
    """Return the columns of a metric, from its values of shape (models, queries)."""
    n_queries = values.shape[1]
    blocks = [counts @ values.T for counts in bootstrap.resample(n_queries)]
    empty = np.full((max(bootstrap.n_bootstraps, 1), len(values)), np.nan)
    drawn = np.concatenate(blocks) / n_queries if blocks else empty
    means = values.mean(axis=1)
    found = bootstrap.columns(name, means, drawn, prefix=f"{name}_")
    differences = bootstrap.differences(means, drawn, paired=True)
    return found | {f"{name}_{key}": value for key, value in differences.items()}


def _rank(
    name: str, model: Any, judged: Collection, depth: float
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the ranks of each query's relevant documents, and who has an answer.

    Ranks beyond the depth may be inf.
    """
    is_retriever = hasattr(model, "kneighbors") and not hasattr(model, "transform")
    ranks: list[np.ndarray] = []
    is_answered: list[np.ndarray] = []
    find = _ranks_of_retriever if is_retriever else _ranks_of_rows
    for block_ranks, block_answered in find(name, model, judged, int(depth)):
        ranks += block_ranks
        is_answered.append(block_answered)
    for number, gains in enumerate(judged.gains):  # those of unknown documents
        missing = np.full(len(gains) - len(ranks[number]), np.inf)
        ranks[number] = np.concatenate([ranks[number], missing])
    return ranks, np.concatenate(is_answered)


def _ranks_of_rows(
    name: str, model: Any, judged: Collection, depth: int
) -> Iterator[tuple[list[np.ndarray], np.ndarray]]:
    """Rank by products of rows, some queries at a time."""
    if not hasattr(model, "transform"):
        model = _MeanOfWords(open_source(model))
    documents = Rows(embed_documents(model, judged.documents))
    queries = embed_queries(model, judged.queries)
    _check_width(name, documents, queries)
    for block in _query_blocks(judged):
        part = queries[block]
        scores = documents.exact_scores(part)
        scores[:, documents.is_empty] = -np.inf
        is_answered = np.asarray(abs(part).sum(axis=1)).ravel() > 0
        yield (
            [
                _ranks(scores[i], places) if is_answered[i] else places + np.inf
                for i, places in enumerate(judged.positions[block])
            ],
            is_answered,
        )


def _ranks(scores: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the ranks of some documents, by the scores of all; of equals the first."""
    ranks = np.full(len(places), np.inf)
    for i, place in enumerate(places):
        score = scores[place]
        if np.isfinite(score):
            n_before = np.count_nonzero(scores > score)
            ranks[i] = 1 + n_before + np.count_nonzero(scores[:place] == score)
    return ranks


def _ranks_of_retriever(
    name: str, model: Any, judged: Collection, depth: int
) -> Iterator[tuple[list[np.ndarray], np.ndarray]]:
    """Rank as a retriever does, some queries at a time."""
    n_documents = len(judged.documents)
    n_fitted = getattr(model, "n_samples_fit_", None)
    if n_fitted != n_documents:
        advice = "Fit it to collection.documents."
        if judged.counts["duplicates"]:
            advice = (
                "Some ids are duplicates, of which the first document counts: "
                "fit it to documents[~documents.index.duplicated()]."
            )
        raise ValueError(
            f"The retriever {name!r}, {short_repr(model)}, was fitted to "
            f"{count_of(n_fitted or 0, 'document')}, expected the {n_documents:,} of "
            f"the collection. {advice}"
        )
    for block in _query_blocks(judged):
        _, found = model.kneighbors(judged.queries[block], depth)
        ranks = []
        for neighbors, places in zip(found, judged.positions[block]):
            rank_of = np.full(n_documents, np.inf)
            neighbors = neighbors[neighbors >= 0]
            rank_of[neighbors] = np.arange(1, len(neighbors) + 1)
            ranks.append(rank_of[places])
        yield ranks, (found >= 0).any(axis=1)


def _query_blocks(judged: Collection) -> Iterator[slice]:
    """Yield slices of queries whose scores of all documents fit into memory."""
    at_once = max(_BLOCK_SIZE // len(judged.documents), 1)
    for start in range(0, len(judged.queries), at_once):
        yield slice(start, start + at_once)


def _check_width(name: str, documents: Rows, queries: Any) -> None:
    """Refuse a model whose rows of queries and documents cannot be multiplied."""
    found, expected = queries.shape[1], documents.rows.shape[1]
    if found != expected:
        raise ValueError(
            f"The model {name!r} has {count_of(found, 'column')} for queries and "
            f"{expected} for documents, expected the same number. Check its "
            "transform_queries."
        )


class _MeanOfWords:
    """Texts to the means of their words' vectors."""

    def __init__(self, word_vectors: WordVectors) -> None:
        self._word_vectors = word_vectors

    def transform(self, texts: list[Any]) -> np.ndarray:
        """Return one row a text."""
        if all(isinstance(text, str) for text in texts):
            texts = Tokenizer().transform(texts)
        return pool(texts, self._word_vectors.vectors, self._word_vectors.index)


def _warn_of_counts(counts: dict[str, int]) -> None:
    """Warn of ids that repeat, or that nothing has."""
    notes = {  # nouns, and what goes with one and with several
        "unknown_documents": (
            *("relevant document", "relevant documents"),
            *(
                "is not in the collection and counts",
                "are not in the collection and count",
            ),
            "as not found",
        ),
        "unknown_queries": (
            *("judgement", "judgements", "is", "are"),
            "of queries that do not exist",
        ),
        "duplicates": (
            *("document or query", "documents or queries"),
            *("has a duplicate id, and is", "have a duplicate id, and are"),
            "left out",
        ),
    }
    found = [
        f"{count_of(n, noun, nouns)} {verb_of(n, one, several)} {rest}"
        for key, (noun, nouns, one, several, rest) in notes.items()
        if (n := counts[key])
    ]
    if found:
        warn_user(f"{'; '.join(found)}. Check the ids of the collection.")
