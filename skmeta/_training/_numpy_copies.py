"""Copies of rows in NumPy: what a stream trains in a round, and gives back."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from skmeta._training._numpy_streams import Windows, count_up

__all__ = ["Copies"]


class Copies:
    """Copies of the rows that a stream trains in a round.

    Attributes
    ----------
    rows : float32 ndarray of shape (n_rows, vector_size)
        A word with n-grams is their mean.
    counts : float32 ndarray of shape (n_rows,)
        Of how many rows each is the mean.
    inputs : int64 ndarray of shape (n_groups, n_together, n_inputs)
        Numbers of rows. Where words predict, windows of a group come from different
        places: those in a row have words in common, and should learn from each other.
        -1 stands for none.
    targets : int64 ndarray of shape (n_groups, n_together)
    noise : int64 ndarray of shape (n_groups, n_noise)
    """

    def __init__(self, given: dict[str, Any], windows: Windows) -> None:
        self._ = given
        n_documents = 0 if given["documents"] is None else len(given["documents"])
        first_document = len(given["words"])
        first_output = first_document + n_documents
        outputs = np.concatenate([windows.targets, windows.noise.ravel()])
        keys, numbers = np.unique(
            np.concatenate([windows.inputs, outputs + first_output]),
            return_inverse=True,
        )
        words, documents, outputs = np.split(
            keys, keys.searchsorted([first_document, first_output])
        )
        self._rows_of = {
            "words": words,
            "documents": documents - first_document,
            "outputs": outputs - first_output,
        }
        self._place_windows(windows, numbers)
        self.rows = np.concatenate(
            [given[kind][rows] for kind, rows in self._rows_of.items() if len(rows)]
        )
        self.counts = np.ones(len(self.rows), np.float32)
        if given["ngrams"] is not None:
            self._add_ngrams()

    def _place_windows(self, windows: Windows, numbers: np.ndarray) -> None:
        """Put the windows into groups; numbers are those of their rows, in order."""
        inputs, targets, noise = np.split(
            numbers, np.cumsum([len(windows.inputs), len(windows.targets)])
        )
        n_windows, n_together = len(targets), self._["n_together"]
        n_groups = -(-n_windows // n_together)
        if self._["is_spread"]:
            place, group = np.divmod(np.arange(n_windows), n_groups)
        else:
            group, place = np.divmod(np.arange(n_windows), n_together)
        columns = count_up(np.zeros(n_windows, np.int64), windows.n_inputs)
        owners = np.repeat(np.arange(n_windows), windows.n_inputs)
        self.inputs = np.full((n_groups, n_together, windows.n_inputs.max()), -1)
        self.inputs[group[owners], place[owners], columns] = inputs
        self.targets = np.full((n_groups, n_together), -1)
        self.targets[group, place] = targets
        sets = np.arange(n_groups) * n_together // self._["n_shared"]
        self.noise = noise.reshape(windows.noise.shape)[sets]

    def _add_ngrams(self) -> None:
        """Turn words into the means with their n-grams."""
        given, words = self._, self._rows_of["words"]
        firsts = given["ngram_ends"][words]
        n_ngrams = given["ngram_ends"][words + 1] - firsts
        found = given["ngram_rows"][count_up(firsts, n_ngrams)]
        self._ngrams, numbers = np.unique(found, return_inverse=True)
        self._sums = csr_array(
            (
                np.ones(len(numbers), np.float32),
                numbers,
                np.append(0, n_ngrams.cumsum()),
            ),
            shape=(len(words), len(self._ngrams)),
        )
        self.rows[: len(words)] += self._sums @ given["ngrams"][self._ngrams]
        self.counts[: len(words)] += n_ngrams
        self.rows[: len(words)] /= self.counts[: len(words), np.newaxis]

    def add_changes(self, trained: np.ndarray) -> None:
        """Add to the rows of the model what trained copies have changed by."""
        changes, first = trained - self.rows, 0
        for kind, rows in self._rows_of.items():
            if len(rows):
                self._[kind][rows] += changes[first : first + len(rows)]
                first += len(rows)
        if self._["ngrams"] is not None:
            n_words = len(self._rows_of["words"])
            self._["ngrams"][self._ngrams] += self._sums.T @ changes[:n_words]
