"""Products of batches of matrices, perhaps in a dtype such as bfloat16.

Factors and results are rounded to it, then results converted to the dtype of the first
factor. Nothing is copied where both are the same.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["add_product", "multiply"]


def multiply(x: Tensor, matrix: Tensor, dtype: torch.dtype) -> Tensor:
    """Return x @ matrix."""
    return torch.bmm(x.to(dtype), matrix.to(dtype)).to(x.dtype)


def add_product(added: Tensor, x: Tensor, matrix: Tensor, dtype: torch.dtype) -> None:
    """Add x @ matrix in place."""
    if dtype == added.dtype:
        added.baddbmm_(x, matrix)
    else:
        added.add_(torch.bmm(x.to(dtype), matrix.to(dtype)))
