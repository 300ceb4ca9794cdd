"""The compiled kernels, where the package was installed with a compiler."""

from importlib import import_module
from typing import Any

__all__ = ["kernels"]

try:
    kernels: Any = import_module("skmeta._kernels")
except ImportError:
    kernels = None  # everything is done in NumPy and SciPy
