import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skmeta import PretrainedVectorizer, WordVectors, _pooling
from skmeta._pooling import check_poolings, pool

WORDS = "abcdefgh"
finite = st.floats(-100, 100, width=32)
some_vectors = arrays(np.float32, (len(WORDS), 3), elements=finite)
some_documents = st.lists(st.text("abcdefgh?!", max_size=40).map(list), min_size=1)
some_weights = arrays(np.float32, len(WORDS), elements=st.floats(0.125, 8, width=32))


def pool_by_loop(documents, vectors, pooling, weights=None):
    """Pool in the plainest way, in float64."""
    rows = {word: row for row, word in enumerate(WORDS)}
    pooled = np.zeros((len(documents), vectors.shape[1]))
    for number, document in enumerate(documents):
        known = [rows[token] for token in document if token in rows]
        if known:
            some = vectors[known].astype(np.float64)
            weight = np.ones(len(known)) if weights is None else weights[known]
            pooled[number] = {
                "mean": np.average(some, axis=0, weights=weight),
                "sum": (some * weight[:, None]).sum(axis=0),
                "max": some.max(axis=0),
                "min": some.min(axis=0),
            }[pooling]
    return pooled


def pool_words(documents, vectors, poolings, weights=None):
    key_to_index = {word: row for row, word in enumerate(WORDS)}
    return pool(documents, vectors, key_to_index, poolings, weights)


@pytest.mark.parametrize("pooling", ["mean", "sum", "max", "min"])
@given(documents=some_documents, vectors=some_vectors, weights=some_weights)
def test_pooling_agrees_with_a_loop(pooling, documents, vectors, weights):
    for given_weights in (None, weights):
        pooled = pool_words(documents, vectors, (pooling,), given_weights)
        expected = pool_by_loop(documents, vectors, pooling, given_weights)
        assert pooled.dtype == np.float32
        if pooling in ("max", "min"):
            np.testing.assert_array_equal(pooled, expected)
        else:
            np.testing.assert_allclose(pooled, expected, rtol=1e-5, atol=1e-3)


@settings(max_examples=30)
@given(documents=some_documents, vectors=some_vectors)
def test_results_do_not_depend_on_how_the_work_is_cut(documents, vectors):
    poolings = ("mean", "sum", "max", "min")
    whole = pool_words(documents, vectors, poolings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pooling, "_TOKENS_AT_A_TIME", 7)
        patch.setattr(_pooling, "_DOCUMENTS_AT_A_TIME", 3)
        patch.setattr(_pooling, "_FEW_DOCUMENTS", 1)
        patch.setattr(_pooling, "_ROWS_AT_A_TIME", 2)
        np.testing.assert_array_equal(pool_words(documents, vectors, poolings), whole)


def test_mean_of_one_word_is_its_vector():
    vectors = np.random.default_rng(0).standard_normal((8, 3), dtype=np.float32)
    weights = np.full(8, 0.3, dtype=np.float32)
    documents = [["c"], ["?", "c", "?"]]
    for pooling in ("mean", "max", "min", "sum"):
        pooled = pool_words(documents, vectors, (pooling,))
        np.testing.assert_array_equal(pooled, vectors[[2, 2]])
    pooled = pool_words(documents, vectors, ("mean",), weights)
    np.testing.assert_allclose(pooled, vectors[[2, 2]], rtol=1e-6)


def test_results_of_several_poolings_stand_side_by_side():
    vectors = np.random.default_rng(0).standard_normal((8, 3), dtype=np.float32)
    documents = [list("abca"), [], list("h?")]
    pooled = pool_words(documents, vectors, ("max", "mean"))
    expected = [pool_words(documents, vectors, (name,)) for name in ("max", "mean")]
    np.testing.assert_array_equal(pooled, np.hstack(expected))


def test_no_document_with_a_known_word():
    vectors = np.ones((8, 3), dtype=np.float32)
    pooled = pool_words([[], ["?"]], vectors, ("mean", "sum", "max", "min"))
    np.testing.assert_array_equal(pooled, np.zeros((2, 12)))


@settings(max_examples=30)
@given(documents=some_documents, vectors=some_vectors, weights=some_weights)
def test_long_sums_by_parts_agree_with_a_loop(documents, vectors, weights):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pooling, "_LONG_DOCUMENT", 3)  # empty documents among them
        for pooling, given_weights in [("mean", None), ("sum", weights)]:
            pooled = pool_words(documents, vectors, (pooling,), given_weights)
            expected = pool_by_loop(documents, vectors, pooling, given_weights)
            np.testing.assert_allclose(pooled, expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("pooling", ["mean", "sum", "max", "min"])
def test_a_very_long_document(pooling):
    vectors = np.random.default_rng(0).standard_normal((8, 3), dtype=np.float32)
    letters = np.random.default_rng(1).choice(list(WORDS), 100_000).tolist()
    documents = [letters, ["a"], letters[:70_000]]
    pooled = pool_words(documents, vectors, (pooling,))
    expected = pool_by_loop(documents, vectors, pooling)
    scale = len(documents[0]) if pooling == "sum" else 1
    np.testing.assert_allclose(pooled, expected, rtol=0, atol=1e-6 * scale)


def test_mapped_and_read_only_vectors(word_vectors, documents, tmp_path):
    word_vectors.save(tmp_path)
    opened = WordVectors.open(tmp_path)
    for pooling in ("mean", "sum", "max", "min"):
        np.testing.assert_array_equal(
            PretrainedVectorizer(opened, pooling=pooling).fit_transform(documents),
            PretrainedVectorizer(word_vectors, pooling=pooling).fit_transform(
                documents
            ),
        )


def test_memory_stays_near_the_output():
    """No array holds a vector for each token: 200 MB here, for an output of 0.8 MB."""
    vectors = np.ones((8, 250), dtype=np.float32)
    documents = [list(WORDS) * 25_000, *[list("ab")] * 800]
    for pooling in ("mean", "sum", "max", "min"):
        tracemalloc.start()
        pooled = pool_words(documents, vectors, (pooling,))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3 * pooled.nbytes + 24 * 200_000  # and 24 bytes a token


@pytest.mark.parametrize("pooling", [(), ("mean", "median"), ["max", 3]])
def test_poolings_that_are_none_are_refused(pooling):
    with pytest.raises(ValueError, match="expected one of mean, sum, max, min"):
        check_poolings(pooling)
    with pytest.raises(ValueError, match="expected one of mean, sum, max, min"):
        PretrainedVectorizer({"a": [1.0]}, pooling=pooling).fit([["a"]])


def test_memory_stays_near_the_output_for_short_documents():
    vectors = np.ones((8, 300), dtype=np.float32)
    documents = [["a", "b"]] * 40_000
    tracemalloc.start()
    pooled = pool_words(documents, vectors, ("mean",))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.2 * pooled.nbytes
