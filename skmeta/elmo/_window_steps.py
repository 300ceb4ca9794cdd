"""The steps of a layer through a window, and back: loops of few operations.

Arrays are (2, n_steps, n_rows, size or n_cells); the first axis may be 1.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from skmeta.elmo._gates import go_back, open_and_keep
from skmeta.elmo._products import add_product, multiply

__all__ = ["StepArrays", "new_arrays", "step_back", "step_forward"]


class StepArrays(NamedTuple):
    """What all steps write, and what their gradients need.

    Parameters
    ----------
    opened : Tensor of shape (2, n_steps, n_rows, 4 * n_cells)
        The four gates: enter, new, forget, leave.
    cells, bent, hidden : Tensors of shape (2, n_steps, n_rows, n_cells)
    outputs : Tensor of shape (2, n_steps, n_rows, size)
        The same as hidden without a projection.
    """

    opened: Tensor
    cells: Tensor
    bent: Tensor
    hidden: Tensor
    outputs: Tensor


def new_arrays(gates: Tensor, projection: Tensor | None) -> StepArrays:
    """Allocate the arrays for gates of that shape."""
    shape, n = gates.shape[:3], gates.shape[3] // 4
    opened = torch.empty_like(gates)
    cells, bent = gates.new_empty(*shape, n), gates.new_empty(*shape, n)
    hidden = outputs = gates.new_empty(*shape, n)
    if projection is not None:
        outputs = gates.new_empty(*shape, projection.shape[1])
    return StepArrays(opened, cells, bent, hidden, outputs)


def step_forward(
    gates: Tensor,
    from_output: Tensor,
    projection: Tensor | None,
    output: Tensor,
    cell: Tensor,
    clips: tuple[float, ...],
    kept: StepArrays,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Compute all steps.

    Parameters
    ----------
    gates : Tensor of shape (2, n_steps, n_rows, 4 * n_cells)
        The terms of inputs.
    from_output, projection : Tensors
        The layer's matrices.
    output, cell : Tensors of shape (2, n_rows, size or n_cells)
        The state before.
    clips : tuple of float
        The limits of cells and of outputs.
    kept : StepArrays
        Written.
    dtype : torch.dtype, default=torch.float32
        Of the products.
    """
    cell_clip, output_clip = clips
    from_output = from_output.to(dtype)  # once, not in each step
    projection = None if projection is None else projection.to(dtype)
    opened, cells, bent, hidden, outputs = kept
    for t in range(gates.shape[1]):
        z = opened[:, t]  # (2, n_rows, 4 * n_cells)
        if dtype == gates.dtype:
            torch.baddbmm(gates[:, t], output, from_output.mT, out=z)
        else:
            torch.add(gates[:, t], multiply(output, from_output.mT, dtype), out=z)
        open_and_keep(z, cell, cells[:, t], bent[:, t], hidden[:, t], clip=cell_clip)
        cell = cells[:, t]
        output = outputs[:, t]
        if projection is not None:
            if dtype == gates.dtype:
                torch.bmm(hidden[:, t], projection.mT, out=output)
            else:
                output.copy_(multiply(hidden[:, t], projection.mT, dtype))
            output.clamp_(-output_clip, output_clip)


def step_back(
    of_outputs: Tensor,
    from_output: Tensor,
    projection: Tensor | None,
    output: Tensor,
    cell: Tensor,
    clips: tuple[float, ...],
    kept: StepArrays,
    dtype: torch.dtype = torch.float32,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """Return the gradients of the gates and of the matrices.

    Parameters
    ----------
    of_outputs : Tensor of shape (2, n_steps, n_rows, size)
        The gradient of the outputs, overwritten.
    from_output, projection, output, cell, clips, dtype
        As :func:`step_forward` takes them.
    kept : StepArrays
        As it has written them.
    """
    cell_clip, output_clip = clips
    from_output = from_output.to(dtype)
    projection = None if projection is None else projection.to(dtype)
    opened, cells, bent, hidden, outputs = kept
    n_steps = opened.shape[1]
    earlier = torch.cat([cell.unsqueeze(1), cells[:, :-1]], dim=1)
    of_gates = torch.empty_like(opened)
    free_outputs = None
    if projection is not None:
        free_outputs = _unclipped(outputs, output_clip)
    of_cell = torch.zeros_like(cell)  # from the step after
    for t in reversed(range(n_steps)):
        of_output = of_outputs[:, t]
        if t + 1 < n_steps:
            add_product(of_output, of_gates[:, t + 1], from_output, dtype)
        of_hidden = of_output
        if projection is not None:
            if free_outputs is not None:
                of_output.mul_(free_outputs[:, t])
            of_hidden = multiply(of_output, projection, dtype)
        now = opened[:, t], earlier[:, t], cells[:, t], bent[:, t]
        go_back(*now, of_hidden, of_cell, of_gates[:, t], clip=cell_clip)
    earlier = torch.cat([output.unsqueeze(1), outputs[:, :-1]], dim=1)
    of_matrix = multiply(of_gates.flatten(1, 2).mT, earlier.flatten(1, 2), dtype)
    of_projection = None
    if projection is not None:
        of_free = of_outputs.flatten(1, 2).mT
        of_projection = multiply(of_free, hidden.flatten(1, 2), dtype)
    return of_gates, of_matrix, of_projection


def _unclipped(x: Tensor, limit: float) -> Tensor | None:
    """Return which numbers are within the limits; on a CPU None if all are."""
    free = x.abs() < limit
    if not x.is_cpu:  # to look would wait for the device
        return free
    return None if bool(free.all()) else free
