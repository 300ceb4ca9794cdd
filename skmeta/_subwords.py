"""Vectors for words never seen, made of their letters' n-grams, as in fastText."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

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

    def __contains__(self, word: str) -> bool:
        """Tell whether a word has an n-gram, of which a vector can be made."""
        return len(self._hash(word)) > 0

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
        for start in range(0, len(words), _WORDS_AT_A_TIME):
            block = slice(start, start + _WORDS_AT_A_TIME)
            hashes = [self._hash(word) for word in words[block]]
            ends = np.cumsum([0, *map(len, hashes)])
            rows = np.fromiter(chain.from_iterable(hashes), np.int64, ends[-1])
            shape = (len(hashes), len(self.ngram_vectors))
            ngrams = csr_array((np.ones(len(rows), np.float32), rows, ends), shape)
            yield block, ngrams @ self.ngram_vectors, np.diff(ends).astype(np.float32)

    def _hash(self, word: str) -> list[int]:
        """Give the rows of a word's n-grams."""
        if not word.isascii():  # may hold what cannot be encoded: half a letter
            word = word.encode("utf-8", "replace").decode("utf-8")
        return ft_ngram_hashes(word, self.min_n, self.max_n, len(self.ngram_vectors))
