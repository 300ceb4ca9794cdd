"""Weight columns by labels, after a TfidfVectorizer."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, issparse, vstack
from sklearn.base import (
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
)
from sklearn.preprocessing import normalize
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from skmeta._estimator._validation import fit_context
from skmeta.weighting._by_name import get_weighting
from skmeta.weighting._copies import DistinctRows, hash_rows, leave_out_copies
from skmeta.weighting._label_weighting import LabelWeighting
from skmeta.weighting._targets import make_folds, take_labels

__all__ = ["FeatureWeighter"]

_DTYPES = [np.float64, np.float32]


class FeatureWeighter(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    r"""Weight columns by the association of their presence with the labels.

    It follows scikit-learn's TfidfVectorizer or CountVectorizer in a pipeline, alone or
    as a source of :class:`skmeta.MetaEmbeddingVectorizer`. A column is present in a row
    if its entry is nonzero. ``fit_transform`` cross-fits, see :class:`LogOdds`. Rows
    that are repeated with the same label count once.

    Parameters
    ----------
    weighting : {"log_odds", "correlation"} or LabelWeighting, default="log_odds"
        "log_odds" for classes, "correlation" for numbers.
    norm : {"l2", "l1"} or None, default="l2"
        The norm that weighted rows are scaled by; None does not scale them.

    Attributes
    ----------
    feature_weights_ : ndarray of shape (n_features,)
    n_features_in_ : int

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmeta.weighting import FeatureWeighter
    >>> texts = ["a cat", "a dog", "the bond", "a share"]
    >>> words = make_pipeline(TfidfVectorizer(token_pattern=r"\w+"), FeatureWeighter())
    >>> words.fit(texts, [0, 0, 1, 1]).transform(["a bond"]).shape
    (1, 6)
    >>> words[-1].feature_weights_.round(2)
    array([1.51, 2.1 , 2.1 , 2.1 , 2.1 , 2.1 ])
    """

    _parameter_constraints: dict = {
        "weighting": [StrOptions({"log_odds", "correlation"}), LabelWeighting],
        "norm": [StrOptions({"l1", "l2"}), None],
    }

    def __init__(
        self,
        weighting: Literal["log_odds", "correlation"] | LabelWeighting = "log_odds",
        *,
        norm: Literal["l1", "l2"] | None = "l2",
    ) -> None:
        self.weighting = weighting
        self.norm = norm

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn the columns' weights.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), or indicator matrix

        Returns
        -------
        self : FeatureWeighter
        """
        checked, weighting, distinct, targets = self._check(X, y)
        if len(targets) < checked.shape[0]:
            checked = checked[distinct.rows]
        self.feature_weights_ = weighting.weigh(_find_presence(checked), targets)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X: ArrayLike, y: ArrayLike | None = None) -> Any:
        """Learn the columns' weights, and weight each fold by those of the others.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), or indicator matrix

        Returns
        -------
        weighted : ndarray or CSR array of shape (n_samples, n_features)
            Differs from ``fit(X, y).transform(X)``, which would know the labels.
        """
        checked, weighting, distinct, targets = self._check(X, y)
        labels = take_labels(y, distinct.rows)
        folds = [test for _, test in make_folds(labels, len(targets))]
        parts = [checked[distinct.rows[fold]] for fold in folds]
        outside, self.feature_weights_ = weighting.cross_weigh(
            [_find_presence(part) for part in parts], [targets[fold] for fold in folds]
        )
        rows = [distinct.with_copies(fold) for fold in folds]
        if len(targets) < checked.shape[0]:
            parts = [checked[part] for part in rows]
        weighted = [self._weigh(*pair) for pair in zip(parts, outside)]
        order = np.argsort(np.concatenate(rows))
        if issparse(checked):
            return vstack(weighted, format="csr")[order]
        return np.concatenate(weighted)[order]

    def transform(self, X: ArrayLike) -> Any:
        """Weight columns.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        weighted : ndarray or CSR array of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        checked = validate_data(
            self, X, accept_sparse="csr", dtype=_DTYPES, reset=False
        )
        return self._weigh(checked, self.feature_weights_)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check(
        self, X: Any, y: Any
    ) -> tuple[Any, LabelWeighting, DistinctRows, np.ndarray]:
        """Return the checked X, the weighting, the distinct rows and their targets."""
        checked = validate_data(self, X, accept_sparse="csr", dtype=_DTYPES)
        weighting = get_weighting(self.weighting)
        assert isinstance(weighting, LabelWeighting)  # by the parameter constraints
        weighting._validate_params()
        targets = weighting.encode(y, checked.shape[0])
        distinct, targets = leave_out_copies(
            hash_rows(checked), targets, y, weighting.encode
        )
        return checked, weighting, distinct, targets

    def _weigh(self, X: Any, weights: np.ndarray) -> Any:
        """Multiply columns, then scale rows."""
        weights = weights.astype(X.dtype)
        if issparse(X):
            weighted = csr_array(X, copy=True)
            weighted.data *= weights[weighted.indices]
        else:
            weighted = X * weights
        if self.norm is None:
            return weighted
        return normalize(weighted, norm=self.norm, copy=False)


def _find_presence(X: Any) -> csr_array:
    """Find which row has which column."""
    found = csr_array(X != 0)
    found.eliminate_zeros()  # that are stored
    return csr_array((np.ones(found.nnz), found.indices, found.indptr), found.shape)
