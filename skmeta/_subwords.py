"""Vectors for words never seen, made of their letters' n-grams, as in fastText."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from gensim.models.fasttext import ft_ngram_hashes
from scipy.sparse import csr_array

__all__ = ["Subwords"]

_WORDS_AT_A_TIME = 16_384


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

    def rows(self, word: str) -> np.ndarray:
        """Give the rows of a word's n-grams, int64 of shape (n_ngrams,)."""
        n_buckets = len(self.ngram_vectors)
        hashes = ft_ngram_hashes(word, self.min_n, self.max_n, n_buckets)
        return np.asarray(hashes, dtype=np.int64)

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
        for start in range(0, len(words), _WORDS_AT_A_TIME):
            block = slice(start, start + _WORDS_AT_A_TIME)
            rows = [self.rows(word) for word in words[block]]
            n_ngrams = np.fromiter(map(len, rows), np.int64, len(rows))
            ends = np.concatenate([[0], np.cumsum(n_ngrams)])
            ones = np.ones(ends[-1], dtype=np.float32)
            shape = (len(rows), len(self.ngram_vectors))
            ngrams = csr_array((ones, np.concatenate(rows), ends), shape)
            vectors[block] = ngrams @ self.ngram_vectors
            vectors[block] += own[block]
            vectors[block] /= (n_ngrams + 1).astype(np.float32)[:, np.newaxis]
        return vectors

    def vector(self, word: str) -> np.ndarray:
        """Average the vectors of a word's n-grams; zeros where it has none."""
        rows = self.rows(word)
        if not len(rows):
            return np.zeros(self.ngram_vectors.shape[1], dtype=np.float32)
        return self.ngram_vectors[rows].mean(axis=0)
