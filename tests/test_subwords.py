from itertools import product

import numpy as np
import pytest
from gensim.models.fasttext import FastTextKeyedVectors, ft_ngram_hashes

from skmeta._vectors._subwords import Subwords

WORDS = ["apple", "", "a", "\N{GRINNING FACE}", "서울", "apple", "long" * 2_500, "a b"]


@pytest.fixture
def keyed_vectors():
    keyed_vectors = FastTextKeyedVectors(4, 3, 6, 50)
    rng = np.random.default_rng(0)
    keyed_vectors.vectors_ngrams = rng.standard_normal((50, 4), dtype=np.float32)
    return keyed_vectors


def test_vectors_are_those_of_gensim(keyed_vectors):
    subwords = Subwords(keyed_vectors.vectors_ngrams, 3, 6)
    vectors = subwords.vectors(WORDS)
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, [keyed_vectors[word] for word in WORDS])
    np.testing.assert_array_equal(vectors[0], subwords.vector("apple"))
    assert subwords.vectors([]).shape == (0, 4)


def test_words_come_in_blocks(keyed_vectors, monkeypatch):
    subwords = Subwords(keyed_vectors.vectors_ngrams, 3, 6)
    expected = subwords.vectors(WORDS)
    composed = subwords.compose(WORDS, expected)
    monkeypatch.setattr("skmeta._vectors._subwords._LETTERS_BLOCK_SIZE", 12)
    np.testing.assert_array_equal(subwords.vectors(WORDS), expected)
    np.testing.assert_array_equal(subwords.compose(WORDS, expected), composed)


def test_words_without_an_n_gram_are_told(keyed_vectors):
    subwords = Subwords(keyed_vectors.vectors_ngrams, 4, 6)
    assert [word in subwords for word in ("", "a", "ab")] == [False, False, True]
    assert not subwords.vectors(["", "a"]).any()
    for min_n, max_n in product(range(7), repeat=2):
        subwords = Subwords(keyed_vectors.vectors_ngrams, min_n, max_n)
        for word in ("", "a", "ab", "abc", "abcd"):
            assert (word in subwords) == bool(ft_ngram_hashes(word, min_n, max_n, 50))


def test_half_a_letter_is_no_obstacle(keyed_vectors):
    subwords = Subwords(keyed_vectors.vectors_ngrams, 3, 6)
    half, replaced = subwords.vectors(["caf\ud800", "caf?"])
    np.testing.assert_array_equal(half, replaced)
