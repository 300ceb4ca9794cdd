"""Decide whether the compiled kernels of ELMo can be used."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from skmeta._native import elmo_kernels

__all__ = ["find_kernels"]


def find_kernels(x: Tensor) -> Any:
    """Return the compiled kernels that can read a tensor, or None."""
    readable = x.device.type == "cpu" and x.dtype == torch.float32
    return elmo_kernels if readable else None
