"""The coefficients of fitted linear classifiers and regressors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor

from skmeta.inspection._row_steps import as_taken

__all__ = ["LinearModel", "class_labels", "linear_model", "unwrap"]

_USE = (
    "LogisticRegression, LinearSVC, RidgeClassifier, SGDClassifier, or one of those in "
    "OneVsRestClassifier; for numbers Ridge"
)
_TOLERANCE = 1e-6


class LinearModel(NamedTuple):
    """The decision function of a classifier, or the prediction of a regressor."""

    coef: np.ndarray  # float64 ndarray of shape (n_features, n_outputs)
    intercept: np.ndarray  # float64 ndarray of shape (n_outputs,)


def unwrap(model: Any) -> Any:
    """Return what a search, a threshold or FrozenEstimator has found or holds."""
    while True:
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif isinstance(model, FrozenEstimator):
            model = model.estimator
        elif type(model).__name__ in (
            "TunedThresholdClassifierCV",
            "FixedThresholdClassifier",
        ):
            model = model.estimator_
        else:
            return model


def class_labels(model: Any) -> list[Any]:
    """Return what the outputs of a fitted model are called.

    The classes; of two, the second, which the decision function is of; of several
    labels, these; of a regressor "y", or the numbers of its targets.
    """
    model = unwrap(model)
    if isinstance(model, MultiOutputClassifier):
        labels = [class_labels(one) for one in model.estimators_]
        if all(len(one) == 1 for one in labels):
            return list(range(len(labels)))
        return [f"{i}__{name}" for i, one in enumerate(labels) for name in one]
    if isinstance(model, MultiOutputRegressor):
        return list(range(len(model.estimators_)))
    if is_classifier(model):
        classes = list(model.classes_)
        is_binary = len(classes) == 2 and not getattr(model, "multilabel_", False)
        return classes[1:] if is_binary else classes
    shape = np.shape(getattr(model, "coef_", ()))
    return list(range(shape[0])) if len(shape) == 2 and shape[0] > 1 else ["y"]


def linear_model(model: Any) -> LinearModel:
    """Return the coefficients of a fitted classifier or regressor.

    Parameters
    ----------
    model : estimator

    Returns
    -------
    found : LinearModel

    Raises
    ------
    ValueError
        If its scores are not linear in the columns.
    """
    model = unwrap(model)
    if isinstance(model, CalibratedClassifierCV):
        return _mean(
            [linear_model(one.estimator) for one in model.calibrated_classifiers_]
        )
    if isinstance(
        model, OneVsRestClassifier | MultiOutputClassifier | MultiOutputRegressor
    ):
        parts = [_part(one, model.n_features_in_) for one in model.estimators_]
        return LinearModel(
            np.hstack([part.coef for part in parts]),
            np.concatenate([part.intercept for part in parts]),
        )
    coef = getattr(model, "coef_", None)
    if coef is None:
        raise refuse(model, "no coefficients")
    dense = np.asarray(coef.toarray() if issparse(coef) else coef, np.float64)
    coef = np.atleast_2d(dense).T
    intercept = np.ravel(getattr(model, "intercept_", 0.0)).astype(np.float64)
    found = LinearModel(coef, np.broadcast_to(intercept, coef.shape[1:]).copy())
    if not _is_linear(model, found):
        raise refuse(model, "scores that are not linear in the columns")
    return found


def refuse(model: Any, why: str) -> ValueError:
    """Return the error for a model that is not linear."""
    return ValueError(
        f"Found {type(model).__name__}, which has {why}, expected a linear classifier "
        f"or regressor. Use {_USE}."
    )


def _part(model: Any, n_features: int) -> LinearModel:
    """Return one of several models, which may be constant for a label nobody lacks."""
    if type(model).__name__ == "_ConstantPredictor":
        constant = np.ravel(model.decision_function(np.zeros((1, n_features))))
        return LinearModel(np.zeros((n_features, 1)), constant.astype(np.float64))
    return linear_model(model)


def _mean(models: list[LinearModel]) -> LinearModel:
    """Return the mean decision function of several models."""
    return LinearModel(
        np.mean([model.coef for model in models], axis=0),
        np.mean([model.intercept for model in models], axis=0),
    )


def _is_linear(model: Any, found: LinearModel) -> bool:
    """Return whether a model scores some rows as its coefficients do."""
    n_features = len(found.coef)
    rows = np.random.default_rng(0).standard_normal((3, n_features))
    scores = getattr(model, "decision_function", model.predict)
    given = np.asarray(scores(as_taken(model, rows)), np.float64).reshape(len(rows), -1)
    mine = rows @ found.coef + found.intercept
    if given.shape != mine.shape:
        return False
    scale = max(np.abs(given).max(), np.abs(mine).max())
    return bool(np.abs(given - mine).max() <= _TOLERANCE * scale)
