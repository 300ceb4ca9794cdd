"""Backpropagation through time: rows of equal length, with explicit gradients.

The outputs are those of :class:`skmeta.elmo.BiLM`. Autograd's gradients take some
thirty small operations per step; here they take eight, and those of the matrices are
one product for all steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from skmeta.elmo._lstm_layer import Layer
from skmeta.elmo._network import BiLM, State
from skmeta.elmo._repeated_steps import RepeatedSteps, repeated_steps, repeats_steps
from skmeta.elmo._window_steps import StepArrays, new_arrays, step_back, step_forward

__all__ = ["read_window"]


def read_window(
    bilm: BiLM,
    types: Tensor,
    rows: Tensor,
    state: State,
    dropout: Callable[[Tensor], Tensor],
    directions: slice = slice(0, 2),
    dtype: torch.dtype = torch.float32,
) -> tuple[Tensor, State]:
    """Read rows of equally many tokens, in one or both directions.

    Parameters
    ----------
    bilm : BiLM
    types : Tensor of shape (n_types, size)
    rows : int64 Tensor of shape (2, n_tokens)
        As :class:`skmeta.elmo.BiLM` takes them.
    state : State
        Of each layer, for each row. It has no gradient.
    dropout : callable
        Applied to the input of each layer of LSTMs.
    directions : slice, default=slice(0, 2)
        Of the model; each first axis of 2 is then of this length.
    dtype : torch.dtype, default=torch.float32
        Of the products. Gates and states keep float32.

    Returns
    -------
    top : Tensor of shape (2, n_tokens, size)
        The outputs of the last layer.
    state : State
        After the last tokens.
    """
    layers: Any = bilm.layers
    n_types = len(types)
    x = dropout(types.expand(len(rows), -1, -1))  # (2, n_types, size)
    gates = _gates(layers[0], x, directions, dtype)  # (2, n_types, 4 * n_cells)
    firsts = n_types * torch.arange(len(rows), device=rows.device)
    gates = gates.flatten(0, 1)[rows + firsts.unsqueeze(1)]  # (2, n_tokens, ...)
    after: State = []
    for number, layer in enumerate(layers):
        if number:
            x = dropout(x)
            gates = _gates(layer, x, directions, dtype)
        output, ended = _step(layer, gates, state[number], directions, dtype)
        x = output + x if number and bilm.skips else output  # (2, n_tokens, size)
        after.append(ended)
    return x, after


def _gates(layer: Layer, x: Tensor, directions: slice, dtype: torch.dtype) -> Tensor:
    """Return the terms of inputs, (2, n, size), and of the bias in the gates."""
    bias = layer.all_bias(directions).unsqueeze(1)  # (2, 1, 4 * n_cells)
    matrix = layer.from_input[directions].mT
    if dtype == x.dtype:
        return torch.baddbmm(bias, x, matrix)
    return torch.bmm(x.to(dtype), matrix.to(dtype)) + bias


def _step(
    layer: Layer,
    gates: Tensor,
    state: tuple[Tensor, Tensor],
    directions: slice,
    dtype: torch.dtype,
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Step through the inputs' terms in the gates, (2, n_tokens, 4 * n_cells)."""
    n_rows = state[0].shape[1]
    gates = gates.unflatten(1, (-1, n_rows))  # (2, n_steps, n_rows, 4 * n_cells)
    matrices = (
        layer.from_output[directions],
        None if layer.projection is None else layer.projection[directions],
    )
    clips = layer.cell_clip or float("inf"), layer.output_clip or float("inf")
    if repeats_steps(gates) and len(gates) == 2:
        steps = repeated_steps(layer, gates, matrices, clips, dtype)
        outputs, cells = _RepeatedSteps.apply(gates, *matrices, *state, steps)
    else:
        outputs, cells = _Steps.apply(gates, *matrices, *state, clips, dtype)
    after = outputs[:, -1].detach().clone(), cells[:, -1].clone()  # not all steps
    return outputs.flatten(1, 2), after


class _Steps(torch.autograd.Function):
    """The steps of a layer; arrays are (2, n_steps, n_rows, size or n_cells)."""

    @staticmethod
    def forward(
        ctx: Any,
        gates: Tensor,
        from_output: Tensor,
        projection: Tensor | None,
        output: Tensor,
        cell: Tensor,
        clips: tuple[float, ...],
        dtype: torch.dtype,
    ) -> tuple[Tensor, Tensor]:
        """Return the outputs and the cells of all steps."""
        kept = new_arrays(gates, projection)
        step_forward(gates, from_output, projection, output, cell, clips, kept, dtype)
        ctx.clips, ctx.dtype = clips, dtype
        ctx.save_for_backward(from_output, projection, output, cell, *kept)
        ctx.mark_non_differentiable(kept.cells)
        return kept.outputs, kept.cells

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the gates and of the matrices."""
        from_output, projection, output, cell, *kept = ctx.saved_tensors
        found = step_back(
            gradients[0].clone(),
            from_output,
            projection,
            output,
            cell,
            ctx.clips,
            StepArrays(*kept),
            ctx.dtype,
        )
        return (*found, None, None, None, None)


class _RepeatedSteps(torch.autograd.Function):
    """The same in the memory of earlier windows, whose operations are repeated."""

    @staticmethod
    def forward(
        ctx: Any,
        gates: Tensor,
        from_output: Tensor,
        projection: Tensor | None,
        output: Tensor,
        cell: Tensor,
        steps: RepeatedSteps,
    ) -> tuple[Tensor, Tensor]:
        """Return the outputs and the cells of all steps."""
        ctx.steps = steps
        outputs, cells = steps.forward(gates, output, cell)
        ctx.mark_non_differentiable(cells)
        return outputs, cells

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the gates and of the matrices."""
        return (*ctx.steps.back(gradients[0]), None, None, None)
