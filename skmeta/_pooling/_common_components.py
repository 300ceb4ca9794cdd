"""Common components of documents, which are removed from every row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import eigh

from skmeta.combine._linear import flip_signs
from skmeta.weighting import Weighting

__all__ = [
    "ROWS_BLOCK_SIZE",
    "CommonComponents",
    "count_to_remove",
    "find_common_components",
    "learn_common_components",
]

ROWS_BLOCK_SIZE = 4_096
_ROUNDING = 1e-6  # rounding error of float32 when a row is subtracted from itself


class CommonComponents:
    """Directions, and the share of each that is removed from rows.

    Parameters
    ----------
    directions : float32 ndarray of shape (n_components, n_features)
        Orthonormal.
    shares : float32 ndarray of shape (n_components,)
        1 takes a direction out, less a part of it.
    """

    def __init__(self, directions: np.ndarray, shares: np.ndarray) -> None:
        self.directions = directions
        self.shares = shares

    def remove(self, rows: np.ndarray) -> np.ndarray:
        """Remove the components from rows, in place; rows of zeros are unchanged.

        Parameters
        ----------
        rows : float32 ndarray of shape (n_rows, n_features)

        Returns
        -------
        rows : float32 ndarray of shape (n_rows, n_features)
            The same; zeros where only rounding errors are left.
        """
        for block in _blocks(len(rows)):
            some = rows[block].astype(np.float64)  # rounds as in a batch
            lengths = np.linalg.norm(some, axis=1)
            some -= (some @ self.directions.T * self.shares) @ self.directions
            some[np.linalg.norm(some, axis=1) <= _ROUNDING * lengths] = 0
            rows[block] = some
        return rows


def count_to_remove(remove_components: int | str, weighting: Weighting | None) -> int:
    """Return the number of components to remove; "auto" as in the paper."""
    if remove_components == "auto":
        return 0 if weighting is None else weighting.n_components
    return int(remove_components)


def learn_common_components(
    remove_components: int | str,
    weighting: Weighting | None,
    rows_of: Callable[[slice], np.ndarray],
    n_rows: int,
) -> CommonComponents | None:
    """Find the requested number of components; None if none is to be removed.

    ``rows_of`` is not called then.
    """
    n_components = count_to_remove(remove_components, weighting)
    if not n_components:
        return None
    by_share = weighting is not None and weighting.removes_shares
    return find_common_components(rows_of, n_rows, n_components, by_share)


def find_common_components(
    rows_of: Callable[[slice], np.ndarray],
    n_rows: int,
    n_components: int,
    by_share: bool = False,
) -> CommonComponents:
    """Find the first right singular vectors of rows, without centering.

    They are eigenvectors of the exact Gram matrix, added up in float64: memory does not
    grow with the number of rows, and the same rows give the same result in any process.

    Parameters
    ----------
    rows_of : callable
        Gives the float32 rows of a slice, (n, n_features).
    n_rows : int
        At least one.
    n_components : int
        How many to find; fewer where the rows do not span so many dimensions.
    by_share : bool, default=False
        Take each out by its share in their squared singular values, not as a whole.

    Returns
    -------
    components : CommonComponents
    """
    gram: np.ndarray | float = 0.0
    for block in _blocks(n_rows):
        rows = rows_of(block).astype(np.float64)
        gram = gram + rows.T @ rows
    size = len(np.atleast_1d(gram))
    first = max(size - n_components, 0)
    values, vectors = eigh(gram, subset_by_index=[first, size - 1])
    values, vectors = values[::-1], vectors[:, ::-1]
    noise = 10 * size * np.finfo(np.float32).eps ** 2  # rows are rounded to float32
    found = values > noise * values[0]
    values, directions = values[found], flip_signs(vectors[:, found]).T
    shares = values / values.sum() if by_share else np.ones(len(values))
    return CommonComponents(
        np.ascontiguousarray(directions, np.float32), shares.astype(np.float32)
    )


def _blocks(n_rows: int) -> list[slice]:
    """Split rows into blocks that do not depend on how the rows arrive."""
    starts = range(0, n_rows, ROWS_BLOCK_SIZE)
    return [slice(start, min(start + ROWS_BLOCK_SIZE, n_rows)) for start in starts]
