"""Approximate the noise distribution of negative sampling by a few points."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

__all__ = ["cluster_noise_distribution", "second_moment"]

_FITTED_WORDS = 20_000  # the most frequent ones determine the clusters
_ROUNDS = 15
_ROWS_BLOCK_SIZE = 65_536


def cluster_noise_distribution(
    vectors: np.ndarray, shares: np.ndarray, n_points: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Compute the means of clusters of words, and their probabilities as noise.

    Parameters
    ----------
    vectors : float32 ndarray of shape (n_words, vector_size)
        Output vectors.
    shares : ndarray of shape (n_words,)
        How often each word is drawn; they add up to 1.
    n_points : int
        With as many as there are words nothing is lost.

    Returns
    -------
    points : float32 ndarray of shape (n_points, vector_size)
    point_shares : float32 ndarray of shape (n_points,)
    spread : float
        The variance of a word around its point, in one dimension.
    """
    n_words = len(vectors)
    if n_words <= n_points:
        return np.asarray(vectors), shares.astype(np.float32), 0.0
    some = np.argsort(-shares, kind="stable")[: max(_FITTED_WORDS, n_points)]
    with threadpool_limits(limits=1):  # else sums depend on the number of threads
        kmeans = KMeans(n_points, n_init=1, max_iter=_ROUNDS, random_state=0)
        kmeans.fit(vectors[some], sample_weight=shares[some] * len(some))
        nearest = [
            kmeans.predict(vectors[start : start + _ROWS_BLOCK_SIZE])
            for start in range(0, n_words, _ROWS_BLOCK_SIZE)
        ]
    members = csr_array(
        (shares, (np.concatenate(nearest), np.arange(n_words))), (n_points, n_words)
    )
    point_shares = np.asarray(members.sum(axis=1))
    found = point_shares > 0
    points = (members @ vectors)[found] / point_shares[found, np.newaxis]
    spread = np.trace(second_moment(vectors, shares))
    spread -= point_shares[found] @ np.square(points).sum(axis=1)
    return (
        points.astype(np.float32),
        point_shares[found].astype(np.float32),
        float(spread / vectors.shape[1]),
    )


def second_moment(vectors: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Sum the weighted outer products of vectors."""
    moment = np.zeros((vectors.shape[1],) * 2)
    for start in range(0, len(vectors), _ROWS_BLOCK_SIZE):
        rows = slice(start, start + _ROWS_BLOCK_SIZE)
        moment += (vectors[rows] * shares[rows, np.newaxis]).T @ vectors[rows]
    return moment
