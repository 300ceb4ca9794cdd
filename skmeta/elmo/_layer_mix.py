"""Mix layers with weights that sum to one, given or learned from labels."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.base import (
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from skmeta._documents._check import short_repr
from skmeta._estimator._base import Estimator
from skmeta._estimator._refit import refit
from skmeta._estimator._validation import fit_context
from skmeta._messages import count_of
from skmeta.combine._labels import encode_labels

__all__ = ["LAYER_WEIGHTS", "LayerMix", "LayerWeights", "find_layer_weights", "mix"]

LayerWeights = Literal["input", "learn", "mean", "top"] | Sequence[float] | np.ndarray
LAYER_WEIGHTS = ("input", "learn", "mean", "top")
_PENALTY = 1e-3  # on scores of layers: towards equal weights


class LayerMix(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Estimator):
    """Mix concatenated layers.

    This is the cheap half of an :class:`skmeta.ELMoVectorizer`: with
    ``layer_weights="all"`` that does the expensive half only once, whatever mixes are
    tried after it. In a pipeline with ``memory``, a search over mixes reads the
    documents once per fold.

    Parameters
    ----------
    n_layers : int, default=1
        The number of blocks of columns, of equal width.
    layer_weights : {"mean", "top", "input", "learn"} or sequence of float, \
default="mean"
        The weights of the layers, see :class:`skmeta.ELMoVectorizer`.
    gamma : float, default=1.0
        The factor of the mix.

    Attributes
    ----------
    layer_weights_ : float32 ndarray of shape (n_layers,)
        Non-negative; they sum to one.

    Examples
    --------
    >>> import numpy as np
    >>> from skmeta.elmo import LayerMix
    >>> LayerMix(2, layer_weights=(1, 3)).fit_transform(np.array([[0.0, 4.0]]))
    array([[3.]], dtype=float32)
    """

    _parameter_constraints: dict = {
        "n_layers": [Interval(Integral, 1, None, closed="left")],
        "layer_weights": [StrOptions(set(LAYER_WEIGHTS)), "array-like"],
        "gamma": [Interval(Real, None, None, closed="neither")],
    }

    def __init__(
        self,
        n_layers: int = 1,
        *,
        layer_weights: LayerWeights = "mean",
        gamma: float = 1.0,
    ) -> None:
        self.n_layers = n_layers
        self.layer_weights = layer_weights
        self.gamma = gamma

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn the weights of the layers, or use the given ones.

        Parameters
        ----------
        X : array-like of shape (n_documents, n_layers * n_features)
        y : array-like of shape (n_documents,), default=None
            Labels; needed by ``layer_weights="learn"``.

        Returns
        -------
        self : LayerMix
        """
        with refit(self) as twin:
            twin._fit(X, y)
        return self

    def _fit(self, X: Any, y: Any) -> None:
        X = validate_data(self, X, dtype=[np.float32, np.float64])
        if X.shape[1] % self.n_layers:
            raise ValueError(
                f"Found {count_of(X.shape[1], 'column')}, expected a multiple of "
                f"n_layers={self.n_layers}. Set n_layers to what the model has."
            )
        self.layer_weights_ = find_layer_weights(
            self.layer_weights, self.n_layers, lambda: self._layers(X), y
        )

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Mix the layers.

        Parameters
        ----------
        X : array-like of shape (n_documents, n_layers * n_features)

        Returns
        -------
        mixed : float32 ndarray of shape (n_documents, n_features)
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=[np.float32, np.float64], reset=False)
        return mix(self._layers(rows), self.layer_weights_, self.gamma)

    def _layers(self, X: np.ndarray) -> np.ndarray:
        """Return a view of shape (n_layers, n_documents, n_features)."""
        return X.reshape(len(X), self.n_layers, -1).swapaxes(0, 1)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        learns = isinstance(self.layer_weights, str) and self.layer_weights == "learn"
        tags.target_tags.required = learns
        tags.transformer_tags.preserves_dtype = []
        return tags

    @property
    def _n_features_out(self) -> int:
        return self.n_features_in_ // self.n_layers


def mix(layers: np.ndarray, weights: np.ndarray, gamma: float) -> np.ndarray:
    """Return the weighted sum of layers, (n_layers, n, n_features), in float32."""
    mixed = np.zeros(layers.shape[1:], np.float32)
    for layer, weight in zip(layers, weights):
        if weight:
            mixed += np.float32(weight * gamma) * layer
    return mixed


def find_layer_weights(
    layer_weights: LayerWeights,
    n_layers: int,
    layers: Any,
    y: Any,
) -> np.ndarray:
    """Return weights that are non-negative and sum to one.

    Parameters
    ----------
    layer_weights : one of LAYER_WEIGHTS, or sequence of float
    n_layers : int
    layers : callable
        Returns the layers, (n_layers, n_documents, n_features), to learn from.
    y : array-like of shape (n_documents,), or None

    Returns
    -------
    weights : float32 ndarray of shape (n_layers,)

    Raises
    ------
    ValueError
        If weights are invalid, or labels are missing.
    """
    if isinstance(layer_weights, str):
        if layer_weights == "learn":
            return _learn(layers, y)
        if layer_weights == "mean":
            return np.full(n_layers, 1 / n_layers, np.float32)
        return np.eye(n_layers, dtype=np.float32)[-1 if layer_weights == "top" else 0]
    weights = np.asarray(layer_weights, dtype=np.float64)
    sound = weights.shape == (n_layers,) and np.isfinite(weights).all()
    if not sound or (weights < 0).any() or not weights.any():
        raise ValueError(
            f"Found layer_weights={short_repr(layer_weights)}, expected {n_layers} "
            "non-negative numbers, not all 0, one for each layer: first the token "
            f"vectors', last the top's. E.g. {(1.0,) * n_layers}; they are scaled to "
            "sum to one."
        )
    return (weights / weights.sum()).astype(np.float32)


def _learn(layers: Any, y: Any) -> np.ndarray:
    """Learn softmax weights of layers together with a linear classifier of the mix."""
    stack = np.asarray(layers(), dtype=np.float32)
    n_layers, n, size = stack.shape
    codes = encode_labels(y, stack[0], "layer_weights='learn'")
    scale = float(np.sqrt(np.mean(np.square(stack, dtype=np.float64)))) or 1.0
    stack = stack / np.float32(scale)
    n_classes = int(codes.max()) + 1
    rows = np.arange(n)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        scores = parameters[:n_layers]
        matrix = parameters[n_layers : n_layers + size * n_classes].reshape(size, -1)
        bias = parameters[n_layers + size * n_classes :]
        weights = softmax(scores)
        mixed = np.tensordot(weights.astype(np.float32), stack, axes=1)
        logs = log_softmax(mixed @ matrix.astype(np.float32) + bias, axis=1)
        value = -logs[rows, codes].mean()
        value += (matrix**2).sum() / (2 * n) + _PENALTY * (scores**2).sum() / 2
        errors = np.exp(logs)
        errors[rows, codes] -= 1
        errors = (errors / n).astype(np.float32)
        by_matrix = mixed.T @ errors + matrix / n
        by_mix = errors @ matrix.T.astype(np.float32)
        by_weight = np.array([np.vdot(layer, by_mix) for layer in stack], np.float64)
        by_score = weights * (by_weight - weights @ by_weight) + _PENALTY * scores
        gradient = [by_score, by_matrix.ravel(), errors.sum(0)]
        return value, np.concatenate(gradient).astype(np.float64)

    start = np.zeros(n_layers + (size + 1) * n_classes)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return softmax(found.x[:n_layers]).astype(np.float32)
