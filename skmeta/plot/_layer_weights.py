"""Display of the weights of a language model's layers."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted

from skmeta.plot._axes import OTHER, despine, make_axes

__all__ = ["LayerWeightsDisplay"]


class LayerWeightsDisplay:
    """Show the weights of the layers in ELMo's mix.

    Parameters
    ----------
    weights : array-like of shape (n_layers,)
        Non-negative, summing to one; layer 0 is the input layer, which depends on words
        but not on their context.

    Attributes
    ----------
    weights : float64 ndarray of shape (n_layers,)
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Examples
    --------
    >>> from skmeta.plot import LayerWeightsDisplay
    >>> display = LayerWeightsDisplay.from_weights([0.25, 0.5, 0.25])
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['layer 0 (input)', 'layer 1', 'layer 2']
    """

    def __init__(self, weights: ArrayLike) -> None:
        self.weights = _check_weights(weights)

    @classmethod
    def from_estimator(cls, estimator: Any, *, ax: Any = None) -> Self:
        """Create the display of a fitted vectorizer and draw it.

        Parameters
        ----------
        estimator : ELMoVectorizer
            Fitted: it has ``layer_weights_``.
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : LayerWeightsDisplay
        """
        check_is_fitted(estimator, "layer_weights_")
        return cls(estimator.layer_weights_).plot(ax=ax)

    @classmethod
    def from_weights(cls, weights: ArrayLike, *, ax: Any = None) -> Self:
        """Create the display and draw it.

        Parameters
        ----------
        weights : array-like of shape (n_layers,)
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        display : LayerWeightsDisplay
        """
        return cls(weights).plot(ax=ax)

    def plot(self, *, ax: Any = None) -> Self:
        """Draw a bar for each layer, the input at the bottom; a line at equal weights.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.

        Returns
        -------
        self : LayerWeightsDisplay
        """
        n_layers = len(self.weights)
        ax = make_axes(ax, 6, 1.2 + 0.42 * n_layers)
        places = np.arange(n_layers)
        bars = ax.barh(places, self.weights, height=0.6, color=OTHER)
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # over the line
        ax.bar_label(bars, fmt="%.3f", padding=4, fontsize="small", bbox=paper)
        ax.axvline(1 / n_layers, color="black", ls="--", lw=1, zorder=0)
        names = [f"layer {i}" if i else "layer 0 (input)" for i in range(n_layers)]
        ax.set_yticks(places, names)
        ax.set_xlim(0, 1.18 * max(self.weights.max(), 1 / n_layers))
        ax.set_xlabel("weight in the mix (dashed: all layers alike)")
        despine(ax, "left")
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _check_weights(weights: ArrayLike) -> np.ndarray:
    """Return weights, or raise if they are not shares of layers."""
    checked = np.asarray(weights, dtype=np.float64)
    if checked.ndim != 1 or not len(checked):
        raise ValueError(
            f"Found weights of shape {checked.shape}, expected one number for each of "
            "at least one layer. Pass estimator.layer_weights_."
        )
    if not (checked >= 0).all() or not np.isclose(checked.sum(), 1, atol=1e-3):
        raise ValueError(
            f"Found weights from {checked.min():.3g} to {checked.max():.3g} with the "
            f"sum {checked.sum():.3g}, expected none below zero and a sum of one. "
            "Apply a softmax to raw weights first."
        )
    return checked
