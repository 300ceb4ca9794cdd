"""Factorize incomplete rows by alternating least squares on Gram matrices."""

from __future__ import annotations

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh

from skmeta.combine._linear import flip_signs
from skmeta.combine._moments import Pattern

__all__ = ["MaskedFactorization", "solve_ridge"]


class MaskedFactorization:
    """Vectors m and maps M that minimize |x - m M|^2 + ridge (|m|^2 + |M|^2).

    The first term sums over the columns that a row knows. Only the Gram matrices of the
    rows of each pattern of presence are needed, and only products of the vectors.

    Parameters
    ----------
    grams : dict of pattern to float64 ndarray
        The Gram matrix x' x of the pattern's rows, in the columns that they know.
    columns : dict of pattern to int ndarray
        The indices of these columns.
    ridge : float
    """

    def __init__(
        self,
        grams: dict[Pattern, np.ndarray],
        columns: dict[Pattern, np.ndarray],
        ridge: float,
    ) -> None:
        self.grams = grams
        self.columns = columns
        self.ridge = ridge

    def solve(
        self, maps: np.ndarray, views: list[slice], max_iter: int, tol: float
    ) -> tuple[np.ndarray, list[float], bool]:
        """Optimize the vectors and the maps alternately.

        Parameters
        ----------
        maps : float64 ndarray of shape (n_components, n_columns)
            The initial maps.
        views : list of slice
            The columns of each view.
        max_iter : int
        tol : float
            Stop when the relative decrease of the loss is smaller, or only rounding.

        Returns
        -------
        maps : float64 ndarray of shape (n_components, n_columns)
            Rotated and scaled so that m' m and M M' are the same diagonal, sorted.
        losses : list of float
            Before every sweep, and at the end.
        done : bool
            Whether the loss has converged.
        """
        losses: list[float] = []
        total = sum(float(gram.trace()) for gram in self.grams.values())
        rounding = np.finfo(np.float64).eps * 10 * total
        for _ in range(max_iter + 1):
            seconds, crosses, loss = self.solve_rows(maps)
            losses.append(loss)
            second = np.sum(list(seconds.values()), axis=0)
            forward, backward = _balance(second, maps @ maps.T)
            before = losses[-2] if len(losses) > 1 else np.inf
            done = before - loss <= max(tol * loss, rounding)
            if done or len(losses) > max_iter:
                break
            maps = np.zeros_like(maps)
            for view in views:
                second = np.zeros((len(maps), len(maps)))
                cross = np.zeros((len(maps), view.stop - view.start))
                for pattern, columns in self.columns.items():
                    if view.start in columns:
                        start = np.searchsorted(columns, view.start)
                        second += seconds[pattern]
                        cross += crosses[pattern][:, start : start + cross.shape[1]]
                turned = forward.T @ second @ forward
                maps[:, view] = solve_ridge(turned, self.ridge, forward.T @ cross)
        return flip_signs((backward @ maps).T).T, losses, bool(done)

    def solve_rows(
        self, maps: np.ndarray
    ) -> tuple[dict[Pattern, np.ndarray], dict[Pattern, np.ndarray], float]:
        """Solve for the vectors, given the maps.

        Returns
        -------
        seconds : dict of pattern to m' m
        crosses : dict of pattern to m' x, in the columns that the pattern knows
        loss : float
        """
        seconds, crosses = {}, {}
        loss = self.ridge * np.vdot(maps, maps)
        for pattern, gram in self.grams.items():
            known = maps[:, self.columns[pattern]]
            inner = known @ known.T
            solved = solve_ridge(inner, self.ridge, known)
            cross = solved @ gram
            second = cross @ solved.T
            loss += np.trace(gram) - 2 * np.vdot(known, cross)
            loss += np.vdot(inner, second) + self.ridge * np.trace(second)
            seconds[pattern], crosses[pattern] = second, cross
        return seconds, crosses, max(float(loss), 0.0)  # below 0: rounding


def _balance(second: np.ndarray, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find T so that T' (m' m) T and T^-1 (M M') T'^-1 are the same diagonal.

    m T and T^-1 M have the same product as m and M, and the smallest ridge.
    """
    values, vectors = eigh(second)
    roots = np.sqrt(np.maximum(values, values[-1] * 1e-14))
    root, inverse = vectors * roots @ vectors.T, vectors / roots @ vectors.T
    values, axes = eigh(root @ maps @ root)
    values, axes = values[::-1], axes[:, ::-1]
    sizes = np.maximum(values, values[0] * 1e-28) ** 0.25
    return inverse @ axes * sizes, (axes / sizes).T @ root


def solve_ridge(
    gram: np.ndarray, ridge: float, right: np.ndarray, size: float | None = None
) -> np.ndarray:
    """Solve (gram + ridge) x = right for the smallest x; gram is positive semidefinite.

    The size determines which part of gram is rounding; None: its trace.
    """
    size = max(gram.trace(), 0) if size is None else size
    noise = len(gram) * np.finfo(np.float64).eps * 10 * size
    if ridge > noise:
        try:
            regular = gram + ridge * np.eye(len(gram))
            return cho_solve(cho_factor(regular, lower=True), right)
        except LinAlgError:
            pass
    values, vectors = eigh(gram)
    values = np.where(values > noise, values, 0) + ridge
    inverse = np.zeros_like(values)
    np.divide(1, values, out=inverse, where=values > noise)
    return vectors @ (inverse[:, np.newaxis] * (vectors.T @ right))
