"""Rounds of training in NumPy: the algorithm, all streams side by side.

The documents are cut into a fixed number of streams. In each round every stream copies
the rows that its next windows need and trains these copies, window by window; what the
rows have changed by is then added to the model, stream after stream. Streams know
nothing of each other in a round: it does not matter who trains which, and when. Here
the first windows of all streams are trained at once, then the second, and so on.

A window is a word to predict (the target) and what predicts it (the inputs): the words
around it, the tags of its document, or both. Skip-gram and PV-DBOW let each input
predict the target, CBOW and PV-DM the mean or the sum of all. Some windows in a row
share the words that are drawn as noise. Pairs are trained many at once, in tiles of
up to ``MOST_INPUTS`` x ``MOST_TARGETS``: those of a window in skip-gram, those of a
group of windows else.

What the kernels do in C differs from this by rounding alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skmeta._training._numpy_copies import Copies
from skmeta._training._numpy_streams import Stream, Windows
from skmeta._training._numpy_tiles import Tiles

__all__ = ["Rounds"]


class Rounds:
    """Trains vectors round by round.

    Parameters
    ----------
    words, outputs : float32 ndarray of shape (n_words, vector_size)
        Trained in place, as are the next two.
    documents : float32 ndarray of shape (n_tags, vector_size), or None
    ngrams : float32 ndarray of shape (n_buckets, vector_size), or None
        With it, a word predicts with the mean of its own row and those of its n-grams.
    ngram_ends, ngram_rows : int64 and int32 ndarray, or None
        The n-grams of word i are ``ngram_rows[ngram_ends[i]:ngram_ends[i + 1]]``.
    tokens : int32 ndarray of shape (n_tokens,)
    segments : int64 ndarray of shape (n_segments + 1,)
        Where documents, or parts of long ones, begin and end.
    segment_documents : int32 ndarray of shape (n_segments,)
    tag_ends, tags : int64 and int32 ndarray, or None
        The rows of the tags of each document.
    bounds : int64 ndarray of shape (n_streams + 1,)
        The segments of each stream.
    kept : uint32 ndarray of shape (n_words,), or None
        A token stays where a random number is not above this; None: all do.
    shares, aliases : ndarray of shape (n_words,)
        Of the alias method that draws noise.
    use_words, is_each, is_mean, shrink, is_spread : bool
        Whether words around are inputs; whether each input predicts, or their mean, or
        their sum; whether windows shrink at random; whether those of a group come from
        different places, or in a row.
    window, n_noise, n_windows, n_shared, n_together : int
        Words to each side; words drawn as noise; windows a stream and round; windows
        that share their noise; windows a group, of which ``n_shared`` is a multiple.
    noise_weight : float
        How much each noise word counts.
    limit : float
        Pairs with a score of this size or more are left as they are.
    longest, most_tags, most_ngrams : int
        Of a segment, a document, a word.
    """

    def __init__(self, **given: Any) -> None:
        self._ = given
        self._streams = [
            Stream(given, first, last)
            for first, last in zip(given["bounds"], given["bounds"][1:])
        ]
        self._n_rounds, self._loss, self._n_pairs = 0, 0.0, 0

    def start_epoch(
        self, keys: np.ndarray, first_alpha: float, last_alpha: float
    ) -> None:
        """Begin again at the first document.

        Parameters
        ----------
        keys : uint64 ndarray of shape (n_streams,)
            Of the streams' random numbers.
        first_alpha, last_alpha : float
            The learning rate at the start and at the end of the epoch.
        """
        self._loss, self._n_pairs = 0.0, 0
        for stream, key in zip(self._streams, keys):
            stream.start(key, first_alpha, last_alpha)

    def plan(self, n_rounds: int, n_threads: int = 1) -> None:
        """Set how many rounds the next calls of ``train`` take, in how many threads."""
        self._n_rounds = n_rounds

    def train(self) -> None:
        """Train the rounds that are planned."""
        for _ in range(self._n_rounds):
            reading = [stream for stream in self._streams if not stream.is_done]
            found = [stream.choose_windows() for stream in reading]
            chosen = [windows for windows in found if len(windows.targets)]
            if chosen:
                self._train(chosen)

    def write_back(self) -> None:
        """Bring the given arrays up to date, which here they always are."""

    @property
    def n_read(self) -> int:
        """How many tokens were read in this epoch."""
        return sum(stream.n_read for stream in self._streams)

    @property
    def is_done(self) -> bool:
        """Whether the epoch has come to its end."""
        return all(stream.is_done for stream in self._streams)

    @property
    def loss(self) -> tuple[float, int]:
        """The sum of the losses in this epoch, and the number of predictions."""
        return self._loss, self._n_pairs

    def _train(self, chosen: list[Windows]) -> None:
        """Train windows of each stream on copies of rows, and add the changes."""
        given = self._
        copies = [Copies(given, windows) for windows in chosen]
        ends = np.cumsum([0, *(len(own.rows) for own in copies)])
        none = np.zeros((1, given["words"].shape[1]), np.float32)
        rows = np.concatenate([*(own.rows for own in copies), none])
        tiles = Tiles(
            rows,
            np.concatenate([*(own.counts for own in copies), none[0, :1]]),
            np.array([windows.alpha for windows in chosen])[:, np.newaxis, np.newaxis],
            given["noise_weight"],
            given["limit"],
        )
        inputs, targets, noise = (
            _stack([getattr(own, name) for own in copies], ends)
            for name in ("inputs", "targets", "noise")
        )
        for group in range(targets.shape[1]):
            found = inputs[:, group], targets[:, group], noise[:, group]
            if not given["is_each"]:
                tiles.train_means(*found, given["is_mean"])
            elif not given["use_words"]:
                tiles.train_tags(*found)
            else:
                for window in range(targets.shape[2]):
                    tiles.train_each(found[0][:, window], found[1][:, window], found[2])
        for own, first, last in zip(copies, ends, ends[1:]):
            own.add_changes(rows[first:last])
        self._loss += tiles.loss
        self._n_pairs += tiles.n_pairs


def _stack(arrays: list[np.ndarray], firsts: np.ndarray) -> np.ndarray:
    """Stack numbers of rows of all streams; what is missing is the last row."""
    shape = np.max([array.shape for array in arrays], axis=0)
    stacked = np.full((len(arrays), *shape), firsts[-1])
    for own, array, first in zip(stacked, arrays, firsts):
        own[tuple(map(slice, array.shape))] = np.where(
            array < 0, firsts[-1], array + first
        )
    return stacked
