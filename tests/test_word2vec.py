import numpy as np
import pytest
from gensim.models import Word2Vec
from gensim.test.utils import common_texts
from processes import outputs_of

from skmeta import Word2VecVectorizer

CONFIGURATIONS = {
    "cbow": {},
    "skip-gram": {"sg": 1},
    "hierarchical softmax": {"hs": 1, "negative": 0},
    "skip-gram, hierarchical softmax": {"sg": 1, "hs": 1, "negative": 0},
    "both": {"hs": 1, "cbow_mean": 0},
    "all else": {
        "window": 2,
        "ns_exponent": 0.5,
        "sample": 0.01,
        "epochs": 3,
        "alpha": 0.05,
        "min_alpha": 0.001,
        "shrink_windows": False,
        "min_count": 2,
    },
    "without rare words": {"min_count": 12},
    "the most frequent words": {"min_count": 2, "max_final_vocab": 6},
}
PRINT_VECTORS = """
import hashlib, sys
from gensim.test.utils import common_texts
from skmeta import Word2VecVectorizer
for given in {"sg": 0}, {"sg": 1, "hs": 1}:
    w2v = Word2VecVectorizer(vector_size=20, min_count=1, random_state=7, **given)
    vectors = w2v.fit(common_texts * 20).word_vectors_
    print(hashlib.sha256(vectors.vectors.tobytes()).hexdigest(), *vectors.words)
"""


@pytest.mark.parametrize("parameters", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_vectors_are_those_of_gensim(parameters):
    sizes = {"vector_size": 12, "min_count": 1, "epochs": 4, "alpha": 0.025}
    parameters = {**sizes, **parameters}
    ours = Word2VecVectorizer(solver="gensim", random_state=3, **parameters)
    ours.fit(common_texts * 5)
    seed = np.random.RandomState(3).randint(np.iinfo(np.int32).max)
    theirs = Word2Vec(common_texts * 5, seed=seed, workers=1, **parameters)
    assert list(ours.word_vectors_.words) == theirs.wv.index_to_key
    np.testing.assert_array_equal(ours.word_vectors_.vectors, theirs.wv.vectors)


def test_vectors_are_the_same_in_any_process():
    assert len(outputs_of(PRINT_VECTORS)) == 1


def test_another_random_state_gives_other_vectors():
    fits = [
        Word2VecVectorizer(vector_size=4, min_count=1, random_state=seed).fit(
            common_texts
        )
        for seed in (0, 1)
    ]
    assert not np.array_equal(
        fits[0].word_vectors_.vectors, fits[1].word_vectors_.vectors
    )


def test_several_threads_train(documents):
    w2v = Word2VecVectorizer(vector_size=4, min_count=1, n_jobs=2, random_state=0)
    assert w2v.fit_transform(documents).shape == (40, 4)


def test_most_frequent_words_are_kept(documents):
    w2v = Word2VecVectorizer(vector_size=4, min_count=1, max_final_vocab=10)
    kept = w2v.fit(documents).word_vectors_
    counts = {}
    for document in documents:
        for token in document:
            counts[token] = counts.get(token, 0) + 1
    assert 1 < len(kept) <= 10
    assert kept.counts.tolist() == [counts[word] for word in kept.words]
    dropped = [n for word, n in counts.items() if word not in kept]
    assert max(dropped) <= kept.counts.min()


def test_vocabulary_holds_no_string_that_was_read():
    words = ["".join(letters) for letters in ("ab", "ab", "ab", "cd")]
    w2v = Word2VecVectorizer(vector_size=4, min_count=2).fit([words])
    [kept] = w2v.word_vectors_.words
    assert kept == "ab"
    assert all(kept is not word for word in words)  # dropped ones lie beside them


def test_nothing_of_a_long_document_is_lost():
    long = ["a", "b", "c"] * 4_000 + ["x", "y"] * 50  # gensim alone stops at 10,000
    parameters = {"vector_size": 4, "epochs": 1, "sample": 0, "random_state": 0}
    whole = Word2VecVectorizer(**parameters).fit([long]).word_vectors_
    cut = Word2VecVectorizer(**parameters).fit([long[:10_000], long[10_000:]])
    assert "x" in whole
    np.testing.assert_array_equal(whole.vectors, cut.word_vectors_.vectors)
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max)
    untrained = Word2Vec(vector_size=4, seed=seed)
    untrained.build_vocab([long])
    assert not np.array_equal(whole["x"], untrained.wv["x"])


@pytest.mark.parametrize("documents", [[["a", "b"]], [[], []], [["a"] * 4]])
@pytest.mark.timeout(20)
def test_empty_vocabulary_is_refused(documents):
    with pytest.raises(ValueError, match=r"at least min_count=5 times .* Lower min_c"):
        Word2VecVectorizer(min_count=5).fit(documents)


def test_training_that_learns_nothing_is_refused():
    with pytest.raises(ValueError, match="Set negative=5 or hs=1"):
        Word2VecVectorizer(hs=0, negative=0, min_count=1).fit(common_texts)


@pytest.mark.parametrize(
    "parameters",
    [{"window": 2**31}, {"negative": 2**31}, {"alpha": 1e40}, {"sample": 1}],
)
@pytest.mark.timeout(20)
def test_parameters_on_which_gensim_hangs_or_crashes_are_refused(parameters):
    [name] = parameters
    with pytest.raises(ValueError, match=f"'{name}' parameter of Word2VecVectorizer"):
        Word2VecVectorizer(min_count=1, **parameters).fit(common_texts)


@pytest.mark.timeout(20)
def test_a_vocabulary_of_one_word():
    documents = [["a"]] * 5
    assert Word2VecVectorizer(min_count=1).fit_transform(documents).shape == (5, 100)
    with pytest.raises(ValueError, match="vocabulary of one word, 'a'"):
        Word2VecVectorizer(hs=1, min_count=1).fit(documents)


def test_unsound_pooling_is_refused_before_training():
    w2v = Word2VecVectorizer(pooling=("mean", "median"), epochs=10**6, min_count=1)
    with pytest.raises(ValueError, match="expected one of mean"):
        w2v.fit(common_texts)


def test_progress_is_shown_when_asked_for(capsys):
    for verbose in (0, 1):
        w2v = Word2VecVectorizer(min_count=1, epochs=3, verbose=verbose)
        w2v.fit(common_texts)
        shown = capsys.readouterr()
        assert shown.out == ""
        assert (": 100%, 87/87" in shown.err) == bool(verbose)
