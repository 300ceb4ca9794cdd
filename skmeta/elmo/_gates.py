"""The gates of an LSTM: input, forget and output gates.

The compiled kernels do each step in one pass over memory, with the same results up to
rounding.
"""

from __future__ import annotations

import torch
from torch import Tensor

from skmeta.elmo._compiled import find_kernels

__all__ = ["Gates", "go_back", "open_and_keep"]


class Gates:
    """The gates of both directions, step after step.

    Parameters
    ----------
    added : Tensor of shape (2, n, 4 * n_cells)
        The inputs' terms in the gates: input gate, new content, forget gate, output
        gate.
    rows : int64 Tensor of shape (2, n_tokens)
        Which of these is used when, packed.
    bias : Tensor of shape (2, 4 * n_cells)
        The bias of the gates.
    clip : float or None
        The limit of cells' absolute values; None or 0: no limit.
    """

    def __init__(
        self, added: Tensor, rows: Tensor, bias: Tensor, clip: float | None
    ) -> None:
        self.clip = clip or float("inf")
        self.kernels = None if torch.is_grad_enabled() else find_kernels(added)
        if self.kernels is not None:
            self.arrays = added.numpy(), rows.numpy(), bias.numpy()
        else:  # all at once: steps are short
            n = added.shape[1]
            firsts = torch.arange(0, 2 * n, n, device=rows.device)  # of directions
            chosen = rows + firsts.unsqueeze(1)
            own = added.flatten(0, 1).index_select(0, chosen.flatten())
            self.added = own.unflatten(0, (2, -1)) + bias.unsqueeze(1)

    def open(self, products: Tensor, start: int, cell: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the gates for some tokens.

        Parameters
        ----------
        products : Tensor of shape (2, n, 4 * n_cells)
            The terms of earlier outputs.
        start : int
            The index of the first of these tokens among the packed ones.
        cell : Tensor of shape (2, n, n_cells)

        Returns
        -------
        hidden, cell : Tensors of shape (2, n, n_cells)
            The outputs and the cells.
        """
        n, n_cells = cell.shape[1:]
        now = slice(start, start + n)
        if self.kernels is not None:
            hidden, after = torch.empty_like(cell), torch.empty_like(cell)
            added, rows, bias = self.arrays
            written = (x.numpy() for x in (cell, after, hidden))
            self.kernels.open_gates(
                products.numpy(), added, rows[:, now], bias, *written, self.clip
            )
            return hidden, after
        z = products + self.added[:, now]
        enter, new, rest = z.split([n_cells, n_cells, 2 * n_cells], 2)
        forget, leave = torch.sigmoid(rest).split(n_cells, 2)
        cell = torch.addcmul(cell * forget, torch.sigmoid(enter), torch.tanh(new))
        cell = torch.clamp(cell, -self.clip, self.clip)
        return leave * torch.tanh(cell), cell


def open_and_keep(
    z: Tensor, before: Tensor, cells: Tensor, bent: Tensor, hidden: Tensor, clip: float
) -> None:
    """Compute the gates, and keep what their gradients need.

    Parameters
    ----------
    z : Tensor of shape (n_directions, n, 4 * n_cells)
        The pre-activations of the gates, overwritten by the gates.
    before, cells : Tensors of shape (n_directions, n, n_cells)
        The cells before, and the array for the cells after.
    bent, hidden : Tensors of shape (n_directions, n, n_cells)
        The arrays for tanh of the cells, and for the outputs.
    clip : float
        The largest size of cells.
    """
    kernels = find_kernels(z)
    if kernels is not None:
        arrays = z, before, cells, bent, hidden
        return kernels.open_and_keep(*(x.numpy() for x in arrays), clip)
    n = cells.shape[2]
    z[..., n : 2 * n].mul_(2)
    z.sigmoid_()
    z[..., n : 2 * n].mul_(2).sub_(1)  # tanh, in a third of its time
    enter, new, forget, leave = z.split(n, dim=2)
    torch.mul(before, forget, out=cells)
    cells.addcmul_(enter, new).clamp_(-clip, clip)
    torch.mul(cells, 2, out=bent).sigmoid_().mul_(2).sub_(1)
    torch.mul(leave, bent, out=hidden)


def go_back(
    opened: Tensor,
    before: Tensor,
    cells: Tensor,
    bent: Tensor,
    of_hidden: Tensor,
    of_cell: Tensor,
    of_gates: Tensor,
    clip: float,
) -> None:
    """Compute the gradients of the gates' pre-activations.

    Parameters
    ----------
    opened, before, cells, bent : Tensors
        As computed by :func:`open_and_keep`.
    of_hidden : Tensor of shape (n_directions, n, n_cells)
        The gradient of the outputs.
    of_cell : Tensor of shape (n_directions, n, n_cells)
        The gradient of the cells from later steps, overwritten by that of the cells
        before.
    of_gates : Tensor of shape (n_directions, n, 4 * n_cells)
        The array for the result.
    clip : float
        The limit of cells' absolute values; clipped cells have no gradient.
    """
    kernels = find_kernels(opened)
    if kernels is not None:
        arrays = opened, before, cells, bent, of_hidden, of_cell, of_gates
        return kernels.go_back(*(x.numpy() for x in arrays), clip)
    n = cells.shape[2]
    enter, new, forget, leave = opened.split(n, dim=2)
    of_cell.addcmul_(of_hidden * leave, 1 - bent * bent)
    of_cell.mul_(cells.abs() < clip)
    torch.mul(of_cell * new * enter, 1 - enter, out=of_gates[..., :n])
    torch.mul(of_cell * enter, 1 - new * new, out=of_gates[..., n : 2 * n])
    torch.mul(of_cell * before * forget, 1 - forget, out=of_gates[..., 2 * n : 3 * n])
    torch.mul(of_hidden * bent * leave, 1 - leave, out=of_gates[..., 3 * n :])
    of_cell.mul_(forget)
