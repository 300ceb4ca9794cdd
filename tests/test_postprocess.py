import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from skmeta import MetaEmbeddings, WordVectors, load_vectors
from skmeta._subwords import Subwords
from skmeta.postprocess import (
    _rows,
    center,
    normalize,
    remove_components,
)

FUNCTIONS = {
    "normalize": normalize,
    "center": center,
    "remove_components": remove_components,
}
each_function = pytest.mark.parametrize("change", FUNCTIONS.values(), ids=FUNCTIONS)

matrices = st.tuples(st.integers(1, 12), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(-100, 100, width=32))
)


def named(vectors, counts=None):
    return WordVectors([f"word{i}" for i in range(len(vectors))], vectors, counts)


def unit(vectors):
    vectors = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms == 0, 1, norms)


@pytest.fixture
def skewed():
    """Return vectors with a mean and dominant directions, some of them zeros."""
    rng = np.random.default_rng(2)
    mixing = rng.standard_normal((20, 20)) * 0.8 ** np.arange(20)
    vectors = rng.standard_normal((300, 20)) @ mixing.T + rng.standard_normal(20)
    vectors[[4, 77]] = 0
    return named(vectors, np.arange(300, 0, -1) * 7)


# ---- what all of them keep


@each_function
def test_words_and_counts_are_kept_and_zeros_stay(change, skewed):
    changed = change(skewed)
    assert changed.words == skewed.words
    np.testing.assert_array_equal(changed.counts, skewed.counts)
    assert changed.vectors.dtype == np.float32
    assert np.flatnonzero(~changed.vectors.any(axis=1)).tolist() == [4, 77]


@each_function
def test_subwords_are_left_out(change, word_vectors):
    subwords = Subwords(np.ones((10, 6), dtype=np.float32), 3, 6)
    source = WordVectors(word_vectors.words, word_vectors.vectors, None, subwords)
    assert change(source).subwords is None


@each_function
def test_the_input_is_left_as_it_is(change, skewed):
    before = skewed.vectors.copy()
    assert not np.shares_memory(change(skewed).vectors, skewed.vectors)
    np.testing.assert_array_equal(skewed.vectors, before)


@each_function
def test_every_kind_of_source_gives_the_same(change, word_vectors, tmp_path):
    word_vectors.save(tmp_path / "saved")
    expected = change(word_vectors).vectors
    sources = [
        word_vectors.to_gensim(),
        dict(zip(word_vectors.words, word_vectors.vectors)),
        str(tmp_path / "saved"),
        WordVectors.open(tmp_path / "saved"),  # memory-mapped, read-only
        MetaEmbeddings([word_vectors], normalize=False),
    ]
    for source in sources:
        np.testing.assert_array_equal(change(source).vectors, expected)


@each_function
def test_small_blocks_give_the_same(change, skewed, monkeypatch):
    expected = change(skewed).vectors
    monkeypatch.setattr(_rows, "_NUMBERS_AT_A_TIME", 50)  # 2 of 20 dimensions
    np.testing.assert_allclose(change(skewed).vectors, expected, rtol=0, atol=1e-6)


@each_function
def test_the_order_of_the_words_does_not_matter(change, skewed):
    order = np.random.default_rng(0).permutation(len(skewed))
    shuffled = WordVectors([skewed.words[i] for i in order], skewed.vectors[order])
    changed = change(shuffled).vectors
    np.testing.assert_allclose(changed, change(skewed).vectors[order], atol=3e-6)


@each_function
def test_meta_embeddings_take_what_comes_out(change, word_vectors):
    meta = MetaEmbeddings([change(word_vectors), word_vectors])
    again = change(meta)
    assert again.words == meta.word_vectors.words
    assert MetaEmbeddings([again]).wv.most_similar("word1")


def test_all_are_the_same_in_another_process(skewed, tmp_path):
    skewed.save(tmp_path)
    code = (
        "import sys, hashlib; from skmeta.postprocess import *\n"
        "path = sys.argv[1]\n"
        "made = [normalize(path), center(path), remove_components(path)]\n"
        "print(*[hashlib.sha256(m.vectors.tobytes()).hexdigest() for m in made])\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1] != b""


# ---- normalize and center


@given(vectors=matrices)
def test_rows_get_unit_length(vectors):
    normalized = normalize(named(vectors)).vectors
    norms = np.linalg.norm(normalized.astype(np.float64), axis=1)
    np.testing.assert_allclose(norms, vectors.any(axis=1), atol=1e-6)
    np.testing.assert_allclose(normalized, unit(vectors), atol=1e-6)


def test_tiny_and_huge_rows_get_unit_length_too():
    vectors = np.array([[1e-44, 0], [3e38, 3e38], [1e-30, -1e-30]], dtype=np.float32)
    half = np.sqrt(0.5)
    expected = [[1, 0], [half, half], [half, -half]]
    np.testing.assert_allclose(normalize(named(vectors)).vectors, expected, rtol=1e-6)


@given(vectors=matrices)
def test_column_means_are_subtracted(vectors):
    present = vectors.any(axis=1)
    expected = vectors.astype(np.float64)
    if present.any():
        expected[present] -= expected[present].mean(axis=0)
    np.testing.assert_allclose(center(named(vectors)).vectors, expected, atol=1e-4)


def test_a_large_mean_does_not_swallow_the_rest():
    rng = np.random.default_rng(0)
    vectors = (rng.standard_normal((50_000, 3)) + 1000).astype(np.float32)
    means = center(named(vectors)).vectors.mean(axis=0, dtype=np.float64)
    np.testing.assert_allclose(means, 0, atol=1e-7)


def test_equal_rows_become_zeros_and_not_noise():
    vectors = np.full((7, 3), 0.1, dtype=np.float32)
    assert not center(named(vectors)).vectors.any()
    assert not remove_components(named(vectors)).vectors.any()


def test_order_matters(skewed):
    unit_last = normalize(center(skewed)).vectors
    unit_first = normalize(center(normalize(skewed))).vectors
    assert np.abs(unit_last - unit_first).max() > 0.01


def test_centering_twice_changes_nothing(skewed):
    once = center(skewed)
    np.testing.assert_allclose(center(once).vectors, once.vectors, atol=1e-6)


# ---- remove_components


@pytest.mark.parametrize("n_components", [0, 1, 3, 19, 20])
def test_what_remains_is_what_sklearns_pca_leaves(skewed, n_components):
    present = skewed.vectors.any(axis=1)
    rows = skewed.vectors[present].astype(np.float64)
    pca = PCA(n_components, svd_solver="full").fit(rows)
    centered = rows - pca.mean_
    expected = centered - centered @ pca.components_.T @ pca.components_
    remaining = remove_components(skewed, n_components=n_components).vectors[present]
    scale = np.abs(centered).max()
    np.testing.assert_allclose(remaining, expected, rtol=1e-5, atol=1e-6 * scale)


def test_removing_none_centers_and_all_leaves_zeros(skewed):
    none = remove_components(skewed, n_components=0)
    np.testing.assert_array_equal(none.vectors, center(skewed).vectors)
    everything = remove_components(skewed, n_components=20).vectors
    assert not everything.any()


@pytest.mark.parametrize(("size", "n_removed"), [(5, 1), (100, 1), (300, 3)])
def test_one_in_a_hundred_dimensions_is_removed(size, n_removed):
    rng = np.random.default_rng(0)
    vectors = named(rng.standard_normal((400, size)))
    expected = remove_components(vectors, n_components=n_removed).vectors
    np.testing.assert_array_equal(remove_components(vectors).vectors, expected)


@given(vectors=matrices, n_components=st.integers(0, 5))
def test_nothing_is_left_in_the_removed_directions(vectors, n_components):
    n_components = min(n_components, vectors.shape[1])
    remaining = remove_components(named(vectors), n_components=n_components).vectors
    scale = max(1, np.abs(vectors).max())
    present = vectors.any(axis=1)
    if present.any():
        np.testing.assert_allclose(
            remaining[present].mean(axis=0), 0, atol=1e-5 * scale
        )
    rank = np.linalg.matrix_rank(remaining, tol=1e-3 * scale)
    assert rank <= vectors.shape[1] - n_components


@pytest.mark.parametrize("n_components", [-1, 7, 1.5, "two"])
def test_strange_numbers_of_components_are_refused(word_vectors, n_components):
    with pytest.raises(
        ValueError, match=r"Found n_components=.* 6 dimensions, expected"
    ):
        remove_components(word_vectors, n_components=n_components)


# ---- published vectors


def test_published_vectors_lose_what_they_have_in_common(data):
    source = load_vectors(data / "vectors" / "glove6b_50d_9k.txt.gz")

    def mean_cosine(word_vectors):
        return np.square(unit(word_vectors.vectors).mean(axis=0)).sum()

    for change in (center, remove_components):
        assert mean_cosine(change(source)) < mean_cosine(source) / 10
