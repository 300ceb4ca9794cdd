"""The compiled kernels, if the package was installed with a compiler."""

from importlib import import_module
from typing import Any

__all__ = [
    "counting_kernels",
    "doc2vec_kernels",
    "elmo_kernels",
    "kernels",
    "product_kernels",
    "training_kernels",
]


def _find(name: str) -> Any:
    """Return a compiled module, or None if NumPy and SciPy replace it."""
    try:
        return import_module(f"skmeta._native.{name}")
    except ImportError:
        return None


kernels = _find("_kernels")
counting_kernels = _find("_counting_kernels")
doc2vec_kernels = _find("_doc2vec_kernels")
elmo_kernels = _find("_elmo_kernels")
product_kernels = _find("_product_kernels")
training_kernels = _find("_training_kernels")
