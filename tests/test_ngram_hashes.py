from itertools import chain

from gensim.models.fasttext import ft_ngram_hashes
from hypothesis import given
from hypothesis import strategies as st

from skmeta._vectors._ngram_hashes import hash_ngrams

LETTERS = st.characters(codec="utf-8") | st.sampled_from("<>aé서\N{GRINNING FACE}")


@given(st.lists(st.text(LETTERS)), st.integers(0, 5), st.integers(0, 7))
def test_hashes_are_those_of_gensim(words, min_n, max_n):
    hashes, n_ngrams = hash_ngrams(words, min_n, max_n)
    expected = [ft_ngram_hashes(word, min_n, max_n, 1 << 32) for word in words]
    assert n_ngrams.tolist() == [len(row) for row in expected]
    assert hashes.tolist() == list(chain.from_iterable(expected))


def test_long_words_are_hashed():
    words = ["서울" * 5_000, "", "a" * 10_000]
    hashes, n_ngrams = hash_ngrams(words, 3, 30)
    expected = [ft_ngram_hashes(word, 3, 30, 1 << 32) for word in words]
    assert n_ngrams.tolist() == [len(row) for row in expected]
    assert hashes.tolist() == list(chain.from_iterable(expected))
