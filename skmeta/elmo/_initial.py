"""Initialize the weights of a biLM, as those of the published models."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from skmeta.elmo._network import BiLM

__all__ = ["initialize"]

_GATE_BIAS = -2.0  # highways pass their input through at first


@torch.no_grad()
def initialize(bilm: BiLM, generator: torch.Generator) -> None:
    """Draw the weights of a new model.

    Parameters
    ----------
    bilm : BiLM
    generator : torch.Generator
    """
    encoder: Any = bilm.token_encoder
    layers: Any = bilm.layers
    encoder.characters.uniform_(-1, 1, generator=generator)
    for layer in encoder.filters:
        n_inputs = layer.weight[0].numel()
        if encoder.activation is torch.tanh:
            layer.weight.normal_(0, n_inputs**-0.5, generator=generator)
        else:
            layer.weight.uniform_(-0.05, 0.05, generator=generator)
        layer.bias.zero_()
    for highway in encoder.highways:
        _draw(highway.gate, generator)
        _draw(highway.transform, generator)
        highway.gate.bias.fill_(_GATE_BIAS)
    if encoder.projection is not None:
        _draw(encoder.projection, generator)
    for layer in layers:
        n_gates, size = layer.from_input.shape[1:]
        for matrix in layer.from_input, layer.from_output:  # two halves of one matrix
            _draw_glorot(matrix, 2 * size + n_gates, generator)
        layer.bias.zero_()
        if layer.projection is not None:
            _draw_glorot(layer.projection, size + layer.n_cells, generator)


def _draw(linear: nn.Linear, generator: torch.Generator) -> None:
    """Draw normal weights that preserve the variance of the input."""
    linear.weight.normal_(0, linear.in_features**-0.5, generator=generator)
    linear.bias.zero_()


def _draw_glorot(matrix: Tensor, n_connected: int, generator: torch.Generator) -> None:
    """Draw uniform weights by the numbers of inputs and outputs (Glorot)."""
    limit = (6 / n_connected) ** 0.5
    matrix.uniform_(-limit, limit, generator=generator)
