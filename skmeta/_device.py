"""The device that torch computes on, and the settings it computes with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, TypeVar

import torch

from skmeta._warnings import warn_user

__all__ = [
    "default_settings",
    "find_device",
    "find_device_or_cpu",
    "with_default_settings",
]

_Function = TypeVar("_Function", bound=Callable)


@contextmanager
def default_settings() -> Iterator[None]:
    """Compute with torch's default settings, whatever the calling thread has set.

    Gradients are enabled, tensors are created on the CPU unless placed elsewhere, and
    nothing is cast. The default dtype is not reset, because it belongs to the whole
    process: code that creates a tensor names its dtype.
    """
    with ExitStack() as settings:
        settings.enter_context(torch.inference_mode(False))
        settings.enter_context(torch.enable_grad())
        for kind in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
            settings.enter_context(torch.autocast(kind, enabled=False))
        if torch.get_default_device().type != "cpu":  # costs time in every call
            settings.enter_context(torch.device("cpu"))
        yield


def with_default_settings(function: _Function) -> _Function:
    """Decorate a function that computes with :func:`default_settings`."""

    @wraps(function)
    def computed(*args: Any, **kwargs: Any) -> Any:
        with default_settings():
            return function(*args, **kwargs)

    return computed  # type: ignore[return-value]


def find_device(name: str) -> torch.device:
    """Return the torch device of that name.

    Raises
    ------
    ValueError
        If torch does not know the device, or does not find it.
    """
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f"Found device={name!r}, expected one that torch knows, 'cpu' or 'cuda'."
        ) from error
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"Found device={name!r}, but torch finds {torch.cuda.device_count()} CUDA "
            "devices here, expected it among them. Set device='cpu', or install a "
            "torch that is built for CUDA."
        )
    return device


def find_device_or_cpu(name: str) -> torch.device:
    """Return the device that a model was pickled on, or the CPU where it is missing.

    Warns
    -----
    UserWarning
        If the device is missing.
    """
    try:
        return find_device(name)
    except ValueError:
        warn_user(
            f"Found a model pickled on device={name!r}, expected that device here; the "
            "model is on the CPU now and gives the same vectors, to rounding. Set "
            "device='cpu' to silence this warning."
        )
    return torch.device("cpu")
