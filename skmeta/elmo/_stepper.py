"""Steps of all layers of a biLM on a device, in buffers that stay where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from skmeta.elmo._gates import open_and_keep
from skmeta.elmo._graphs import capture
from skmeta.elmo._network import BiLM, State
from skmeta.elmo._products import add_product, multiply

__all__ = ["Stepper"]


class Stepper:
    """Reads batches step by step, each step in one go.

    The operations of a step are the same for all steps of a width, and use the same
    memory, so that they can be captured as a CUDA graph.

    Parameters
    ----------
    bilm : BiLM
    widest : int
        The largest number of rows of a step.
    repeated : iterable of int, default=()
        Widths of so many steps that capturing them pays.
    """

    def __init__(self, bilm: BiLM, widest: int, repeated: Iterable[int] = ()) -> None:
        self.bilm = bilm
        like, lstm = bilm.layers[0].bias, bilm.options["lstm"]
        size, n_cells = lstm["projection_dim"], lstm["dim"]
        self.first_gates = like.new_zeros(2, widest, 4 * n_cells)
        self.bent = like.new_zeros(2, widest, n_cells)
        self.hidden = like.new_zeros(2, widest, n_cells)
        self.state = bilm.zero_state(widest)  # of each layer: outputs, cells
        self.outputs = [like.new_zeros(2, widest, size) for _ in bilm.layers]
        self.repeats: dict[int, Callable[[], None]] = {}
        pool = torch.cuda.graph_pool_handle() if like.is_cuda else None
        for width in sorted(set(repeated), reverse=True):
            step = self._step(width)
            repeat = capture(step, like.device, pool)
            if repeat is step:
                break  # what cannot be captured once is not tried again
            self.repeats[width] = repeat

    def read(
        self, types: Tensor, rows: Tensor, widths: Iterable[int], state: State
    ) -> list[Tensor]:
        """Read a batch.

        Parameters
        ----------
        types : Tensor of shape (n_types, size)
            Vectors of distinct tokens.
        rows : int64 Tensor of shape (2, sum(widths))
            Which of these is read when, in steps of padded widths.
        widths : iterable of int
            Never rising.
        state : State
            In which each document starts, for one row.

        Returns
        -------
        outputs : list of Tensor of shape (2, sum(widths), size)
            Of each layer of LSTMs.
        """
        # the first layer's products are computed once per type, not per token
        table = _find_gates(self.bilm.layers[0], types.expand(2, -1, -1))
        for own, given in zip(self.state, state):
            for buffer, of_one in zip(own, given):
                buffer.copy_(of_one.expand_as(buffer))
        shape = 2, rows.shape[1], types.shape[1]
        outputs = [types.new_empty(shape) for _ in self.outputs]
        start = 0
        for width in widths:
            now = slice(start, start + width)
            for direction in range(2):
                gates = self.first_gates[direction, :width]
                chosen = rows[direction, now]
                torch.index_select(table[direction], 0, chosen, out=gates)
            self.repeats.get(width, self._step(width))()
            for whole, output in zip(outputs, self.outputs):
                whole[:, now] = output[:, :width]
            start += width
        return outputs

    def _step(self, width: int) -> Callable[[], None]:
        """Return what computes a step of that many rows."""

        def step() -> None:
            gates = self.first_gates[:, :width]  # (2, width, 4 * n_cells)
            x = gates
            for number, layer in enumerate(self.bilm.layers):
                if number:
                    gates = _find_gates(layer, x)
                output, cell = (part[:, :width] for part in self.state[number])
                output.copy_(self._open(layer, gates, output, cell))
                x = output + x if number and self.bilm.skips else output
                self.outputs[number][:, :width] = x  # (2, width, size)

        return step

    def _open(self, layer: Any, gates: Tensor, output: Tensor, cell: Tensor) -> Tensor:
        """Open the gates of a layer; return its outputs, (2, width, size)."""
        bent, hidden = self.bent[:, : gates.shape[1]], self.hidden[:, : gates.shape[1]]
        matrix = layer.from_output
        add_product(gates, output, matrix.mT, matrix.dtype)
        clip = layer.cell_clip or float("inf")
        open_and_keep(gates, cell, cell, bent, hidden, clip)
        if layer.projection is None:
            return hidden
        limit = layer.output_clip or float("inf")
        product = multiply(hidden, layer.projection.mT, layer.projection.dtype)
        return product.clamp_(-limit, limit)


def _find_gates(layer: Any, x: Tensor) -> Tensor:
    """Return the terms of inputs, (2, n, size), and of the bias in the gates."""
    bias, weights = layer.all_bias().unsqueeze(1), layer.from_input
    if weights.dtype == x.dtype:
        return torch.baddbmm(bias, x, weights.mT)
    return torch.bmm(x.to(weights.dtype), weights.mT) + bias
