"""Maximum a posteriori inference of document vectors, which is deterministic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from skmeta._doc2vec.inference._dbow_objectives import dbow_objectives
from skmeta._doc2vec.inference._frozen_model import FrozenModel
from skmeta._doc2vec.inference._newton import maximize
from skmeta._doc2vec.inference._threads import map_in_threads
from skmeta._doc2vec.inference._windows import windows
from skmeta._native import doc2vec_kernels
from skmeta._progress import progress
from skmeta._vectors._word_index import row_numbers

__all__ = ["MAPInference"]

_TOKENS_BLOCK_SIZE = 16_384  # of documents of about one length, on one thread
# Steps of conjugate gradients in each of Newton's. What error they leave (1 to 2 % of a
# vector for bags, 0.3 % for windows, whose other words leave less to find) is small
# compared with the error of sampling (16 %).
_STEPS_OF_BAGS: tuple[int, ...] = (2, 3, 4)
_STEPS_OF_WINDOWS: tuple[int, ...] = (2, 3)


@cache
def _threadpools() -> ThreadpoolController:
    """Inspect the loaded libraries once: it takes as long as fifty documents."""
    return ThreadpoolController()


class MAPInference:
    """Infer the most probable vectors of documents (maximum a posteriori).

    Parameters
    ----------
    model : gensim Doc2Vec
    epochs : int
    alpha : float
    """

    def __init__(self, model: Any, epochs: int, alpha: float) -> None:
        self.model = FrozenModel(model, epochs, alpha)

    def infer(
        self, documents: list[list[str]], n_jobs: int | None, verbose: int
    ) -> np.ndarray:
        """Return the documents' vectors, zeros where no word is known."""
        vectors = np.zeros((len(documents), self.model.targets.shape[1]), np.float32)
        parts = [np.zeros(1, np.intp)]
        if len(documents) != 1:
            lengths = np.fromiter(map(len, documents), np.int64, len(documents))
            by_length = np.argsort(lengths, kind="stable")
            tasks = np.cumsum(lengths[by_length]) // _TOKENS_BLOCK_SIZE
            parts = np.split(by_length, np.flatnonzero(np.diff(tasks)) + 1)
        with (
            self._limit_blas(),
            progress("Inferring vectors", len(parts), verbose) as advance,
        ):
            infer = partial(self._infer, documents, vectors, advance)
            map_in_threads(infer, parts, n_jobs)
        return vectors

    def _limit_blas(self) -> AbstractContextManager:
        """Keep BLAS to one thread; the kernels do without, and windows do not."""
        if doc2vec_kernels is not None and not self.model.dm:
            return nullcontext()
        return _threadpools().limit(limits=1, user_api="blas")

    def _infer(
        self,
        documents: list[list[str]],
        vectors: np.ndarray,
        advance: Callable[[], None],
        part: np.ndarray,
    ) -> None:
        """Infer the vectors of some documents, in place."""
        model = self.model
        objectives = windows if model.dm else dbow_objectives
        steps = _STEPS_OF_WINDOWS if model.dm else _STEPS_OF_BAGS
        rows, ends = row_numbers([documents[i] for i in part], model.words)
        for numbers, objective in objectives(model, rows, ends):
            vectors[part[numbers]] = maximize(objective, model.preconditioner, steps)
        advance()
