"""Explain predictions as sums over words and sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skmeta._documents._batches import iter_batches
from skmeta._documents._check import check_collection, refuse_dask, short_repr
from skmeta._documents._only_column import is_frame
from skmeta.inspection._ledger import INTERCEPT, Ledger, to_frame
from skmeta.inspection._linear_model import class_labels, linear_model, unwrap
from skmeta.inspection._score import Score
from skmeta.inspection._trace import live_steps, trace_steps

__all__ = ["explain", "explain_blocks", "outputs_of"]

_DOCUMENTS_BLOCK_SIZE = 512


def explain(
    pipeline: Any, X: Any, *, target: Any = None, top: int | None = None
) -> pd.DataFrame:
    """Explain predictions as sums over words and sources.

    A linear model on pooled vectors is additive: the score of a document is the sum of
    what each of its words contributes through each source, which is computed exactly,
    without calling the model again. Contributions and the intercept sum to
    ``decision_function``, or to ``predict`` of a regressor.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted. It consists of optional steps that prepare documents, such as
        :class:`skmeta.Tokenizer`; a step that computes rows; optional linear steps,
        such as ``StandardScaler``, ``Normalizer`` or ``PCA``; and a linear classifier
        or regressor, i.e. one with ``coef_``. Rows can be computed by vectorizers of
        this package that pool by "mean", "sum" or "partition", or by scikit-learn's
        ``TfidfVectorizer`` and ``CountVectorizer``, and combined by
        :class:`~skmeta.MetaEmbeddingVectorizer`, ``FeatureUnion`` or
        ``ColumnTransformer``. For a search (``GridSearchCV``), the best pipeline is
        explained; for a ``CalibratedClassifierCV``, the mean decision function before
        calibration.
    X : iterable of documents
        As the pipeline takes them.
    target : label, or list of labels, default=None
        The classes to explain, or the labels of a multilabel model. None: all of them;
        if there are two classes, the second, to which the decision function refers.
        The contributions to the first have the opposite sign.
    top : int, default=None
        The number of words to keep for each document and class: those with the largest
        contributions over all sources. The sum of the others is part of the source's
        row without a word. None: all words.

    Returns
    -------
    contributions : DataFrame
        One row for each document, class, word and source, for each document and class
        the largest by size first. The columns:

        - ``document``: int, the number of the document in X;
        - ``class``: the label, "y" for a regressor;
        - ``word``: a word, or a column of a ``TfidfVectorizer``; missing where the
          contribution is not that of a word;
        - ``source``: the name of the source, or of the step; sources of sources are
          joined by two underscores;
        - ``contribution``: float.

        In rows without a word, the source is "(intercept)"; "(centering)" for the means
        subtracted by a step such as ``StandardScaler``; a source whose rows are not
        sums over words, such as a :class:`~skmeta.Doc2VecVectorizer`; or a source whose
        means are subtracted or whose missing rows are imputed. Words that are not in a
        document have no row, nor do words that a source does not know.

    Raises
    ------
    ValueError
        If a part of the pipeline is not linear. The message names the part and an
        alternative.

    See Also
    --------
    source_importance : The importance of each source over all documents.
    skmeta.plot.ExplanationDisplay : Show the words of documents in color.

    Notes
    -----
    At level "word", contributions of words are computed for any combiner, and split by
    source if the combiner is linear. For other combiners, such as
    :class:`~skmeta.combine.Autoencoder`, the source is "(together)". Imputed vectors
    of words that a source lacks contribute to that source.

    Contributions depend on the origin of the vectors: if the vectors have a large
    common component, each word contributes a part of it, and the intercept compensates
    for the sum. ``remove_components=1`` in the vectorizer, or a ``StandardScaler``
    after it, removes the common component.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmeta import PretrainedVectorizer
    >>> from skmeta.inspection import explain
    >>> vectors = {"good": [1.0, 0.0], "bad": [-1.0, 0.0], "film": [0.0, 1.0]}
    >>> documents = [["good", "film"], ["bad", "film"], ["good"], ["bad"]]
    >>> pipeline = make_pipeline(PretrainedVectorizer(vectors), LogisticRegression())
    >>> pipeline = pipeline.fit(documents, [1, 0, 1, 0])
    >>> why = explain(pipeline, [["a", "good", "film"]])
    >>> why[["word", "source"]].values.tolist()[0]
    ['good', 'pretrainedvectorizer']
    >>> score = pipeline.decision_function([["a", "good", "film"]])[0]
    >>> bool(abs(why["contribution"].sum() - score) < 1e-5)
    True
    """
    _check_top(top)
    labels, _ = outputs_of(pipeline, target)
    tables = [
        ledger.table(first, top)
        for first, ledger in explain_blocks(pipeline, X, target)
    ]
    return to_frame(tables, labels)


def explain_blocks(
    pipeline: Any, X: Any, target: Any = None
) -> Iterator[tuple[int, Ledger]]:
    """Yield the contributions of blocks of documents, and the first one's number."""
    labels, weights = outputs_of(pipeline, target)
    models = list(_models(pipeline, weights))
    names: dict = {}
    first = 0
    for batch in _batches(X):
        ledger = Ledger(len(batch), len(labels), names)
        for steps, coef, intercept in models:
            rows = np.tile(intercept, (len(batch), 1))
            ledger.add_rows(INTERCEPT, rows)
            score = Score(coef, np.ones(len(batch)))
            trace_steps(steps, batch, score, ledger, "")
        yield first, ledger
        first += len(batch)


def outputs_of(pipeline: Any, target: Any) -> tuple[list[Any], np.ndarray]:
    """Return the labels to explain, and their weights in the outputs of the model.

    Returns
    -------
    labels : list
    weights : float64 ndarray of shape (n_outputs, n_labels)
    """
    model = unwrap(pipeline)
    check_is_fitted(model)
    final = unwrap(model.steps[-1][1]) if isinstance(model, Pipeline) else model
    labels = class_labels(final)
    if target is None:
        return labels, np.eye(len(labels))
    wanted = list(target) if isinstance(target, list | np.ndarray) else [target]
    classes = list(getattr(final, "classes_", labels))
    weights = np.zeros((len(labels), len(wanted)))
    for column, label in enumerate(wanted):
        if label in labels:
            weights[labels.index(label), column] = 1
        elif len(labels) == 1 and label in classes:
            weights[0, column] = -1
        else:
            known = classes if len(labels) == 1 else labels
            raise ValueError(
                f"Found target={short_repr(label)}, expected one of the labels "
                f"{short_repr(known)}, or a list of some. Leave it out for all."
            )
    if len(set(map(str, wanted))) < len(wanted) or not wanted:
        raise ValueError(
            f"Found target={short_repr(target)}, expected different labels. List each "
            "once."
        )
    return wanted, weights


def _models(
    pipeline: Any, weights: np.ndarray
) -> Iterator[tuple[list[tuple[str, Any]], np.ndarray, np.ndarray]]:
    """Yield the steps, coefficients and intercept of each pipeline that is summed."""
    model = unwrap(pipeline)
    if isinstance(model, CalibratedClassifierCV):
        parts = [one.estimator for one in model.calibrated_classifiers_]
        for part in parts:
            yield from _models(part, weights / len(parts))
        return
    if isinstance(model, OneVsRestClassifier):
        for part, its_weights in zip(model.estimators_, weights):
            yield from _models(part, its_weights[np.newaxis])
        return
    if not isinstance(model, Pipeline):
        raise TypeError(
            f"Found {short_repr(model)}, expected a fitted Pipeline from documents to "
            "predictions. Use sklearn.pipeline.make_pipeline(vectorizer, classifier)."
        )
    found = linear_model(model.steps[-1][1])
    yield live_steps(model)[:-1], found.coef @ weights, found.intercept @ weights


def _batches(X: Any) -> Iterator[Any]:
    """Yield documents in blocks; frames keep their columns."""
    refuse_dask(X)
    if isinstance(X, str | bytes):
        check_collection(X)
    if is_frame(X) and hasattr(X, "iloc"):
        for start in range(0, len(X), _DOCUMENTS_BLOCK_SIZE):
            yield X.iloc[start : start + _DOCUMENTS_BLOCK_SIZE]
        return
    yield from iter_batches(X, _DOCUMENTS_BLOCK_SIZE)


def _check_top(top: Any) -> None:
    is_count = isinstance(top, int | np.integer) and not isinstance(top, bool)
    if top is not None and (not is_count or top < 0):
        raise ValueError(
            f"Found top={top!r}, expected a count of words, or None for all. Use e.g. "
            "top=10."
        )
