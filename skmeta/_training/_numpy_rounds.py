"""Rounds of training in NumPy: the algorithm, one window after the other.

The documents are cut into a fixed number of streams. In each round every stream copies
the rows that its next windows need and trains these copies, window by window; what the
rows have changed by is then added to the model, stream after stream. Streams know
nothing of each other in a round: it does not matter who trains which, and when.

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
from scipy.special import expit, log_expit

from skmeta._training._random import draw

__all__ = ["Rounds"]

MOST_INPUTS, MOST_TARGETS = 16, 8
_LOW_BITS, _HIGH = np.uint64(2**32 - 1), np.uint64(32)


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
    use_words, is_each, is_mean, shrink : bool
        Whether words around are inputs; whether each input predicts, or their mean, or
        their sum; whether windows shrink at random.
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
            _Stream(given, first, last)
            for first, last in zip(given["bounds"], given["bounds"][1:])
        ]
        self._n_rounds = 0

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
        for stream, key in zip(self._streams, keys):
            stream.start(key, first_alpha, last_alpha)

    def plan(self, n_rounds: int) -> None:
        """Set how many rounds the next call of ``train`` takes."""
        self._n_rounds = n_rounds

    def train(self) -> None:
        """Train the rounds that are planned."""
        for _ in range(self._n_rounds):
            for keys, changes in [stream.train() for stream in self._streams]:
                self._add(keys, changes)

    def _add(self, keys: list[tuple[str, int]], changes: np.ndarray) -> None:
        """Add to the rows of the model what they have changed by."""
        given = self._
        for (kind, row), change in zip(keys, changes):
            given[kind][row] += change
            if kind == "words" and given["ngrams"] is not None:
                first, last = given["ngram_ends"][row : row + 2]
                np.add.at(given["ngrams"], given["ngram_rows"][first:last], change)

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
        return (
            sum(stream.loss for stream in self._streams),
            sum(stream.n_pairs for stream in self._streams),
        )


class _Stream:
    """A part of the corpus that is read on from round to round."""

    def __init__(self, given: dict[str, Any], first: int, last: int) -> None:
        self._, self._first, self._last = given, first, last
        self._n_tokens = given["segments"][last] - given["segments"][first]
        self._weight = np.float32(given["noise_weight"])

    def start(self, key: np.uint64, first_alpha: float, last_alpha: float) -> None:
        self._key, self._n_drawn = key, 0
        self._alphas = np.float32(first_alpha), np.float32(last_alpha)
        self._now, self._at, self._kept = self._first, 0, np.empty(0, np.int32)
        self.n_read = self.n_pairs = 0
        self.loss = 0.0

    @property
    def is_done(self) -> bool:
        return self._now == self._last and self._at == len(self._kept)

    def train(self) -> tuple[list[tuple[str, int]], np.ndarray]:
        """Train copies of rows; return their keys, and what they have changed by."""
        given = self._
        windows = self._choose_windows()
        noise = self._draw_noise(-(-len(windows) // given["n_shared"]))
        rows: dict[tuple[str, int], int] = {}  # by key, in the order of the copies
        numbered = [
            (
                [rows.setdefault(key, len(rows)) for key in inputs],
                rows.setdefault(target, len(rows)),
            )
            for inputs, target in windows
        ]
        noise_rows = [
            [rows.setdefault(("outputs", word), len(rows)) for word in words]
            for words in noise.tolist()
        ]
        keys = list(rows)
        counts = np.ones(len(keys), np.float32)
        starts = np.zeros((len(keys), given["words"].shape[1]), np.float32)
        for i, key in enumerate(keys):
            starts[i], counts[i] = self._copy_row(*key)
        copies = starts.copy()
        first, last = self._alphas
        share = np.float32(self.n_read / self._n_tokens) if self._n_tokens else 0
        alpha = first - (first - last) * share
        for start in range(0, len(numbered), given["n_together"]):
            group = numbered[start : start + given["n_together"]]
            noise_of_group = noise_rows[start // given["n_shared"]]
            if not given["is_each"]:
                self._train_means(copies, group, noise_of_group, alpha, counts)
            elif given["use_words"]:
                for inputs, target in group:
                    self._train_each(copies, inputs, target, noise_of_group, alpha)
            else:
                self._train_tags(copies, group, noise_of_group, alpha)
        return keys, copies - starts

    def _choose_windows(self) -> list[tuple[list[tuple[str, int]], tuple[str, int]]]:
        """List the inputs and the target of the next windows, as keys of rows."""
        given = self._
        windows: list[tuple[list[tuple[str, int]], tuple[str, int]]] = []
        while len(windows) < given["n_windows"]:
            if self._at == len(self._kept):
                if self._now == self._last:
                    break
                self._read_segment()
                continue
            last = min(len(self._kept), self._at + given["n_windows"] - len(windows))
            for i in range(self._at, last):
                inputs = self._find_inputs(i)
                if inputs:
                    windows.append((inputs, ("outputs", int(self._kept[i]))))
            self._at = last
        return windows

    def _read_segment(self) -> None:
        """Read the next segment, without the tokens that are skipped by chance."""
        given, now = self._, self._now
        first, last = given["segments"][now : now + 2]
        tokens = given["tokens"][first:last]
        if given["kept"] is not None:
            numbers = draw(self._key, self._n_drawn, len(tokens)) >> _HIGH
            self._n_drawn += len(tokens)
            tokens = tokens[given["kept"][tokens] >= numbers]
        self._kept, self._at = tokens, 0
        self._document = (
            None if given["documents"] is None else given["segment_documents"][now]
        )
        self._now += 1
        self.n_read += int(last - first)

    def _find_inputs(self, i: int) -> list[tuple[str, int]]:
        """List the keys of what predicts a token of the segment."""
        given, inputs = self._, []
        if given["use_words"]:
            reach = given["window"]
            if given["shrink"]:
                [number] = draw(self._key, self._n_drawn, 1).tolist()
                self._n_drawn += 1
                reach -= ((number >> 32) * reach) >> 32
            words = self._kept[max(i - reach, 0) : i].tolist()
            words += self._kept[i + 1 : i + 1 + reach].tolist()
            inputs += [("words", word) for word in words]
        if self._document is not None:
            first, last = given["tag_ends"][self._document : self._document + 2]
            inputs += [("documents", tag) for tag in given["tags"][first:last].tolist()]
        return inputs

    def _draw_noise(self, n_times: int) -> np.ndarray:
        """Draw words as noise, of shape (n_times, n_noise)."""
        given = self._
        n = n_times * given["n_noise"]
        numbers = draw(self._key, self._n_drawn, n)
        self._n_drawn += n
        places = ((numbers >> _HIGH) * np.uint64(len(given["shares"]))) >> _HIGH
        stays = (numbers & _LOW_BITS) < given["shares"][places]
        words = np.where(stays, places, given["aliases"][places]).astype(np.int64)
        return words.reshape(n_times, given["n_noise"])

    def _copy_row(self, kind: str, row: int) -> tuple[np.ndarray, int]:
        """Return a row, and of how many rows it is the mean."""
        given = self._
        if kind != "words" or given["ngrams"] is None:
            return given[kind][row], 1
        first, last = given["ngram_ends"][row : row + 2]
        total = given["words"][row].copy()
        for ngram in given["ngram_rows"][first:last]:
            total += given["ngrams"][ngram]
        return total / np.float32(1 + last - first), 1 + last - first

    def _train_each(
        self,
        copies: np.ndarray,
        inputs: list[int],
        target: int,
        noise: list[int],
        alpha: Any,
    ) -> None:
        """Let each input of a window predict the target and not the noise."""
        self.n_pairs += len(inputs)
        targets = [target, *noise]
        weights = np.array([row != target for row in targets]) * self._weight
        weights[0] = 1
        for first in range(0, len(inputs), MOST_INPUTS):
            tile = inputs[first : first + MOST_INPUTS]
            for start in range(0, len(targets), MOST_TARGETS):
                some = slice(start, start + MOST_TARGETS)
                labels = np.full(len(targets[some]), -1, np.float32)
                labels[0] = 1 if start == 0 else -1
                self._train_tile(
                    copies, tile, copies, targets[some], labels, weights[some], alpha
                )

    def _train_means(
        self,
        copies: np.ndarray,
        group: list[tuple[list[int], int]],
        noise: list[int],
        alpha: Any,
        counts: np.ndarray,
    ) -> None:
        """Let the mean, or sum, of each window's inputs predict its target."""
        totals = [counts[inputs].sum(dtype=np.float32) for inputs, _ in group]
        means = np.array([counts[inputs] @ copies[inputs] for inputs, _ in group])
        if self._["is_mean"]:
            means /= np.array(totals)[:, np.newaxis]
        before = means.copy()
        targets = [target for _, target in group]
        self._train_group(means, list(range(len(group))), copies, targets, noise, alpha)
        for (inputs, _), total, step in zip(group, totals, means - before):
            np.add.at(copies, inputs, step if self._["is_mean"] else step / total)

    def _train_tags(
        self,
        copies: np.ndarray,
        group: list[tuple[list[int], int]],
        noise: list[int],
        alpha: Any,
    ) -> None:
        """Let each tag of the windows' documents predict the target."""
        pairs = [(tag, target) for inputs, target in group for tag in inputs]
        for first in range(0, len(pairs), MOST_INPUTS):
            tags, targets = map(list, zip(*pairs[first : first + MOST_INPUTS]))
            self._train_group(copies, tags, copies, targets, noise, alpha)

    def _train_group(
        self,
        rows: np.ndarray,
        inputs: list[int],
        copies: np.ndarray,
        targets: list[int],
        noise: list[int],
        alpha: Any,
    ) -> None:
        """Train rows on words of their own, then all of them on the noise."""
        self.n_pairs += len(inputs)
        scores = np.einsum("jk,jk->j", rows[inputs], copies[targets])
        one = np.ones(len(inputs), np.float32)
        for row, target, step in zip(
            inputs, targets, self._derive(scores, one, one, alpha)
        ):
            old = rows[row].copy()
            rows[row] += step * copies[target]
            copies[target] += step * old
        for start in range(0, len(noise), MOST_TARGETS):
            some = noise[start : start + MOST_TARGETS]
            weights = np.not_equal.outer(targets, some) * self._weight
            labels = np.full(len(some), -1, np.float32)
            self._train_tile(rows, inputs, copies, some, labels, weights, alpha)

    def _train_tile(
        self,
        rows: np.ndarray,
        inputs: list[int],
        copies: np.ndarray,
        targets: list[int],
        labels: np.ndarray,
        weights: np.ndarray,
        alpha: Any,
    ) -> None:
        """Train pairs of rows and targets at once, by the scores before."""
        outputs = copies[targets]
        steps = self._derive(rows[inputs] @ outputs.T, labels, weights, alpha)
        if len(set(inputs)) == len(inputs):
            np.add.at(copies, targets, steps.T @ rows[inputs])
            rows[inputs] += steps @ outputs
            return
        for row, step in zip(inputs, steps):  # one that comes twice changes in between
            np.add.at(copies, targets, np.outer(step, rows[row]))
            rows[row] += step @ outputs

    def _derive(
        self, scores: np.ndarray, labels: np.ndarray, weights: np.ndarray, alpha: Any
    ) -> np.ndarray:
        """Turn scores into steps, and add the loss."""
        self.loss -= float((weights * log_expit(labels * scores)).sum())
        steps = alpha * weights * labels * expit(-labels * scores)
        return np.where(np.abs(scores) < self._["limit"], steps, np.float32(0))
