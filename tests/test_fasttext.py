import pickle

import numpy as np
import pytest
from gensim.models import FastText
from gensim.test.utils import common_texts
from processes import outputs_of

from skmeta import FastTextVectorizer

CONFIGURATIONS = {
    "cbow": {},
    "skip-gram": {"sg": 1},
    "hierarchical softmax": {"hs": 1, "negative": 0},
    "skip-gram, both": {"sg": 1, "hs": 1},
    "other n-grams": {"min_n": 1, "max_n": 2, "bucket": 7},
    "no n-grams": {"min_n": 4, "max_n": 3},
    "no buckets": {"bucket": 0},
    "all else": {
        "window": 2,
        "ns_exponent": 0.5,
        "sample": 0.01,
        "alpha": 0.05,
        "min_alpha": 0.001,
        "shrink_windows": False,
        "min_count": 2,
        "cbow_mean": 0,
    },
}
UNKNOWN = ["computers", "x", "", "\N{GRINNING FACE}", "서울", "long" * 2_500]
PRINT_VECTORS = """
import hashlib
from gensim.test.utils import common_texts
from skmeta import FastTextVectorizer
fasttext = FastTextVectorizer(vector_size=20, min_count=1, bucket=500, random_state=7)
vectors = fasttext.fit(common_texts * 20).word_vectors_
print(hashlib.sha256(vectors.vectors.tobytes()).hexdigest(), *vectors.words)
print(hashlib.sha256(vectors.subwords.ngram_vectors.tobytes()).hexdigest())
"""


@pytest.mark.parametrize("parameters", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_vectors_are_those_of_gensim(parameters):
    sizes = {"vector_size": 12, "min_count": 1, "epochs": 4, "bucket": 300}
    parameters = {"alpha": 0.025, **sizes, **parameters}
    ours = FastTextVectorizer(solver="gensim", random_state=3, **parameters)
    ours.fit(common_texts * 5)
    seed = np.random.RandomState(3).randint(np.iinfo(np.int32).max)
    theirs = FastText(common_texts * 5, seed=seed, workers=1, **parameters).wv
    assert list(ours.word_vectors_.words) == theirs.index_to_key
    np.testing.assert_array_equal(ours.word_vectors_.vectors, theirs.vectors)
    if not theirs.bucket:
        assert ours.word_vectors_.subwords is None
        return
    for word in UNKNOWN:
        np.testing.assert_array_equal(ours.word_vectors_.vector(word), theirs[word])


@pytest.mark.timeout(60)
def test_vectors_are_the_same_in_any_process():
    assert len(outputs_of(PRINT_VECTORS)) == 1


def test_pickles_keep_the_n_grams():
    fasttext = FastTextVectorizer(vector_size=4, min_count=1, bucket=50, random_state=0)
    fasttext.fit(common_texts)
    again = pickle.loads(pickle.dumps(fasttext))
    expected = fasttext.word_vectors_.vector("computers")
    np.testing.assert_array_equal(again.word_vectors_.vector("computers"), expected)


def test_nothing_of_a_long_document_is_lost():
    long = ["a", "b", "c"] * 4_000 + ["x", "y"] * 50  # gensim alone stops at 10,000
    parameters = {"vector_size": 4, "epochs": 1, "bucket": 10, "random_state": 0}
    whole = FastTextVectorizer(**parameters).fit([long]).word_vectors_
    cut = FastTextVectorizer(**parameters).fit([long[:10_000], long[10_000:]])
    np.testing.assert_array_equal(whole.vectors, cut.word_vectors_.vectors)


@pytest.mark.timeout(60)
def test_odd_words_are_trained():
    documents = [UNKNOWN, UNKNOWN[::-1]] * 3
    for parameters in ({}, {"sg": 1}, {"hs": 1}, {"min_n": 1, "max_n": 100}):
        fasttext = FastTextVectorizer(
            vector_size=4, min_count=1, bucket=10, random_state=0, **parameters
        )
        assert fasttext.fit_transform(documents).all()


def test_half_a_letter_is_refused():
    with pytest.raises(ValueError, match=r"the token 'caf\\ud800', .* Fix it"):
        FastTextVectorizer(min_count=1, bucket=9).fit([["caf\ud800", "tea"]])


@pytest.mark.parametrize("documents", [[["a", "b"]], [[], []], [["a"] * 4]])
@pytest.mark.timeout(20)
def test_empty_vocabulary_is_refused(documents):
    with pytest.raises(ValueError, match=r"at least min_count=5 times .* Lower min_c"):
        FastTextVectorizer(bucket=10, min_count=5).fit(documents)


@pytest.mark.parametrize(
    "parameters",
    [
        *({"window": 2**31}, {"negative": 2**31}, {"alpha": 1e40}, {"sample": 1}),
        *({"min_n": 0}, {"min_n": 2**31}, {"max_n": 2**32}, {"bucket": 2**31}),
    ],
)
@pytest.mark.timeout(20)
def test_parameters_on_which_gensim_hangs_or_crashes_are_refused(parameters):
    [name] = parameters
    with pytest.raises(ValueError, match=f"'{name}' parameter of FastTextVectorizer"):
        FastTextVectorizer(min_count=1, **parameters).fit(common_texts)


@pytest.mark.timeout(20)
def test_a_vocabulary_of_one_word():
    fasttext = FastTextVectorizer(min_count=1, bucket=10)
    assert fasttext.fit_transform([["a"]] * 5).shape == (5, 100)
    with pytest.raises(ValueError, match="vocabulary of one word, 'a'"):
        fasttext.set_params(hs=1).fit([["a"]] * 5)
    with pytest.raises(ValueError, match="Set negative=5 or hs=1"):
        fasttext.set_params(hs=0, negative=0).fit(common_texts)


def test_progress_is_shown_when_asked_for(capsys):
    for verbose in (0, 1):
        fasttext = FastTextVectorizer(min_count=1, epochs=3, bucket=9, verbose=verbose)
        fasttext.fit(common_texts)
        assert ("87/87" in capsys.readouterr().err) == bool(verbose)
