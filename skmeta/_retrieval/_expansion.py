"""Queries get words that are near to theirs in an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from numbers import Integral, Real
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from sklearn.utils._param_validation import Interval

from skmeta._estimator._base import Estimator
from skmeta._io.formats._load import load_once
from skmeta._retrieval._fusion import fuse_by_sum
from skmeta._retrieval._rows import Rows
from skmeta._vectors._lookup import find_rows, find_vectors
from skmeta._vectors._unit_rows import normalize_rows
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["NeighborWords", "QueryExpansion"]

_BLOCK_SIZE = 1 << 25  # similarities that are computed at once


class QueryExpansion(Estimator):
    """Add to each word of a query its neighbors in an embedding.

    A parameter of :class:`BM25Vectorizer`. A document that uses a related word in
    place of the query's is found then, too [1]_ [2]_. A neighbor counts ``weight``
    times its cosine with the word of the query, and less where it is the rarer of the
    two, so that it adds no more than that word could; neighbors of several words add
    up.

    Parameters
    ----------
    vectors : WordVectors, path, gensim model, dict or DataFrame
        Whatever :func:`load_vectors` takes; of a fitted vectorizer its
        ``word_vectors_``.
    n_neighbors : int, default=5
        Words that are added for each word, of those that occur in the documents and
        have a cosine above 0.
    weight : float, default=0.2
        How much a neighbor counts whose cosine is 1, beside 1 for a word of the query.

    See Also
    --------
    BM25Vectorizer : Search by words.

    Notes
    -----
    Words of a query that no document has are expanded where they have a vector, so that
    a query of such words finds something.

    References
    ----------
    .. [1] S. Kuzi, A. Shtok, O. Kurland (2016). Query expansion using word embeddings.
       CIKM.
    .. [2] D. Roy, D. Paul, M. Mitra, U. Garain (2016). Using word embeddings for
       automatic query expansion. Neu-IR, SIGIR workshop.

    Examples
    --------
    >>> from skmeta import BM25Vectorizer, QueryExpansion
    >>> documents = [["red", "pears"], ["fast", "cars"]]
    >>> vectors = {"apples": [1.0, 0.1], "pears": [0.9, 0.3], "cars": [0.0, 1.0]}
    >>> bm25 = BM25Vectorizer(expansion=QueryExpansion(vectors, n_neighbors=1))
    >>> rows = bm25.fit_transform(documents)
    >>> (bm25.transform_queries([["apples"]]) @ rows.T).toarray().round(2)
    array([[0.06, 0.  ]], dtype=float32)
    """

    _parameter_constraints: dict = {
        "vectors": "no_validation",
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "weight": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self, vectors: Any, *, n_neighbors: int = 5, weight: float = 0.2
    ) -> None:
        self.vectors = vectors
        self.n_neighbors = n_neighbors
        self.weight = weight

    def open(self, words: Sequence[str], idf: np.ndarray) -> NeighborWords:
        """Open the vectors for the words of some documents.

        Parameters
        ----------
        words : sequence of str
            Those that may be added to queries.
        idf : float32 ndarray of shape (n_words,)
            What each of them counts in a document.

        Returns
        -------
        neighbors : NeighborWords
        """
        self._validate_params()
        word_vectors = load_once(self.vectors)
        rows = find_rows(list(words), word_vectors)
        columns = np.flatnonzero(rows >= 0)
        return NeighborWords(
            word_vectors,
            columns,
            rows[columns],
            idf[columns],
            self.n_neighbors,
            self.weight,
        )


class NeighborWords:
    """The words of documents, to be found by their vectors.

    Parameters
    ----------
    word_vectors : WordVectors
    columns : int64 ndarray of shape (n_known,)
        Of the words that have a vector, in the rows of documents.
    rows : int32 ndarray of shape (n_known,)
        Of their vectors.
    idf : float32 ndarray of shape (n_known,)
        What they count in documents.
    n_neighbors : int
    weight : float
    """

    def __init__(
        self,
        word_vectors: WordVectors,
        columns: np.ndarray,
        rows: np.ndarray,
        idf: np.ndarray,
        n_neighbors: int,
        weight: float,
    ) -> None:
        self.word_vectors, self.columns, self.rows = word_vectors, columns, rows
        self.idf, self.n_neighbors, self.weight = idf, n_neighbors, weight
        self._units: Rows | None = None  # made when they are first used

    def __reduce__(self) -> tuple:
        known = self.columns, self.rows, self.idf
        settings = self.n_neighbors, self.weight
        return NeighborWords, (self.word_vectors, *known, *settings)

    def expand(self, queries: list[list[str]], known: csr_array) -> csr_array:
        """Add the neighbors of the queries' words.

        Parameters
        ----------
        queries : list of lists of str
        known : float32 csr_array of shape (n_queries, n_words)
            Ones for the words that they have.

        Returns
        -------
        rows : float32 csr_array of shape (n_queries, n_words)
            Words that a query has keep their 1.
        """
        words = sorted(set(chain.from_iterable(queries)))  # sums in the same order
        number_of = {word: number for number, word in enumerate(words)}
        numbers = [sorted({number_of[word] for word in query}) for query in queries]
        indptr = np.cumsum([0, *map(len, numbers)])
        indices = np.fromiter(chain.from_iterable(numbers), np.int64, indptr[-1])
        has = csr_array(
            (np.ones(len(indices), np.float32), indices, indptr),
            shape=(len(queries), len(words)),
        )
        added = has @ self._find(words, known.shape[1])
        added = csr_array(known + added - added.multiply(known))
        added.sort_indices()
        return added

    def _find(self, words: list[str], n_columns: int) -> csr_array:
        """Return the weights of the neighbors of words, a word a row."""
        n_found = min(self.n_neighbors + 1, len(self.rows))  # it may be the first
        if not n_found or not words:
            return csr_array((len(words), n_columns), dtype=np.float32)
        if self._units is None:
            units = self.word_vectors.vectors[self.rows].astype(np.float32)
            normalize_rows(units)
            self._units = Rows(units)
        vectors = find_vectors(words, self.word_vectors)
        normalize_rows(vectors)
        own = find_rows(words, self.word_vectors)
        at_once = max(_BLOCK_SIZE // len(self.rows), 1)
        parts: list[tuple[np.ndarray, ...]] = []
        for start in range(0, len(words), at_once):
            block = slice(start, start + at_once)
            fused = fuse_by_sum([self._units], [vectors[block]], np.ones(1))
            cosines, places = fused.find_top(n_found)
            is_other = self.rows[places] != own[block, np.newaxis]
            is_kept = is_other & (cosines > 0) & np.isfinite(cosines)
            is_kept &= np.cumsum(is_kept, axis=1) <= self.n_neighbors
            numbers, ranks = np.nonzero(is_kept)
            parts.append((start + numbers, places[numbers, ranks]))
        numbers, places = map(np.concatenate, zip(*parts))
        x, y = vectors[numbers], self._units.rows[places]
        weights = self.weight * np.einsum("ij,ij->i", x, y, dtype=np.float64)
        of_row = np.full(len(self.word_vectors) + 1, np.inf)  # the last: no row
        of_row[self.rows] = self.idf
        weights *= np.minimum(of_row[own[numbers]] / self.idf[places], 1)
        entries = weights.astype(np.float32), (numbers, self.columns[places])
        return csr_array(entries, shape=(len(words), n_columns))
