"""Vectors of tokens in training: the patterns of characters, with their own gradient.

It gives what the network's encoder gives. Of all places of a token only the one where
a pattern is found best has a gradient: two numbers of a hundred are reckoned with.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from skmeta.elmo._token_encoder import TokenEncoder

__all__ = ["encode_tokens"]


def encode_tokens(encoder: TokenEncoder, groups: list[Tensor]) -> Tensor:
    """Give the vectors of tokens, which come in groups of similar length.

    Parameters
    ----------
    encoder : TokenEncoder
    groups : list of int64 Tensors of shape (n_tokens, width)
        Their characters.

    Returns
    -------
    vectors : Tensor of shape (n_tokens, size)
        Of all groups, one below the other.
    """
    found = [
        torch.cat([_find(encoder.characters, layer, g) for layer in encoder.filters], 1)
        for g in groups
    ]
    x = encoder.activation(torch.cat(found))  # (n_tokens, n_filters)
    for highway in encoder.highways:
        x = highway(x)
    return x if encoder.projection is None else encoder.projection(x)


def _find(characters: Tensor, layer: Any, numbers: Tensor) -> Tensor:
    """Give how well each pattern of a width is found in tokens, (n_tokens, n)."""
    return _Patterns.apply(characters, layer.weight, numbers) + layer.bias


class _Patterns(torch.autograd.Function):
    """The products of patterns, (n, size, width), and windows, at the best place."""

    @staticmethod
    def forward(
        ctx: Any, characters: Tensor, weight: Tensor, numbers: Tensor
    ) -> Tensor:
        """Give them, (n_tokens, n)."""
        n, size, width = weight.shape
        n_places = numbers.shape[1] - width + 1
        x = characters[numbers]  # (n_tokens, n_characters, size)
        x = torch.cat([x[:, k : k + n_places] for k in range(width)], dim=2)
        matrix = weight.permute(2, 1, 0).reshape(width * size, n)
        products = x.flatten(0, 1) @ matrix  # (n_tokens * n_places, n)
        best, places = products.unflatten(0, (-1, n_places)).max(dim=1)
        ctx.save_for_backward(characters, weight, numbers, places)
        return best

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Sum the gradients by pattern and character first: few are distinct."""
        characters, weight, numbers, places = ctx.saved_tensors
        n, _, width = weight.shape
        of_best = gradients[0].flatten()
        patterns = torch.arange(n, device=places.device)
        of_characters = torch.zeros_like(characters)
        of_weight = torch.empty_like(weight)
        for k in range(width):
            seen = numbers.gather(1, places + k)  # (n_tokens, n): characters
            sums = characters.new_zeros(len(characters) * n)
            sums.index_add_(0, (seen * n + patterns).flatten(), of_best)
            sums = sums.unflatten(0, (-1, n))  # (n_characters, n)
            of_weight[:, :, k] = sums.mT @ characters
            of_characters.addmm_(sums, weight[:, :, k])
        return of_characters, of_weight, None
