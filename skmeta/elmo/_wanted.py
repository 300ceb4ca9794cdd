"""What is wanted of the tokens that a device reads: computed there, then taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag

from skmeta._device import send_array

__all__ = ["PooledRows", "SummedWords", "Tokens", "Wanted"]

_LONG_DOCUMENT = 1_024  # tokens; sums of more are computed in float64
Take = Callable[[Any, np.ndarray], None]


class Wanted(Protocol):
    """What is computed from the tokens' layers of a batch, and taken on the host."""

    returns_tokens: bool  # whether as much comes back as there are tokens

    def reduce(self, batch: Any, layers: Tensor) -> Tensor:
        """Compute it from layers of shape (n_layers, n_tokens, size)."""

    def take(self, batch: Any, found: np.ndarray) -> None:
        """Use it; its memory is used again afterwards."""


class Tokens:
    """All layers of all tokens, or their mix.

    Parameters
    ----------
    take : callable
        Takes a batch, and float32 of shape (n_layers, n_tokens, size), or mixed
        (n_tokens, size).
    layer_weights : float32 ndarray of shape (n_layers,), default=None
        None: the layers are not mixed.
    gamma : float, default=1.0
        The factor of the mix.
    """

    returns_tokens = True

    def __init__(
        self, take: Take, layer_weights: np.ndarray | None = None, gamma: float = 1.0
    ) -> None:
        self.take = take
        self._weights = None
        if layer_weights is not None:
            self._weights = (layer_weights * gamma).tolist()

    def reduce(self, batch: Any, layers: Tensor) -> Tensor:
        """Mix the layers."""
        return layers if self._weights is None else _mix(layers, self._weights)


class PooledRows(Tokens):
    """A row for each document, of each layer or of their mix.

    Parameters
    ----------
    take : callable
        Takes a batch, and float32 of shape (n_layers or 1, n_documents, n_columns).
    kinds : sequence of (name, power)
        The poolings whose results are concatenated.
    weigh : callable
        Returns the weights of a batch's tokens, float32 of shape (n_tokens,), or None.
    layer_weights, gamma
        As in :class:`Tokens`.
    """

    returns_tokens = False

    def __init__(
        self,
        take: Take,
        kinds: Sequence[tuple[str, float]],
        weigh: Callable[[Any], np.ndarray | None],
        layer_weights: np.ndarray | None = None,
        gamma: float = 1.0,
    ) -> None:
        super().__init__(take, layer_weights, gamma)
        self._kinds, self._weigh = kinds, weigh

    def reduce(self, batch: Any, layers: Tensor) -> Tensor:
        """Pool the tokens of each document."""
        layers = super().reduce(batch, layers)
        layers = layers if layers.dim() == 3 else layers.unsqueeze(0)
        weights = self._weigh(batch)
        own = None if weights is None else send_array(weights, layers.device)
        segments = _Segments(batch.ends - batch.lengths, batch.lengths, own, layers)
        return torch.stack(
            [
                torch.cat([segments.pool(layer, *kind) for kind in self._kinds], dim=1)
                for layer in layers
            ]
        )


class SummedWords(Tokens):
    """The sums of the mixed vectors of each distinct word of a batch.

    Parameters
    ----------
    take : callable
        Takes a batch, and float64 of shape (n_words, size), in the order of the words.
    words : callable
        Returns the word of each token of a batch, as int64 ndarray from 0 on, without
        gaps.
    layer_weights, gamma
        As in :class:`Tokens`.
    """

    returns_tokens = False

    def __init__(
        self,
        take: Take,
        words: Callable[[Any], np.ndarray],
        layer_weights: np.ndarray,
        gamma: float,
    ) -> None:
        super().__init__(take, layer_weights, gamma)
        self._words = words

    def reduce(self, batch: Any, layers: Tensor) -> Tensor:
        """Sum the tokens of each word, in the order of the batch."""
        words = self._words(batch)
        lengths = np.bincount(words)
        order = send_array(np.argsort(words, kind="stable"), layers.device)
        mixed = super().reduce(batch, layers).double()[order]
        starts = send_array(np.cumsum(lengths) - lengths, layers.device)
        return _sum(mixed, starts, None)


class _Segments:
    """Tokens of documents that lie one after the other.

    Sums are computed in the order of the tokens: atomic additions on a device would
    give other digits in every run.
    """

    def __init__(
        self,
        starts: np.ndarray,
        lengths: np.ndarray,
        weights: Tensor | None,
        like: Tensor,
    ) -> None:
        device = like.device
        self._starts, self._weights = send_array(starts, device), weights
        numbers = np.repeat(np.arange(len(lengths)), lengths)
        self._documents = send_array(numbers, device)
        self._is_long = bool(lengths.max() > _LONG_DOCUMENT)
        n = send_array(lengths.astype(np.float64), device).unsqueeze(1)
        if weights is not None:
            n = self._add(weights.double().unsqueeze(1), None)
        self._totals = n  # (n_documents, 1), float64

    def pool(self, vectors: Tensor, kind: str, power: float) -> Tensor:
        """Pool vectors, (n_tokens, size), to rows, (n_documents, size)."""
        if kind == "max":
            return self._find_largest(vectors)
        if kind == "min":
            return -self._find_largest(-vectors)
        if kind == "power":
            return self._average_powers(vectors, power)
        some = vectors.double() if self._is_long else vectors
        sums = self._add(some, self._weights)
        if kind == "mean":
            totals = torch.where(self._totals == 0, 1, self._totals)
            sums = sums / totals.to(sums.dtype)
        return sums.to(vectors.dtype)

    def _average_powers(self, vectors: Tensor, power: float) -> Tensor:
        """Take power means, scaled so that no power overflows."""
        wide = vectors.double()
        largest = self._find_largest(wide.abs())
        largest = torch.where(largest == 0, 1, largest)
        ratios = wide / largest[self._documents]
        powers = ratios.abs() ** power
        if power % 2:
            powers = powers * ratios.sign()
        weights = None if self._weights is None else self._weights.double()
        sums = self._add(powers, weights)
        roots = (sums.abs() / self._totals) ** (1 / power)
        rows = torch.where(self._totals == 0, 0, sums.sign() * roots * largest)
        return rows.to(vectors.dtype)

    def _add(self, vectors: Tensor, weights: Tensor | None) -> Tensor:
        return _sum(vectors, self._starts, weights)

    def _find_largest(self, vectors: Tensor) -> Tensor:
        own = torch.arange(len(vectors), device=vectors.device)
        return embedding_bag(own, vectors, self._starts, mode="max")


def _sum(vectors: Tensor, starts: Tensor, weights: Tensor | None) -> Tensor:
    """Sum consecutive vectors, (n_tokens, size), from each start to the next."""
    own = torch.arange(len(vectors), device=vectors.device)
    if weights is not None:
        weights = weights.to(vectors.dtype)
    return embedding_bag(
        own, vectors, starts, mode="sum", per_sample_weights=weights
    )  # (n_starts, size)


def _mix(layers: Tensor, weights: Sequence[float]) -> Tensor:
    """Return the weighted sum of layers, (n_layers, n, size)."""
    mixed = torch.zeros_like(layers[0])
    for layer, weight in zip(layers, weights):
        if weight:
            mixed.add_(layer, alpha=weight)
    return mixed
