"""Views: several matrices of the same rows, some of which may be absent."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, issparse, vstack

from skmeta._messages import count_of
from skmeta.combine._mapped import drop_pages

__all__ = ["CountRows", "Step", "Views", "gather"]

_ROWS_BLOCK_SIZE = 16_384  # if the cost per block is high
_ROWS_IN_CACHE = 512  # else: fits into a processor's cache

Block = Any  # float32 ndarray, or csr_array if the view is sparse


class Step(Protocol):
    """A transformation of the rows of all views, each row independently."""

    def apply(
        self, blocks: list[Block], present: np.ndarray
    ) -> tuple[list[Block], np.ndarray]:
        """Change blocks in place; return them and which rows are then present."""


class CountRows:
    """A step that changes nothing but reports the number of rows.

    Parameters
    ----------
    advance : callable
        Takes the number of rows.
    """

    def __init__(self, advance: Callable[[int], None]) -> None:
        self._advance = advance

    def apply(
        self, blocks: list[Block], present: np.ndarray
    ) -> tuple[list[Block], np.ndarray]:
        """Report the number of rows."""
        self._advance(len(present))
        return blocks, present


class Views:
    """Align several matrices whose rows represent the same words or documents.

    Nothing is copied: rows are gathered, and scaled to unit length, block by block when
    a combiner iterates over them.

    Parameters
    ----------
    matrices : sequence of array-like or sparse arrays of shape (n_i, d_i)
        One for each view, of any dimensions. A row of zeros is absent: the view knows
        nothing about it.
    rows : sequence of int arrays of shape (n_rows,), default=None
        For each view, the row of its matrix in each place, -1 if it has none. None: the
        matrices have equally many rows, in the same order.
    names : sequence of str, default=None
        The names of the views; None: "0", "1", and so on.
    normalize : bool, default=False
        Whether to scale every row to unit length, so that no view outweighs the others
        by the size of its numbers alone.

    Attributes
    ----------
    n_rows : int
    dimensions : tuple of int
        The number of columns of each view.
    names : tuple of str
    sparse : tuple of bool
        Which views are sparse; their blocks are CSR.
    normalized : bool
        Whether rows are scaled to unit length.

    Examples
    --------
    >>> from skmeta.combine import Views
    >>> views = Views([[[3.0, 4.0], [0.0, 0.0]], [[2.0], [1.0]]], normalize=True)
    >>> views.present()
    array([[ True,  True],
           [False,  True]])
    >>> [block, other] = next(views.blocks())[1]
    >>> block
    array([[0.6, 0.8],
           [0. , 0. ]], dtype=float32)
    """

    def __init__(
        self,
        matrices: Sequence[ArrayLike],
        rows: Sequence[np.ndarray] | None = None,
        names: Sequence[str] | None = None,
        normalize: bool = False,
    ) -> None:
        self._matrices = [_check_matrix(matrix) for matrix in matrices]
        if not self._matrices:
            raise ValueError(
                "Found no view, expected at least one matrix. Pass a list of them."
            )
        self.names = tuple(map(str, range(len(matrices))) if names is None else names)
        if len(self.names) != len(self._matrices):
            raise ValueError(
                f"Found {count_of(len(self.names), 'name')} for "
                f"{count_of(len(self._matrices), 'view')}, expected as many. Name each "
                "of them once."
            )
        if rows is None:
            rows = [np.arange(matrix.shape[0]) for matrix in self._matrices]
        self._rows = [np.asarray(row_numbers) for row_numbers in rows]
        lengths = [len(row_numbers) for row_numbers in self._rows]
        if len(lengths) != len(self._matrices) or len(set(lengths)) > 1:
            raise ValueError(
                f"Found views of {lengths} rows, expected them to have equally many, "
                "one for each word or document. Pass rows= where some are absent."
            )
        self.n_rows = lengths[0]
        self.dimensions = tuple(matrix.shape[1] for matrix in self._matrices)
        self.sparse = tuple(issparse(matrix) for matrix in self._matrices)
        for view, matrix in enumerate(self._matrices):
            if not matrix.shape[0]:  # a row that -1 refers to
                self._matrices[view] = _check_matrix(np.zeros((1, matrix.shape[1])))
        self._lengths = [
            _measure_rows(matrix, name)
            for matrix, name in zip(self._matrices, self.names, strict=True)
        ]
        self.normalized = normalize
        self._steps: tuple[Step, ...] = ()
        self.moments: Any = None  # cached by compute_moments

    def __len__(self) -> int:
        return len(self._matrices)

    def with_step(self, step: Step) -> Self:
        """Return these views with one more step applied to every block of rows.

        Parameters
        ----------
        step : Step
            Has ``apply(blocks, present)``, which returns both after the step.

        Returns
        -------
        views : Views
        """
        views = copy.copy(self)
        views._steps = (*self._steps, step)
        views.moments = None
        return views

    def scaled_rows(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return each view's row numbers and the factors of its rows.

        The factor is 0 if the row is absent, else 1, or one over its length.
        """
        rows, scales = [], []
        for numbers, lengths in zip(self._rows, self._lengths):
            present = (numbers >= 0) & (lengths[numbers] > 0)
            divisors = np.where(present & self.normalized, lengths[numbers], 1)
            rows.append(np.where(present, numbers, 0))
            scales.append((present / divisors).astype(np.float32))
        return rows, scales

    def present(self, places: slice = slice(None)) -> np.ndarray:
        """Return which matrices have which rows.

        Parameters
        ----------
        places : slice, default=slice(None)
            The rows to look at; all by default.

        Returns
        -------
        present : bool ndarray of shape (n_places, n_views)
        """
        return np.stack(
            [
                (rows[places] >= 0) & (lengths[rows[places]] > 0)
                for rows, lengths in zip(self._rows, self._lengths)
            ],
            axis=1,
        )

    def blocks(
        self, n_rows: int | None = None
    ) -> Iterator[tuple[slice, list[Block], np.ndarray]]:
        """Iterate over the rows in blocks.

        Parameters
        ----------
        n_rows : int, default=None
            The number of rows in a block. None: few, or more if there are steps.

        Yields
        ------
        places : slice
        blocks : list of float32 ndarrays (CSR arrays if sparse) of shape (n, d_i)
            The rows of each view; zeros if absent. The caller may change them.
        present : bool ndarray of shape (n, n_views)
        """
        n_rows = n_rows or (_ROWS_BLOCK_SIZE if self._steps else _ROWS_IN_CACHE)
        for start in range(0, self.n_rows, n_rows):
            places = slice(start, min(start + n_rows, self.n_rows))
            present = self.present(places)
            blocks = [
                self._gather(view, places, present[:, view])
                for view in range(len(self))
            ]
            for step in self._steps:
                blocks, present = step.apply(blocks, present)
            yield places, blocks, present
            if places.stop % _ROWS_BLOCK_SIZE < n_rows:  # not at once: it takes time
                for matrix in self._matrices:
                    drop_pages(matrix)

    def _gather(self, view: int, places: slice, present: np.ndarray) -> Block:
        """Copy rows of a view, scaled to unit length if normalized."""
        rows, matrix = self._rows[view][places], self._matrices[view]
        lengths = self._lengths[view][rows] if self.normalized else np.ones(len(rows))
        lengths[~present] = 1
        if self.sparse[view]:
            block = csr_array(matrix[rows].astype(np.float32))
            factors = (present / lengths).astype(np.float32)
            block.data *= np.repeat(factors, np.diff(block.indptr))
            return block
        block = np.take(matrix, rows, axis=0, mode="clip")  # faster than matrix[rows]
        block = block.astype(np.float32, copy=False)
        if self.normalized:
            block /= lengths[:, np.newaxis]
        block[~present] = 0
        return block


def gather(views: Views) -> list[Block]:
    """Gather the blocks of each view, float32 of shape (n_rows, d_i)."""
    parts = [blocks for _, blocks, _ in views.blocks()]
    return [
        vstack(some, format="csr") if sparse else np.concatenate(some)
        for sparse, some in zip(views.sparse, zip(*parts, strict=True))
    ]


def _check_matrix(matrix: ArrayLike) -> Any:
    """Return a 2-D numeric array, or a CSR array."""
    matrix = csr_array(matrix) if issparse(matrix) else np.asarray(matrix)
    if matrix.ndim != 2 or not np.issubdtype(matrix.dtype, np.number):
        raise ValueError(
            f"Found a view of shape {matrix.shape} and dtype {matrix.dtype}, expected "
            "numbers in rows and columns."
        )
    return matrix


def _measure_rows(matrix: Any, name: str) -> np.ndarray:
    """Return the Euclidean length of each row, float32; raise for NaN and infinity."""
    n_rows = matrix.shape[0]
    lengths = np.empty(n_rows, dtype=np.float32)
    for start in range(0, n_rows, _ROWS_IN_CACHE):
        rows = matrix[start : start + _ROWS_IN_CACHE]
        squares = _sum_squares(rows)
        unsure = np.flatnonzero(~((squares > 1e-30) & (squares < 1e30)))
        # too small or large to square in float32, but perhaps not in float64
        if len(unsure) and rows.dtype == np.float32:
            squares = squares.astype(np.float64)
            squares[unsure] = _sum_squares(rows[unsure].astype(np.float64))
        with np.errstate(over="ignore"):
            lengths[start : start + _ROWS_IN_CACHE] = np.sqrt(squares)
        drop_pages(matrix)
    sound = np.isfinite(lengths)
    if not sound.all():
        raise ValueError(
            f"Row {int(np.argmin(sound)):,} of the view {name!r} holds NaN, infinity "
            "or numbers too large for float32, expected finite numbers. Drop or fix "
            "such rows."
        )
    return lengths


def _sum_squares(rows: Any) -> np.ndarray:
    """Sum the squares of each row, in the precision of its numbers."""
    rows = rows if rows.dtype == np.float32 else rows.astype(np.float64)
    if issparse(rows):
        return rows.multiply(rows).sum(axis=1)
    return np.einsum("ij,ij->i", rows, rows)
