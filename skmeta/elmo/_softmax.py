"""The softmax of a language model, over all words or a sample."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["Softmax", "draw_classes"]

_START = 0.1  # of the usual scale: frequencies alone are a good start
_TARGETS_BLOCK_SIZE = 512  # in the full softmax without gradients


class Softmax(nn.Module):
    """Logits of classes, initialized with the logarithms of their frequencies.

    Parameters
    ----------
    counts : int64 ndarray of shape (n_classes,)
    size : int
        The size of the inputs.
    generator : torch.Generator
    """

    def __init__(
        self, counts: np.ndarray, size: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        weight = torch.empty(len(counts), size, dtype=torch.float32)
        self.weight = nn.Parameter(
            weight.normal_(0, _START * size**-0.5, generator=generator)
        )
        log = np.log(counts.clip(1) / counts.sum())
        self.bias = nn.Parameter(torch.from_numpy(log.astype(np.float32)))

    def forward(
        self,
        x: Tensor,
        targets: Tensor,
        sample: tuple[Tensor, Tensor] | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Return the summed cross entropy of inputs, (n, size), and targets, (n,).

        Parameters
        ----------
        x, targets : Tensor
        sample : sorted classes and the logarithms of their expected counts
            They represent all classes except the target. None: all classes.
        dtype : torch.dtype, default=torch.float32
            Of the products with the weights.
        """
        if sample is None:
            logits = _find_logits(x, self.weight, self.bias, dtype)  # (n, n_classes)
            return functional.cross_entropy(logits, targets, reduction="sum")
        classes, expected = sample
        own = (x * self.weight[targets]).sum(dim=1) + self.bias[targets]  # (n,)
        bias = self.bias[classes] - expected
        weight = self.weight[classes]
        logits = _find_logits(x, weight, bias, dtype)  # (n, n_samples)
        places = torch.searchsorted(classes, targets).clamp_(max=len(classes) - 1)
        hit = classes[places] == targets  # the target itself counts once
        added = torch.zeros_like(own).masked_fill_(hit, -torch.inf)
        logits.scatter_add_(1, places.unsqueeze(1), added.unsqueeze(1))
        return (torch.logaddexp(own, logits.logsumexp(dim=1)) - own).sum()

    @torch.no_grad()
    def total_loss(self, x: Tensor, targets: Tensor) -> float:
        """Return the sum of the cross entropies over all classes."""
        parts = zip(x.split(_TARGETS_BLOCK_SIZE), targets.split(_TARGETS_BLOCK_SIZE))
        return sum(float(self(*part)) for part in parts)


def _find_logits(x: Tensor, weight: Tensor, bias: Tensor, dtype: torch.dtype) -> Tensor:
    """Return x @ weight.mT + bias."""
    if dtype == x.dtype:
        return torch.addmm(bias, x, weight.mT)
    return x.to(dtype) @ weight.to(dtype).mT + bias


def draw_classes(
    n_classes: int, n_samples: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw distinct classes, more often the first, which are frequent.

    A quarter of them are always the first classes; the others are drawn log-uniformly.

    Returns
    -------
    classes : int64 ndarray of shape (at most n_samples,)
    expected : float32 ndarray of the same shape
        The logarithms of their inclusion probabilities.
    """
    n_always = n_samples // 4
    first, last = np.log(n_always + 1), np.log(n_classes + 1)
    n_drawn = n_samples - n_always
    drawn = np.exp(random.uniform(first, last, n_drawn)).astype(np.int64) - 1
    drawn = np.unique(drawn.clip(n_always, n_classes - 1))
    once = np.log((drawn + 2) / (drawn + 1)) / (last - first)
    expected = np.log(-np.expm1(n_drawn * np.log1p(-once)))
    classes = np.concatenate([np.arange(n_always), drawn])
    return classes, np.concatenate([np.zeros(n_always), expected]).astype(np.float32)
