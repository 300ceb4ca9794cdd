"""The dense layers that sentence-transformers applies after pooling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import erf

from skmeta._encoders._folder import DenseFiles
from skmeta._io.formats._safetensors import read_tensors
from skmeta._messages import count_of
from skmeta._reading._guard import reading

__all__ = ["DenseLayer"]

_ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Tanh": np.tanh,
    "Identity": lambda rows: rows,
    "ReLU": lambda rows: np.maximum(rows, 0),
    "GELU": lambda rows: rows * (1 + erf(rows / np.float32(np.sqrt(2)))) / 2,
    "Sigmoid": lambda rows: 1 / (1 + np.exp(-rows)),
}


class DenseLayer:
    """A linear layer and an activation.

    Parameters
    ----------
    files : DenseFiles
    """

    def __init__(self, files: DenseFiles) -> None:
        if files.activation not in _ACTIVATIONS:
            raise ValueError(
                f"'{files.weights}' belongs to a layer with the activation "
                f"{files.activation[:60]!r}, expected one of "
                f"{', '.join(_ACTIVATIONS)}. Open the model with sentence-transformers "
                "and pass the object."
            )
        self._activate = _ACTIVATIONS[files.activation]
        with reading(files.weights, "the weights of a Dense layer"):
            tensors = read_tensors(
                files.weights, lambda _: ["linear.weight", "linear.bias"]
            )
            self.weight = tensors["linear.weight"].astype(np.float32)
            if self.weight.ndim != 2:
                raise ValueError(f"weights of shape {self.weight.shape}")
            bias = tensors.get("linear.bias", np.zeros(len(self.weight)))
            self.bias = bias.astype(np.float32)
            if self.bias.shape != self.weight.shape[:1]:
                raise ValueError(f"a bias of shape {self.bias.shape}")

    def apply(self, rows: np.ndarray) -> np.ndarray:
        """Return the layer's output, (n_texts, n_out)."""
        if rows.shape[1] != self.weight.shape[1]:
            raise ValueError(
                f"Found pooled rows of {count_of(rows.shape[1], 'number')}, expected "
                f"the {self.weight.shape[1]} of the Dense layer. Leave pooling='auto'."
            )
        return self._activate(rows @ self.weight.T + self.bias)
