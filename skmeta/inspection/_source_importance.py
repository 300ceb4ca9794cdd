"""What each source of a pipeline is worth: scores without it, and its share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import t
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.metrics import check_scoring
from sklearn.model_selection import check_cv
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.parallel import Parallel, delayed

from skmeta._documents._check import short_repr
from skmeta._meta._vectorizer import MetaEmbeddingVectorizer
from skmeta._warnings import WithWarnings, repeat_warnings
from skmeta.evaluate import corrected_t_test
from skmeta.inspection._explain import explain_blocks
from skmeta.inspection._ledger import CENTERING, INTERCEPT
from skmeta.inspection._linear_model import unwrap

__all__ = ["source_importance"]

_LISTS = {
    MetaEmbeddingVectorizer: "sources",
    FeatureUnion: "transformer_list",
    ColumnTransformer: "transformers",
}


def source_importance(
    pipeline: Any,
    X: Any,
    y: ArrayLike,
    *,
    cv: Any = 5,
    scoring: Any = None,
    confidence_level: float = 0.95,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Measure what each source adds to a pipeline's score in cross-validation.

    On each fold, the pipeline is fitted with all its sources, and once without each of
    them; all are scored on the same test documents. What a source is worth to the
    others may be little although it is good alone: another may know the same.

    Parameters
    ----------
    pipeline : Pipeline
        One of its steps is a :class:`~skmeta.MetaEmbeddingVectorizer`, ``FeatureUnion``
        or ``ColumnTransformer`` of at least two sources. It is cloned. A search stands
        for the best pipeline that it found.
    X : list, Series or DataFrame of documents
    y : array-like of shape (n_documents,)
    cv : int or splitter, default=5
        As in scikit-learn's ``cross_val_score``.
    scoring : str or callable, default=None
        As there. None: the score of the classifier or regressor, i.e. accuracy or R².
    confidence_level : float, default=0.95
        Of the intervals.
    n_jobs : int, default=None
        The number of fits to run at the same time, in processes; -1: one per core.

    Returns
    -------
    importance : DataFrame with one row a source, the most important first
        - ``importance``: the mean over folds of the score with all sources minus that
          without this one;
        - ``low``, ``high``: its confidence interval by the corrected resampled t-test,
          which accounts for the overlap of training sets [1]_, and ``p_value``;
        - ``score``, ``score_without``: mean scores with all, and without this one;
        - ``share``: the source's share of what makes the scores of the test documents
          differ: the mean absolute deviation of its contributions, see
          :func:`explain`, divided by the sum over sources; NaN if the pipeline is not
          linear. It is how much the model relies on the source, not how much it gains.

        Then ``split0_importance``, ``split1_importance``, ...

    Raises
    ------
    ValueError
        If the pipeline has no step with at least two sources.

    See Also
    --------
    explain : The contributions of words and sources to single predictions.
    skmeta.plot.SourceImportanceDisplay : Draws the intervals.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine
       Learning 52.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmeta import MetaEmbeddingVectorizer
    >>> from skmeta.inspection import source_importance
    >>> fruit = {"apple": [1.0, 0.0], "pear": [0.9, 0.1]}
    >>> animals = {"cat": [1.0, 0.5], "dog": [0.9, 0.4]}
    >>> meta = MetaEmbeddingVectorizer([("fruit", fruit), ("animals", animals)])
    >>> pipeline = make_pipeline(meta, LogisticRegression())
    >>> X = [["apple"], ["cat"], ["pear"], ["dog"]] * 5
    >>> importance = source_importance(pipeline, X, [0, 1, 0, 1] * 5, cv=2)
    >>> importance["importance"].to_dict()
    {'fruit': 0.0, 'animals': 0.0}
    """
    pipeline = unwrap(pipeline)
    prefix, names = _find_sources(pipeline)
    if not 0 < confidence_level < 1:
        raise ValueError(
            f"Found confidence_level={confidence_level!r}, expected a number between 0 "
            "and 1. Use e.g. 0.95."
        )
    X = X if hasattr(X, "__getitem__") else list(X)
    labels = np.asarray(y)
    splitter = check_cv(cv, labels, classifier=is_classifier(pipeline))
    folds = list(splitter.split(np.zeros(len(labels)), labels))
    jobs = [(fold, name) for fold in range(len(folds)) for name in (None, *names)]
    results = Parallel(n_jobs=n_jobs)(
        delayed(WithWarnings(_score))(
            pipeline,
            None if name is None else {f"{prefix}{name}": "drop"},
            _take(X, folds[fold][0]),
            labels[folds[fold][0]],
            _take(X, folds[fold][1]),
            labels[folds[fold][1]],
            scoring,
            names if name is None else [],
        )
        for fold, name in jobs
    )
    found = dict(zip(jobs, repeat_warnings(results)))
    rows = []
    for place, name in enumerate(names):
        whole = np.array([found[fold, None][0] for fold in range(len(folds))])
        without = np.array([found[fold, name][0] for fold in range(len(folds))])
        shares = [found[fold, None][1] for fold in range(len(folds))]
        rows.append(
            _summarize(
                whole,
                without,
                float(np.mean([share[place] for share in shares])),
                confidence_level,
            )
        )
    table = pd.DataFrame(rows, index=pd.Index(names, name="source"))
    return table.sort_values("importance", ascending=False, kind="stable")


def _find_sources(pipeline: Any) -> tuple[str, list[str]]:
    """Return what stands before the names of the sources, and the names."""
    steps = pipeline.steps if isinstance(pipeline, Pipeline) else []
    for name, step in steps:
        for kind, parameter in _LISTS.items():
            if not isinstance(step, kind):
                continue
            entries = getattr(step, parameter)
            names = [entry[0] for entry in entries if not _is_dropped(entry[1])]
            if len(names) > 1:
                return f"{name}__", names
    raise ValueError(
        f"Found {short_repr(pipeline)}, expected a Pipeline that has a "
        "MetaEmbeddingVectorizer, a FeatureUnion or a ColumnTransformer of at least "
        "two sources among its steps. Use make_pipeline(MetaEmbeddingVectorizer(...), "
        "LogisticRegression())."
    )


def _is_dropped(source: Any) -> bool:
    return isinstance(source, str) and source == "drop"


def _take(X: Any, places: np.ndarray) -> Any:
    """Return some documents."""
    if hasattr(X, "iloc"):
        return X.iloc[places]
    if isinstance(X, np.ndarray):
        return X[places]
    return [X[place] for place in places.tolist()]


def _score(
    pipeline: Any,
    changes: dict[str, Any] | None,
    X: Any,
    y: np.ndarray,
    test: Any,
    test_labels: np.ndarray,
    scoring: Any,
    names: list[str],
) -> tuple[float, np.ndarray]:
    """Fit a pipeline, and return its score and the shares of its sources."""
    fitted = clone(pipeline).set_params(**changes or {}).fit(X, y)
    scorer = check_scoring(fitted, scoring)
    return float(scorer(fitted, test, test_labels)), _find_shares(fitted, test, names)


def _find_shares(pipeline: Any, X: Any, names: list[str]) -> np.ndarray:
    """Return each source's share of what makes scores differ, or NaN."""
    if not names:
        return np.zeros(0)
    totals: dict[str, list[np.ndarray]] = {name: [] for name in names}
    try:
        for _, ledger in explain_blocks(pipeline, X):
            of_names = {name: np.zeros((1, 1)) for name in names}
            for source, scores in ledger.source_totals().items():
                if source not in (INTERCEPT, CENTERING):
                    own = [n for n in names if f"{source}__".startswith(f"{n}__")]
                    name = max(own, key=len)
                    of_names[name] = of_names[name] + scores
            for name, scores in of_names.items():
                shape = ledger.n_documents, ledger.n_outputs
                totals[name].append(np.broadcast_to(scores, shape))
    except (TypeError, ValueError):  # it is not linear
        return np.full(len(names), np.nan)
    sizes = np.array([_spread(np.concatenate(parts)) for parts in totals.values()])
    return sizes / (sizes.sum() or 1)


def _spread(scores: np.ndarray) -> float:
    """Return how far scores of documents are from their mean, added up."""
    return float(np.abs(scores - scores.mean(axis=0)).sum())


def _summarize(
    whole: np.ndarray, without: np.ndarray, share: float, confidence_level: float
) -> dict[str, float]:
    """Summarize the scores of the folds."""
    differences = whole - without
    n_folds, mean = len(differences), float(differences.mean())
    reach = float("nan")
    if n_folds > 1:
        variance = differences.var(ddof=1) * (1 / n_folds + 1 / (n_folds - 1))
        reach = float(t.ppf((1 + confidence_level) / 2, n_folds - 1))
        reach *= float(np.sqrt(variance))
    return {
        "importance": mean,
        "low": mean - reach,
        "high": mean + reach,
        "p_value": corrected_t_test(differences),
        "score": float(whole.mean()),
        "score_without": float(without.mean()),
        "share": share,
        **{
            f"split{number}_importance": float(value)
            for number, value in enumerate(differences)
        },
    }
