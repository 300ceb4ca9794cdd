"""The words of each topic are added up apart."""

import pickle

import numpy as np
import pytest
from gensim.test.utils import common_texts
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmeta import (
    ELMoVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
)
from skmeta._pooling import _pool_rows
from skmeta._pooling._spherical_k_means import find_directions
from skmeta.pooling import Partition

RNG = np.random.default_rng(0)
WORDS = [f"w{i}" for i in range(60)]
VECTORS = {word: RNG.standard_normal(5).astype(np.float32) for word in WORDS}
FEW = {word: RNG.standard_normal(3).astype(np.float32) for word in WORDS[20:]}
DOCUMENTS = [
    *([*RNG.choice([*WORDS, "never"], RNG.integers(1, 30))] for _ in range(50)),
    [],
    ["never"],
]
DOCUMENTS = [[str(token) for token in document] for document in DOCUMENTS]


def pool_by_hand(documents, vectors, partition, weights=None):
    """Add words up one by one."""
    directions = partition.directions_
    rows = np.zeros((len(documents), len(directions), directions.shape[1]))
    for row, document in zip(rows, documents):
        total = 0.0
        for token in document:
            if token not in vectors:
                continue
            vector = vectors[token].astype(float)
            cosines = directions @ vector / np.linalg.norm(vector)
            nearest = np.argsort(-cosines)[: partition.n_nearest]
            shares = np.exp(partition.sharpness * cosines[nearest])
            weight = 1.0 if weights is None else weights[token]
            total += weight
            for part, share in zip(nearest, shares / shares.sum()):
                row[part] += weight * share * vector
        row /= total or 1
    return rows.reshape(len(documents), -1)


@pytest.mark.parametrize("weighting", [None, "idf"])
@pytest.mark.parametrize("n_nearest", [1, 3])
def test_words_are_added_up_by_part(weighting, n_nearest):
    partition = Partition(4, n_nearest=n_nearest)
    vectorizer = PretrainedVectorizer(
        VECTORS, pooling=partition, weighting=weighting, scale=1
    )
    rows = vectorizer.fit_transform(DOCUMENTS)
    [fitted] = vectorizer._pooler.partitions
    weights = vectorizer.word_weights_
    of_words = weights if weights is None else dict(zip(WORDS, weights))
    expected = pool_by_hand(DOCUMENTS, VECTORS, fitted, of_words)
    np.testing.assert_allclose(rows, expected, rtol=1e-4, atol=1e-6)
    assert not hasattr(partition, "directions_")  # parameters stay as they are
    assert rows.dtype == np.float32
    assert rows.shape[1] == len(vectorizer.get_feature_names_out()) == 20


def test_parts_of_a_document_add_up_to_its_mean():
    parts = PretrainedVectorizer(VECTORS, pooling=Partition(6), scale=1)
    mean = PretrainedVectorizer(VECTORS, scale=1).fit_transform(DOCUMENTS)
    rows = parts.fit_transform(DOCUMENTS).reshape(len(DOCUMENTS), 6, 5)
    np.testing.assert_allclose(rows.sum(axis=1), mean, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("level", ["word", "document"])
def test_meta_embeddings_are_pooled_by_part(level):
    meta = MetaEmbeddingVectorizer(
        [("many", VECTORS), ("few", FEW)], level=level, pooling=Partition(3), scale=1
    )
    rows = meta.fit_transform(DOCUMENTS)
    assert rows.shape == (len(DOCUMENTS), 3 * 8)
    assert len(meta.get_feature_names_out()) == 24
    np.testing.assert_allclose(rows, meta.transform(DOCUMENTS), atol=1e-6)
    if level == "word":  # put side by side, or not
        whole = PretrainedVectorizer(meta.word_vectors_, pooling=Partition(3), scale=1)
        np.testing.assert_allclose(rows, whole.fit_transform(DOCUMENTS), atol=1e-6)


def test_beside_other_poolings_and_without_common_components():
    poolings = ("mean", Partition(3), "max")
    vectorizer = PretrainedVectorizer(
        VECTORS, pooling=poolings, weighting="sif", scale=1, remove_components=0
    )
    rows = vectorizer.fit_transform(DOCUMENTS)
    alone = [
        clone(vectorizer).set_params(pooling=one).fit_transform(DOCUMENTS)
        for one in poolings
    ]
    np.testing.assert_array_equal(rows, np.hstack(alone))
    vectorizer.set_params(remove_components=2).fit(DOCUMENTS)
    left = vectorizer.transform(DOCUMENTS) @ vectorizer.common_components_.T
    np.testing.assert_allclose(left, 0, atol=1e-5)


def test_few_components_are_an_exact_svd():
    whole = PretrainedVectorizer(VECTORS, pooling=Partition(6), scale=1)
    few = PretrainedVectorizer(
        VECTORS, pooling=Partition(6, n_components=4), scale=1
    ).fit(DOCUMENTS)
    rows = whole.fit_transform(DOCUMENTS).astype(float)
    u, s, _ = np.linalg.svd(rows, full_matrices=False)
    expected = u[:, :4] * s[:4]
    found = few.transform(DOCUMENTS)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-4)
    alone = np.vstack([few.transform([document]) for document in DOCUMENTS])
    np.testing.assert_array_equal(alone, found)


def test_words_made_of_n_grams_have_parts():
    fasttext = FastTextVectorizer(
        vector_size=4,
        min_count=1,
        bucket=50,
        epochs=1,
        unknown="subword",
        pooling=Partition(3),
        scale=1,
        random_state=0,
    ).fit(common_texts)
    row = fasttext.transform([["computers"]]).reshape(3, 4)
    vector = fasttext.word_vectors_.vector("computers")
    np.testing.assert_allclose(row.sum(axis=0), vector, rtol=1e-4, atol=1e-7)


def test_numpy_gives_what_the_kernel_gives(monkeypatch):
    vectorizer = PretrainedVectorizer(VECTORS, pooling="partition").fit(DOCUMENTS)
    expected = vectorizer.transform(DOCUMENTS)
    monkeypatch.setattr(_pool_rows, "kernels", None)
    np.testing.assert_allclose(vectorizer.transform(DOCUMENTS), expected, atol=1e-5)


def test_streams_threads_and_pickles():
    class Again:
        def __iter__(self):
            return iter(DOCUMENTS)

    vectorizer = PretrainedVectorizer(VECTORS, pooling=Partition(5, n_components=7))
    expected = vectorizer.fit_transform(DOCUMENTS)
    again = pickle.loads(pickle.dumps(vectorizer))
    np.testing.assert_array_equal(again.transform(DOCUMENTS), expected)
    again.set_params(n_jobs=2)
    np.testing.assert_array_equal(again.transform(iter(DOCUMENTS)), expected)
    stream = clone(vectorizer).fit(Again()).transform(Again())
    np.testing.assert_allclose(stream, expected, rtol=1e-5, atol=1e-6)


def test_search_over_parts():
    labels = np.arange(len(DOCUMENTS)) % 2
    pipeline = make_pipeline(
        PretrainedVectorizer(VECTORS, pooling=Partition()), LogisticRegression()
    )
    grid = {"pretrainedvectorizer__pooling__n_parts": [2, 5]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(DOCUMENTS, labels)
    best = search.best_params_["pretrainedvectorizer__pooling__n_parts"]
    rows = search.best_estimator_[0].transform(DOCUMENTS)
    assert rows.shape[1] == best * 5


def test_topics_are_found():
    rng = np.random.default_rng(1)
    centres = np.eye(4)[[0, 1, 2]]
    rows = np.repeat(centres, 30, axis=0) + 0.1 * rng.standard_normal((90, 4))
    found = find_directions(rows, np.ones(90), 3, np.random.RandomState(0))
    cosines = centres @ found.T
    assert (cosines.max(axis=1) > 0.98).all()
    assert sorted(cosines.argmax(axis=1)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("rows", "n_found"),
    [([[1.0, 0.0]] * 3, 1), ([[0.0, 0.0]], 1), ([[1.0, 0.0], [-1.0, 0.0]], 2)],
    ids=["all alike", "zeros", "opposite"],
)
def test_fewer_directions_than_asked_for(rows, n_found):
    rows = np.array(rows)
    found = find_directions(rows, np.ones(len(rows)), 5, np.random.RandomState(0))
    assert len(found) == n_found


def test_documents_without_a_known_word_can_be_fitted():
    vectorizer = PretrainedVectorizer(VECTORS, pooling="partition")
    assert not vectorizer.fit_transform([["never"], []]).any()


@pytest.mark.parametrize(
    "pooling", [Partition(0), ("mean", Partition(n_nearest=0)), "parts", ("mean", 0)]
)
def test_unsound_partitions_are_refused(pooling):
    with pytest.raises(ValueError, match=r"n_parts|n_nearest|pooling"):
        PretrainedVectorizer(VECTORS, pooling=pooling).fit(DOCUMENTS)


def test_elmo_refuses_parts():
    elmo = ELMoVectorizer(vector_size=2, hidden_size=2, pooling=("mean", Partition()))
    with pytest.raises(ValueError, match="expected one of mean, sum, max, min, a"):
        elmo.fit([["a"]])
