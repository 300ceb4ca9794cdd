"""Copies from a device to the host's memory, while the device computes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

__all__ = ["HostCopies"]

_AT_A_TIME = 2  # one is copied while the one before is used


class HostCopies:
    """Hands tensors over as arrays, in the order in which they were sent.

    On a CUDA device, tensors are copied to pinned memory on a second stream.

    Parameters
    ----------
    device : torch.device
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device) if device.type == "cuda" else None
        self._under_way: deque[tuple[Any, Tensor, Callable[[np.ndarray], None]]]
        self._under_way = deque()

    def send(self, tensor: Tensor, take: Callable[[np.ndarray], None]) -> None:
        """Copy a tensor, and hand it over when it has arrived.

        Parameters
        ----------
        tensor : Tensor
        take : callable
            Takes the array, whose memory is used again afterwards.
        """
        arrived, copy = None, tensor
        if self._stream is not None:
            arrived, copy = self._start(tensor)
        self._under_way.append((arrived, copy, take))
        while len(self._under_way) > (0 if arrived is None else _AT_A_TIME):
            self._finish()

    def wait(self) -> None:
        """Hand over all that was sent."""
        while self._under_way:
            self._finish()

    def _start(self, tensor: Tensor) -> tuple[Any, Tensor]:
        """Start to copy a tensor; return the event of its arrival, and the copy."""
        assert self._stream is not None
        try:
            copy = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        except RuntimeError:  # no more memory can be pinned
            return None, tensor
        self._stream.wait_stream(torch.cuda.current_stream(tensor.device))
        with torch.cuda.stream(self._stream):
            copy.copy_(tensor, non_blocking=True)
            arrived = self._stream.record_event()
        tensor.record_stream(self._stream)  # its memory is not used again before
        return arrived, copy

    def _finish(self) -> None:
        """Wait for the oldest copy, and hand it over."""
        arrived, copy, take = self._under_way.popleft()
        if arrived is not None:
            arrived.synchronize()
        take(copy.cpu().numpy())
