"""Where a network computes, and how precisely."""

from __future__ import annotations

import torch

__all__ = ["find_device", "find_dtype"]

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def find_device(name: str) -> torch.device:
    """Give the device of that name, or say that there is none.

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


def find_dtype(name: str) -> torch.dtype:
    """Give the type of that name.

    Raises
    ------
    ValueError
        If it is none of those offered.
    """
    if name not in _DTYPES:
        raise ValueError(
            f"Found dtype={name!r}, expected one of {', '.join(map(repr, _DTYPES))}."
        )
    return _DTYPES[name]
