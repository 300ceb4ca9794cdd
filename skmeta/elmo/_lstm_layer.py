"""A layer of a biLM: LSTMs in both directions, with clips and projected outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from skmeta.elmo._gates import Gates

__all__ = ["Layer"]

_FLOAT = torch.float32  # whatever torch's default is
# Products of fewer rows are summed in another order. With rows of zeros a document has
# the same digits in any batch; for large matrices that would take too long.
_FEW, _SMALL = 8, 2**18


class Layer(nn.Module):
    """A bidirectional LSTM with clipped cells and projected outputs.

    Parameters
    ----------
    size : int
        The size of inputs and outputs.
    options : dict
        "lstm" of the model's options.
    """

    def __init__(self, size: int, options: dict[str, Any]) -> None:
        super().__init__()
        n_cells = options["dim"]
        self.n_cells = n_cells
        self.cell_clip, self.output_clip = options["cell_clip"], options["proj_clip"]
        self.from_input = nn.Parameter(torch.zeros(2, 4 * n_cells, size, dtype=_FLOAT))
        self.from_output = nn.Parameter(torch.zeros(2, 4 * n_cells, size, dtype=_FLOAT))
        self.bias = nn.Parameter(torch.zeros(2, 4 * n_cells, dtype=_FLOAT))
        self.projection = None
        if size != n_cells:
            projection = torch.zeros(2, size, n_cells, dtype=_FLOAT)
            self.projection = nn.Parameter(projection)
        self.forget_bias: Tensor
        forget_bias = torch.zeros(4 * n_cells, dtype=_FLOAT)
        forget_bias[2 * n_cells : 3 * n_cells] = 1  # added in training, not saved
        self.register_buffer("forget_bias", forget_bias, persistent=False)

    def all_bias(self, directions: slice = slice(None)) -> Tensor:
        """Return the bias of the gates: (2, 4 * n_cells)."""
        return self.bias[directions] + self.forget_bias

    def products(self, x: Tensor, directions: slice = slice(None)) -> Tensor:
        """Return the inputs' terms in the gates, (2, n, 4 * n_cells)."""
        return _multiply(x, self.from_input[directions])

    def forward(
        self,
        added: Tensor,
        rows: Tensor,
        sizes: Sequence[int],
        state: tuple[Tensor, Tensor],
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Compute the outputs token by token.

        Parameters
        ----------
        added : Tensor of shape (2, n, 4 * n_cells)
            The terms of inputs in the gates.
        rows : int64 Tensor of shape (2, sum(sizes))
            The indices of these, packed.
        sizes : sequence of int
            How many sentences have a first token, a second, ...: never rising.
        state : outputs, (2, n_sentences, size), and cells, (2, n_sentences, n_cells)

        Returns
        -------
        outputs : Tensor of shape (2, sum(sizes), size)
        state : like the given one, after the last token of each sentence
        """
        gates = Gates(added, rows, self.all_bias(), self.cell_clip)
        output, cell = state
        outputs, ended = [], []
        start = 0
        for n in sizes:
            if n < output.shape[1]:
                ended.append((output[:, n:], cell[:, n:]))
                output, cell = output[:, :n], cell[:, :n]
            products = _multiply(output, self.from_output)  # (2, n, 4 * n_cells)
            output, cell = gates.open(products, start, cell)  # (2, n, n_cells)
            if self.projection is not None:
                output = _multiply(output, self.projection)  # (2, n, size)
                output = _clip(output, self.output_clip)
            outputs.append(output)
            start += n
        parts = [(output, cell), *reversed(ended)]
        output, cell = (torch.cat(part, dim=1) for part in zip(*parts))
        return torch.cat(outputs, dim=1), (output, cell)


def _multiply(x: Tensor, weights: Tensor) -> Tensor:
    """Return x @ weights.mT in the precision of x."""
    n = x.shape[1]
    if n < _FEW and weights[0].numel() <= _SMALL and x.is_cpu:
        x = pad(x, (0, 0, 0, _FEW - n))
    return torch.bmm(x.to(weights.dtype), weights.mT)[:, :n].to(x.dtype)


def _clip(x: Tensor, limit: float | None) -> Tensor:
    """Clip numbers, if there are limits."""
    return x if not limit else torch.clamp(x, -limit, limit)
