"""Compare vectorizers by cross-validating the same classifier on their vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import check_cv
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer
from sklearn.utils.parallel import Parallel, delayed

from skmeta._documents._check import check_documents
from skmeta._documents._texts import check_texts
from skmeta._documents._tokenized_texts import TokenizedTexts, are_texts
from skmeta._documents._types import Documents
from skmeta._meta._vectorizer import MetaEmbeddingVectorizer
from skmeta._progress import progress
from skmeta._warnings import WithWarnings, repeat_warnings
from skmeta.combine._classifier_rows import classifier_rows
from skmeta.evaluate._fold import FoldResult, evaluate_fold
from skmeta.evaluate._read_once import sent_once
from skmeta.tokenize import Tokenizer

__all__ = ["compare_rows", "compare_vectorizers", "sources_in"]


@overload
def compare_vectorizers(
    vectorizers: Mapping[str, Any],
    X: Documents,
    y: ArrayLike,
    *,
    classifier: Any = None,
    cv: Any = 5,
    n_jobs: int | None = None,
    verbose: int = 0,
    return_predictions: Literal[False] = False,
) -> pd.DataFrame: ...


@overload
def compare_vectorizers(
    vectorizers: Mapping[str, Any],
    X: Documents,
    y: ArrayLike,
    *,
    classifier: Any = None,
    cv: Any = 5,
    n_jobs: int | None = None,
    verbose: int = 0,
    return_predictions: Literal[True],
) -> tuple[pd.DataFrame, pd.DataFrame]: ...


def compare_vectorizers(
    vectorizers: Mapping[str, Any],
    X: Documents,
    y: ArrayLike,
    *,
    classifier: Any = None,
    cv: Any = 5,
    n_jobs: int | None = None,
    verbose: int = 0,
    return_predictions: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """Cross-validate a classifier on the vectors of several vectorizers.

    Each vectorizer is fitted to the training documents of a fold, and the classifier to
    their vectors; both are scored on the fold's test documents. Folds are the same for
    all. A vectorizer that is also a source of a
    :class:`~skmeta.MetaEmbeddingVectorizer` in the comparison (the same object) is
    trained once per fold and used by both.

    Parameters
    ----------
    vectorizers : dict of str to vectorizer
        Any scikit-learn transformers of token lists, or of texts. They are cloned.
    X : iterable of token lists or of texts
        Of texts, those that take text are given the texts, and others what a
        :class:`skmeta.Tokenizer` makes of them.
    y : array-like of shape (n_documents,)
        The labels.
    classifier : classifier, default=None
        None: logistic regression with ``C=10`` on rows of unit length, so that ``C``
        has the same effect for every vectorizer, whatever the size of its numbers.
    cv : int, splitter or iterable of (train, test), default=5
        As in scikit-learn's ``cross_val_score``: an int means that many stratified
        folds in the order of the documents. If documents are repeated, pass folds in
        which copies are together, such as those of ``StratifiedGroupKFold``: else
        copies in the training set tell the labels.
    n_jobs : int, default=None
        The number of fits to run at the same time, in processes; -1: one per core.
    verbose : int, default=0
        1 shows a progress bar.
    return_predictions : bool, default=False
        Whether to return (comparison, predictions) instead of the comparison only.

    Returns
    -------
    comparison : DataFrame with one row a vectorizer, in the order given
        ``accuracy``, ``accuracy_std``, ``macro_f1``, ``macro_f1_std`` (mean and
        standard deviation over folds), ``coverage`` (share of the test tokens that are
        known, NaN if a vectorizer does not tell), ``fit_seconds`` (fitting and vectors
        of the training documents, including the sources), ``transform_seconds``
        (vectors of the test documents), ``dimensions``; means over folds. Then
        ``split0_accuracy``, ``split1_accuracy``, ...
    predictions : DataFrame with one row a document and one column a vectorizer
        Only with ``return_predictions=True``. The label predicted for the document when
        it was tested (the last time if repeatedly); missing if it never was.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from skmeta import PretrainedVectorizer
    >>> from skmeta.evaluate import compare_vectorizers
    >>> X = [["apple"], ["red", "apple"], ["fish"], ["blue", "fish"]]
    >>> vectorizers = {
    ...     "TF-IDF": TfidfVectorizer(analyzer=list),
    ...     "fruit": PretrainedVectorizer({"apple": [1.0, 0.0], "fish": [0.0, 1.0]}),
    ... }
    >>> comparison = compare_vectorizers(vectorizers, X, [1, 1, 0, 0], cv=2)
    >>> comparison["accuracy"].to_dict()
    {'TF-IDF': 1.0, 'fruit': 1.0}
    """
    comparison, predictions, _ = compare_rows(
        vectorizers, X, y, classifier=classifier, cv=cv, n_jobs=n_jobs, verbose=verbose
    )
    return (comparison, predictions) if return_predictions else comparison


def compare_rows(
    vectorizers: Mapping[str, Any],
    X: Documents,
    y: ArrayLike,
    *,
    classifier: Any = None,
    cv: Any = 5,
    n_jobs: int | None = None,
    verbose: int = 0,
    leave_out_failed: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Compare vectorizers; see ``compare_vectorizers``.

    Parameters
    ----------
    leave_out_failed : bool, default=False
        Whether to leave out vectorizers that raise a ValueError on a fold, and those
        that have them as sources, in place of raising it. If all do, it is raised.

    Returns
    -------
    comparison, predictions : DataFrame
    failures : dict of str to str
        Why vectorizers were left out.
    """
    documents, labels = _read(X), np.asarray(y)
    if classifier is None:
        classifier = make_pipeline(
            FunctionTransformer(classifier_rows),
            Normalizer(),
            LogisticRegression(C=10, solver="newton-cg"),
        )
    folds = list(check_cv(cv, labels, classifier=True).split(documents, labels))
    reused = {name: sources_in(vectorizers, name) for name in vectorizers}
    shared = _values_of(reused)
    results: dict[tuple[str, int], FoldResult] = {}
    n_steps = len(vectorizers) * len(folds)
    with (
        sent_once((documents, labels)) as sent,
        progress("Comparing vectorizers", n_steps, verbose, "fits") as advance,
    ):
        for names in _in_rounds(vectorizers, reused):
            steps = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(
                delayed(WithWarnings(evaluate_fold))(
                    (name, number),
                    vectorizers[name],
                    classifier,
                    sent,
                    fold,
                    {
                        source: results[other, number]
                        for source, other in reused[name].items()
                    },
                    name in shared,
                    leave_out_failed,
                )
                for name in names
                for number, fold in enumerate(folds)
            )
            for key, result in repeat_warnings(steps):
                results[key] = result
                advance()
    failures: dict[str, str] = {}
    for name in vectorizers:
        for number in range(len(folds)):
            failure = results[name, number].failure
            if failure is not None:
                failures.setdefault(name, failure)
    if failures and len(failures) == len(vectorizers):
        name = next(iter(vectorizers))
        raise ValueError(f"Vectorizer {name!r}: {failures[name]}")
    vectorizers = {name: v for name, v in vectorizers.items() if name not in failures}
    comparison = pd.DataFrame(
        [
            _summarize([results[name, number].scores for number in range(len(folds))])
            for name in vectorizers
        ],
        index=pd.Index(vectorizers, name="vectorizer"),
    )
    predictions = pd.DataFrame(
        np.nan, np.arange(len(documents)), pd.Index(vectorizers, name="vectorizer")
    ).astype(object)
    for number, (_, test) in enumerate(folds):
        for column, name in enumerate(vectorizers):
            predictions.iloc[test, column] = results[name, number].predicted
    return comparison, predictions, failures


def _values_of(reused: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return the rows that others use as sources."""
    return {row for sources in reused.values() for row in sources.values()}


def _in_rounds(
    names: Iterable[str], reused: Mapping[str, Mapping[str, str]]
) -> tuple[list[str], list[str]]:
    """Order rows: those that use no others, and those that do.

    In a round those that are sources of others come first, as training takes long, and
    then those from the last, which often takes longest: no process is left with a long
    task while the others wait.
    """
    backwards, shared = list(names)[::-1], _values_of(reused)
    backwards.sort(key=lambda name: name not in shared)
    return (
        [name for name in backwards if not reused[name]],
        [name for name in backwards if reused[name]],
    )


def sources_in(vectorizers: Mapping[str, Any], name: str) -> dict[str, str]:
    """Return the sources of a meta vectorizer that are in the comparison, by name.

    Also those of nested meta vectorizers, by the names that ``set_params`` takes.
    """
    others = {
        id(candidate): other
        for other, candidate in vectorizers.items()
        if not isinstance(candidate, MetaEmbeddingVectorizer)
    }

    def find(vectorizer: Any, prefix: str) -> Iterator[tuple[str, str]]:
        if isinstance(vectorizer, MetaEmbeddingVectorizer):
            for source_name, source in vectorizer.sources:
                if id(source) in others:
                    yield f"{prefix}{source_name}", others[id(source)]
                yield from find(source, f"{prefix}{source_name}__")

    return dict(find(vectorizers[name], ""))


def _read(X: Any) -> list[list[str]]:
    """Return token lists, beside their texts where texts are given."""
    X = list(X) if isinstance(X, Iterator) else X
    if isinstance(X, TokenizedTexts):
        return X
    if not are_texts(X):
        return check_documents(X)
    texts = check_texts(X)
    return TokenizedTexts(Tokenizer().transform(texts), texts)


def _summarize(folds: list[dict[str, float]]) -> dict[str, float]:
    """Average the scores of one vectorizer over the folds."""
    table = pd.DataFrame(folds)
    mean, std = table.mean(), table.std(ddof=0)
    return {
        "accuracy": mean["accuracy"],
        "accuracy_std": std["accuracy"],
        "macro_f1": mean["macro_f1"],
        "macro_f1_std": std["macro_f1"],
        "coverage": mean["coverage"],
        "fit_seconds": mean["fit_seconds"],
        "transform_seconds": mean["transform_seconds"],
        "dimensions": round(mean["dimensions"]),
        **{
            f"split{number}_accuracy": accuracy
            for number, accuracy in enumerate(table["accuracy"])
        },
    }
