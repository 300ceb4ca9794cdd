import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator

from skmeta import (
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Word2VecVectorizer,
    WordVectors,
)
from skmeta.combine import Average, Concatenate


@pytest.fixture
def w2v():
    return Word2VecVectorizer(vector_size=4, min_count=2, epochs=2, random_state=0)


@pytest.fixture
def meta(w2v, word_vectors):
    return MetaEmbeddingVectorizer([("w2v", w2v), ("given", word_vectors)])


@pytest.mark.parametrize("combiner", ["concatenate", "average"])
@pytest.mark.parametrize("vocabulary", ["union", "intersection"])
def test_level_word_pools_the_meta_embeddings(
    meta, w2v, word_vectors, documents, combiner, vocabulary
):
    meta.set_params(combiner=combiner, vocabulary=vocabulary, weighting="idf")
    combined = MetaEmbeddings(
        [clone(w2v).fit(documents), word_vectors],
        combiner=combiner,
        vocabulary=vocabulary,
    )
    pooled = PretrainedVectorizer(combined.word_vectors, weighting="idf")
    np.testing.assert_allclose(
        meta.fit_transform(documents), pooled.fit_transform(documents), atol=1e-6
    )
    assert meta.word_vectors_.words == combined.word_vectors.words
    np.testing.assert_allclose(
        meta.word_vectors_.vectors, combined.word_vectors.vectors, atol=1e-7
    )


@pytest.mark.parametrize("normalize", [True, False])
def test_level_document_combines_the_sources_documents(
    meta, w2v, word_vectors, documents, normalize
):
    meta.set_params(level="document", normalize=normalize, weighting="idf")
    parts = [
        clone(w2v).fit_transform(documents),
        PretrainedVectorizer(word_vectors, weighting="idf").fit_transform(documents),
    ]
    if normalize:
        lengths = [np.linalg.norm(part, axis=1, keepdims=True) for part in parts]
        parts = [p / np.where(n == 0, 1, n) for p, n in zip(parts, lengths)]
    expected = np.hstack(parts)
    np.testing.assert_allclose(meta.fit_transform(documents), expected, atol=1e-6)
    assert not hasattr(meta, "word_vectors_")


def test_document_average_is_over_the_sources_that_know_the_document(documents):
    one, two = {"a": [3.0, 4.0]}, {"b": [0.0, 2.0, 0.0]}
    meta = MetaEmbeddingVectorizer(
        [("one", one), ("two", two)], level="document", combiner="average"
    )
    vectors = meta.fit_transform([["a"], ["b"], ["a", "b"], ["c"]])
    expected = [[0.6, 0.8, 0], [0, 1, 0], [0.3, 0.9, 0], [0, 0, 0]]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_levels_agree_for_one_word_documents(word_vectors):
    other = {word: word_vectors[word][:3] for word in word_vectors.words[:50]}
    documents = [[f"word{i}"] for i in range(90)]
    for combiner in ("concatenate", "average"):
        rows = [
            MetaEmbeddingVectorizer(
                [("one", word_vectors), ("other", other)],
                level=level,
                combiner=combiner,
            ).fit_transform(documents)
            for level in ("word", "document")
        ]
        np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_nested_parameters_go_by_names(meta, documents, word_vectors):
    parameters = meta.get_params()
    assert parameters["w2v__vector_size"] == 4
    assert parameters["given"] is word_vectors
    meta.set_params(w2v__vector_size=7, combiner=Concatenate(weights=[1, 2]))
    meta.set_params(combiner__weights=[2, 1])
    assert meta.fit_transform(documents).shape == (40, 13)
    assert meta.combiner_.weights_.tolist() == [2, 1]
    meta.set_params(given={"word1": [1.0, 2.0]}, combiner="concatenate")
    assert meta.fit_transform(documents).shape == (40, 9)
    with pytest.raises(ValueError, match="Invalid parameter 'nothing'"):
        meta.set_params(nothing=1)


def test_dropped_sources_are_left_out(meta, documents, word_vectors):
    expected = MetaEmbeddingVectorizer([("given", word_vectors)])
    np.testing.assert_array_equal(
        meta.set_params(w2v="drop").fit_transform(documents),
        expected.fit_transform(documents),
    )
    assert list(meta.sources_) == ["given"]
    with pytest.raises(ValueError, match="expected at least one that is not 'drop'"):
        meta.set_params(given="drop").fit(documents)


def test_fit_leaves_the_sources_as_they_were(meta, w2v, documents):
    meta.fit(documents)
    assert not hasattr(w2v, "word_vectors_")
    assert dict(meta.sources)["w2v"] is w2v


def test_frozen_source_is_not_fitted_again(w2v, word_vectors, documents):
    w2v.fit(documents)
    for level in ("word", "document"):
        meta = MetaEmbeddingVectorizer(
            [("w2v", FrozenEstimator(w2v)), ("given", word_vectors)], level=level
        )
        meta = clone(meta).fit(documents[:3])
        assert meta.sources_["w2v"].word_vectors_ is w2v.word_vectors_
        assert meta.transform(documents).shape == (40, 10)


@pytest.mark.parametrize("level", ["word", "document"])
def test_result_does_not_depend_on_n_jobs(meta, documents, level):
    meta.set_params(level=level)
    meta.sources.append(("more", Word2VecVectorizer(min_count=1, random_state=1)))
    one = clone(meta).fit_transform(documents)
    two = clone(meta).set_params(n_jobs=2).fit_transform(documents)
    np.testing.assert_array_equal(one, two)


def test_refitting_at_another_level_forgets_the_first(meta, documents):
    meta.fit(documents)
    assert meta.get_feature_names_out().shape == (10,)
    meta.set_params(level="document", combiner="average").fit(documents)
    assert not hasattr(meta, "word_vectors_")
    assert meta.get_feature_names_out().shape == (6,)
    assert meta.transform(documents).shape == (40, 6)


@pytest.mark.parametrize("level", ["word", "document"])
def test_coverage_names_every_source(meta, documents, level):
    meta.set_params(level=level).fit(documents)
    coverage = meta.coverage([["word0", "word79", "word99", "?"]])
    assert list(coverage.index) == ["w2v", "given", "(together)"]
    together = set(meta.sources_["w2v"].word_vectors_.words) | {"word0", "word79"}
    known = len(together & {"word0", "word79", "word99"})
    assert coverage.loc["given", "known_tokens"] == 2
    assert coverage["known_tokens"].iloc[-1] == known


def test_fitted_vectorizer_pickles(meta, documents):
    for level in ("word", "document"):
        meta.set_params(level=level).fit(documents)
        again = pickle.loads(pickle.dumps(meta))
        np.testing.assert_array_equal(
            again.transform(documents), meta.transform(documents)
        )


def test_path_as_a_source(word_vectors, documents, tmp_path):
    word_vectors.to_gensim().save_word2vec_format(tmp_path / "glove.txt")
    by_path = MetaEmbeddingVectorizer([("glove", str(tmp_path / "glove.txt"))])
    by_value = MetaEmbeddingVectorizer([("glove", word_vectors)])
    np.testing.assert_allclose(
        by_path.fit_transform(documents), by_value.fit_transform(documents), rtol=1e-5
    )


def test_labels_reach_the_sources(documents):
    class NeedsLabels(PretrainedVectorizer):
        def _fit(self, documents, y):
            assert len(y) == len(documents)
            return super()._fit(documents, y)

    source = NeedsLabels({"word0": [1.0]})
    for level in ("word", "document"):
        meta = MetaEmbeddingVectorizer([("labels", source)], level=level)
        meta.fit(documents, np.arange(40))


def test_progress_over_the_sources(meta, documents, capsys):
    meta.set_params(verbose=1).fit(documents)
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ([], "no source to combine"),
        ([{"a": [1.0]}], r"expected a list of \(name, source\) tuples"),
        ([("a", {"a": [1.0]}, 1)], r"expected a list of \(name, source\) tuples"),
        ([(1, {"a": [1.0]})], r"expected a list of \(name, source\) tuples"),
        ([("a", {"a": [1.0]}), ("a", {"b": [1.0]})], "not unique"),
        ([("a__b", {"a": [1.0]})], "must not contain __"),
        ([("level", {"a": [1.0]})], "conflict with constructor arguments"),
        ({"a": {"a": [1.0]}}, "'sources' parameter"),
    ],
)
def test_unsound_sources_are_refused(sources, message):
    with pytest.raises(ValueError, match=message):
        MetaEmbeddingVectorizer(sources).fit([["a"]])


def test_sources_of_no_known_kind_are_refused(documents):
    with pytest.raises(TypeError, match="expected a WordVectors"):
        MetaEmbeddingVectorizer([("number", 3)]).fit(documents)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "sentence"),
        ("combiner", "sum"),
        ("vocabulary", "both"),
        ("n_jobs", 0.5),
    ],
)
def test_wrong_parameters_are_named(meta, documents, name, value):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of MetaEmbeddingVec"):
        meta.set_params(**{name: value}).fit(documents)


def test_frames_of_sources_and_weights_by_name(word_vectors, documents):
    frame = pd.DataFrame(word_vectors.vectors, index=word_vectors.words)
    meta = MetaEmbeddingVectorizer(
        [("frame", frame), ("same", WordVectors(frame.index, frame.to_numpy()))],
        combiner=Average(weights={"frame": 2, "same": 1}),
    )
    alone = MetaEmbeddingVectorizer([("frame", frame)])
    np.testing.assert_allclose(
        meta.fit_transform(documents), alone.fit_transform(documents), atol=1e-6
    )
