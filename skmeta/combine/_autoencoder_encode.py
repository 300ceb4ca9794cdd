"""Encode by a trained autoencoder in plain NumPy, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from skmeta._vectors._unit_rows import normalize_rows

__all__ = ["ACTIVATIONS", "Layer", "encode_sources", "join_codes"]

Layer = tuple[np.ndarray, np.ndarray]  # weights (n_in, n_out), biases (n_out,)

ACTIVATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda array: array,
    "relu": lambda array: np.maximum(array, 0),
    "tanh": np.tanh,
}


def encode_sources(
    blocks: Sequence[np.ndarray],
    present: np.ndarray,
    encoders: Sequence[Layer],
    activation: str,
) -> list[np.ndarray]:
    """Encode each source on its own.

    Parameters
    ----------
    blocks : sequence of ndarrays of shape (n, d_i)
    present : bool ndarray of shape (n, n_sources)
    encoders : sequence of weights (d_i, k_i) and biases (k_i,)
    activation : key of ACTIVATIONS

    Returns
    -------
    codes : list of ndarrays of shape (n, k_i)
        Zeros if a source is absent: it has no code, rather than that of a row of zeros.
    """
    codes = []
    for block, known, (weights, biases) in zip(blocks, present.T, encoders):
        code = ACTIVATIONS[activation](block @ weights + biases)
        code[~known] = 0
        codes.append(code)
    return codes


def join_codes(
    codes: Sequence[np.ndarray], present: np.ndarray, average: bool, normalize: bool
) -> np.ndarray:
    """Combine the codes of the sources that know a row.

    Parameters
    ----------
    codes : sequence of ndarrays of shape (n, k_i), zeros where absent
    present : bool ndarray of shape (n, n_sources)
    average : bool
        Whether to average codes; else they are concatenated.
    normalize : bool
        Whether to scale the joint code to unit length.

    Returns
    -------
    code : ndarray of shape (n, k)
    """
    if average:
        code = np.sum(codes, axis=0)
        code /= np.maximum(present.sum(axis=1), 1)[:, np.newaxis]
    else:
        code = np.hstack(codes)
    if normalize:
        normalize_rows(code)
    return code
