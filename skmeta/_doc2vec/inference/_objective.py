"""The log-posterior of some documents' vectors, to maximize."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Objective", "Products", "times_matrix"]

_BLOCK = 16  # documents: products of equal shapes round equally
Products = tuple[np.ndarray, np.ndarray]  # with targets and with points


@dataclass
class Objective:
    """The logarithm of the posterior of each vector d in a batch of documents.

    It is the sum of

    - ``weights * log s(offsets + targets @ d)`` over targets, which stand for what is
      to be predicted, with s the logistic function;
    - ``position_weights * point_shares * log s(-(position_offsets + position_slopes *
      points @ d))`` over positions in the document and points, which stand for the
      words drawn as noise;
    - ``-d @ d / (2 variance)``: vectors are thought to be short.

    Each part is concave, the last strictly: a document has one best vector.

    Attributes
    ----------
    targets : float32 ndarray of shape (n_documents, n_targets, vector_size)
    weights, offsets : float32 ndarray of shape (n_documents, n_targets)
        Targets of weight 0 fill up short documents.
    points : float32 ndarray of shape (n_points, vector_size)
    points_transposed : float32 ndarray of shape (vector_size, n_points)
        The same, as compiled products read it.
    point_shares : float32 ndarray of shape (n_points,)
    position_weights, position_slopes : float32 ndarray of (n_documents, n_positions)
    position_half_offsets : float32 ndarray of (n_documents, n_positions, n_points)
        Half of the position_offsets.
    variance : float
    """

    targets: np.ndarray
    weights: np.ndarray
    offsets: np.ndarray
    points: np.ndarray
    points_transposed: np.ndarray
    point_shares: np.ndarray
    position_weights: np.ndarray
    position_slopes: np.ndarray
    position_half_offsets: np.ndarray
    variance: float

    def multiply(self, vectors: np.ndarray) -> Products:
        """Multiply targets and points with each document's vector."""
        with_targets = self.targets @ vectors[:, :, np.newaxis]
        return with_targets[:, :, 0], times_matrix(vectors, self.points.T)

    def collect(self, amounts: Products) -> np.ndarray:
        """Sum the weighted targets and points: the transpose of ``multiply``."""
        of_targets, of_points = amounts
        sums = _times(of_targets, self.targets)
        return sums + times_matrix(of_points, self.points)

    def derive(self, products: Products) -> tuple[Products, Products]:
        """Differentiate all but the last part by the products with targets and points.

        Parameters
        ----------
        products : pair of float32 ndarray
            What ``multiply`` gives for the vectors at which to derive.

        Returns
        -------
        slopes, curvatures : pairs of float32 ndarray
            First derivatives, and second ones without their minus.
        """
        with_targets, with_points = products
        predicted = logistic(with_targets + self.offsets)
        slopes = self.weights * (1 - predicted)
        curvatures = slopes * predicted
        # s(x) = (1 + tanh(x / 2)) / 2: numpy's tanh is fast, and few passes remain
        halves = np.float32(0.5) * self.position_slopes
        noise = with_points[:, np.newaxis] * halves[:, :, np.newaxis]
        noise += self.position_half_offsets
        np.tanh(noise, out=noise)
        weights = self.position_weights * halves
        sums = weights.sum(axis=1, keepdims=True)
        noise_slopes = -self.point_shares * (sums + _times(weights, noise))
        np.square(noise, out=noise)
        weights *= halves
        sums = weights.sum(axis=1, keepdims=True)
        noise_curvatures = self.point_shares * (sums - _times(weights, noise))
        return (slopes, noise_slopes), (curvatures, noise_curvatures)

    def scale(self) -> np.ndarray:
        """Return the number of observations of each document, (n_documents, 1)."""
        weights = self.position_weights * self.position_slopes**2
        return weights.sum(axis=1, keepdims=True)


def logistic(values: np.ndarray) -> np.ndarray:
    """Compute 1 / (1 + exp(-values)) in place."""
    values *= np.float32(0.5)
    np.tanh(values, out=values)
    values *= np.float32(0.5)
    values += np.float32(0.5)
    return values


def times_matrix(rows: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Multiply rows with a matrix, bitwise independent of the other rows."""
    n_blocks = -(-len(rows) // _BLOCK)
    filled = np.zeros((n_blocks * _BLOCK, rows.shape[1]), np.float32)
    filled[: len(rows)] = rows
    products = filled.reshape(n_blocks, _BLOCK, -1) @ matrix
    return products.reshape(len(filled), -1)[: len(rows)]


def _times(amounts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Sum the weighted rows of each document: (n_documents, n_columns)."""
    return (amounts[:, np.newaxis] @ rows)[:, 0]
