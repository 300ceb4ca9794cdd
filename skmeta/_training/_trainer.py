"""Training of gensim's models by native loops."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skmeta._progress import progress
from skmeta._training._corpus import Corpus
from skmeta._training._gensim import compose_words
from skmeta._training._numpy_rounds import Rounds as NumPyRounds
from skmeta._training._plan import N_STREAMS, make_rounds
from skmeta._training._random import mix_key
from skmeta._training._side_by_side import Stopped, stop_requested
from skmeta._warnings import warn_user

__all__ = ["train_natively"]

_ROUNDS_PER_CALL = 200  # some 100,000 windows: after that Ctrl-C is heard


def train_natively(
    model: Any,
    corpus: Corpus,
    tags: list[list[int]] | None = None,
    *,
    n_before: int = 0,
    n_threads: int = 1,
    verbose: int = 0,
) -> list[float]:
    """Train a model whose vocabulary is built, with negative sampling.

    Parameters
    ----------
    model : gensim Word2Vec, FastText or Doc2Vec
        Trained in place; its seed is that of the training.
    corpus : Corpus
        Numbered by the rows of the model.
    tags : list of lists of int, or None
        The rows of the documents' tags in a Doc2Vec; None: document i has row i.
    n_before : int, default=0
        Epochs that the model was trained before: random numbers go on from there.
    n_threads : int, default=1
        The result does not depend on it.
    verbose : int, default=0
        1 shows a bar with words a second.

    Returns
    -------
    loss_curve : list of float
        The mean loss of each epoch: minus the log-likelihood of a word and of the
        noise. An epoch whose loss is not finite is the last, and there is a warning.
    """
    n_tokens = len(corpus.tokens)
    rounds = make_rounds(model, corpus, tags)
    losses: list[float] = []
    what = f"Training {type(model).__name__}"
    with (
        progress(what, model.epochs * n_tokens, verbose, "words") as advance,
        ThreadPoolExecutor(n_threads) as pool,
    ):
        run = _Runner(rounds, pool, n_threads, advance)
        for epoch in range(model.epochs):
            keys = np.array(
                [mix_key(model.seed, n_before + epoch, s) for s in range(N_STREAMS)]
            )
            alphas = [_alpha(model, epoch), _alpha(model, epoch + 1)]
            rounds.start_epoch(keys, *alphas)
            run.finish_epoch()
            loss, n_pairs = rounds.loss
            losses.append(loss / n_pairs if n_pairs else 0.0)
            if not np.isfinite(losses[-1]):
                warn_user(
                    f"Found a loss of {losses[-1]} in epoch {epoch + 1} of "
                    f"{model.epochs}, expected a finite one: the vectors are of no "
                    f"use. Lower alpha (now {model.alpha:g}), or check init_vectors.",
                    ConvergenceWarning,
                )
                break
    rounds.write_back()
    if hasattr(model.wv, "vectors_vocab"):
        compose_words(model.wv)
    model.wv.norms = None
    return losses


class _Runner:
    """Takes rounds to the end of an epoch in several threads."""

    def __init__(
        self, rounds: Any, pool: ThreadPoolExecutor, n_threads: int, advance: Callable
    ) -> None:
        self._rounds, self._pool, self._advance = rounds, pool, advance
        self._n_threads = 1 if isinstance(rounds, NumPyRounds) else n_threads
        self._is_unwanted = stop_requested()

    def finish_epoch(self) -> None:
        n_before = 0
        while not self._rounds.is_done:
            if self._is_unwanted():
                raise Stopped
            self._rounds.plan(_ROUNDS_PER_CALL, self._n_threads)
            others = [
                self._pool.submit(self._rounds.train)
                for _ in range(self._n_threads - 1)
            ]
            self._rounds.train()
            for other in others:
                other.result()
            n_read = self._rounds.n_read
            self._advance(n_read - n_before)
            n_before = n_read
        # where subsampling skips all words of an epoch, there is nothing to train
        self._advance(self._rounds.n_read - n_before)


def _alpha(model: Any, epoch: int) -> float:
    """Return the learning rate at the start of an epoch."""
    share = epoch / model.epochs
    return model.alpha - (model.alpha - model.min_alpha) * share
