"""Newton's method for many documents at once."""

from __future__ import annotations

import numpy as np

from skmeta._doc2vec.inference._objective import (
    Objective,
    Products,
    times_matrix,
)
from skmeta._native import doc2vec_kernels

__all__ = ["Preconditioner", "maximize", "maximize_with_numpy"]

_CURVATURE = 0.08  # of log s the range of trained models; 1/4 at most
_LONGEST, _SHORTEST = 4.0, 0.25  # steps, in multiples of Newton's


class Preconditioner:
    """An approximate inverse of a document's Hessian, for any number of tokens.

    Parameters
    ----------
    second_moment : ndarray of shape (vector_size, vector_size)
        The expected outer product of what a position in a text is predicted with.
    variance : float
        As in Objective.
    """

    def __init__(self, second_moment: np.ndarray, variance: float) -> None:
        spectrum, basis = np.linalg.eigh(second_moment)
        self.spectrum = (_CURVATURE * spectrum.clip(0)).astype(np.float32)
        self.basis = np.ascontiguousarray(basis, np.float32)
        self.basis_transposed = np.ascontiguousarray(self.basis.T)
        self.variance = variance

    def scaled(self, scale: np.ndarray) -> np.ndarray:
        """Return the eigenvalues for documents of the given scales."""
        return 1 / (scale * self.spectrum + np.float32(1 / self.variance))

    def multiply(self, eigenvalues: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """Multiply the documents' matrices with their vectors."""
        rotated = times_matrix(vectors, self.basis) * eigenvalues
        return times_matrix(rotated, self.basis.T)


def maximize(
    objective: Objective,
    preconditioner: Preconditioner,
    steps: tuple[int, ...],
) -> np.ndarray:
    """Maximize the objective of each document.

    The number of steps is fixed, so that a vector does not depend on other documents.

    Parameters
    ----------
    objective : Objective
    preconditioner : Preconditioner
    steps : tuple of int
        How many steps of conjugate gradients to solve each of Newton's equations by.

    Returns
    -------
    vectors : float32 ndarray of shape (n_documents, vector_size)
    """
    if doc2vec_kernels is not None:
        return doc2vec_kernels.maximize(objective, preconditioner, steps)
    return maximize_with_numpy(objective, preconditioner, steps)


def maximize_with_numpy(
    objective: Objective, preconditioner: Preconditioner, steps: tuple[int, ...]
) -> np.ndarray:
    """Do what ``maximize`` says."""
    n_documents, _, size = objective.targets.shape
    vectors = np.zeros((n_documents, size), np.float32)
    products = objective.multiply(vectors)
    precision = np.float32(1 / objective.variance)
    eigenvalues = preconditioner.scaled(objective.scale())
    for number, n_steps in enumerate(steps, start=1):
        slopes, curvatures = objective.derive(products)
        gradient = objective.collect(slopes) - precision * vectors
        newton, newton_products = _conjugate_gradients(
            objective, preconditioner, eigenvalues, gradient, curvatures, n_steps
        )
        if number == len(steps):  # so close to the maximum that the full step is right
            return vectors + newton
        length = _best_length(objective, vectors, products, newton, newton_products)
        vectors += length * newton
        for product, change in zip(products, newton_products):
            product += length * change
    return vectors


def _conjugate_gradients(
    objective: Objective,
    preconditioner: Preconditioner,
    eigenvalues: np.ndarray,
    gradient: np.ndarray,
    curvatures: Products,
    n_steps: int,
) -> tuple[np.ndarray, Products]:
    """Solve Newton's equations approximately; also return the solutions' products."""
    precision = np.float32(1 / objective.variance)
    residual = gradient.copy()
    direction = preconditioner.multiply(eigenvalues, residual)
    squared = _dot(residual, direction)
    solution = np.zeros_like(gradient)
    solution_products = np.zeros_like(curvatures[0]), np.zeros_like(curvatures[1])
    for step in range(n_steps):
        if step:
            better = preconditioner.multiply(eigenvalues, residual)
            squared_before, squared = squared, _dot(residual, better)
            direction = better + _ratio(squared, squared_before) * direction
        products = objective.multiply(direction)
        bent = curvatures[0] * products[0], curvatures[1] * products[1]
        curved = objective.collect(bent)
        curved += precision * direction
        length = _ratio(squared, _dot(direction, curved))
        solution += length * direction
        residual -= length * curved
        for sum_, product in zip(solution_products, products):
            sum_ += length * product
    return solution, solution_products


def _best_length(
    objective: Objective,
    vectors: np.ndarray,
    products: Products,
    newton: np.ndarray,
    newton_products: Products,
) -> np.ndarray:
    """Return the step length, from the derivatives at the end of Newton's step."""
    precision = np.float32(1 / objective.variance)
    at_end = products[0] + newton_products[0], products[1] + newton_products[1]
    slopes, curvatures = objective.derive(at_end)
    slope = -precision * _dot(vectors + newton, newton)
    curvature = precision * _dot(newton, newton)
    for first, second, product in zip(slopes, curvatures, newton_products):
        slope += _dot(first, product)
        curvature += _dot(second, product * product)
    return (1 + _ratio(slope, curvature)).clip(_SHORTEST, _LONGEST)


def _dot(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the dot products of corresponding rows, (n_documents, 1)."""
    return np.einsum("ij,ij->i", first, second)[:, np.newaxis]


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Divide, with 0 where the denominator vanishes."""
    tiny = np.finfo(np.float32).tiny
    return numerator / np.maximum(denominator, tiny)
