"""Partition pooling: sum the vectors of each topic separately."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Integral, Real
from typing import Any, NamedTuple, Self

import numpy as np
from scipy.linalg import eigh
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval

from skmeta._pooling._spherical_k_means import find_directions
from skmeta._vectors._unit_rows import unit_rows

__all__ = ["Partition", "Parts"]

_WORDS_BLOCK_SIZE = 8_192
_WORDS_TO_LEARN_FROM = 20_000  # the most frequent ones, which determine topics


class Parts(NamedTuple):
    """The parts that words belong to, and their shares: equally many for each word."""

    numbers: np.ndarray  # int32 of shape (n_words, n_nearest)
    shares: np.ndarray  # float32, rows of sum 1


class Partition(BaseEstimator):
    """Pool the words of each topic separately: one block of columns per topic.

    The mean of a document's words blurs what it speaks of. Here, word vectors are
    divided into parts by spherical k-means, a word belongs to the few parts it is
    nearest to, softly, and the words of each part are added up apart; the sums stand
    side by side. These are sparse composite document vectors [1]_ with the partition of
    [2]_, and differ from both in the clustering.

    Parameters
    ----------
    n_parts : int, default=20
        The number of topics; a row has ``n_parts`` times as many columns as a word's
        vector. Fewer are made where there are fewer different words.
    n_nearest : int, default=2
        How many parts a word belongs to.
    sharpness : float, default=10.0
        How much more a word belongs to a part that it is nearer to: shares are
        proportional to exp(sharpness * cosine).
    n_components : int, default=None
        Reduce rows to so many columns by their exact singular value decomposition,
        which is learned from the documents in ``fit``, uncentered. It holds a square
        matrix of as many rows as there are columns before.
    random_state : int, RandomState instance or None, default=0
        Where the clustering starts. The default makes it repeatable.

    Attributes
    ----------
    directions_ : float32 ndarray of shape (n_parts, vector_size)
        The parts' centers, of unit length.
    projection_ : float32 ndarray of shape (n_columns, n_components), or None

    See Also
    --------
    skmeta.PretrainedVectorizer : Takes it as ``pooling``.

    References
    ----------
    .. [1] D. Mekala, V. Gupta, B. Paranjape, H. Karnick (2017). SCDV: sparse composite
       document vectors using soft clustering over distributional representations.
       EMNLP.
    .. [2] V. Gupta, A. Saw, P. Nokhiz, P. Netrapalli, P. Rai, P. Talukdar (2020).
       P-SIF: document embeddings using partition averaging. AAAI.

    Examples
    --------
    >>> from skmeta import PretrainedVectorizer
    >>> from skmeta.pooling import Partition
    >>> vectors = {"cat": [1.0, 0.1], "dog": [1.0, 0.0], "bond": [0.0, 1.0]}
    >>> two_parts = Partition(2, n_nearest=1)
    >>> vectorizer = PretrainedVectorizer(vectors, pooling=two_parts, scale=1)
    >>> vectorizer.fit_transform([["cat", "bond"], ["dog", "cat"]]).shape
    (2, 4)
    """

    _parameter_constraints: dict = {
        "n_parts": [Interval(Integral, 1, None, closed="left")],
        "n_nearest": [Interval(Integral, 1, None, closed="left")],
        "sharpness": [Interval(Real, 0, None, closed="left")],
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_parts: int = 20,
        *,
        n_nearest: int = 2,
        sharpness: float = 10.0,
        n_components: int | None = None,
        random_state: int | np.random.RandomState | None = 0,
    ) -> None:
        self.n_parts = n_parts
        self.n_nearest = n_nearest
        self.sharpness = sharpness
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, vectors: Any, counts: np.ndarray) -> Self:
        """Learn the parts of words.

        Parameters
        ----------
        vectors : float32 ndarray, or LazyConcatenation, of shape (n_words, vector_size)
        counts : ndarray of shape (n_words,)
            How often each word occurs in the documents; those that never do, teach
            nothing, but belong to parts as well.

        Returns
        -------
        self : Partition
        """
        self._validate_params()
        order = np.argsort(-counts, kind="stable")[:_WORDS_TO_LEARN_FROM]
        taught = np.sort(order[counts[order] > 0])
        rows = np.asarray(vectors[taught], np.float64)
        seed = check_random_state(self.random_state)
        weights = np.sqrt(counts[taught])  # between words and tokens
        self.directions_ = find_directions(rows, weights, self.n_parts, seed).astype(
            np.float32
        )
        blocks = range(0, len(vectors), _WORDS_BLOCK_SIZE)
        parts = [self.assign(vectors[b : b + _WORDS_BLOCK_SIZE]) for b in blocks]
        self._parts = Parts(*map(np.concatenate, zip(*parts)))
        self.projection_: np.ndarray | None = None
        return self

    def check_parameters(self) -> None:
        """Raise if a parameter is invalid, as ``fit`` does."""
        self._validate_params()

    @property
    def words_parts(self) -> Parts:
        """The parts of the words passed to ``fit``."""
        return self._parts

    def assign(self, vectors: np.ndarray) -> Parts:
        """Find the parts that words belong to.

        Parameters
        ----------
        vectors : float32 ndarray of shape (n_words, vector_size)

        Returns
        -------
        parts : Parts
        """
        cosines = unit_rows(np.asarray(vectors, np.float32)) @ self.directions_.T
        n_nearest = min(self.n_nearest, len(self.directions_))
        numbers = np.argsort(-cosines, axis=1, kind="stable")[:, :n_nearest]
        nearest = np.take_along_axis(cosines, numbers, axis=1)
        shares = np.exp(self.sharpness * (nearest - nearest[:, :1]))
        shares /= shares.sum(axis=1, keepdims=True)
        return Parts(numbers.astype(np.int32), shares.astype(np.float32))

    def fit_projection(self, batches: Iterable[np.ndarray]) -> None:
        """Fit the projection of rows to batches of them, if one is requested."""
        self.projection_ = None
        if self.n_components is None:
            return
        gram: Any = 0.0
        for rows in batches:
            some = rows.astype(np.float64)
            gram = gram + some.T @ some
        size = len(gram)
        first = max(size - self.n_components, 0)
        _, vectors = eigh(gram, subset_by_index=[first, size - 1])
        vectors = vectors[:, ::-1]
        largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
        self.projection_ = (vectors * np.where(largest < 0, -1, 1)).astype(np.float32)

    def count_columns(self, vector_size: int) -> int:
        """Count the columns of a fitted partition's rows."""
        if self.projection_ is not None:
            return self.projection_.shape[1]
        return len(self.directions_) * vector_size

    def pool(
        self,
        parts: Parts,
        offsets: np.ndarray,
        weights: np.ndarray | None,
        add_up: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    ) -> np.ndarray:
        """Pool the tokens of some documents.

        Parameters
        ----------
        parts : Parts
            Of each token.
        offsets : int64 ndarray of shape (n_documents + 1,)
            Document i has the tokens from ``offsets[i]`` to ``offsets[i + 1]``.
        weights : float32 ndarray of shape (n_tokens,), or None
        add_up : callable
            From tokens, their weights, and offsets, gives the weighted sums of the
            tokens' vectors, float32 of shape (n_cells, vector_size).

        Returns
        -------
        rows : float32 ndarray of shape (n_documents, ``count_columns(vector_size)``)
        """
        n_documents, n_parts = len(offsets) - 1, len(self.directions_)
        n_nearest = parts.numbers.shape[1]
        documents = np.repeat(np.arange(n_documents), np.diff(offsets))
        cells = (documents[:, np.newaxis] * n_parts + parts.numbers).ravel()
        totals: np.ndarray = np.diff(offsets).astype(np.float64)
        shares = parts.shares
        if weights is not None:
            totals = np.bincount(documents, weights, n_documents)
            shares = shares * weights[:, np.newaxis]
        order = np.argsort(cells, kind="stable")
        cells = cells[order]
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]][: len(cells)])
        filled = cells[starts]
        sums = add_up(
            order // n_nearest,
            np.ascontiguousarray(shares.ravel()[order]),
            np.append(starts, len(cells)).astype(np.int64),
        )
        totals[totals == 0] = 1
        sums /= totals[filled // n_parts].astype(np.float32)[:, np.newaxis]
        rows = np.zeros((n_documents * n_parts, sums.shape[1]), np.float32)
        rows[filled] = sums
        rows = rows.reshape(n_documents, -1)
        if self.projection_ is None:
            return rows
        # in float64: a single row must round as in a batch
        return (rows.astype(np.float64) @ self.projection_).astype(np.float32)
