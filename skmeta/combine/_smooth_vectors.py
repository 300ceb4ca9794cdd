"""Smooth vectors: those that agree best with being mixes of one another."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array, eye
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from skmeta.combine._linear import flip_signs

__all__ = ["find_smooth_vectors"]

_FEW_ROWS = 1_000  # a dense matrix of so many rows is decomposed at once
_TOLERANCE = 1e-6
_MOST_RESTARTS = 100


def find_smooth_vectors(mixes: csr_array, n_components: int) -> np.ndarray:
    """Find the eigenvectors of (I - W)'(I - W) that have the smallest eigenvalues.

    A vector that is constant by construction, since all rows of W add up to 1, tells
    nothing and is left out. Other vectors of eigenvalue 0 stay.

    Parameters
    ----------
    mixes : sparse float64 array W of shape (n_rows, n_rows)
    n_components : int
        How many; there may be one fewer than rows.

    Returns
    -------
    vectors : float64 ndarray of shape (n_rows, n_found)
        The columns have a mean square of 1, the entry of largest size is positive.

    Raises
    ------
    RuntimeError
        If they are not found in reasonable time.
    """
    n_rows = mixes.shape[0]
    residual = csr_array(csr_array(eye(n_rows, format="csr")) - mixes)
    squares = residual.multiply(residual).sum(axis=0)
    is_constant_smooth = bool(np.abs(residual.sum(axis=1)).max() < 1e-8)
    n_found = min(n_components, n_rows - is_constant_smooth)
    if n_rows <= _FEW_ROWS or 3 * n_found >= n_rows:
        matrix = (residual.T @ residual).toarray()
        if is_constant_smooth:  # make the constant vector the least smooth of all
            matrix += squares.sum() / n_rows
        _, vectors = eigh(matrix, subset_by_index=(0, n_found - 1), overwrite_a=True)
    else:
        lift = 2.0 * squares.max() if is_constant_smooth else 0.0  # beyond those wanted
        vectors = _iterate(residual, n_found, lift)
    return flip_signs(vectors * np.sqrt(n_rows))


def _iterate(residual: csr_array, n_found: int, lift: float) -> np.ndarray:
    """Find eigenvectors by Lanczos iteration, from a start that is always the same."""
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
            "sets the eigenvalues apart, or ask for fewer n_components."
        ) from error
    return vectors[:, values.argsort()]
