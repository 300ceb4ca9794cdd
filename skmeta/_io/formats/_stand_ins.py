"""Stand-ins for the classes of gensim and NumPy in parsed pickles."""

from __future__ import annotations

import math
import re
from collections import OrderedDict, defaultdict
from typing import Any

import numpy as np

from skmeta._reading._budget import check_shape

__all__ = [
    "CONTAINERS",
    "KINDS",
    "LIFELESS",
    "NUMPY",
    "DtypeStandIn",
    "StandIn",
    "resolve_array",
    "resolve_dtype",
]

_NUMBERS = re.compile(r"[fiu][1248]|b1")


class StandIn:
    """An object without behavior in place of one of gensim's: it keeps its state."""

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2:  # with slots
            state = {**(state[0] or {}), **(state[1] or {})}
        if isinstance(state, dict):
            self.__dict__.update(state)


class DtypeStandIn(StandIn):
    """The description of a dtype in a pickle: a damaged one could crash NumPy."""

    code: Any = None
    order: Any = "|"

    def __setstate__(self, state: Any) -> None:
        self.order = state[1]


class ArrayStandIn(StandIn):
    """The description of an array in a pickle."""

    def __setstate__(self, state: Any) -> None:
        self.shape, self.dtype, self.is_fortran, self.data = state[-4:]


def resolve_dtype(dtype: Any) -> np.dtype:
    """Return the dtype, or raise if it is not numeric."""
    code = dtype.code if isinstance(dtype, DtypeStandIn) else None
    if not isinstance(code, str) or not _NUMBERS.fullmatch(code):
        raise ValueError("an array whose dtype is not one of numbers")
    return np.dtype(code).newbyteorder(">" if dtype.order == ">" else "<")


def resolve_array(array: Any) -> np.ndarray | None:
    """Return the array that a stand-in describes; None if it describes none."""
    if not isinstance(array, ArrayStandIn):
        return None
    data, shape = array.data, check_shape(array.shape)
    dtype = resolve_dtype(array.dtype)
    data = data.encode("latin1") if isinstance(data, str) else data
    if not isinstance(data, bytes):
        raise ValueError(f"an array of {type(data).__name__}, expected bytes")
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ValueError(f"an array of shape {shape} in {len(data):,} bytes")
    order: Any = "F" if array.is_fortran else "C"
    return np.frombuffer(data, dtype).reshape(shape, order=order)


NUMPY = ("numpy.core", "numpy._core")
_BUILTINS = ("builtins", "__builtin__")
KINDS: dict[tuple[str, str], type] = {
    **{(f"{module}.multiarray", "_reconstruct"): ArrayStandIn for module in NUMPY},
    ("numpy", "dtype"): DtypeStandIn,
}
CONTAINERS: dict[tuple[str, str], Any] = {
    ("collections", "defaultdict"): defaultdict,
    ("UserString", "defaultdict"): defaultdict,  # gensim's own old tests
    ("collections", "OrderedDict"): OrderedDict,
    **{
        (module, kind.__name__): kind
        for module in _BUILTINS
        for kind in (set, frozenset, list, dict, tuple)
    },
}
LIFELESS = {  # referred to, but not needed for the vectors
    (module, name)
    for module in (*_BUILTINS, "numpy")
    for name in (
        *("hash", "int", "long", "float", "object"),
        *("ndarray", "memmap", "float32", "float64", "int64"),
    )
}
