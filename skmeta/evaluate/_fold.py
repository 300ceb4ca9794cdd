"""Fit and score one vectorizer on one fold of a comparison."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, f1_score

from skmeta._documents._coverage import count_known
from skmeta._documents._tokenized_texts import TokenizedTexts
from skmeta._meta._token_input import takes_text
from skmeta._meta._vectorizer import MetaEmbeddingVectorizer
from skmeta._vectorizers._known_words import known_words
from skmeta.evaluate._read_once import Sent

__all__ = ["FoldResult", "evaluate_fold"]


class FoldResult(NamedTuple):
    """The result of one vectorizer on one fold."""

    scores: dict[str, float]
    predicted: np.ndarray  # the labels of the fold's test documents
    fitted: Any  # the vectorizer, if others use it as a source
    failure: str | None = None  # the message of an error


def evaluate_fold(
    key: tuple[str, int],
    vectorizer: Any,
    classifier: Any,
    sent: Sent,
    fold: tuple[np.ndarray, np.ndarray],
    sources: dict[str, FoldResult],
    keep: bool,
    leave_out_failed: bool,
) -> tuple[tuple[str, int], FoldResult]:
    """Fit and score one vectorizer on one fold.

    Parameters
    ----------
    key : (str, int)
        The name of the vectorizer and the number of the fold; returned.
    vectorizer, classifier : estimators
    sent : Sent
        The documents and their labels.
    fold : (int ndarray, int ndarray)
        The rows to train and to test on.
    sources : dict of str to FoldResult
        What others gave on this fold: fitted sources of the vectorizer.
    keep : bool
        Whether to return the fitted vectorizer.
    leave_out_failed : bool
        Whether to return the message of a ValueError in place of raising it.

    Returns
    -------
    key, result : (str, int), FoldResult
    """
    for name, result in sources.items():
        if result.failure is not None:
            failure = f"Its source {name!r} is left out."
            return key, FoldResult({}, np.empty(0), None, failure)
    documents, labels = sent.value
    train, train_labels, test, test_labels = _split(documents, labels, fold)
    vectorizer = clone(vectorizer)
    vectorizer.set_params(
        **{name: FrozenEstimator(result.fitted) for name, result in sources.items()}
    )
    tokens = test
    train, test = (_as_taken(vectorizer, some) for some in (train, test))
    start = time.perf_counter()
    try:
        train_vectors = vectorizer.fit_transform(train, train_labels)
        fitted = time.perf_counter()
        test_vectors = vectorizer.transform(test)
    except (TypeError, ValueError) as error:
        if leave_out_failed and isinstance(error, ValueError):
            return key, FoldResult({}, np.empty(0), None, str(error))
        if type(error) not in (TypeError, ValueError):  # may need other arguments
            raise
        raise type(error)(f"Vectorizer {key[0]!r}: {error}") from error
    transformed = time.perf_counter()
    classifier = clone(classifier).fit(train_vectors, train_labels)
    predicted = classifier.predict(test_vectors)
    scores = {
        "accuracy": accuracy_score(test_labels, predicted),
        "macro_f1": f1_score(test_labels, predicted, average="macro"),
        "coverage": _token_share(vectorizer, test, tokens),
        "fit_seconds": fitted
        - start
        + sum(result.scores["fit_seconds"] for result in sources.values()),
        "transform_seconds": transformed - fitted,
        "dimensions": train_vectors.shape[1],
    }
    return key, FoldResult(scores, predicted, vectorizer if keep else None)


def _take(documents: list[list[str]], rows: np.ndarray) -> list[list[str]]:
    """Return some documents, with their texts if there are any."""
    if isinstance(documents, TokenizedTexts):
        return documents.take(rows)
    return [documents[i] for i in rows]


def _as_taken(vectorizer: Any, documents: list[list[str]]) -> Any:
    """Return documents as a vectorizer takes them: both, texts or token lists."""
    is_meta = isinstance(vectorizer, MetaEmbeddingVectorizer)
    if not isinstance(documents, TokenizedTexts) or is_meta:
        return documents
    takes = takes_text(vectorizer, next(iter(documents), []))
    return documents.texts if takes else list(documents)


def _split(
    documents: list, labels: np.ndarray, fold: tuple[np.ndarray, np.ndarray]
) -> tuple[list, np.ndarray, list, np.ndarray]:
    """Return the training and the test documents with their labels."""
    train, test = fold
    return (
        _take(documents, train),
        labels[train],
        _take(documents, test),
        labels[test],
    )


def _token_share(vectorizer: Any, X: Any, documents: list[list[str]]) -> float:
    """Return the share of tokens known to a fitted vectorizer, which takes X."""
    if hasattr(vectorizer, "coverage"):
        return vectorizer.coverage(X)["token_share"].iloc[-1]
    known = known_words(vectorizer)
    if known is None or not any(documents):
        return np.nan
    return count_known(documents, {"": known.words})["token_share"].iloc[-1]
