import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.pipeline import FeatureUnion
from sklearn.preprocessing import normalize

import skmeta._meta._learn_word_weights
import skmeta._pooling._common_components
import skmeta._pooling._pooled_words
from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, Word2VecVectorizer
from skmeta._pooling._common_components import find_common_components
from skmeta.combine import SVD
from skmeta.weighting import SIF, USIF

# rows as pooled, without the learned scale
MetaEmbeddingVectorizer = partial(MetaEmbeddingVectorizer, scale=1)
PretrainedVectorizer = partial(PretrainedVectorizer, scale=1)
Word2VecVectorizer = partial(Word2VecVectorizer, scale=1)

matrices = arrays(
    np.float32,
    st.tuples(st.integers(1, 12), st.integers(1, 6)),
    elements=st.integers(-4, 4).map(float),
)


def remove_by_hand(rows, n_components, by_share=False):
    """Compute as the papers do, with NumPy's singular vectors, row by row."""
    _, values, directions = np.linalg.svd(rows.astype(np.float64), full_matrices=False)
    squares = values[:n_components] ** 2
    removed = []
    for row in rows.astype(np.float64):
        left = row.copy()
        for square, direction in zip(squares, directions):
            share = square / squares.sum() if by_share else 1
            left -= share * (row @ direction) * direction
        removed.append(left)
    return np.array(removed)


def pooled(vectors, documents, **parameters):
    vectorizer = PretrainedVectorizer(vectors, remove_components=0, **parameters)
    return vectorizer.fit_transform(documents)


@pytest.mark.parametrize("n_components", [1, 2, 5])
@pytest.mark.parametrize("weighting", [None, "idf", "sif"])
def test_first_singular_vectors_are_removed(
    weighting, n_components, documents, word_vectors
):
    vectorizer = PretrainedVectorizer(
        word_vectors, weighting=weighting, remove_components=n_components
    )
    rows = pooled(word_vectors, documents, weighting=weighting)
    found = vectorizer.fit_transform(documents)
    expected = remove_by_hand(rows, n_components)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert found.dtype == np.float32
    directions = vectorizer.common_components_
    assert directions.shape == (n_components, 6)
    assert directions.dtype == np.float32
    np.testing.assert_allclose(found @ directions.T, 0, atol=1e-5)


@pytest.mark.parametrize("n_components", [1, 3, 6])
def test_usif_removes_each_by_its_share(n_components, documents, word_vectors):
    vectorizer = PretrainedVectorizer(
        word_vectors, weighting="usif", remove_components=n_components
    )
    rows = pooled(word_vectors, documents, weighting="usif")
    expected = remove_by_hand(rows, n_components, by_share=True)
    np.testing.assert_allclose(vectorizer.fit_transform(documents), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("weighting", "n_components"),
    [(None, 0), ("idf", 0), ("sif", 1), ("usif", 5), (SIF(0.1), 1), (USIF(), 5)],
)
def test_papers_say_how_many_unless_told(
    weighting, n_components, documents, word_vectors
):
    vectorizer = PretrainedVectorizer(word_vectors, weighting=weighting)
    automatic = vectorizer.fit_transform(documents)
    if n_components:
        assert len(vectorizer.common_components_) == n_components
    else:
        assert vectorizer.common_components_ is None
    given = clone(vectorizer).set_params(remove_components=n_components)
    np.testing.assert_array_equal(automatic, given.fit_transform(documents))
    none = clone(vectorizer).set_params(remove_components=0).fit(documents)
    assert none.common_components_ is None


@given(matrices, st.integers(1, 8), st.booleans())
def test_any_rows_lose_what_they_have_in_common(rows, n_components, by_share):
    common = find_common_components(rows.__getitem__, len(rows), n_components, by_share)
    rank = np.linalg.matrix_rank(rows)
    directions = common.directions
    assert len(directions) == min(n_components, rank)
    identity = np.eye(len(directions))
    np.testing.assert_allclose(directions @ directions.T, identity, atol=1e-5)
    left = common.remove(rows.copy())
    values = np.zeros(20)
    values[: min(rows.shape)] = np.linalg.svd(rows.astype(np.float64))[1]
    gap = values[n_components - 1] - values[n_components]
    if rank <= n_components or gap > 1e-3:  # else there is no single answer
        expected = remove_by_hand(rows, n_components, by_share) if rank else rows
        np.testing.assert_allclose(left, expected, atol=1e-4)
    assert not left[~rows.any(axis=1)].any()
    assert np.linalg.norm(left) <= np.linalg.norm(rows) * (1 + 1e-6)
    alone = [common.remove(row[np.newaxis].copy())[0] for row in rows]
    np.testing.assert_allclose(left, alone, atol=1e-6)


@given(
    arrays(np.float32, 7, elements=st.integers(-9, 9).map(float)),
    arrays(np.float32, 300, elements=st.floats(-1, 1, width=32)),
)
def test_nothing_is_left_of_rows_that_are_all_alike(scales, direction):
    rows = np.outer(scales, direction)
    common = find_common_components(rows.__getitem__, len(rows), 3)
    assert not common.remove(rows).any()


def test_one_document_loses_its_own_direction(word_vectors):
    vectorizer = PretrainedVectorizer(word_vectors, weighting="sif")
    assert not vectorizer.fit_transform([["word1", "word2"]]).any()
    assert vectorizer.transform([["word3"]]).any()


@pytest.mark.parametrize("weighting", [None, "sif", "usif"])
def test_documents_without_known_words_have_nothing_in_common(
    weighting, documents, word_vectors
):
    vectorizer = PretrainedVectorizer(
        word_vectors, weighting=weighting, remove_components=2
    )
    assert not vectorizer.fit_transform([["unknown"], []]).any()
    assert vectorizer.common_components_.shape == (0, 6)
    empty = [[], ["unknown"]] * 5
    few = vectorizer.fit(documents).common_components_
    many = vectorizer.fit(documents + empty).common_components_
    np.testing.assert_allclose(np.abs(few @ many.T), np.eye(2), atol=0.2)
    assert not vectorizer.transform(empty).any()


def test_more_components_than_features_remove_all(documents, word_vectors):
    vectorizer = PretrainedVectorizer(word_vectors, remove_components=100)
    assert not vectorizer.fit_transform(documents).any()
    assert vectorizer.common_components_.shape == (6, 6)


def test_components_are_learned_in_fit_alone(documents, word_vectors):
    vectorizer = PretrainedVectorizer(word_vectors, weighting="sif").fit(documents[:20])
    directions = vectorizer.common_components_.copy()
    others = vectorizer.transform(documents[20:])
    np.testing.assert_array_equal(vectorizer.common_components_, directions)
    alone = [vectorizer.transform([document])[0] for document in documents[20:]]
    np.testing.assert_allclose(others, alone, atol=1e-7)
    again = pickle.loads(pickle.dumps(vectorizer))
    np.testing.assert_array_equal(again.transform(documents[20:]), others)


@pytest.fixture
def pooled_at_a_time(monkeypatch):
    """Record how many documents are pooled by each call; cut rows into small blocks."""
    numbers = []
    pool = skmeta._pooling._pooled_words.pool

    def recorded(documents, *arguments, **options):
        numbers.append(len(documents))
        return pool(documents, *arguments, **options)

    monkeypatch.setattr(skmeta._pooling._pooled_words, "pool", recorded)
    monkeypatch.setattr(skmeta._pooling._common_components, "ROWS_BLOCK_SIZE", 15)
    return numbers


def test_fit_pools_some_documents_at_a_time(documents, word_vectors, pooled_at_a_time):
    vectorizer = PretrainedVectorizer(word_vectors, weighting="sif")
    apart = vectorizer.fit(documents)
    assert pooled_at_a_time == [15, 15, 10]
    apart = apart.transform(documents)
    pooled_at_a_time.clear()
    together = vectorizer.fit_transform(documents)
    assert pooled_at_a_time == [40]
    np.testing.assert_array_equal(together, apart)
    np.testing.assert_allclose(
        together,
        remove_by_hand(pooled(word_vectors, documents, weighting="sif"), 1),
        atol=1e-6,
    )


def test_fit_pools_nothing_where_nothing_is_removed(
    documents, word_vectors, pooled_at_a_time
):
    PretrainedVectorizer(word_vectors, weighting="idf").fit(documents)
    assert pooled_at_a_time == []


def test_several_poolings_lose_components_as_a_whole(documents, word_vectors):
    poolings = ("mean", "max")
    vectorizer = PretrainedVectorizer(
        word_vectors, pooling=poolings, remove_components=3
    )
    rows = pooled(word_vectors, documents, pooling=poolings)
    np.testing.assert_allclose(
        vectorizer.fit_transform(documents), remove_by_hand(rows, 3), atol=1e-5
    )
    assert vectorizer.common_components_.shape == (3, 12)


def test_trained_and_combined_words_lose_them_too(documents, word_vectors):
    w2v = Word2VecVectorizer(vector_size=4, min_count=1, epochs=1, random_state=0)
    sources = [("given", word_vectors), ("w2v", w2v)]
    for vectorizer in (
        w2v,
        MetaEmbeddingVectorizer(sources),
        MetaEmbeddingVectorizer(sources, combiner=SVD(3)),
    ):
        rows = clone(vectorizer).fit_transform(documents)
        found = clone(vectorizer).set_params(remove_components=2)
        np.testing.assert_allclose(
            found.fit_transform(documents), remove_by_hand(rows, 2), atol=1e-5
        )


def test_sources_of_document_vectors_lose_them_each_on_its_own(documents, word_vectors):
    parameters = {"weighting": "sif", "remove_components": 2}
    more = {"word1": [1.0, 2.0, 0.5], "word2": [0.5, -1.0, 1.0], "word4": [2, 0, 1.0]}
    own = PretrainedVectorizer(more, pooling="max")
    meta = MetaEmbeddingVectorizer(
        [("given", word_vectors), ("own", own)],
        level="document",
        normalize=False,
        **parameters,
    )
    union = FeatureUnion(
        [
            ("given", PretrainedVectorizer(word_vectors, scale="auto", **parameters)),
            ("own", own),
        ]
    )
    rows = meta.fit_transform(documents)
    np.testing.assert_allclose(rows, union.fit_transform(documents), atol=1e-6)
    assert meta.sources_["given"].common_components_.shape == (2, 6)
    assert not hasattr(meta, "common_components_")
    meta.set_params(level="word").fit(documents)
    assert meta.common_components_.shape == (2, 9)
    assert not hasattr(
        meta.set_params(level="document").fit(documents), "word_weights_"
    )
    assert not hasattr(meta, "common_components_")


def test_weights_are_learned_from_rows_without_components(
    documents, word_vectors, monkeypatch
):
    seen = []

    def learn_weights(blocks, y):
        seen.append(np.hstack(blocks))
        return np.ones(len(blocks), np.float32)

    module = skmeta._meta._learn_word_weights
    monkeypatch.setattr(module, "learn_weights", learn_weights)
    more = {"word1": [1.0, 2.0, 0.5], "word2": [0.5, -1.0, 1.0], "word4": [2, 0, 1.0]}
    meta = MetaEmbeddingVectorizer(
        [("given", word_vectors), ("more", more)], weights="learn", weighting="sif"
    )
    rows = meta.fit_transform(documents, np.arange(len(documents)) % 2)
    np.testing.assert_allclose(seen[0], normalize(rows), atol=1e-5)


def test_components_are_those_of_scikit_learn(documents, word_vectors):
    rows = pooled(word_vectors, documents)
    expected = TruncatedSVD(2, algorithm="arpack").fit(rows).components_
    vectorizer = PretrainedVectorizer(word_vectors, remove_components=2)
    found = vectorizer.fit(documents).common_components_
    np.testing.assert_allclose(np.abs(np.sum(found * expected, axis=1)), 1, atol=1e-5)
    largest = np.abs(found).argmax(axis=1)
    assert (found[[0, 1], largest] > 0).all()  # signs are fixed
