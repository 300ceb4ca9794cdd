"""Trace scores of rows back to the documents that the rows were made of."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import FeatureUnion, Pipeline

from skmeta._documents._batch import DocumentBatch
from skmeta._meta._document_level import DocumentLevel
from skmeta._meta._letter_counts import LetterCounts
from skmeta._meta._vectorizer import (
    MetaEmbeddingVectorizer,
    level_of,
    tokenized,
)
from skmeta._meta._word_level import WordLevel
from skmeta._pooling._pooled_words import PooledWords
from skmeta._retrieval._bm25 import BM25Vectorizer
from skmeta._vectorizers._base import embed_batch
from skmeta._vectorizers._pooling import PoolingVectorizer, pooler_of
from skmeta.inspection._ledger import CENTERING, Ledger
from skmeta.inspection._pooled_words import explain_pooled
from skmeta.inspection._row_steps import as_rows, as_taken, through_step
from skmeta.inspection._score import Score

__all__ = ["live_steps", "trace", "trace_steps", "transform"]

_IDLE = (None, "passthrough")
_COUNTERS = (CountVectorizer, LetterCounts, BM25Vectorizer)


@singledispatch
def trace(
    step: Any, X: Any, rows: Any, score: Score, ledger: Ledger, source: str
) -> None:
    """Write down what documents contribute to a score of the rows made of them.

    What is not known to be a sum over words is one part, which has no words.

    Parameters
    ----------
    step : fitted transformer of documents
    X : what it transforms
        Documents, or for vectorizers of this package a DocumentBatch.
    rows : ndarray or sparse array of shape (n_documents, n_features)
        What it makes of them.
    score : Score
        Of these rows.
    ledger : Ledger
    source : str
        What the contributions' source is called, or begins with.
    """
    name = source or type(step).__name__.lower()
    ledger.add_rows(name, score.of(rows))


@trace.register
def _(
    step: PoolingVectorizer,
    X: Any,
    rows: Any,
    score: Score,
    ledger: Ledger,
    source: str,
) -> None:
    name = type(step).__name__
    words = PooledWords.of(step.word_vectors_)
    explain_pooled(
        _batch(X).checked(), pooler_of(step), words, step, score, ledger,
        name=name, source=source or name.lower(), rows=rows,
    )  # fmt: skip


@trace.register
def _(
    step: MetaEmbeddingVectorizer,
    X: Any,
    rows: Any,
    score: Score,
    ledger: Ledger,
    source: str,
) -> None:
    level = level_of(step)
    batch = tokenized(step, _batch(X))
    if isinstance(level, WordLevel):
        explain_pooled(
            batch.checked(), level.pooler, level.words, step, score, ledger,
            name=type(step).__name__, source=source, rows=rows, level=level,
        )  # fmt: skip
        return
    assert isinstance(level, DocumentLevel)
    inputs = level.inputs_of(batch)
    of_sources = {
        name: as_rows(transform(level.sources[name], its_input))
        for name, its_input in inputs.items()
    }
    names = list(inputs)
    views = level.view(list(of_sources.values()), step)
    coef = level.row_map.pull_back(score.coef)
    for part in level.combination.linearize(views, coef):
        name = names[part.view]
        path = f"{source}__{name}" if source else name
        factors = np.zeros(len(score.factors))
        factors[part.rows] = part.factors * score.factors[part.rows]
        offsets = np.zeros((len(factors), coef.shape[1]))
        offsets[part.rows] = score.factors[part.rows, np.newaxis] * part.offsets
        if offsets.any():
            ledger.add_rows(path, offsets)
        trace(
            level.sources[name], inputs[name], of_sources[name],
            Score(part.coef, factors), ledger, path,
        )  # fmt: skip


@trace.register(CountVectorizer)
@trace.register(LetterCounts)
@trace.register(BM25Vectorizer)
def _(step: Any, X: Any, rows: Any, score: Score, ledger: Ledger, source: str) -> None:
    rows = csr_array(rows)
    rows.sum_duplicates()
    documents = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    counted = score.factors[documents] != 0
    documents, columns = documents[counted], rows.indices[counted]
    values = rows.data[counted] * score.factors[documents]
    used, numbers = np.unique(columns, return_inverse=True)
    ledger.add_words(
        source or type(step).__name__.lower(), ledger.names_of(step)[used],
        documents, numbers.ravel(), values[:, np.newaxis] * score.coef[columns],
    )  # fmt: skip


@trace.register
def _(
    step: FrozenEstimator,
    X: Any,
    rows: Any,
    score: Score,
    ledger: Ledger,
    source: str,
) -> None:
    trace(step.estimator, X, rows, score, ledger, source)


@trace.register
def _(
    step: FeatureUnion, X: Any, rows: Any, score: Score, ledger: Ledger, source: str
) -> None:
    weights = step.transformer_weights or {}
    start = 0
    for name, transformer in step.transformer_list:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        idle = isinstance(transformer, str)
        own = as_rows(X) if idle else as_rows(transform(transformer, X))
        stop = start + own.shape[1]
        part = score.columns(start, stop).scaled(weights.get(name, 1.0))
        start = stop
        path = f"{source}__{name}" if source else name
        if idle:
            ledger.add_rows(path, part.of(own))
        else:
            trace(transformer, X, own, part, ledger, path)


@trace.register
def _(
    step: ColumnTransformer,
    X: Any,
    rows: Any,
    score: Score,
    ledger: Ledger,
    source: str,
) -> None:
    weights = step.transformer_weights or {}
    for name, transformer, columns in step.transformers_:
        place = step.output_indices_[name]
        if place.stop == place.start:  # dropped
            continue
        path = f"{source}__{name}" if source else name
        part = score.columns(place.start, place.stop)
        if not isinstance(transformer, str):
            its_input = _select(X, columns)
            own = as_rows(transform(transformer, its_input))
            if own is not None:
                part = part.scaled(weights.get(name, 1.0))
                trace(transformer, its_input, own, part, ledger, path)
                continue
        ledger.add_rows(path, part.of(rows[:, place]))


@trace.register
def _(
    step: Pipeline, X: Any, rows: Any, score: Score, ledger: Ledger, source: str
) -> None:
    trace_steps(live_steps(step), X, score, ledger, source, rows)


def trace_steps(
    steps: list[tuple[str, Any]],
    X: Any,
    score: Score,
    ledger: Ledger,
    source: str,
    rows: Any = None,
) -> None:
    """Trace a score through the steps of a pipeline, the last one first.

    Parameters
    ----------
    steps : list of (str, fitted transformer) tuples
    X : documents
    score : Score
        Of what the last one returns.
    ledger : Ledger
    source : str
        "" takes the name of the step that makes rows of documents.
    rows : ndarray or sparse array, default=None
        What the last one returns, if it is known.
    """
    given = [X]
    first = None  # the step that makes rows
    for place, (_, step) in enumerate(steps):
        is_last = place == len(steps) - 1
        made = rows if is_last and rows is not None else transform(step, given[-1])
        as_matrix = as_rows(made)
        given.append(made if as_matrix is None else as_matrix)
        if first is None and as_matrix is not None:
            first = place
    if first is None:
        raise ValueError(
            f"Found the steps {[name for name, _ in steps]}, of which none makes rows "
            "of documents, expected one that does. Put a vectorizer into the pipeline."
        )
    last = first  # of the steps whose columns are those of the first
    if isinstance(steps[first][1], _COUNTERS):
        while last + 1 < len(steps) and isinstance(
            steps[last + 1][1], TfidfTransformer
        ):
            last += 1
    for place in range(len(steps) - 1, last, -1):
        score, offsets = through_step(steps[place][1], given[place], score)
        if offsets is not None and offsets.any():
            ledger.add_rows(f"{source}__{CENTERING}" if source else CENTERING, offsets)
    name, step = steps[first]
    has_names = isinstance(
        step, MetaEmbeddingVectorizer | FeatureUnion | ColumnTransformer
    )
    trace(
        step, given[first], given[last + 1], score, ledger,
        source or ("" if has_names else name),
    )  # fmt: skip


def live_steps(pipeline: Pipeline) -> list[tuple[str, Any]]:
    """Return the steps of a pipeline that do something."""
    return [
        (name, step)
        for name, step in pipeline.steps
        if not any(step is idle or step == idle for idle in _IDLE)
    ]


def transform(step: Any, X: Any) -> Any:
    """Transform documents, batches of them, or rows."""
    if isinstance(X, DocumentBatch):
        return embed_batch(step, X)
    return step.transform(as_taken(step, X) if as_rows(X) is not None else X)


def _batch(X: Any) -> DocumentBatch:
    return X if isinstance(X, DocumentBatch) else DocumentBatch(X)


def _select(X: Any, columns: Any) -> Any:
    """Return columns as a ColumnTransformer hands them out."""
    if not hasattr(X, "iloc"):
        return X[:, columns]
    if isinstance(columns, slice):
        by_name = isinstance(columns.start or columns.stop, str)
    else:
        by_name = np.asarray(columns).dtype.kind in "UOb"
    return X.loc[:, columns] if by_name else X.iloc[:, columns]
