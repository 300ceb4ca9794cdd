"""The dtypes of a network's matrices."""

from __future__ import annotations

import torch

__all__ = ["find_dtype"]

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def find_dtype(name: str) -> torch.dtype:
    """Return the torch dtype of that name.

    Raises
    ------
    ValueError
        If it is not one of those supported.
    """
    if name not in _DTYPES:
        raise ValueError(
            f"Found dtype={name!r}, expected one of {', '.join(map(repr, _DTYPES))}."
        )
    return _DTYPES[name]
