"""The dtypes of a network's matrices."""

from __future__ import annotations

import torch

from skmeta._device import find_device
from skmeta.elmo._network import BiLM

__all__ = ["find_dtype", "prepare_to_read"]

_DTYPES = {
    "float32": torch.float32,
    "tf32": torch.float32,  # products may be rounded; matrices are not
    "bfloat16": torch.bfloat16,
}


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


def prepare_to_read(bilm: BiLM, device: str, dtype: str) -> BiLM:
    """Move a model to a device, with matrices of the dtype of that name."""
    bilm.set_dtype(find_dtype(dtype), allow_tf32=dtype == "tf32")
    return bilm.to(find_device(device)).eval().requires_grad_(False)
