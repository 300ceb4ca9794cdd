"""The base class of all estimators: vectorizers, combiners, weightings."""

from __future__ import annotations

from sklearn.base import BaseEstimator

from skmeta._estimator._display import ShortDisplay
from skmeta._estimator._versions import VersionedPickle

__all__ = ["Estimator"]


class Estimator(ShortDisplay, VersionedPickle, BaseEstimator):
    """A scikit-learn estimator with short displays and versioned pickles."""
