"""Rows of paragraph vectors on which linear classifiers are close to their best."""

import pickle

import numpy as np
import pytest
from gensim.models import Doc2Vec
from rows_by_hand import map_by_hand, typical_distance
from sklearn.base import clone

from skmeta import Doc2VecVectorizer, VectorFormatError

RNG = np.random.default_rng(0)
WORDS = np.array([f"word{i}" for i in range(200)])
TOPICS = RNG.integers(4, size=300)
DOCUMENTS = [
    (WORDS[RNG.integers(50, size=RNG.integers(3, 9)) + 50 * topic]).tolist()
    for topic in TOPICS
]


class Rereadable:
    def __init__(self, documents):
        self.documents = documents

    def __iter__(self):
        return iter(self.documents)


def small(**parameters):
    given = {"vector_size": 12, "min_count": 1, "epochs": 5, "random_state": 0}
    return Doc2VecVectorizer(**{**given, **parameters})


@pytest.mark.parametrize("dm", [0, 1])
@pytest.mark.parametrize("n_documents", [8, 300])
def test_directions_are_brought_nearer_to_one_scale(dm, n_documents):
    documents = DOCUMENTS[:n_documents]
    plain = small(dm=dm, scale=1).fit_transform(documents)
    vectorizer = small(dm=dm)
    rows = vectorizer.fit_transform(documents)
    np.testing.assert_allclose(rows, map_by_hand(plain), rtol=1e-3, atol=2e-3)
    np.testing.assert_allclose(rows, plain @ vectorizer.row_map_, rtol=1e-4, atol=1e-4)
    assert typical_distance(rows) == pytest.approx(2.5, rel=1e-4)


@pytest.mark.parametrize("inference", ["map", "sgd"])
def test_fit_learns_what_fit_transform_does(inference):
    documents = [*DOCUMENTS, []]
    with pytest.warns(UserWarning, match="knows no word of 1 of 301"):
        rows = small(inference=inference).fit_transform(documents)
    fitted = small(inference=inference).fit(documents)
    np.testing.assert_allclose(fitted.transform(DOCUMENTS), rows[:-1], rtol=1e-6)
    assert not rows[-1].any()
    alone = fitted.transform(DOCUMENTS[7:8])
    np.testing.assert_array_equal(alone, fitted.transform(DOCUMENTS)[7:8])
    batches = fitted.iter_transform(iter(DOCUMENTS), 64)
    np.testing.assert_allclose(np.concatenate(list(batches)), rows[:-1], rtol=1e-6)


def test_streams_learn_the_same_map():
    expected = small().fit(DOCUMENTS).row_map_
    found = small().fit(Rereadable(DOCUMENTS)).row_map_
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    rows = small().fit_transform(Rereadable(DOCUMENTS))
    np.testing.assert_allclose(rows, small().fit_transform(DOCUMENTS), rtol=1e-6)


def test_a_number_multiplies_what_is_inferred():
    plain = small(scale=1.0)
    rows = plain.fit_transform(DOCUMENTS)
    inferred = plain._inference.infer(DOCUMENTS, None, 0)
    np.testing.assert_array_equal(rows, inferred)
    np.testing.assert_array_equal(plain.row_map_, np.eye(12, dtype=np.float32))
    doubled = small(scale=2).fit(DOCUMENTS)
    np.testing.assert_array_equal(doubled.transform(DOCUMENTS), 2 * inferred)
    np.testing.assert_array_equal(doubled.row_map_, 2 * np.eye(12, dtype=np.float32))


@pytest.mark.parametrize("scale", ["none", 0, -1.0])
def test_other_scales_are_refused(scale):
    with pytest.raises(ValueError, match="The 'scale' parameter of Doc2Vec"):
        small(scale=scale).fit(DOCUMENTS)


def test_trained_vectors_are_mapped_as_inferred_ones():
    vectorizer = small(training_vectors="trained")
    rows = vectorizer.fit_transform(DOCUMENTS)
    np.testing.assert_allclose(
        rows, vectorizer.document_vectors_ @ vectorizer.row_map_, rtol=1e-4, atol=1e-4
    )
    np.testing.assert_array_equal(vectorizer.row_map_, small().fit(DOCUMENTS).row_map_)


def test_similar_documents_do_not_depend_on_the_scale():
    mapped, plain = small().fit(DOCUMENTS), small(scale=1).fit(DOCUMENTS)
    assert mapped.most_similar(DOCUMENTS[3]) == plain.most_similar(DOCUMENTS[3])


@pytest.mark.parametrize("scale", ["auto", 2.5, 1.0])
@pytest.mark.parametrize("by_gensim", [False, True])
def test_saved_models_keep_the_map(scale, by_gensim, tmp_path):
    vectorizer = small(scale=scale).fit(DOCUMENTS)
    expected = vectorizer.transform(DOCUMENTS)
    vectorizer.save(tmp_path / "own")
    assert "skmeta_row_map" not in vars(vectorizer.model_)
    path = tmp_path / "own"
    if by_gensim:
        path = tmp_path / "theirs"
        Doc2Vec.load(str(tmp_path / "own")).save(str(path), sep_limit=1)
    loaded = Doc2VecVectorizer.load(path)
    np.testing.assert_array_equal(loaded.transform(DOCUMENTS), expected)
    plain = Doc2VecVectorizer.load(path, scale=1)
    inferred = small(scale=1).fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(plain.transform(DOCUMENTS), inferred)
    loaded.save(tmp_path / "again")
    again = Doc2VecVectorizer.load(tmp_path / "again")
    np.testing.assert_array_equal(again.transform(DOCUMENTS), expected)


def test_a_map_is_learned_anew_from_documents(tmp_path):
    small().fit(DOCUMENTS).save(tmp_path / "model")
    given = Doc2VecVectorizer(model=tmp_path / "model")
    rows = given.fit_transform(DOCUMENTS[:100])
    assert typical_distance(rows) == pytest.approx(2.5, rel=1e-4)


def test_models_of_gensim_without_documents_are_not_mapped(tmp_path):
    model = small().fit(DOCUMENTS).model_
    model.save(str(tmp_path / "gensim"))
    loaded = Doc2VecVectorizer.load(tmp_path / "gensim")
    expected = small(scale=1).fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(loaded.transform(DOCUMENTS), expected)


@pytest.mark.parametrize(
    "damaged",
    [np.eye(3, dtype=np.float32), np.full((12, 12), np.nan, np.float32)],
    ids=["shape", "nan"],
)
def test_damaged_maps_are_refused(damaged, tmp_path):
    model = small().fit(DOCUMENTS).model_
    model.skmeta_row_map = damaged
    model.save(str(tmp_path / "model"))
    with pytest.raises(VectorFormatError, match="skmeta_row_map"):
        Doc2VecVectorizer.load(tmp_path / "model")


def test_pickles_keep_the_map_and_older_ones_have_none():
    vectorizer = small().fit(DOCUMENTS)
    expected = vectorizer.transform(DOCUMENTS)
    again = pickle.loads(pickle.dumps(vectorizer))
    np.testing.assert_array_equal(again.transform(DOCUMENTS), expected)
    older = pickle.loads(pickle.dumps(vectorizer))
    del older._row_map, older.scale
    inferred = small(scale=1).fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(older.transform(DOCUMENTS), inferred)


def test_the_map_belongs_to_the_fit():
    vectorizer = small().fit(DOCUMENTS)
    before = vectorizer.transform(DOCUMENTS[:5])
    vectorizer.set_params(scale=1)
    np.testing.assert_array_equal(vectorizer.transform(DOCUMENTS[:5]), before)
    assert not hasattr(clone(vectorizer), "row_map_")
    after = vectorizer.fit(DOCUMENTS).transform(DOCUMENTS[:5])
    assert not np.array_equal(after, before)
