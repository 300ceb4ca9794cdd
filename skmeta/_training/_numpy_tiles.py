"""Negative sampling in NumPy: rows and words trained at once, in several streams."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import expit, log_expit

__all__ = ["MOST_INPUTS", "MOST_TARGETS", "Tiles"]

MOST_INPUTS, MOST_TARGETS = 16, 8


class Tiles:
    """Trains rows of several streams, which have no row in common.

    Where a stream has fewer inputs or windows than others, the last row, which is
    zero, stands for them.

    Parameters
    ----------
    rows : float32 ndarray of shape (n_rows, vector_size)
        Trained in place.
    counts : float32 ndarray of shape (n_rows,)
        Of how many rows each is the mean.
    alphas : float32 ndarray of shape (n_streams, 1, 1)
        Learning rates.
    noise_weight, limit : float
        See Rounds.

    Attributes
    ----------
    loss : float
        The sum so far.
    n_pairs : int
        How many predictions it is of.
    """

    def __init__(
        self,
        rows: np.ndarray,
        counts: np.ndarray,
        alphas: np.ndarray,
        noise_weight: float,
        limit: float,
    ) -> None:
        self._rows, self._counts, self._alphas = rows, counts, alphas
        self._weight, self._limit = np.float32(noise_weight), limit
        self._none = len(rows) - 1
        self.loss, self.n_pairs = 0.0, 0

    def train_each(
        self, inputs: np.ndarray, targets: np.ndarray, noise: np.ndarray
    ) -> None:
        """Let each input of a window predict its target and not the noise.

        Parameters
        ----------
        inputs : int ndarray of shape (n_streams, n_inputs)
        targets : int ndarray of shape (n_streams,)
        noise : int ndarray of shape (n_streams, n_noise)
        """
        is_there = inputs != self._none
        self.n_pairs += int(is_there.sum())
        targets = targets[:, np.newaxis]
        words = np.concatenate([targets, noise], axis=1)
        weights = (words != targets) * self._weight
        weights[:, 0] = 1
        labels = np.full(words.shape[1], -1, np.float32)
        labels[0] = 1
        for first in range(0, int(is_there.sum(axis=1).max()), MOST_INPUTS):
            tile = slice(first, first + MOST_INPUTS)
            pair_weights = np.where(is_there[:, tile, np.newaxis], weights[:, None], 0)
            for start in range(0, words.shape[1], MOST_TARGETS):
                some = slice(start, start + MOST_TARGETS)
                self._train_repeated(
                    inputs[:, tile],
                    words[:, some],
                    labels[some],
                    pair_weights[..., some],
                )

    def train_tags(
        self, inputs: np.ndarray, targets: np.ndarray, noise: np.ndarray
    ) -> None:
        """Let each input of some windows predict the window's target.

        Parameters
        ----------
        inputs : int ndarray of shape (n_streams, n_windows, n_inputs)
        targets : int ndarray of shape (n_streams, n_windows)
        noise : int ndarray of shape (n_streams, n_noise)
        """
        n_streams = len(inputs)
        targets = np.repeat(targets, inputs.shape[2], axis=1)
        inputs = inputs.reshape(n_streams, -1)
        order = np.argsort(inputs == self._none, axis=1, kind="stable")
        inputs = np.take_along_axis(inputs, order, axis=1)
        targets = np.take_along_axis(targets, order, axis=1)
        n_pairs = int((inputs != self._none).sum(axis=1).max())
        for first in range(0, n_pairs, MOST_INPUTS):
            tile = slice(first, min(first + MOST_INPUTS, n_pairs))
            some, own = inputs[:, tile], targets[:, tile]
            is_there = some != self._none
            self._train_own(self._rows, self._rows, some, own, is_there)
            for words, weights in self._tiles_of_noise(own, noise, is_there):
                self._train_repeated(some, words, np.float32(-1), weights)

    def train_means(
        self, inputs: np.ndarray, targets: np.ndarray, noise: np.ndarray, is_mean: bool
    ) -> None:
        """Let the mean, or sum, of each window's inputs predict its target.

        Parameters
        ----------
        inputs : int ndarray of shape (n_streams, n_windows, n_inputs)
        targets : int ndarray of shape (n_streams, n_windows)
        noise : int ndarray of shape (n_streams, n_noise)
        is_mean : bool
        """
        rows, times = self._count_inputs(inputs.reshape(targets.size, -1))
        counts = times * self._counts[rows]
        totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
        means = counts @ self._rows[rows]
        if is_mean:
            means /= totals
        changes, is_there = np.zeros_like(means), targets != self._none
        own = np.arange(targets.size).reshape(targets.shape)
        self._train_own(means, changes, own, targets, is_there)
        for words, weights in self._tiles_of_noise(targets, noise, is_there):
            step = self._train(means[own], words, np.float32(-1), weights)
            step = step.reshape(means.shape)
            means, changes = means + step, changes + step
        self._rows[rows] += times.T @ (changes if is_mean else changes / totals)

    def _count_inputs(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return distinct rows, and how often each window has each of them."""
        rows, places = np.unique(inputs, return_inverse=True)
        shape = len(inputs), len(rows)
        places = places.reshape(inputs.shape) + np.arange(shape[0])[:, None] * shape[1]
        times = np.bincount(places.ravel(), minlength=shape[0] * shape[1])
        times = times.reshape(shape).astype(np.float32)
        times[:, rows == self._none] = 0
        return rows, times

    def _tiles_of_noise(
        self, targets: np.ndarray, noise: np.ndarray, is_there: np.ndarray
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return words as noise, and their weights: 0 for a word that is to predict."""
        self.n_pairs += int(is_there.sum())
        weights = (targets[..., np.newaxis] != noise[:, np.newaxis]) * self._weight
        weights *= is_there[..., np.newaxis]
        return [
            (
                noise[:, start : start + MOST_TARGETS],
                weights[..., start : start + MOST_TARGETS],
            )
            for start in range(0, noise.shape[1], MOST_TARGETS)
        ]

    def _train_own(
        self,
        rows: np.ndarray,
        into: np.ndarray,
        inputs: np.ndarray,
        targets: np.ndarray,
        is_there: np.ndarray,
    ) -> None:
        """Train rows on a word of their own each; add what they change by."""
        scores = np.einsum("pjk,pjk->pj", rows[inputs], self._rows[targets])
        steps = self._derive(
            scores[..., np.newaxis],
            np.float32(1),
            is_there[..., np.newaxis].astype(np.float32),
        )
        for own, words, step in zip(inputs.T, targets.T, steps.swapaxes(0, 1)):
            old = rows[own]
            into[own] += step * self._rows[words]
            self._rows[words] += step * old

    def _train_repeated(
        self, inputs: np.ndarray, words: np.ndarray, labels: Any, weights: np.ndarray
    ) -> None:
        """Train inputs of which one that comes twice has changed in between."""
        repeats = _find_repeats(inputs)
        rows = self._rows[inputs]
        changes = self._train(rows, words, labels, weights, np.tril(repeats, -1))
        self._rows[inputs] = rows + repeats @ changes

    def _train(
        self,
        rows: np.ndarray,
        words: np.ndarray,
        labels: Any,
        weights: np.ndarray,
        before: np.ndarray | None = None,
    ) -> np.ndarray:
        """Train words with rows, all by the scores before; return the rows' changes."""
        outputs = self._rows[words]
        steps = self._derive(rows @ outputs.swapaxes(1, 2), labels, weights)
        changes = steps @ outputs
        if before is not None:
            rows = rows + before @ changes
        self._rows[words] = outputs + _find_repeats(words) @ (
            steps.swapaxes(1, 2) @ rows
        )
        return changes

    def _derive(self, scores: np.ndarray, labels: Any, weights: Any) -> np.ndarray:
        """Turn scores into steps, and add the loss."""
        self.loss -= float((weights * log_expit(labels * scores)).sum())
        steps = self._alphas * weights * labels * expit(-labels * scores)
        return np.where(np.abs(scores) < self._limit, steps, np.float32(0))


def _find_repeats(numbers: np.ndarray) -> np.ndarray:
    """Return which numbers of a line are equal, of shape (n_lines, n, n)."""
    return (numbers[:, :, np.newaxis] == numbers[:, np.newaxis]).astype(np.float32)
