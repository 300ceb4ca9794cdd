"""The types of poolings, for annotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from skmeta._pooling._partition import Partition

__all__ = ["Poolings", "PoolingsWithPartition"]

_Pooling = Literal["mean", "sum", "max", "min"] | float
_PoolingOrPartition = _Pooling | Literal["partition"] | Partition

Poolings = _Pooling | Sequence[_Pooling]
PoolingsWithPartition = _PoolingOrPartition | Sequence[_PoolingOrPartition]
