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

from skmeta.elmo._gates import go_back, open_and_keep
from skmeta.elmo._lstm_layer import Layer
from skmeta.elmo._network import BiLM, State

__all__ = ["read_window"]


def read_window(
    bilm: BiLM,
    types: Tensor,
    rows: Tensor,
    state: State,
    dropout: Callable[[Tensor], Tensor],
    directions: slice = slice(0, 2),
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
    gates = _gates(layers[0], x, directions).flatten(0, 1)  # (2 * n_types, 4 * n_cells)
    firsts = n_types * torch.arange(len(rows), device=rows.device)
    gates = gates[rows + firsts.unsqueeze(1)]  # (2, n_tokens, 4 * n_cells)
    after: State = []
    for number, layer in enumerate(layers):
        if number:
            x = dropout(x)
            gates = _gates(layer, x, directions)
        output, ended = _step(layer, gates, state[number], directions)
        x = output + x if number and bilm.skips else output  # (2, n_tokens, size)
        after.append(ended)
    return x, after


def _gates(layer: Layer, x: Tensor, directions: slice) -> Tensor:
    """Return the terms of inputs, (2, n, size), and of the bias in the gates."""
    bias = layer.all_bias(directions).unsqueeze(1)  # (2, 1, 4 * n_cells)
    return torch.baddbmm(bias, x, layer.from_input[directions].mT)


def _step(
    layer: Layer, gates: Tensor, state: tuple[Tensor, Tensor], directions: slice
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Step through the inputs' terms in the gates, (2, n_tokens, 4 * n_cells)."""
    n_rows = state[0].shape[1]
    gates = gates.unflatten(1, (-1, n_rows))  # (2, n_steps, n_rows, 4 * n_cells)
    outputs, cells = _Steps.apply(
        gates,
        layer.from_output[directions],
        None if layer.projection is None else layer.projection[directions],
        *state,
        layer.cell_clip or float("inf"),
        layer.output_clip or float("inf"),
    )
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
        cell_clip: float,
        output_clip: float,
    ) -> tuple[Tensor, Tensor]:
        """Return the outputs and the cells of all steps."""
        n_steps, n_rows, n_gates = gates.shape[1:]
        n = n_gates // 4
        opened = torch.empty_like(gates)  # the four gates: enter, new, forget, leave
        shape = len(gates), n_steps, n_rows
        cells, bent = gates.new_empty(*shape, n), gates.new_empty(*shape, n)
        hidden = gates.new_empty(*shape, n)
        outputs, before = hidden, (output, cell)
        if projection is not None:
            outputs = gates.new_empty(*shape, projection.shape[1])
        for t in range(n_steps):
            z = opened[:, t]  # (2, n_rows, 4 * n_cells)
            torch.baddbmm(gates[:, t], output, from_output.mT, out=z)
            kept = cells[:, t], bent[:, t], hidden[:, t]
            open_and_keep(z, cell, *kept, clip=cell_clip)
            cell = cells[:, t]
            output = outputs[:, t]
            if projection is not None:
                torch.bmm(hidden[:, t], projection.mT, out=output)
                output.clamp_(-output_clip, output_clip)
        ctx.clips = cell_clip, output_clip
        ctx.save_for_backward(
            from_output, projection, *before, opened, cells, bent, hidden, outputs
        )
        ctx.mark_non_differentiable(cells)
        return outputs, cells

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of the gates and of the matrices."""
        from_output, projection, first_output, first_cell, *saved = ctx.saved_tensors
        opened, cells, bent, hidden, outputs = saved
        cell_clip, output_clip = ctx.clips
        n_steps = opened.shape[1]
        of_outputs = gradients[0].clone()
        earlier = torch.cat([first_cell.unsqueeze(1), cells[:, :-1]], dim=1)
        of_gates = torch.empty_like(opened)
        free_outputs = None
        if projection is not None:
            free_outputs = _unclipped(outputs, output_clip)
        of_cell = torch.zeros_like(first_cell)  # from the step after
        for t in reversed(range(n_steps)):
            of_output = of_outputs[:, t]
            if t + 1 < n_steps:
                of_output.baddbmm_(of_gates[:, t + 1], from_output)
            of_hidden = of_output
            if projection is not None:
                if free_outputs is not None:
                    of_output.mul_(free_outputs[:, t])
                of_hidden = torch.bmm(of_output, projection)
            now = opened[:, t], earlier[:, t], cells[:, t], bent[:, t]
            go_back(*now, of_hidden, of_cell, of_gates[:, t], clip=cell_clip)
        earlier = torch.cat([first_output.unsqueeze(1), outputs[:, :-1]], dim=1)
        of_matrix = torch.bmm(of_gates.flatten(1, 2).mT, earlier.flatten(1, 2))
        of_projection = None
        if projection is not None:
            of_projection = torch.bmm(of_outputs.flatten(1, 2).mT, hidden.flatten(1, 2))
        return of_gates, of_matrix, of_projection, None, None, None, None


def _unclipped(x: Tensor, limit: float) -> Tensor | None:
    """Return which numbers are within the limits; None if all are."""
    free = x.abs() < limit
    return None if bool(free.all()) else free
