"""Encode the characters of a token as its context-independent vector."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from skmeta.elmo._char_cnn import find_patterns
from skmeta.elmo._characters import N_CHARACTERS

__all__ = ["TokenEncoder"]

_FLOAT = torch.float32  # whatever torch's default is


class TokenEncoder(nn.Module):
    """Encoder from characters to the context-independent vector of a token.

    Parameters
    ----------
    options : dict
        "char_cnn" of the model's options.
    size : int
        The size of the vectors.
    """

    def __init__(self, options: dict[str, Any], size: int) -> None:
        super().__init__()
        character_size = options["embedding"]["dim"]
        n_filters = sum(n for _, n in options["filters"])
        self.width = options["max_characters_per_token"]
        self.activation = getattr(torch, options["activation"])  # relu or tanh
        characters = torch.zeros(N_CHARACTERS, character_size, dtype=_FLOAT)
        self.characters = nn.Parameter(characters)
        self.filters: Any = nn.ModuleList(
            nn.Conv1d(character_size, n, width, dtype=_FLOAT)
            for width, n in options["filters"]
        )
        self.highways: Any = nn.ModuleList(
            Highway(n_filters) for _ in range(options["n_highway"])
        )
        self.projection = None
        if options["projection"]:
            self.projection = nn.Linear(n_filters, size, dtype=_FLOAT)

    @property
    def widest_filter(self) -> int:
        """The width of the widest filter, in characters."""
        return max(layer.kernel_size[0] for layer in self.filters)

    def forward(self, *groups: Tensor) -> Tensor:
        """Return the vectors, (n_tokens, size), of characters, (n_tokens, width).

        Tokens may be in groups of similar length.
        """
        found = [
            torch.cat(
                [
                    find_patterns(self.characters, layer.weight, numbers) + layer.bias
                    for layer in self.filters
                ],
                dim=1,
            )
            for numbers in groups
        ]
        x = self.activation(torch.cat(found))  # (n_tokens, n_filters)
        for highway in self.highways:
            x = highway(x)
        return x if self.projection is None else self.projection(x)  # (n_tokens, size)


class Highway(nn.Module):
    """A highway layer: gates decide how much of its input it replaces."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.gate = nn.Linear(size, size, dtype=_FLOAT)
        self.transform = nn.Linear(size, size, dtype=_FLOAT)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, size) to (n, size)."""
        gate = torch.sigmoid(self.gate(x))
        return gate * torch.relu(self.transform(x)) + (1 - gate) * x
