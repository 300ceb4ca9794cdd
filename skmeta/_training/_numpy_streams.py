"""Streams of documents in NumPy: which windows a round trains, and on what noise."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from skmeta._training._random import draw

__all__ = ["Stream", "Windows", "count_up"]

_LOW_BITS, _HIGH = np.uint64(2**32 - 1), np.uint64(32)


class Windows(NamedTuple):
    """The windows of a stream in a round.

    Attributes
    ----------
    inputs : int64 ndarray
        Keys of what predicts, window after window: words, and tags after all words.
    n_inputs : int64 ndarray of shape (n_windows,)
    targets : int64 ndarray of shape (n_windows,)
        Words to predict.
    noise : int64 ndarray of shape (n_sets, n_noise)
        Words.
    alpha : np.float32
        The learning rate.
    """

    inputs: np.ndarray
    n_inputs: np.ndarray
    targets: np.ndarray
    noise: np.ndarray
    alpha: Any


class Stream:
    """A part of the corpus that is read on from round to round.

    Parameters
    ----------
    given : dict
        The parameters of the rounds.
    first, last : int
        Its segments.
    """

    def __init__(self, given: dict[str, Any], first: int, last: int) -> None:
        self._, self._first, self._last = given, first, last
        self._n_tokens = given["segments"][last] - given["segments"][first]

    def start(self, key: np.uint64, first_alpha: float, last_alpha: float) -> None:
        """Begin an epoch."""
        self._key, self._n_drawn = key, 0
        self._alphas = np.float32(first_alpha), np.float32(last_alpha)
        self._now, self._at, self._kept = self._first, 0, np.empty(0, np.int32)
        self.n_read = 0

    @property
    def is_done(self) -> bool:
        """Whether the epoch has come to its end."""
        return self._now == self._last and self._at == len(self._kept)

    def choose_windows(self) -> Windows:
        """Choose the next windows, their noise and their learning rate."""
        n_left = self._["n_windows"]
        parts = [(np.empty(0, np.int64),) * 3]
        while n_left:
            if self._at == len(self._kept):
                if self._now == self._last:
                    break
                self._read_segment()
                continue
            parts.append(self._take_windows(min(len(self._kept) - self._at, n_left)))
            n_left -= len(parts[-1][1])
        inputs, n_inputs, targets = map(np.concatenate, zip(*parts))
        noise = self._draw_noise(-(-len(targets) // self._["n_shared"]))
        first, last = self._alphas
        share = np.float32(self.n_read / self._n_tokens) if self._n_tokens else 0
        alpha = np.float32(first - (first - last) * share)
        return Windows(inputs, n_inputs, targets, noise, alpha)

    def _read_segment(self) -> None:
        """Read the next segment, without the tokens that are skipped by chance."""
        given, now = self._, self._now
        first, last = given["segments"][now : now + 2]
        tokens = given["tokens"][first:last]
        if given["kept"] is not None:
            tokens = tokens[given["kept"][tokens] >= self._draw(len(tokens)) >> _HIGH]
        self._kept, self._at = tokens, 0
        self._tags = np.empty(0, np.int64)
        if given["documents"] is not None:
            document = given["segment_documents"][now]
            start, end = given["tag_ends"][document : document + 2]
            self._tags = len(given["words"]) + given["tags"][start:end].astype(np.int64)
        self._now += 1
        self.n_read += int(last - first)

    def _take_windows(self, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return inputs, their numbers and targets of n tokens; some have no window."""
        given, places = self._, np.arange(self._at, self._at + n)
        inputs, n_words = np.empty(0, np.int64), np.zeros(n, np.int64)
        if given["use_words"]:
            reach = np.full(n, given["window"])
            if given["shrink"]:
                numbers = self._draw(n) >> _HIGH
                reach -= (numbers * np.uint64(given["window"]) >> _HIGH).astype(int)
            low = np.maximum(places - reach, 0)
            n_words = np.minimum(places + reach + 1, len(self._kept)) - low - 1
            around = count_up(low, n_words)
            inputs = self._kept[around + (around >= np.repeat(places, n_words))]
        n_tags = np.full(n, len(self._tags))
        if len(self._tags):
            owners = [np.repeat(np.arange(n), count) for count in (n_words, n_tags)]
            order = np.argsort(np.concatenate(owners), kind="stable")
            inputs = np.concatenate([inputs, np.tile(self._tags, n)])[order]
        n_inputs = n_words + n_tags
        self._at += n
        is_window = n_inputs > 0
        return inputs, n_inputs[is_window], self._kept[places[is_window]]

    def _draw_noise(self, n_sets: int) -> np.ndarray:
        """Draw words as noise, of shape (n_sets, n_noise)."""
        given = self._
        numbers = self._draw(n_sets * given["n_noise"])
        places = ((numbers >> _HIGH) * np.uint64(len(given["shares"]))) >> _HIGH
        stays = (numbers & _LOW_BITS) < given["shares"][places]
        words = np.where(stays, places, given["aliases"][places]).astype(np.int64)
        return words.reshape(n_sets, given["n_noise"])

    def _draw(self, n: int) -> np.ndarray:
        """Return the next random numbers."""
        numbers = draw(self._key, self._n_drawn, n)
        self._n_drawn += n
        return numbers


def count_up(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return ranges of integers, one after the other."""
    ends = np.cumsum(lengths)
    return np.arange(lengths.sum()) + np.repeat(starts - (ends - lengths), lengths)
