"""Vectors for words never seen, made of their letters' n-grams, as in fastText."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from skmeta._vectors._ngram_hashes import hash_ngrams

__all__ = ["Subwords"]

_LETTERS_BLOCK_SIZE = 1 << 17


@dataclass(frozen=True, eq=False)
class Subwords:
    """Character n-grams and their vectors.

    Parameters
    ----------
    ngram_vectors : float32 ndarray of shape (n_buckets, vector_size)
        The row of an n-gram is its hash (FNV-1a, as fastText has it) modulo n_buckets.
    min_n, max_n : int
        The shortest and the longest n-grams, in letters; a word is taken between "<"
        and ">".

    References
    ----------
    .. [1] P. Bojanowski, E. Grave, A. Joulin, T. Mikolov (2017). Enriching word vectors
       with subword information. TACL 5.
    """

    ngram_vectors: np.ndarray
    min_n: int
    max_n: int

    def __contains__(self, word: str) -> bool:
        """Return whether a word has an n-gram with a vector."""
        if self.min_n <= 1 <= self.max_n and word:
            return True  # a letter: "<" and ">" alone are none
        return max(self.min_n, 2) <= min(self.max_n, len(word) + 2)

    def vector(self, word: str) -> np.ndarray:
        """Average the vectors of a word's n-grams; zeros where it has none."""
        return self.vectors([word])[0]

    def vectors(self, words: Sequence[str]) -> np.ndarray:
        """Average the vectors of each word's n-grams, as gensim does for unknown words.

        Parameters
        ----------
        words : sequence of str

        Returns
        -------
        vectors : float32 ndarray of shape (n_words, vector_size)
            Zeros for a word without a single n-gram.
        """
        vectors = np.empty((len(words), self.ngram_vectors.shape[1]), np.float32)
        for block, sums, n_ngrams in self._sums(words):
            vectors[block] = sums / np.maximum(n_ngrams, 1)[:, np.newaxis]
        return vectors

    def compose(self, words: Sequence[str], own: np.ndarray) -> np.ndarray:
        """Average each word's own vector with those of its n-grams.

        Parameters
        ----------
        words : sequence of str
        own : float32 ndarray of shape (n_words, vector_size)

        Returns
        -------
        vectors : float32 ndarray of shape (n_words, vector_size)
        """
        vectors = np.empty(own.shape, dtype=np.float32)
        for block, sums, n_ngrams in self._sums(words):
            vectors[block] = (sums + own[block]) / (n_ngrams + 1)[:, np.newaxis]
        return vectors

    def _sums(
        self, words: Sequence[str]
    ) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Add up the vectors of each word's n-grams, block by block, and count them."""
        n_buckets = np.uint32(len(self.ngram_vectors))
        for block in _blocks(words):
            hashes, n_ngrams = hash_ngrams(words[block], self.min_n, self.max_n)
            ends = np.concatenate([[0], np.cumsum(n_ngrams)])
            rows = (hashes % n_buckets).astype(np.int64)
            shape = (len(n_ngrams), len(self.ngram_vectors))
            ngrams = csr_array((np.ones(len(rows), np.float32), rows, ends), shape)
            yield block, ngrams @ self.ngram_vectors, n_ngrams.astype(np.float32)


def _blocks(words: Sequence[str]) -> Iterator[slice]:
    """Cut words into runs of a moderate number of letters, at least one word each."""
    ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)) + 2)
    start = n_before = 0
    while start < len(words):
        stop = int(np.searchsorted(ends, n_before + _LETTERS_BLOCK_SIZE, "right"))
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start, n_before = stop, ends[stop - 1]
