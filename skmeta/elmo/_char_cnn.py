"""Character convolutions with max-pooling over the places of a token.

A filter has a row of weights for each of its characters. The product of a character's
vector and such a row is one of few numbers: the compiled kernels look them up in a
table and add them. Without kernels a convolution computes them. The gradient is
explicit: only each filter's arg-max position receives one, which is about two percent
of all.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import conv1d

from skmeta.elmo._compiled import find_kernels

__all__ = ["find_patterns"]


def find_patterns(characters: Tensor, weight: Tensor, numbers: Tensor) -> Tensor:
    """Return the maximum over a token's places of each filter's response.

    Parameters
    ----------
    characters : Tensor of shape (n_characters, size)
        Their vectors.
    weight : Tensor of shape (n, size, width)
        Of n filters.
    numbers : int64 Tensor of shape (n_tokens, at least width)
        The characters of tokens.

    Returns
    -------
    best : Tensor of shape (n_tokens, n)
    """
    if torch.is_grad_enabled():
        return _Patterns.apply(characters, weight, numbers)
    if find_kernels(characters) is not None:
        return _look_up(characters, weight, numbers)
    return conv1d(characters[numbers].mT, weight).amax(dim=2)


def _look_up(
    characters: Tensor, weight: Tensor, numbers: Tensor, places: Tensor | None = None
) -> Tensor:
    """Sum products by the compiled kernels; also write the arg-max positions."""
    n, size, width = weight.shape
    table = characters @ weight.permute(1, 2, 0).reshape(size, width * n)
    best = characters.new_empty(len(numbers), n)
    arrays = (numbers, table.view(-1, width, n), best)
    find_kernels(characters).find_patterns(
        *(x.detach().numpy() for x in arrays),
        None if places is None else places.numpy(),
    )
    return best


class _Patterns(torch.autograd.Function):
    """The same as a differentiable function."""

    @staticmethod
    def forward(
        ctx: Any, characters: Tensor, weight: Tensor, numbers: Tensor
    ) -> Tensor:
        """Return the products, (n_tokens, n)."""
        n, size, width = weight.shape
        if find_kernels(characters) is not None:
            places = numbers.new_empty(len(numbers), n)
            best = _look_up(characters, weight, numbers, places)
        else:
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
        """Sum the gradients by filter and character first: few are distinct."""
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
