"""Smooth vectors, which combinations of one another approximate best."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array, eye
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from skmeta.combine._linear import flip_signs

__all__ = ["find_smooth_vectors"]

_FEW_ROWS = 1_000  # up to which a dense decomposition is used
_TOLERANCE = 1e-6
_MOST_RESTARTS = 100


def find_smooth_vectors(mixes: csr_array, n_components: int) -> np.ndarray:
    """Find the eigenvectors of (I - W)'(I - W) that have the smallest eigenvalues.

    The constant vector, an eigenvector if all rows of W sum to 1, is uninformative and
    is left out. Other vectors of eigenvalue 0 are kept.

    Parameters
    ----------
    mixes : sparse float64 array W of shape (n_rows, n_rows)
    n_components : int
        The number of eigenvectors, at most one less than rows.

    Returns
    -------
    vectors : float64 ndarray of shape (n_rows, n_found)
        The columns have a mean square of 1, the entry of largest size is positive.

    Raises
    ------
    RuntimeError
        If they are not found in a limited number of iterations.
    """
    n_rows = mixes.shape[0]
    residual = csr_array(csr_array(eye(n_rows, format="csr")) - mixes)
    squares = residual.multiply(residual).sum(axis=0)
    is_constant_smooth = bool(np.abs(residual.sum(axis=1)).max() < 1e-8)
    n_found = min(n_components, n_rows - is_constant_smooth)
    if n_rows <= _FEW_ROWS or 3 * n_found >= n_rows:
        matrix = (residual.T @ residual).toarray()
        if is_constant_smooth:  # move the constant vector to the end
            matrix += squares.sum() / n_rows
        _, vectors = eigh(matrix, subset_by_index=(0, n_found - 1), overwrite_a=True)
    else:
        lift = 2.0 * squares.max() if is_constant_smooth else 0.0  # to the end
        vectors = _iterate(residual, n_found, lift)
    return flip_signs(vectors * np.sqrt(n_rows))


def _iterate(residual: csr_array, n_found: int, lift: float) -> np.ndarray:
    """Find eigenvectors by Lanczos iteration, from a fixed start."""
    n_rows = residual.shape[0]
    transposed = csr_array(residual.T)

    def multiply(vector: np.ndarray) -> np.ndarray:
        vector = vector.ravel()
        # the vector itself is added so that the tolerance is not relative to nearly 0
        return vector + transposed @ (residual @ vector) + lift * vector.mean()

    try:
        values, vectors = eigsh(
            LinearOperator((n_rows, n_rows), matvec=multiply, dtype=np.float64),
            k=n_found,
            which="SA",
            v0=np.random.default_rng(0).standard_normal(n_rows),
            ncv=min(n_rows, 2 * n_found + 40),
            maxiter=_MOST_RESTARTS,
            tol=_TOLERANCE,
        )
    except ArpackNoConvergence as error:
        raise RuntimeError(
            f"Found {len(error.eigenvalues)} of {n_found} eigenvectors in "
            f"{_MOST_RESTARTS} restarts, expected all. Raise regularization, which "
            "separates the eigenvalues, or set n_components lower."
        ) from error
    return vectors[:, values.argsort()]
