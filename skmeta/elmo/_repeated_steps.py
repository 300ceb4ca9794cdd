"""The steps of a layer in the same memory for each window, captured on a CUDA device.

A window of the default size has some nine hundred short operations, whose launches take
far longer than the device does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from skmeta.elmo._graphs import capture
from skmeta.elmo._lstm_layer import Layer
from skmeta.elmo._window_steps import new_arrays, step_back, step_forward

__all__ = ["RepeatedSteps", "forget_steps", "repeated_steps", "repeats_steps"]

_Matrices = tuple[Tensor, Tensor | None]
_USES_BEFORE_CAPTURE = 2  # the last window of an epoch has a shape of its own
_steps: WeakKeyDictionary[Layer, dict[Any, RepeatedSteps]] = WeakKeyDictionary()


class RepeatedSteps:
    """The steps of a layer for windows of one shape.

    Going back uses what the last :meth:`forward` has kept.

    Parameters
    ----------
    gates : Tensor of shape (2, n_steps, n_rows, 4 * n_cells)
        Of the shape, dtype and device of all others.
    matrices : from_output, projection
        The layer's, trained where they are.
    clips : tuple of float
        The limits of cells and of outputs.
    dtype : torch.dtype
        Of the products.
    """

    def __init__(
        self,
        gates: Tensor,
        matrices: _Matrices,
        clips: tuple[float, ...],
        dtype: torch.dtype,
    ) -> None:
        self.from_output, self.projection = matrices
        self.clips, self.dtype = clips, dtype
        self.kept = new_arrays(gates, self.projection)
        self.gates = torch.empty_like(gates)
        self.output = torch.empty_like(self.kept.outputs[:, 0])
        self.cell = torch.empty_like(self.kept.cells[:, 0])
        self.of_outputs = torch.empty_like(self.kept.outputs)
        self.found: tuple[Tensor, Tensor, Tensor | None] | None = None
        self._forward = _Repeated(self._step_forward, gates.device)
        self._back = _Repeated(self._step_back, gates.device)

    def forward(
        self, gates: Tensor, output: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return copies of the outputs and the cells of all steps."""
        self.gates.copy_(gates)
        self.output.copy_(output)
        self.cell.copy_(cell)
        self._forward()
        return self.kept.outputs.clone(), self.kept.cells.clone()

    def back(self, of_outputs: Tensor) -> tuple[Tensor | None, ...]:
        """Return copies of the gradients of the gates and of the matrices."""
        self.of_outputs.copy_(of_outputs)
        self._back()
        assert self.found is not None
        return tuple(None if x is None else x.clone() for x in self.found)

    def _step_forward(self) -> None:
        matrices = self.from_output, self.projection
        state = self.output, self.cell
        step_forward(self.gates, *matrices, *state, self.clips, self.kept, self.dtype)

    def _step_back(self) -> None:
        matrices = self.from_output, self.projection
        state = self.output, self.cell
        # of_outputs is overwritten, and work may be repeated
        own = self.of_outputs.clone()
        self.found = step_back(
            own, *matrices, *state, self.clips, self.kept, self.dtype
        )


class _Repeated:
    """Work that is captured when it has been done some times."""

    def __init__(self, work: Callable[[], None], device: torch.device) -> None:
        self._work, self._device, self._n_uses = work, device, 0

    def __call__(self) -> None:
        self._n_uses += 1
        if self._n_uses == _USES_BEFORE_CAPTURE + 1:
            self._work = capture(self._work, self._device)
        self._work()


def forget_steps(layers: Iterable[Layer]) -> None:
    """Free the memory of layers that are trained."""
    for layer in layers:
        _steps.pop(layer, None)


def repeats_steps(gates: Tensor) -> bool:
    """Return whether launching operations takes longer than computing them."""
    return gates.is_cuda


def repeated_steps(
    layer: Layer,
    gates: Tensor,
    matrices: _Matrices,
    clips: tuple[float, ...],
    dtype: torch.dtype,
) -> RepeatedSteps:
    """Return the steps of a layer for windows of that shape."""
    from_output, projection = matrices
    projection = None if projection is None else projection.detach()
    own, key = (
        _steps.setdefault(layer, {}),
        (gates.shape, from_output.data_ptr(), dtype),
    )
    if key not in own:
        found = from_output.detach(), projection
        own[key] = RepeatedSteps(gates, found, clips, dtype)
    return own[key]
