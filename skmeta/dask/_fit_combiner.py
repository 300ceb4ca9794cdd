"""Fit combiners to Dask arrays, by summing the moments of partitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import dask.array as da
import numpy as np
from dask import delayed

from skmeta._documents._check import short_repr
from skmeta.combine._by_name import get_combiner
from skmeta.combine._linear import LinearCombiner
from skmeta.combine._moments import Moments, compute_moments
from skmeta.combine._views import Views

__all__ = ["fit_combiner"]

_MOMENTS_BLOCK_SIZE = 8  # summed in one task: as many are in memory


def fit_combiner(
    combiner: LinearCombiner
    | Literal["svd", "gcca", "procrustes", "one_to_n", "geometry_aware"],
    views: Sequence[da.Array],
    *,
    names: Sequence[str] | None = None,
    normalize: bool = False,
) -> LinearCombiner:
    """Fit a combiner to views in Dask arrays.

    The workers compute the moments of each partition, i.e. numbers of rows, sums and
    Gram matrices, which are small and all that the combiner needs. Their sums are
    solved locally. The result equals that of ``combiner.fit`` on all rows, up to
    rounding.

    Parameters
    ----------
    combiner : combine.SVD, GCCA, Procrustes, OneToN or GeometryAware, or a name
        A clone of it is fitted.
    views : sequence of Dask arrays of shape (n_rows, d_i)
        Their rows represent the same things. A row of zeros is absent from its view.
        Chunks of known but different sizes are rechunked.
    names : sequence of str, default=None
        The names of the views; None: "0", "1", and so on.
    normalize : bool, default=False
        Whether to scale every row to unit length.

    Returns
    -------
    combiner : fitted combiner
        Its ``transform`` takes arrays in memory, e.g. a partition of each view.

    Raises
    ------
    TypeError
        If the combiner needs the rows themselves, or a view is not a Dask array.
    ValueError
        If the views do not match.

    See Also
    --------
    skmeta.dask.transform : Documents to vectors, lazily.

    Examples
    --------
    >>> import dask.array as da
    >>> import numpy as np
    >>> from skmeta.combine import SVD
    >>> from skmeta.dask import fit_combiner
    >>> rows = np.random.default_rng(0).standard_normal((1_000, 5), dtype=np.float32)
    >>> views = [da.from_array(rows[:, :3], 100), da.from_array(rows[:, 3:], 100)]
    >>> fit_combiner(SVD(n_components=2), views).n_features_out_
    2
    """
    combiner = get_combiner(combiner)
    if not isinstance(combiner, LinearCombiner):
        raise TypeError(
            f"Found {short_repr(combiner)}, which is not learned from Gram matrices, "
            "expected SVD, GCCA, Procrustes, OneToN or GeometryAware. Use one of "
            "these, or fit it on arrays in memory."
        )
    views = _align(views)
    names = tuple(map(str, range(len(views))) if names is None else names)
    parts = [view.to_delayed()[:, 0] for view in views]
    measure_part = delayed(_measure_part, pure=False)
    add_up = delayed(_add_up, pure=False)
    moments = [
        measure_part(list(blocks), names, normalize)
        for blocks in zip(*parts, strict=True)
    ]
    while len(moments) > 1:
        starts = range(0, len(moments), _MOMENTS_BLOCK_SIZE)
        moments = [
            add_up(moments[start : start + _MOMENTS_BLOCK_SIZE]) for start in starts
        ]
    return combiner.fit_moments(moments[0].compute(), names)


def _align(views: Sequence[Any]) -> list[da.Array]:
    """Return the views in partitions of the same rows, each with all columns."""
    if isinstance(views, da.Array) or not len(views):
        raise ValueError(
            f"Found {short_repr(views)} as views, expected a list of Dask arrays, one "
            "for each view."
        )
    for view in views:
        if not isinstance(view, da.Array):
            raise TypeError(
                f"Found a view of type {type(view).__name__}, expected a Dask array. "
                "Make one, e.g. dask.array.from_array(rows, chunks=(100_000, -1))."
            )
        if view.ndim != 2 or np.isnan(view.shape[1]):
            raise ValueError(
                f"Found a view of shape {view.shape}, expected rows and a known number "
                "of columns. Use skmeta.dask.transform, or compute_chunk_sizes()."
            )
    views = [view.rechunk({1: -1}) for view in views]
    chunks = [view.chunks[0] for view in views]
    if not np.isnan([size for sizes in chunks for size in sizes]).any():
        n_rows = [len(view) for view in views]
        if len(set(n_rows)) > 1:
            raise ValueError(
                f"Found views of {n_rows} rows, expected them to have equally many, "
                "one for each word or document."
            )
        return [view.rechunk({0: chunks[0]}) for view in views]
    if len(set(map(len, chunks))) > 1:
        raise ValueError(
            f"Found views of {list(map(len, chunks))} partitions of unknown sizes, "
            "expected equally many. Call compute_chunk_sizes() on each of them."
        )
    return views


def _measure_part(
    blocks: list[np.ndarray], names: Sequence[str], normalize: bool
) -> Moments:
    """Compute the moments of one partition."""
    return compute_moments(Views(blocks, names=names, normalize=normalize))


def _add_up(moments: list[Moments]) -> Moments:
    """Sum the moments of several partitions."""
    return sum(moments[1:], moments[0])
