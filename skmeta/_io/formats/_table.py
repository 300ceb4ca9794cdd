"""A growing table of rows that readers fill; it keeps valid rows only."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._options import Options
from skmeta._messages import count_of, verb_of
from skmeta._reading._budget import Budget
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["Table"]

_FIRST_NUMBERS = 1 << 18  # initial capacity
_WIDEST = 1 << 20
_BYTES_PER_WORD = 150  # string and key


class Table:
    """Rows of words and vectors while a file is read.

    Memory grows with the rows, not with what a header promises. Repeated words,
    unwanted words, and (if rows may be skipped) invalid rows are dropped and counted.

    Parameters
    ----------
    path : Path
        For messages.
    vector_size : int
    options : Options
    """

    def __init__(self, path: Path, vector_size: int, options: Options) -> None:
        self.path, self.vector_size, self.options = path, vector_size, options
        self.budget = Budget(path, max_bytes=options.max_bytes)
        self.n_read = 0
        self._words: dict[str, None] = {}
        if vector_size > _WIDEST:
            raise VectorFormatError(
                f"'{path}' declares vectors of {count_of(vector_size, 'dimension')}, "
                f"expected {_WIDEST:,} at most. It is damaged or of another format."
            )
        n_rows = max(1, _FIRST_NUMBERS // vector_size)
        self._vectors = np.empty((n_rows, vector_size), dtype=np.float32)
        self._n_repeated = self._n_unsound = 0

    @property
    def is_full(self) -> bool:
        """Whether all wanted rows have been read."""
        return self.options.limit is not None and self.n_read >= self.options.limit

    def room(self, n_rows: int) -> int:
        """Return how many of the next rows are still to be read."""
        if self.options.limit is None:
            return n_rows
        return min(n_rows, self.options.limit - self.n_read)

    def wants(self, word: str) -> bool:
        """Return whether a word is to be kept."""
        return self.options.wanted is None or word in self.options.wanted

    def refuse_row(self, row: int, what: str) -> None:
        """Count an invalid row, or raise if rows may not be skipped."""
        if self.options.errors != "skip":
            raise VectorFormatError(
                f"Row {row:,} of '{self.path}' {what}. Fix the file, or leave such "
                "rows out with errors='skip'."
            )
        self._n_unsound += 1

    def add(
        self, words: Sequence[str], vectors: np.ndarray, rows: Sequence[int]
    ) -> None:
        """Append rows.

        Parameters
        ----------
        words : sequence of str
        vectors : float32 ndarray of shape (n, vector_size)
        rows : sequence of int of length n
            Their numbers in the file, counted from 1, for messages.
        """
        zeros = np.zeros(self.vector_size, dtype=np.float32)
        with np.errstate(invalid="ignore"):
            unsound = np.isnan(vectors @ zeros)  # NaN and infinity times 0 are NaN
        keep = []
        for i, word in enumerate(words):
            if not self.wants(word):
                continue
            if unsound[i]:
                self.refuse_row(
                    rows[i],
                    f"({word[:60]!r}) holds NaN or infinity, expected finite numbers",
                )
            elif word in self._words:
                self._n_repeated += 1
            else:
                self._words[word] = None
                keep.append(i)
        start, stop = len(self._words) - len(keep), len(self._words)
        self.budget.spend(len(keep) * (_BYTES_PER_WORD + 4 * self.vector_size))
        if stop > len(self._vectors):
            capacity = max(stop, len(self._vectors) * 3 // 2)
            self._vectors.resize((capacity, self.vector_size), refcheck=False)
        if len(keep) == len(vectors):
            self._vectors[start:stop] = vectors
        else:
            self._vectors[start:stop] = vectors[keep]

    def finish(self) -> WordVectors:
        """Return the word vectors, and warn of what was left out."""
        if not self._words:
            what = "rows" if self.options.wanted is None else "wanted words"
            raise VectorFormatError(
                f"'{self.path}' holds no {what}, expected at least one. Check the file "
                "and what was asked for."
            )
        self._vectors.resize((len(self._words), self.vector_size), refcheck=False)
        if self._n_repeated:
            repeat = verb_of(
                self._n_repeated, "repeats a word and was", "repeat a word and were"
            )
            warnings.warn(
                f"{count_of(self._n_repeated, 'row')} of '{self.path}' {repeat} left "
                "out; the first of each is kept.",
                stacklevel=2,
            )
        if self._n_unsound:
            warnings.warn(
                f"{count_of(self._n_unsound, 'invalid row')} of '{self.path}' "
                f"{verb_of(self._n_unsound, 'was', 'were')} left out.",
                stacklevel=2,
            )
        return WordVectors(self._words, self._vectors)
