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
        Fitted: perhaps steps that prepare documents, as :class:`skmeta.Tokenizer`; one
        that makes rows of them; perhaps linear steps, as ``StandardScaler``,
        ``Normalizer`` or ``PCA``; and a linear classifier or regressor, i.e. one with
        ``coef_``. The rows may be made by vectorizers of this package that pool by
        "mean", "sum" or "partition", by scikit-learn's ``TfidfVectorizer`` and
        ``CountVectorizer``, and combined by
        :class:`~skmeta.MetaEmbeddingVectorizer`, ``FeatureUnion`` or
        ``ColumnTransformer``. A search (``GridSearchCV``) stands for its best
        pipeline; of a ``CalibratedClassifierCV`` the mean decision function is
        explained, before calibration.
    X : iterable of documents
        As the pipeline takes them.
    target : label, or list of labels, default=None
        The classes to explain; of a model of several labels, these. None: all of them;
        of two, the second one, which the decision function is of. The first of two has
        the same contributions with opposite signs.
    top : int, default=None
        Keep only so many words for each document and class, those that contribute
        most over all sources. The others become a part of the source's row without
        word, so that the sum is the same. None: all words.

    Returns
    -------
    contributions : DataFrame
        One row for each document, class, word and source, for each document and class
        the largest by size first. The columns:

        - ``document``: int, the number of the document in X;
        - ``class``: the label, "y" for a regressor;
        - ``word``: a word, or a column of a ``TfidfVectorizer``; missing in the rows
          of what is no word's;
        - ``source``: the name of the source, or of the step; sources of sources are
          joined by two underscores;
        - ``contribution``: float.

        In rows without word, the source is "(intercept)"; "(centering)" for the means
        that a step as ``StandardScaler`` subtracts; a source whose rows are no sums
        over words, as those of :class:`~skmeta.Doc2VecVectorizer`; or one whose means
        are subtracted or whose missing rows are imputed. Absent words and
        contributions of sources that do not know them have no row.

    Raises
    ------
    ValueError
        If a part of the pipeline is not linear. The message names it, and what to use
        in its place.

    See Also
    --------
    source_importance : What each source is worth for all documents.
    skmeta.plot.ExplanationDisplay : Shows the words of documents in colour.

    Notes
    -----
    At level "word", words are explained with any combiner; by source with those that
    are linear. With others, as :class:`~skmeta.combine.Autoencoder`, the source is
    "(together)". A word that a source lacks and whose vector is imputed is that
    source's contribution, too.

    Contributions depend on the origin of the vectors: where all words have much in
    common, each contributes much of the same sign, and the intercept makes up for it.
    ``remove_components=1`` in the vectorizer, or ``StandardScaler`` after it, removes
    what documents have in common.

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
