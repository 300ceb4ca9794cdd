"""What word vectors know of words, for a biLM that is to be trained.

Word2vec learns which words are like each other from far less text and time than a
language model. Where the softmax starts from its vectors, a word that can stand for
another is foretold like it from the first step. (To teach the vectors to the encoder of
characters, too, was tried: it changed nothing.)
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np

from skmeta.elmo._characters import number_characters
from skmeta.elmo._streams import RARE_CLASS, Corpus

__all__ = ["StaticVectors", "find_static_vectors"]

_SPREAD = 0.8  # the standard deviation of the vectors' numbers, as training makes it
_WORDS_AT_A_TIME = 10_000


class StaticVectors(NamedTuple):
    """Vectors of some classes.

    Parameters
    ----------
    classes : int64 ndarray of shape (n_vectors,)
        Those that have one.
    vectors : float32 ndarray of shape (n_vectors, size)
    """

    classes: np.ndarray
    vectors: np.ndarray

    def digest(self) -> str:
        """Give what changes with the vectors."""
        digest = hashlib.blake2b(digest_size=16)
        for part in self:
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()


def find_static_vectors(
    corpus: Corpus, word_vectors: Any, size: int, seed: int
) -> StaticVectors:
    """Find the words that are foretold, and bring their vectors to a size.

    Vectors are centred and made of length one; of larger ones the principal components
    are kept. Then they are rotated, so that no number is more than the others.

    Parameters
    ----------
    corpus : Corpus
    word_vectors : WordVectors
    size : int
    seed : int

    Raises
    ------
    ValueError
        If none of these words has a vector.
    """
    rows, classes = _match(corpus, word_vectors)
    if not len(rows):
        examples = ", ".join(repr(word) for word in word_vectors.words[:3])
        raise ValueError(
            f"Found no word of the documents, of those that occur min_count times, "
            f"among the {len(word_vectors):,} of static_vectors ({examples}, ...); "
            "expected some. Tokenize and lower-case both in the same way, or leave "
            "static_vectors out."
        )
    vectors = word_vectors.vectors[rows].astype(np.float64)
    vectors -= vectors.mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 0, lengths, 1)
    n = vectors.shape[1]
    if n > size:
        _, axes = np.linalg.eigh(vectors.T @ vectors)  # the last are the largest
        vectors, n = vectors @ axes[:, -size:], size
    random = np.random.default_rng([seed, 3])
    rotation, _ = np.linalg.qr(random.standard_normal((size, n)))
    vectors = vectors @ rotation.T
    spread = vectors.std()
    vectors *= _SPREAD / spread if spread > 0 else 0
    return StaticVectors(classes, vectors.astype(np.float32))


def _match(corpus: Corpus, word_vectors: Any) -> tuple[np.ndarray, np.ndarray]:
    """Find words that are written with the same characters: rows, and classes."""
    foretold = np.flatnonzero(corpus.classes > RARE_CLASS)
    classes = {
        corpus.types[n].tobytes(): int(corpus.classes[n]) for n in foretold.tolist()
    }
    width = corpus.types.shape[1]
    words, found = word_vectors.words, dict[int, int]()
    for start in range(0, len(words), _WORDS_AT_A_TIME):
        some = words[start : start + _WORDS_AT_A_TIME]
        written = number_characters(some, width).astype(corpus.types.dtype)
        for row, characters in enumerate(written, start):
            number = classes.get(characters.tobytes())
            if number is not None:
                found.setdefault(number, row)  # words alike after 48 bytes: the first
    ordered = sorted(found)
    rows = [found[number] for number in ordered]
    return np.array(rows, dtype=np.int64), np.array(ordered, dtype=np.int64)
