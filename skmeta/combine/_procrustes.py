"""Procrustes alignment: rotate the views onto each other, then average them."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Literal

import numpy as np
from scipy.linalg import eigh, svd
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._param_validation import Interval, StrOptions

from skmeta._messages import count_of
from skmeta._warnings import warn_user
from skmeta.combine._combiner import Weights
from skmeta.combine._linear import LinearCombiner, check_overlap, flip_signs
from skmeta.combine._moments import Moments, knowing

__all__ = ["Procrustes"]


class Procrustes(LinearCombiner):
    """Rotate every view onto a consensus, or onto one of them, then average.

    Vectors of independent sources cannot be averaged directly, because their axes are
    unrelated. Rotations, including reflections, preserve all distances within a source;
    chosen so that the sources agree best on the rows that they share [1]_, they make
    the average nearly as good as the concatenation, in the columns of one source [2]_,
    [3]_.

    Parameters
    ----------
    target : str or int, default=None
        The name or the number of the view that the others are rotated onto; it is not
        changed. None: a consensus, the weighted mean of all rotated views, computed
        together with the rotations [1]_; its axes are sorted by size.
    output : {"average", "concatenate"}, default="average"
        Whether the rotated views are averaged, each row over the views that know it, or
        concatenated.
    max_iter : int, default=200
        The maximum number of iterations over all rotations, for the consensus.
    tol : float, default=1e-9
        Stop when the relative improvement of the agreement is smaller.
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each view in the consensus and in the mean. None: equal weights.

    Attributes
    ----------
    rotations_ : list of float64 ndarrays of shape (d_i, d)
        With orthonormal rows; d is the number of columns of the widest view, into which
        narrower ones are rotated.
    n_iter_ : int
    projections_ : list of float32 ndarrays of shape (d_i, d)
    weights_ : float32 ndarray of shape (n_views,)
    dimensions_ : tuple of int
        The number of columns of each view.
    n_features_out_ : int

    See Also
    --------
    Average : Without rotations.
    scipy.linalg.orthogonal_procrustes : The rotation of one matrix onto another.

    Notes
    -----
    The consensus maximizes the sum over rows of the squared length of the weighted
    mean, multiplied by the weight of the views that know the row, by improving one
    rotation at a time. Only Gram matrices of the rows are needed, computed once. Rows
    that only one view knows have no influence.

    References
    ----------
    .. [1] J. C. Gower (1975). Generalized Procrustes analysis. Psychometrika 40.
    .. [2] A. Muromaegi, K. Sirts, S. Laur (2017). Linear ensembles of word embedding
       models. NoDaLiDa.
    .. [3] I. Garcia-Ferrero, R. Agerri, G. Rigau (2021). Benchmarking
       meta-embeddings: what works and what does not. Findings of EMNLP.

    Examples
    --------
    The second view is the first, rotated by a right angle.

    >>> from skmeta.combine import Procrustes
    >>> views = [[[2.0, 0.0], [0.0, 1.0]], [[0.0, 2.0], [-1.0, 0.0]]]
    >>> Procrustes(target=0).fit_transform(views).round(4) + 0.0
    array([[2., 0.],
           [0., 1.]], dtype=float32)
    """

    _averages = True
    _parameter_constraints: dict = {
        **LinearCombiner._parameter_constraints,
        "target": [str, Interval(Integral, 0, None, closed="left"), None],
        "output": [StrOptions({"average", "concatenate"})],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        target: str | int | None = None,
        *,
        output: Literal["average", "concatenate"] = "average",
        max_iter: int = 200,
        tol: float = 1e-9,
        weights: Weights = None,
    ) -> None:
        self.target = target
        self.output = output
        self.max_iter = max_iter
        self.tol = tol
        self.weights = weights

    @property
    def _side_by_side(self) -> bool:  # type: ignore[override]
        return self.output == "concatenate"

    def _solve(self, moments: Moments, names: Sequence[str]) -> None:
        if self.target is None:
            check_overlap(moments, names, "Procrustes")
            self._find_consensus(moments)
        else:
            self._rotate_onto(self._check_target(names), moments, names)
        weights = self.weights_[:, np.newaxis, np.newaxis]
        self.projections_ = [
            (weight * rotation).astype(np.float32)
            for weight, rotation in zip(weights, self.rotations_)
        ]

    def _choose_views(self, names: Sequence[str]) -> list[int]:
        views = super()._choose_views(names)
        target = [] if self.target is None else [self._check_target(names)]
        return sorted({*views, *target})

    def _find_consensus(self, moments: Moments) -> None:
        """Improve one rotation at a time until convergence."""
        weights = self.weights_.astype(np.float64)

        def share(pattern: tuple[int, ...]) -> float:
            return 1 / weights[list(pattern)].sum()

        factors = np.repeat(weights, self.dimensions_)
        gram = moments.gram(share) * np.outer(factors, factors)
        columns, width = moments.columns, max(self.dimensions_)
        stacked = _rotate_rows(eigh(gram)[1][:, ::-1][:, :width], columns, width)
        agreement, self.n_iter_ = -np.inf, 0
        inertia = 1e-10 * np.trace(gram)  # do not rotate an axis without need
        while self.n_iter_ < self.max_iter:
            self.n_iter_ += 1
            product = gram @ stacked
            for rows in columns:
                others = product[rows] - gram[rows, rows] @ stacked[rows]
                rotation = _nearest_rotation(others + inertia * stacked[rows])
                product += gram[:, rows] @ (rotation - stacked[rows])
                stacked[rows] = rotation
            before, agreement = agreement, float(np.vdot(stacked, product))
            if agreement - before <= self.tol * abs(agreement):
                break
        else:
            rise = (agreement - before) / (abs(agreement) or 1)
            warn_user(
                "Procrustes stopped after max_iter="
                f"{count_of(self.max_iter, 'improvement')} while the agreement "
                f"still rose by {rise:.1e} of itself, expected less than "
                f"tol={self.tol:g}. Raise one of them.",
                ConvergenceWarning,
            )
        axes = flip_signs(stacked @ eigh(stacked.T @ product)[1][:, ::-1])
        self.rotations_ = [axes[rows] for rows in columns]

    def _rotate_onto(self, target: int, moments: Moments, names: Sequence[str]) -> None:
        """Rotate each view onto the target, using the rows that both know."""
        self.rotations_, self.n_iter_ = [], 1
        width, columns = max(self.dimensions_), moments.columns
        for view, size in enumerate(self.dimensions_):
            if view == target:
                self.rotations_.append(np.eye(size, width))
                continue
            shared = knowing(view, target)
            if not moments.n_rows_of(knowing(view)):
                self.rotations_.append(np.eye(size, width))
                continue
            if not moments.n_rows_of(shared):
                raise ValueError(
                    f"The source {names[view]!r} shares no row with the target "
                    f"{names[target]!r}, expected some to align them by. Use "
                    "target=None, another target, or leave the source out."
                )
            cross = moments.gram(shared)[columns[view], columns[target]]
            cross = np.pad(cross, ((0, 0), (0, width - cross.shape[1])))
            self.rotations_.append(_nearest_rotation(cross))

    def _check_target(self, names: Sequence[str]) -> int:
        """Return the number of the target."""
        if isinstance(self.target, str) and self.target in names:
            return list(names).index(self.target)
        if isinstance(self.target, Integral) and self.target < len(names):
            return int(self.target)
        raise ValueError(
            f"Found target={self.target!r}, expected one of the sources {list(names)}, "
            "its number, or None for a consensus."
        )


def _nearest_rotation(matrix: np.ndarray) -> np.ndarray:
    """Return the nearest matrix with orthonormal rows, from the polar decomposition."""
    if not matrix.size:
        return matrix
    left, _, right = svd(matrix, full_matrices=False)
    return left @ right


def _rotate_rows(vectors: np.ndarray, columns: list[slice], width: int) -> np.ndarray:
    """Initialize with the rotations nearest to the leading eigenvectors."""
    vectors = np.pad(vectors, ((0, 0), (0, width - vectors.shape[1])))
    return np.vstack([_nearest_rotation(vectors[rows]) for rows in columns])
