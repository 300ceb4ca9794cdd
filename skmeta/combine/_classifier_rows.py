"""Sparse rows that classifiers of a few classes multiply in less time."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse

from skmeta._native import product_kernels

__all__ = ["ClassifierRows", "classifier_rows"]


class ClassifierRows(csr_array):
    """Compressed sparse rows with compiled products, SciPy's number for number.

    scikit-learn's solvers multiply rows with the coefficients of each class, and with
    numbers of each row: matrices of float32 with as many columns as there are classes.
    Where these are 2 to 8, SciPy takes about twice the time. All else is SciPy's.
    """

    def __matmul__(self, other: Any) -> Any:
        if not self._is_narrow(other, 1):
            return super().__matmul__(other)
        product = np.empty((self.shape[0], product_kernels.WIDTH), np.float32)
        product_kernels.multiply(*self._parts, _widen(other), product)
        return product[:, : other.shape[1]].copy()

    def __rmatmul__(self, other: Any) -> Any:
        if not self._is_narrow(other, 0):
            return super().__rmatmul__(other)
        product = np.zeros((self.shape[1], product_kernels.WIDTH), np.float32)
        product_kernels.multiply_transposed(*self._parts, _widen(other.T), product)
        return product[:, : other.shape[0]].T

    @property
    def _parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.data, self.indices, self.indptr

    def _is_narrow(self, other: Any, axis: int) -> bool:
        """Return whether the other matrix is one that kernels multiply."""
        return (
            product_kernels is not None
            and type(other) is np.ndarray
            and other.ndim == 2
            and other.dtype == self.dtype == np.float32
            and self.indices.dtype == self.indptr.dtype == np.int32
            and other.shape[1 - axis] == self.shape[axis]
            and 1 < other.shape[axis] <= product_kernels.WIDTH
        )


def classifier_rows(X: Any) -> Any:
    """Return compressed sparse rows as ClassifierRows without a copy, others as is."""
    return ClassifierRows(X) if issparse(X) and X.format == "csr" else X


def _widen(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix with columns of zeros appended."""
    wide = np.zeros((len(matrix), product_kernels.WIDTH), np.float32)
    wide[:, : matrix.shape[1]] = matrix
    return wide
