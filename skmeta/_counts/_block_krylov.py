"""Leading singular vectors of a sparse matrix, by a block Krylov method."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh
from threadpoolctl import threadpool_limits

from skmeta._counts import _numpy_counting
from skmeta._counts._sparse_rows import SparseRows
from skmeta._counts._threads import map_in_order
from skmeta._native import counting_kernels

__all__ = ["decompose"]

_GROUP = 16  # columns: products are computed for as many at once
_ROWS_BLOCK_SIZE = 8_192
_NOISE = 1e-6  # of float32, relative to the largest value
_module = _numpy_counting if counting_kernels is None else counting_kernels
_Triplet = tuple[np.ndarray, np.ndarray, np.ndarray]


def decompose(
    matrix: SparseRows,
    transposed: SparseRows,
    n_components: int,
    *,
    n_iter: int,
    seed: int,
    n_threads: int = 1,
    advance: Callable[[], None] = lambda: None,
) -> _Triplet:
    """Compute the leading singular vectors of a square sparse matrix.

    Parameters
    ----------
    matrix, transposed : SparseRows of n x n, float32
    n_components : int
    n_iter : int
        Steps after the first. In each the Krylov space gets half as many dimensions as
        there are components, and a few; all of them, if there are no more than two.
    seed : int
        Of the space's start.
    n_threads : int, default=1
        The result does not depend on it.
    advance : callable
        Called after each step.

    Returns
    -------
    left : float32 ndarray of shape (n, n_components)
    values : float64 ndarray of shape (n_components,)
        Falling. Beyond the rank they are zero, and so are the vectors.
    right : float32 ndarray of shape (n, n_components)
        The largest entry of each column, by size, is positive.

    References
    ----------
    .. [1] C. Musco, C. Musco (2015). Randomized block Krylov methods for stronger and
       faster approximate singular value decomposition. NeurIPS.
    """
    n = matrix.n_columns
    width = n_components // (2 if n_iter > 1 else 1) + _GROUP // 2
    width = -(-width // _GROUP) * _GROUP
    with threadpool_limits(1, "blas"):  # sums in the same order everywhere
        if n <= 4 * width:
            dense = matrix.rows(0, n).toarray().astype(np.float64)
            left, values, right = np.linalg.svd(dense)
            return _finish(left, values, right.T, n_components)
        start = np.random.default_rng(seed).standard_normal((n, width), np.float32)
        space = _KrylovSpace(matrix, transposed, start, n_threads)
        advance()
        for _ in range(n_iter):
            if not space.grow():
                break
            advance()
        return _finish(*space.singular_vectors(n_components), n_components)


class _KrylovSpace:
    """Orthonormal blocks of columns, and their products with the matrix."""

    def __init__(
        self,
        matrix: SparseRows,
        transposed: SparseRows,
        start: np.ndarray,
        n_threads: int,
    ) -> None:
        self._matrix, self._transposed = matrix, transposed
        self._n_threads = n_threads
        first = self._multiply(transposed, self._orthonormalize(start))
        self._bases = [self._orthonormalize(first)]
        self._images = [self._multiply(matrix, self._bases[0])]

    def grow(self) -> bool:
        """Extend the space by the products with the last block, if they are new."""
        last = self._orthonormalize(self._images[-1])
        new = self._multiply(self._transposed, last)
        scale = np.sqrt(self._sum_products(new, new).diagonal().max())
        for _ in range(2):  # rounding leaves something the first time
            for basis in self._bases:
                new -= basis @ self._sum_products(basis, new).astype(np.float32)
        new = self._orthonormalize(new, scale)
        if not new.any():  # the space is complete
            return False
        self._bases.append(new)
        self._images.append(self._multiply(self._matrix, new))
        return True

    def singular_vectors(self, n_components: int) -> _Triplet:
        """Return the leading singular triplets within the space, and empty it."""
        n_blocks, width = len(self._bases), self._bases[0].shape[1]
        gram = np.empty((n_blocks, width, n_blocks, width))
        for i, one in enumerate(self._images):
            for j, other in enumerate(self._images[: i + 1]):
                gram[i, :, j] = self._sum_products(one, other)
                gram[j, :, i] = gram[i, :, j].T
        size = n_blocks * width
        squares, vectors = eigh(
            gram.reshape(size, size),
            subset_by_index=[max(size - n_components, 0), size - 1],
        )
        values, vectors = np.sqrt(np.maximum(squares[::-1], 0)), vectors[:, ::-1]
        right = _combine(self._bases, vectors)
        left = _combine(self._images, vectors / np.where(values > 0, values, 1))
        return left, values, right

    def _multiply(self, matrix: SparseRows, dense: np.ndarray) -> np.ndarray:
        """Return the matrix times a dense one."""
        out = np.empty_like(dense)

        def multiply(number: int) -> None:
            first, last = matrix.starts[number], matrix.starts[number + 1]
            _module.multiply_rows(*matrix.blocks[number], dense, out[first:last])

        for _ in map_in_order(multiply, range(len(matrix.blocks)), self._n_threads):
            pass
        return out

    def _sum_products(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return one.T @ other, in float64."""

        def multiply(first: int) -> np.ndarray:
            rows = slice(first, first + _ROWS_BLOCK_SIZE)
            return one[rows].astype(np.float64).T @ other[rows].astype(np.float64)

        total = np.zeros((one.shape[1], other.shape[1]))
        starts = range(0, len(one), _ROWS_BLOCK_SIZE)
        for part in map_in_order(multiply, starts, self._n_threads):
            total += part
        return total

    def _orthonormalize(self, block: np.ndarray, scale: float = 0) -> np.ndarray:
        """Return an orthonormal basis of the columns, zeros where they span less.

        What is small beside the scale, or the largest column, is rounding.
        """
        for limit in (scale, 0.0):  # the second time for what rounding left
            squares, vectors = eigh(self._sum_products(block, block))
            least = (_NOISE * max(limit, np.sqrt(max(squares[-1], 0)))) ** 2
            spans = squares > least
            factors = np.where(spans, 1 / np.sqrt(np.where(spans, squares, 1)), 0)
            block = block @ (vectors * factors).astype(np.float32)
        return block


def _combine(blocks: list[np.ndarray], vectors: np.ndarray) -> np.ndarray:
    """Multiply the concatenated blocks with vectors, and empty the list."""
    n = len(blocks[0])
    total = np.zeros((n, vectors.shape[1]), np.float32)
    parts = np.array_split(vectors.astype(np.float32), len(blocks))
    for part in reversed(parts):
        block = blocks.pop()
        for first in range(0, n, _ROWS_BLOCK_SIZE):
            rows = slice(first, first + _ROWS_BLOCK_SIZE)
            total[rows] += block[rows] @ part
    return total


def _finish(
    left: np.ndarray, values: np.ndarray, right: np.ndarray, n_components: int
) -> _Triplet:
    """Fix the signs, and pad to n_components columns with zeros."""
    n_found = min(n_components, len(values))
    left, values, right = left[:, :n_found], values[:n_found], right[:, :n_found]
    values = np.where(values > _NOISE * values[0], values, 0)
    largest = right[np.abs(right).argmax(axis=0), np.arange(n_found)]
    signs = np.sign(largest) * (values > 0)
    missing = (0, n_components - n_found)
    return (
        np.pad((left * signs).astype(np.float32), [(0, 0), missing]),
        np.pad(values, missing),
        np.pad((right * signs).astype(np.float32), [(0, 0), missing]),
    )
