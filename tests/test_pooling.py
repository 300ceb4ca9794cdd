import tracemalloc
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skmeta import PretrainedVectorizer, WordVectors
from skmeta._native import kernels
from skmeta._pooling import _pool, _pool_rows
from skmeta._pooling._lazy_concatenation import LazyConcatenation
from skmeta._pooling._pool import check_poolings, pool
from skmeta._vectors import _word_index

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
                2: np.average(some**2, axis=0, weights=weight) ** (1 / 2),
                3: np.cbrt(np.average(some**3, axis=0, weights=weight)),
                0.5: signed_power(
                    np.average(signed_power(some, 0.5), axis=0, weights=weight), 2
                ),
                20: np.average(some**20, axis=0, weights=weight) ** (1 / 20),
            }[pooling]
    return pooled


def signed_power(values, power):
    return np.sign(values) * np.abs(values) ** power


def pool_in_numpy(*args, **kwargs):
    """Pool without the compiled kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pool, "kernels", None)
        patch.setattr(_pool_rows, "kernels", None)
        patch.setattr(_word_index, "kernels", None)
        return pool(*args, **kwargs)


def pool_words(documents, vectors, poolings, weights=None, **options):
    """Pool with the kernels, where there are some, and without; both must agree."""
    key_to_index = {word: row for row, word in enumerate(WORDS)}
    arguments = documents, vectors, key_to_index, poolings, weights
    pooled = pool(*arguments, **options)
    expected = pool_in_numpy(*arguments, **options)
    scale = max(1, np.abs(expected).max())
    np.testing.assert_allclose(pooled, expected, rtol=1e-6, atol=1e-6 * scale)
    assert pooled.dtype == expected.dtype == np.float32
    return pooled


@pytest.mark.parametrize("pooling", ["mean", "sum", "max", "min", 2, 3, 0.5, 20])
@given(documents=some_documents, vectors=some_vectors, weights=some_weights)
def test_pooling_agrees_with_a_loop(pooling, documents, vectors, weights):
    for given_weights in (None, weights):
        pooled = pool_words(documents, vectors, (pooling,), given_weights)
        expected = pool_by_loop(documents, vectors, pooling, given_weights)
        assert pooled.dtype == np.float32
        if pooling in ("max", "min"):
            np.testing.assert_array_equal(pooled, expected)
        else:
            atol = 1e-3 if pooling != 3 else 0.1  # roots of what nearly cancels
            np.testing.assert_allclose(pooled, expected, rtol=1e-5, atol=atol)


@settings(max_examples=30)
@given(documents=some_documents, vectors=some_vectors)
def test_results_do_not_depend_on_how_the_work_is_cut(documents, vectors):
    poolings = ("mean", "sum", "max", "min", 3)
    whole = pool_words(documents, vectors, poolings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pool, "_TOKENS_BLOCK_SIZE", 7)
        patch.setattr(_pool_rows, "_DOCUMENTS_BLOCK_SIZE", 3)
        patch.setattr(_pool_rows, "_FEW_DOCUMENTS", 1)
        patch.setattr(_pool_rows, "_ROWS_BLOCK_SIZE", 2)
        pooled = pool_words(documents, vectors, poolings, n_jobs=2)
        np.testing.assert_array_equal(pooled, whole)


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
        patch.setattr(_pool_rows, "_LONG_DOCUMENT", 3)  # empty documents among them
        for pooling, given_weights in [("mean", None), ("sum", weights)]:
            pooled = pool_words(documents, vectors, (pooling,), given_weights)
            expected = pool_by_loop(documents, vectors, pooling, given_weights)
            np.testing.assert_allclose(pooled, expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize("pooling", ["mean", "sum", "max", "min", 2, 3])
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
    for pooling in ("mean", "sum", "max", "min", 3):
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
    key_to_index = {word: row for row, word in enumerate(WORDS)}
    for pooling, way in product(
        ("mean", "sum", "max", "min", 3), (pool, pool_in_numpy)
    ):
        tracemalloc.start()
        pooled = way(documents, vectors, key_to_index, (pooling,))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3 * pooled.nbytes + 24 * 200_000  # and 24 bytes a token


@pytest.mark.parametrize(
    "pooling",
    [(), ("mean", "median"), ["max", 0], -1, True, float("nan"), ("max", None)],
)
def test_poolings_that_are_none_are_refused(pooling):
    with pytest.raises(ValueError, match="expected one of mean, sum, max, min"):
        check_poolings(pooling)
    with pytest.raises(ValueError, match="expected one of mean, sum, max, min"):
        PretrainedVectorizer({"a": [1.0]}, pooling=pooling).fit([["a"]])


@pytest.mark.parametrize("way", [pool, pool_in_numpy])
def test_memory_stays_near_the_output_for_short_documents(way):
    vectors = np.ones((8, 300), dtype=np.float32)
    key_to_index = {word: row for row, word in enumerate(WORDS)}
    documents = [["a", "b"]] * 40_000
    tracemalloc.start()
    pooled = way(documents, vectors, key_to_index)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.2 * pooled.nbytes


def test_infinite_and_unit_powers_are_max_and_mean():
    vectors = np.random.default_rng(0).standard_normal((8, 3), dtype=np.float32)
    documents = [list("abca"), [], list("h?")]
    pooled = pool_words(documents, vectors, (np.inf, 1, 1.0))
    expected = pool_words(documents, vectors, ("max", "mean", "mean"))
    np.testing.assert_array_equal(pooled, expected)


@pytest.mark.parametrize("power", [2, 3, 9, 300, 0.1])
def test_powers_neither_overflow_nor_vanish(power):
    for size in (1e-30, 1e30):
        vectors = np.full((8, 2), size, dtype=np.float32)
        pooled = pool_words([list("abc"), ["?"]], vectors, (power,))
        np.testing.assert_allclose(pooled, [[size, size], [0, 0]], rtol=1e-6)


def test_high_powers_approach_the_largest_size():
    vectors = np.random.default_rng(0).uniform(1, 2, (8, 3)).astype(np.float32)
    [pooled] = pool_words([list("abcd")], vectors, (2_000,))
    np.testing.assert_allclose(pooled, vectors[:4].max(axis=0), rtol=1e-3)


@pytest.mark.parametrize("pooling", ["mean", "sum", "max", "min", 2, 3, 2.5])
@given(documents=some_documents, vectors=some_vectors, weights=some_weights)
def test_matrices_side_by_side_pool_as_one(pooling, documents, vectors, weights):
    rows = np.arange(len(WORDS))[::-1]
    scales = np.append(weights[1:], np.float32(0))  # one word is absent from one
    lazy = LazyConcatenation(
        [vectors, vectors[:4]], [rows, rows % 4], [scales, weights]
    )
    for given_weights in (None, weights):
        pooled = pool_words(documents, lazy, (pooling, "sum"), given_weights)
        expected = pool_words(documents, lazy[:], (pooling, "sum"), given_weights)
        expected = np.hstack(
            [
                pool_words(documents, part, (pooling, "sum"), given_weights)
                for part in (lazy[:][:, :3], lazy[:][:, 3:])
            ]
        )[:, [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11]]
        np.testing.assert_allclose(pooled, expected, rtol=1e-4, atol=1e-4)


def compose(words):
    """Return (code, 1, -1) and weight 1/2 for every unknown word but "!"."""
    vectors = np.array([[ord(word), 1, -1] for word in words], np.float32)
    known = np.array([word != "!" for word in words])
    return vectors, np.full(len(words), 0.5, np.float32), known


@pytest.mark.parametrize("pooling", ["mean", "sum", "max", "min", 2, 3])
@given(documents=some_documents, vectors=some_vectors, weights=some_weights)
def test_unknown_words_pool_like_known_ones(pooling, documents, vectors, weights):
    words = {word: row for row, word in enumerate([*WORDS, "?"])}
    all_vectors = np.vstack([vectors, compose("?")[0]])
    lazy = LazyConcatenation(
        [vectors[:, :1], vectors[:, 1:]], [np.arange(8)] * 2, [weights] * 2
    )
    lazy_vectors = np.vstack([lazy[:], compose("?")[0]])
    for given_weights, extended in [
        (None, None),
        (weights, np.append(weights, np.float32(0.5))),
    ]:
        for some, all_of_them in [(vectors, all_vectors), (lazy, lazy_vectors)]:
            pooled = pool_words(
                documents, some, (pooling,), given_weights, unknown=compose
            )
            expected = pool(documents, all_of_them, words, (pooling,), extended)
            np.testing.assert_allclose(pooled, expected, rtol=1e-5, atol=1e-3)


def test_unknown_words_are_asked_for_once_a_block():
    asked = []

    def remember(words):
        asked.append(words)
        return compose(words)

    vectors = np.ones((8, 3), np.float32)
    words = {word: row for row, word in enumerate(WORDS)}
    pool([list("a?!?"), ["y", "?"]], vectors, words, unknown=remember)
    assert asked == [["?", "!", "y"]]
    pool([list("ab")], vectors, words, unknown=remember)
    assert len(asked) == 1


@pytest.mark.parametrize("layout", ["columns", "fortran", "read-only"])
def test_vectors_in_any_layout(layout):
    vectors = np.random.default_rng(0).standard_normal((8, 6), dtype=np.float32)
    given_vectors = {
        "columns": vectors[:, 1:4],
        "fortran": np.asfortranarray(vectors),
        "read-only": vectors.copy(),
    }[layout]
    given_vectors.flags.writeable = layout != "read-only"
    documents = [list("abca"), [], list("h?")]
    for pooling in ("mean", "max", 3):
        pooled = pool_words(documents, given_vectors, (pooling,))
        expected = pool_words(documents, given_vectors.copy("C"), (pooling,))
        np.testing.assert_array_equal(pooled, expected)


@pytest.mark.skipif(kernels is None, reason="installed without a compiler")
@pytest.mark.parametrize("n_tokens", [1, 63, 64, 65, 1_023, 1_024, 1_025, 5_000])
def test_kernel_and_numpy_agree_on_documents_of_any_length(n_tokens):
    rng = np.random.default_rng(n_tokens)
    vectors = rng.standard_normal((8, 17), dtype=np.float32)
    weights = rng.random(8, dtype=np.float32)
    documents = [rng.choice(list("abcdefgh?"), n).tolist() for n in (n_tokens, 3, 0)]
    documents.append(["a"] * n_tokens)
    for pooling in ("mean", "sum", "max", "min", 2, 3, 2.5):
        for given_weights in (None, weights):
            pool_words(documents, vectors, (pooling,), given_weights)  # compares


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("find", ["kernel", "numpy"])
def test_means_of_the_largest_numbers_are_finite(find, weighted, monkeypatch):
    if find == "numpy":
        monkeypatch.setattr(_pool_rows, "kernels", None)
    rng = np.random.default_rng(0)
    vectors = rng.uniform(-1, 1, (len(WORDS), 5)).astype(np.float32)
    vectors[:, :3] = [3e38, -3e38, 1]
    vectors[:4, 2] *= 3e38
    vectors[4:, 2] *= -3e38
    weights = np.linspace(0.5, 2, len(WORDS), dtype=np.float32) if weighted else None
    documents = [list("ab"), list("aebf"), ["c"], list("abcdefgh") * 300, []]
    index = {word: row for row, word in enumerate(WORDS)}
    pooled = pool(documents, vectors, index, ("mean", "sum"), weights)
    means, sums = np.hsplit(pooled, 2)
    with np.errstate(over="ignore", invalid="ignore"):  # of its powers
        expected = pool_by_loop(documents, vectors, "mean", weights)
    np.testing.assert_allclose(means, expected, rtol=1e-5, atol=1e-5)
    assert np.isfinite(means).all()
    assert not np.isnan(sums).any()
    assert np.isinf(sums[0, :2]).all()


def test_means_of_scaled_parts_and_unknown_words_are_finite():
    big = np.full((2, 2), 3e38, np.float32)
    scales = np.array([1, 0.5], np.float32)
    lazy = LazyConcatenation(
        [big, big[:, :1]], [np.arange(2)] * 2, [scales, 1 / 4 * scales]
    )

    def compose_large(words):
        vectors = np.full((len(words), 3), -3e38, np.float32)
        return vectors, None, np.ones(len(words), bool)

    pooled = pool(
        [["a", "b", "?"], ["?", "?"], ["a", "a"]],
        lazy,
        {"a": 0, "b": 1},
        unknown=compose_large,
    )
    expected = [
        [0.5e38, 0.5e38, -3e38 * (1 - 0.375) / 3],
        [-3e38] * 3,
        [3e38, 3e38, 0.75e38],
    ]
    np.testing.assert_allclose(pooled, expected, rtol=1e-5)
