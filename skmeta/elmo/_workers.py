"""Compute gradients in this process, or in two others that share the weights.

Weights and gradients are in a file that all of them memory-map. Threads do not help:
between the many short steps they wait for Python's lock.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import Parallel, delayed
from torch import Tensor, nn

from skmeta._disk._space import name_full_disks, reserve
from skmeta.elmo._gradients import Arrays, Part, find_gradients
from skmeta.elmo._network import BiLM
from skmeta.elmo._reading import one_thread_each
from skmeta.elmo._softmax import Softmax

__all__ = ["Workers"]

Found = tuple[float, Arrays]


class Workers:
    """Compute the gradients of parts, summed into those of the weights.

    Parameters
    ----------
    model : BiLM
    softmax : Softmax
    """

    def __init__(self, model: BiLM, softmax: Softmax) -> None:
        self.model, self.softmax = model, softmax
        self.weights = _weights(model, softmax)
        self._parallel: Parallel | None = None

    @contextmanager
    def processes(self, n: int) -> Iterator[None]:
        """Start that many processes; 1: none but this one."""
        if n == 1:
            yield
            return
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            Parallel(n, backend="loky", batch_size=1, pre_dispatch="all") as parallel,
        ):
            size = sum(weight.numel() for weight in self.weights)
            self.path = Path(folder, "weights")
            self.shared = _allocate(self.path, (1 + n, size))
            for weight, place in zip(self.weights, _cut(self.shared[0], self.weights)):
                place.copy_(weight.data)
                weight.data = place
            self._parallel = parallel
            try:
                yield
            finally:
                self._parallel = None
                for weight in self.weights:
                    weight.data, weight.grad = weight.data.clone(), None
                del self.shared

    def find(self, parts: Sequence[Part], **how: Any) -> list[Found]:
        """Set the gradients of all weights; return each part's loss and state.

        Parameters
        ----------
        parts : sequence of Part
        **how
            Other arguments of :func:`find_gradients`.
        """
        found: list[Found] = []
        if self._parallel is None:
            gradients: list[Sequence[Tensor]] = []
            for part in parts:
                loss, state, own = find_gradients(self.model, self.softmax, part, **how)
                found.append((loss, state))
                gradients.append(own)
        else:
            what = json.dumps(self.model.options), len(self.softmax.bias)
            found = self._parallel(
                delayed(_find_there)(self.path, self.shared.shape, what, row, part, how)
                for row, part in enumerate(parts, 1)
            )
            gradients = [
                _cut(self.shared[row], self.weights) for row in range(1, len(parts) + 1)
            ]
        for weight, *own in zip(self.weights, *gradients):
            weight.grad = torch.add(*own) if len(own) == 2 else own[0]
        return found


def _allocate(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """Memory-map a new file of zeros, with its disk space reserved."""
    with name_full_disks(path), open(path, "wb") as file:
        reserve(file, 4 * shape[0] * shape[1])
    return np.memmap(path, np.float32, "r+", shape=shape)


def _find_there(
    path: Path,
    shape: tuple[int, int],
    what: tuple[str, int],
    row: int,
    part: Part,
    how: dict[str, Any],
) -> Found:
    """Compute the gradients of a part in another process."""
    model, softmax, shared = _open(path, shape, what)
    with one_thread_each():
        loss, state, gradients = find_gradients(model, softmax, part, **how)
    for place, gradient in zip(_cut(shared[row], gradients), gradients):
        place.copy_(gradient)
    return loss, state


@lru_cache(maxsize=1)
def _open(
    path: Path, shape: tuple[int, int], what: tuple[str, int]
) -> tuple[BiLM, Softmax, np.ndarray]:
    """Create a model whose weights are those in the file."""
    options, n_classes = json.loads(what[0]), what[1]
    model = BiLM(options)
    size = options["lstm"]["projection_dim"]
    softmax = Softmax(np.ones(n_classes), size, torch.Generator())
    shared = np.memmap(path, np.float32, "r+", shape=shape)
    weights = _weights(model, softmax)
    for weight, place in zip(weights, _cut(shared[0], weights)):
        weight.data = place
    return model.train(), softmax, shared


def _weights(model: BiLM, softmax: Softmax) -> list[nn.Parameter]:
    """Return all weights, in the order of their gradients."""
    return [*model.parameters(), *softmax.parameters()]


def _cut(row: np.ndarray, like: Sequence[Tensor]) -> list[Tensor]:
    """Split an array into consecutive views with the shapes of tensors."""
    parts = torch.from_numpy(row).split([tensor.numel() for tensor in like])
    return [part.view_as(tensor) for part, tensor in zip(parts, like)]
