"""PV-DM: a document's vector and the words around a word predict it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skmeta._doc2vec.inference._frozen_model import FrozenModel
from skmeta._doc2vec.inference._lengths import batches, pad, padded_lengths
from skmeta._doc2vec.inference._objective import Objective
from skmeta._pooling._pool_rows import pool_rows

__all__ = ["windows"]

_WORDS_BLOCK_SIZE = 4_096


def windows(
    model: FrozenModel, rows: np.ndarray, ends: np.ndarray
) -> Iterator[tuple[np.ndarray, Objective]]:
    """Yield the objectives of documents by PV-DM, with mean or sum.

    gensim draws a window for each word, and skips words: here each context counts as
    often as it would be drawn.

    Parameters
    ----------
    model : FrozenModel
    rows, ends : int ndarray
        The documents' words: see ``row_numbers``.

    Yields
    ------
    numbers : int ndarray of shape (n_documents_of_batch,)
    objective : Objective
    """
    for numbers, length in batches(np.diff(ends), _WORDS_BLOCK_SIZE):
        places, real = pad(ends, numbers, length)
        words = rows[places]
        kept = model.kept[words] * real
        contexts, sizes = _contexts(model, words, kept)
        sizes += 1  # the document itself
        slopes = 1 / sizes if model.dm_mean else np.ones_like(sizes)
        # gensim divides the step by the number of summands where the vectors are added,
        # and where they are averaged it does not, though the gradient says so
        weights = kept * sizes if model.dm_mean else kept / sizes
        targets, real, at = _targets(model, words, real)
        target_vectors = model.targets[targets]
        target_vectors *= slopes[at][:, :, np.newaxis]
        offsets = np.einsum("ijk,ijk->ij", contexts[at], target_vectors)
        # words drawn as noise lie around their points, which makes s flatter
        lengths = np.einsum("ijk,ijk->ij", contexts, contexts) * slopes**2
        flatter = 1 / np.sqrt(1 + np.float32(np.pi / 8) * model.spread * lengths)
        half_offsets = contexts @ model.points.T
        half_offsets *= (np.float32(0.5) * slopes * flatter)[:, :, np.newaxis]
        yield (
            numbers,
            Objective(
                targets=target_vectors,
                weights=weights[at] * real,
                offsets=offsets,
                points=model.points,
                points_transposed=model.points_transposed,
                point_shares=model.point_shares,
                position_weights=weights / flatter,
                position_slopes=slopes * flatter,
                position_half_offsets=half_offsets,
                variance=model.variance,
            ),
        )


def _contexts(
    model: FrozenModel, words: np.ndarray, kept: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum of the words' vectors around each word, and their number."""
    n_documents, length = words.shape
    near = _nearness(kept, model.window, model.shrink_windows)
    n_distances = near.shape[2]
    distances = np.arange(1, n_distances + 1)
    places = np.arange(length)[:, np.newaxis]
    after, before = places + distances, places - distances  # a negative one is far
    after[after >= length] = 0
    amounts = np.empty((n_documents, length, 2 * n_distances), np.float32)
    neighbors = np.empty(amounts.shape, np.int32)
    amounts[:, :, ::2] = near * kept[:, after]
    neighbors[:, :, ::2] = words[:, after]
    amounts[:, :, 1::2] = near[:, before, distances - 1] * kept[:, before]
    amounts[:, :, 1::2][:, before < 0] = 0
    neighbors[:, :, 1::2] = words[:, before]
    sizes = amounts.cumsum(axis=2)[:, :, -1]  # one by one: zeros change nothing
    ends = np.arange(n_documents * length + 1) * (2 * n_distances)
    vectors = np.asarray(model.word_vectors)
    rows, weights = neighbors.ravel(), amounts.ravel()
    contexts = np.empty((len(ends) - 1, vectors.shape[1]), np.float32)
    pool_rows("sum", 1, vectors, None, rows, ends, None, weights, contexts)
    return contexts.reshape(n_documents, length, -1), sizes


def _nearness(kept: np.ndarray, window: int, shrink_windows: bool) -> np.ndarray:
    """Return how often words at some distance are in each other's window.

    Skipped words do not count as distance, so it is the number of words between that
    are expected to be kept which tells.

    Returns
    -------
    near : float32 ndarray of shape (n_documents, length, n_distances)
        Of a word and the one so far after it, from distance 1 on; 0 where none is.
    """
    length = kept.shape[1]
    n_kept = np.cumsum(kept, axis=1, dtype=np.float64)
    reach = np.array([row.searchsorted(row + window) for row in n_kept])
    last = length - 1 - (kept[:, ::-1] > 0).argmax(axis=1)  # the rest is padding
    reach = np.minimum(reach, last[:, np.newaxis]) - np.arange(length)
    n_distances = min(max(int(reach.max()) + 1, 1), length - 1)  # 1 more for rounding
    after = np.arange(length)[:, np.newaxis] + np.arange(1, n_distances + 1)
    exists = after < length
    after[~exists] = 1
    between = n_kept[:, after - 1] - n_kept[:, :, np.newaxis]
    near = 1 - between / window if shrink_windows else window - between
    near = near.clip(0, 1).astype(np.float32)
    near *= (kept[:, after] != 0) & exists
    return near


def _targets(
    model: FrozenModel, words: np.ndarray, real: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Return each document's target rows and the mask of those that are not padding."""
    if model.paths is None:
        return words, real, np.s_[:, :]
    n_documents, length = words.shape
    paths = model.paths[words.ravel()]
    n_targets = np.diff(paths.indptr)
    positions = np.repeat(np.tile(np.arange(length), n_documents), n_targets)
    real = np.repeat(real.ravel(), n_targets)
    ends = paths.indptr[::length]
    longest = int(padded_lengths(np.diff(ends)).max())
    places, inside = pad(ends, np.arange(n_documents), longest)
    at = np.arange(n_documents)[:, np.newaxis], positions[places]
    return paths.indices[places], real[places] & inside, at
