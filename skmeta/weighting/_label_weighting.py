"""The base class of weightings that are learned from labels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from numbers import Real
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array
from sklearn.utils._param_validation import Interval

from skmeta.weighting._copies import hash_documents, leave_out_copies
from skmeta.weighting._weighting import Weighting
from skmeta.weighting._word_counts import WordCounts

__all__ = ["LabelWeighting"]

_TARGETS_AT_ONCE = 8  # whose sums over rows are in memory


class LabelWeighting(Weighting):
    """Base class: a word's weight is 1 plus the strength of its association with y.

    A subclass encodes labels in ``encode``, and computes strengths in ``measure``.
    Words that no labeled document contains have weight 1. Documents that are repeated
    with the same label count once.

    Parameters
    ----------
    smoothing : float, default=0.5
        Shrinkage, as a number of documents: larger values give rare words less weight.

    Attributes
    ----------
    word_weights_ : float32 ndarray of shape (n_words,)
    """

    _parameter_constraints: dict = {
        "smoothing": [Interval(Real, 0, None, closed="neither")]
    }
    uses_labels = True

    def __init__(self, *, smoothing: float = 0.5) -> None:
        self.smoothing = smoothing

    def fit(
        self,
        documents: list[list[str]],
        key_to_index: dict[str, int],
        counts: np.ndarray | None = None,
        *,
        y: Any = None,
        keep_unknown: bool = False,
    ) -> Self:
        """Learn the weight of every word.

        Parameters
        ----------
        documents : list of lists of str
        key_to_index : dict of str to int
            The words that have vectors, in the order of their rows, and their rows.
        counts : ignored
        y : array-like of shape (n_documents,), or indicator matrix
            Labels.
        keep_unknown : bool, default=False
            Whether to weight other words of the documents, too, for ``weigh_unknown``.

        Returns
        -------
        self : LabelWeighting

        Raises
        ------
        ValueError
            If a parameter is invalid, or labels are missing or of the wrong kind.
        """
        self._validate_params()
        targets = self.encode(y, len(documents))
        numbers = _number_words(documents, key_to_index, keep_unknown)
        hashes: list[int] = []
        presence = _find_presence(hash_documents(documents, hashes), numbers)
        distinct, targets = leave_out_copies(hashes, targets, y, self.encode)
        self._learn(presence[distinct.rows], targets, numbers, len(key_to_index))
        return self

    def fit_targets(
        self,
        documents: list[list[str]],
        key_to_index: dict[str, int],
        targets: np.ndarray,
        keep_unknown: bool = False,
    ) -> Self:
        """Learn from encoded labels, e.g. of a fold; see ``fit``.

        Parameters
        ----------
        documents : list of lists of str
        key_to_index : dict of str to int
            The words to weight, and their rows.
        targets : float64 ndarray of shape (n_documents, n_targets)
        keep_unknown : bool, default=False
            Whether to weight words without a row, too.

        Returns
        -------
        self : LabelWeighting
        """
        numbers = _number_words(documents, key_to_index, keep_unknown)
        presence = _find_presence(documents, numbers)
        self._learn(presence, targets, numbers, len(key_to_index))
        return self

    def _learn(
        self,
        presence: csr_array,
        targets: np.ndarray,
        numbers: dict[str, int],
        n_words: int,
    ) -> None:
        """Learn weights of words that have vectors, and of others after them."""
        weights = self.weigh(presence, targets)
        self.word_weights_ = weights[:n_words].astype(np.float32)
        self._weights_of_unknown = {
            word: weights[n] for word, n in numbers.items() if n >= n_words
        }

    def weigh(self, presence: csr_array, targets: np.ndarray) -> np.ndarray:
        """Weight columns.

        Parameters
        ----------
        presence : CSR array of shape (n_rows, n_columns)
            1 where a row has a column.
        targets : float64 ndarray of shape (n_rows, n_targets)
            As returned by ``encode``.

        Returns
        -------
        weights : float64 ndarray of shape (n_columns,)
        """
        counts = _count_columns(presence)
        strengths = np.zeros(presence.shape[1])
        for some in _in_groups(targets):
            self._raise_strengths(strengths, (presence.T @ some).T, counts, some)
        return 1 + strengths

    def cross_weigh(
        self, parts: Sequence[csr_array], targets: Sequence[np.ndarray]
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """Weight columns by the rows outside each part, and by all rows.

        Sums over the other parts are differences, so that each part is read once.

        Parameters
        ----------
        parts : sequence of CSR arrays of shape (n_rows_i, n_columns)
            1 where a row has a column.
        targets : sequence of float64 ndarrays of shape (n_rows_i, n_targets)
            As returned by ``encode``, of the rows of each part.

        Returns
        -------
        outside, weights : list of float64 ndarrays of shape (n_columns,), and one more
        """
        n_columns = parts[0].shape[1]
        counts = [_count_columns(part) for part in parts]
        outside = [np.zeros(n_columns) for _ in parts]
        strengths, all_counts = np.zeros(n_columns), np.sum(counts, axis=0)
        for some in zip(*map(_in_groups, targets)):
            sums = [(part.T @ of_part).T for part, of_part in zip(parts, some)]
            all_sums = np.sum(sums, axis=0)
            self._raise_strengths(strengths, all_sums, all_counts, np.concatenate(some))
            for i in range(len(parts)):
                others = np.concatenate([*some[:i], *some[i + 1 :]])
                self._raise_strengths(
                    outside[i], all_sums - sums[i], all_counts - counts[i], others
                )
        return [1 + part for part in outside], 1 + strengths

    def _raise_strengths(
        self,
        strengths: np.ndarray,
        sums: np.ndarray,
        counts: np.ndarray,
        targets: np.ndarray,
    ) -> None:
        """Raise the strengths of columns to those of some targets."""
        for its_sums, target in zip(sums, targets.T):
            np.maximum(strengths, self.measure(its_sums, counts, target), out=strengths)

    def weigh_unknown(self, words: list[str]) -> np.ndarray:
        """Return the weights of words that have no vectors.

        Parameters
        ----------
        words : list of str

        Returns
        -------
        weights : float32 ndarray of shape (len(words),)
            1 for unseen words, and for all unless fitted with ``keep_unknown=True``.
        """
        weights = (self._weights_of_unknown.get(word, 1.0) for word in words)
        return np.fromiter(weights, np.float32)

    @abstractmethod
    def encode(self, y: Any, n_rows: int) -> np.ndarray:
        """Encode labels, or raise if they are of another kind.

        Parameters
        ----------
        y : array-like of shape (n_rows,) or (n_rows, n_outputs)
        n_rows : int

        Returns
        -------
        targets : float64 ndarray of shape (n_rows, n_targets)
        """

    @abstractmethod
    def measure(
        self, sums: np.ndarray, counts: np.ndarray, target: np.ndarray
    ) -> np.ndarray:
        """Compute the strength of each column's association with a target.

        Parameters
        ----------
        sums : float64 ndarray of shape (n_columns,)
            The sums of the target over the rows that have the column.
        counts : float64 ndarray of shape (n_columns,)
            The number of rows that have the column.
        target : float64 ndarray of shape (n_rows,)

        Returns
        -------
        strengths : float64 ndarray of shape (n_columns,)
        """

    def _count(self, documents: Any, key_to_index: Any, counts: Any) -> WordCounts:
        raise NotImplementedError  # weights are not a function of one count

    def _weigh(self, counts: np.ndarray) -> np.ndarray:
        raise NotImplementedError


def _count_columns(presence: csr_array) -> np.ndarray:
    """Count the rows that have each column."""
    counts = np.bincount(presence.indices, minlength=presence.shape[1])
    return counts.astype(np.float64)


def _in_groups(targets: np.ndarray) -> Iterator[np.ndarray]:
    """Iterate over a few targets at a time."""
    for start in range(0, targets.shape[1], _TARGETS_AT_ONCE):
        yield targets[:, start : start + _TARGETS_AT_ONCE]


def _number_words(
    documents: list[list[str]], key_to_index: dict[str, int], keep_unknown: bool
) -> dict[str, int]:
    """Return the row of each word, and numbers after them for others if wanted."""
    if not keep_unknown:
        return key_to_index
    others = dict.fromkeys(chain.from_iterable(documents))
    unknown = (word for word in others if word not in key_to_index)
    n_words = len(key_to_index)
    return {**key_to_index, **{word: n_words + n for n, word in enumerate(unknown)}}


def _find_presence(
    documents: Iterable[list[str]], numbers: dict[str, int]
) -> csr_array:
    """Find which document contains which word."""
    columns: list[int] = []
    indptr = [0]
    for document in documents:
        found = map(numbers.get, set(document))
        columns.extend(sorted(n for n in found if n is not None))
        indptr.append(len(columns))
    shape = len(indptr) - 1, len(numbers)
    return csr_array((np.ones(len(columns)), columns, indptr), shape)
