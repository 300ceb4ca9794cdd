"""Where networks of torch compute."""

from __future__ import annotations

import torch

from skmeta._warnings import warn_user

__all__ = ["find_device", "find_device_or_cpu"]


def find_device(name: str) -> torch.device:
    """Return the torch device of that name.

    Raises
    ------
    ValueError
        If torch does not know or find it.
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
            "device='cpu' to be without this warning."
        )
    return torch.device("cpu")
