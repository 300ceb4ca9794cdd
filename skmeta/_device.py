"""Where networks of torch compute."""

from __future__ import annotations

import torch

__all__ = ["find_device"]


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
