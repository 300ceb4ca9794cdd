"""Work that a CUDA device repeats without being told each of its operations again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import torch

__all__ = ["capture"]

Work = Callable[[], None]
# One for each device: each stream has work memory and a cache of freed memory, which
# no other stream uses.
_streams: dict[int, Any] = {}


def capture(work: Work, device: torch.device, pool: Any = None) -> Work:
    """Return a function that repeats some work, which always uses the same tensors.

    Parameters
    ----------
    work : callable
        Reads and writes tensors that outlive it; does not wait for the device. It is
        run, perhaps several times.
    device : torch.device
    pool : handle of a memory pool, default=None
        Shared by graphs that are never replayed at the same time.

    Returns
    -------
    repeat : callable
        The replay of a CUDA graph; the work itself on other devices, and where it
        cannot be captured.
    """
    if device.type != "cuda":
        return work
    try:
        return _capture_graph(work, device, pool)
    except RuntimeError:  # an operation that cannot be captured, or no memory left
        return work


def _capture_graph(work: Work, device: torch.device, pool: Any) -> Work:
    """Capture work as a CUDA graph, after it has run once to initialize libraries."""
    with torch.cuda.device(device):
        graph, stream = torch.cuda.CUDAGraph(), _find_stream()
        torch.cuda.synchronize()
        # torch.cuda.graph would empty torch's cache of memory each time
        try:
            with torch.cuda.stream(stream):
                work()
                graph.capture_begin(pool, capture_error_mode="thread_local")
                _run_to_end(work, graph)
        finally:  # even what failed may have written to tensors
            torch.cuda.current_stream().wait_stream(stream)
    return graph.replay


def _run_to_end(work: Work, graph: Any) -> None:
    """Run work, and end its capture in any case."""
    try:
        work()
    except BaseException:
        with suppress(RuntimeError):  # the capture is void; the first error says why
            graph.capture_end()
        raise
    graph.capture_end()


def _find_stream() -> Any:
    """Return the stream on which the current device captures."""
    number = torch.cuda.current_device()
    if number not in _streams:
        _streams[number] = torch.cuda.Stream()
    return _streams[number]
