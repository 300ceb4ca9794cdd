"""Initialize an autoencoder by principal components."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from scipy.linalg import eigh, solve

from skmeta.combine._autoencoder_encode import Layer

__all__ = ["start_decoders", "start_encoders"]

_ROWS_BLOCK_SIZE = 16_384
_RIDGE = 1e-8  # relative to the mean eigenvalue, for systems of low rank

Encode = Callable[[Sequence[np.ndarray], np.ndarray], list[np.ndarray]]


def start_encoders(
    blocks: Sequence[np.ndarray],
    present: np.ndarray,
    weights: np.ndarray,
    widths: Sequence[int],
    together: bool,
    rng: np.random.Generator,
) -> list[Layer]:
    """Encode by principal components, the optimum of linear layers.

    Parameters
    ----------
    blocks : sequence of float32 ndarrays of shape (n, d_i), zeros where absent
    present : bool ndarray of shape (n, n_sources)
    weights : float32 ndarray of shape (n_sources,)
    widths : sequence of int
        The number of columns of each source's code.
    together : bool
        Whether to use the components of the concatenated sources, so that codes can be
        averaged; else each source has its own.
    rng : Generator
        Draws further directions if there are fewer components.

    Returns
    -------
    encoders : list of weights (d_i, k_i) and biases (k_i,), float64
    """
    n_sources = len(blocks)
    known = np.maximum(present.sum(axis=0), 1)
    means = [b.sum(axis=0, dtype=np.float64) / n for b, n in zip(blocks, known)]
    factors = np.sqrt(weights, dtype=np.float64)

    def side_by_side(group: list[int], rows: slice) -> np.ndarray:
        """Return centered, weighted rows of some sources, zeros where absent."""
        centered = [
            factors[i] * (blocks[i][rows] - means[i]) * present[rows, i : i + 1]
            for i in group
        ]
        return np.hstack(centered)

    encoders: list[Layer] = []
    everything = list(range(n_sources))
    for group in [everything] if together else [[i] for i in everything]:
        dimensions = [blocks[i].shape[1] for i in group]
        gram = np.zeros((sum(dimensions), sum(dimensions)))
        for places in _slices(len(present)):
            rows = side_by_side(group, places)
            gram += rows.T @ rows
        axes = _fit_width(_principal_axes(gram), widths[group[0]], rng)
        for i, part in zip(group, np.split(axes, np.cumsum(dimensions)[:-1])):
            encoders.append((factors[i] * part, -factors[i] * means[i] @ part))
    return encoders


def start_decoders(
    blocks: Sequence[np.ndarray], present: np.ndarray, encode: Encode
) -> list[Layer]:
    """Decode by least squares, the optimum for the given encoders.

    Parameters
    ----------
    blocks : sequence of float32 ndarrays of shape (n, d_i), zeros where absent
    present : bool ndarray of shape (n, n_sources)
    encode : callable
        Takes blocks and present, returns the code that each source is decoded from.

    Returns
    -------
    decoders : list of weights (k, d_i) and biases (d_i,), float64
    """
    grams: list = [0.0] * len(blocks)
    products: list = [0.0] * len(blocks)
    for places in _slices(len(present)):
        rows = [block[places] for block in blocks]
        for i, code in enumerate(encode(rows, present[places])):
            known = present[places, i]
            inputs = np.column_stack([code, np.ones(len(code))])[known]
            grams[i] = grams[i] + inputs.T @ inputs
            products[i] = products[i] + inputs.T @ rows[i][known]
    decoders: list[Layer] = []
    for gram, product in zip(grams, products):
        ridge = _RIDGE * np.trace(gram) / len(gram) or 1.0  # zeros if nothing is known
        gram[np.diag_indices_from(gram)] += ridge
        solution = solve(gram, product, assume_a="pos")
        decoders.append((solution[:-1], solution[-1]))
    return decoders


def _principal_axes(gram: np.ndarray) -> np.ndarray:
    """Return the eigenvectors as columns, largest eigenvalue first, of fixed sign."""
    axes = eigh(gram)[1][:, ::-1]
    largest = axes[np.argmax(np.abs(axes), axis=0), np.arange(axes.shape[1])]
    return axes * np.sign(largest)


def _fit_width(axes: np.ndarray, width: int, rng: np.random.Generator) -> np.ndarray:
    """Drop axes, or add random ones, so that there are ``width``."""
    n_missing = max(width - axes.shape[1], 0)
    more = rng.standard_normal((len(axes), n_missing)) / np.sqrt(len(axes))
    return np.hstack([axes[:, :width], more])


def _slices(n_rows: int) -> Iterator[slice]:
    """Iterate over blocks of rows."""
    for start in range(0, max(n_rows, 1), _ROWS_BLOCK_SIZE):
        yield slice(start, start + _ROWS_BLOCK_SIZE)
