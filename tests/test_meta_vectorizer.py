import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline

from skmeta import (
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Word2VecVectorizer,
    WordVectors,
    load_vectors,
)
from skmeta._pooling._document_pooler import DocumentPooler
from skmeta._vectors._word_index import WordIndex
from skmeta.combine import GCCA, SVD, Average, Concatenate, NeighborsImputer


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
    meta.set_params(level="document", normalize=normalize, weighting="idf", scale=1)
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
        [("one", one), ("two", two)], level="document", combiner="average", scale=1
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
        def _fit_words(self, documents, y):
            assert len(y) == len(documents)
            return super()._fit_words(documents, y)

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


def test_concatenations_are_pooled_without_being_computed(meta, documents):
    whole = clone(meta).set_params(combiner=Concatenate(), missing="mean")
    expected = whole.fit_transform(documents)  # makes all combined vectors
    expected[~np.isfinite(expected)] = 0
    lazy = meta.set_params(scale=1).fit(documents)
    assert "word_vectors" not in vars(lazy._level)
    for pooling in ("mean", "sum", "max", ("mean", "min")):
        lazy.set_params(pooling=pooling)
        pooled = PretrainedVectorizer(lazy.word_vectors_, pooling=pooling, scale=1)
        np.testing.assert_allclose(
            lazy.transform(documents), pooled.fit_transform(documents), atol=1e-6
        )
        assert lazy.get_feature_names_out().size == lazy.transform(documents).shape[1]


def test_pooled_concatenations_travel_without_their_vectors(documents):
    rng = np.random.default_rng(0)
    words = sorted({word for document in documents for word in document})
    words += [f"other{i}" for i in range(5_000)]
    large = WordVectors(words, rng.standard_normal((len(words), 100)))
    small = WordVectors(words, rng.standard_normal((len(words), 2)))
    meta = MetaEmbeddingVectorizer([("large", large), ("small", small)])
    meta.fit(documents)
    before = len(pickle.dumps(meta))
    assert meta.word_vectors_.vector_size == 102
    assert len(pickle.dumps(meta)) == before
    again = pickle.loads(pickle.dumps(meta))
    np.testing.assert_array_equal(again.transform(documents), meta.transform(documents))


def test_a_refit_at_another_level_forgets_the_words(meta, documents):
    meta.fit(documents)
    meta.set_params(level="document").fit(documents)
    assert not hasattr(meta, "word_vectors_")
    meta.set_params(level="word", combiner="svd").fit(documents)
    assert meta.word_vectors_.vector_size == meta.transform(documents).shape[1]


@pytest.fixture
def tf_idf():
    return TfidfVectorizer(analyzer=list, min_df=2)


def test_tf_idf_stays_sparse_in_a_concatenation(meta, tf_idf, documents):
    meta.set_params(sources=[*meta.sources, ("tf-idf", tf_idf)], level="document")
    vectors = meta.set_params(scale=1).fit_transform(documents)
    assert issparse(vectors)
    assert vectors.format == "csr"
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(
        vectors.toarray(), meta.transform(documents).toarray()
    )
    expected = clone(tf_idf).fit_transform(documents).toarray()
    width = expected.shape[1]
    np.testing.assert_allclose(vectors.toarray()[:, -width:], expected, atol=1e-6)
    # the dense ones together weigh half as much as the sparse one
    lengths = np.linalg.norm(vectors.toarray()[:, :-width], axis=1)
    assert np.isclose(lengths.max(), 0.5, atol=1e-6)
    assert vectors.shape[1] == len(meta.get_feature_names_out())
    coverage = meta.coverage(documents)
    n_words = len(meta.sources_["tf-idf"].vocabulary_)
    assert coverage.loc["tf-idf", "known_words"] == n_words
    assert coverage.loc["(together)", "known_words"] >= n_words
    empty = meta.transform([["never", "seen"], []])
    assert empty.shape == (2, vectors.shape[1])
    assert empty.nnz == 0


def test_tf_idf_in_a_pipeline_with_a_classifier(meta, tf_idf, documents):
    meta.set_params(sources=[*meta.sources, ("tf-idf", tf_idf)], level="document")
    y = np.arange(len(documents)) % 2
    pipeline = make_pipeline(meta, LogisticRegression()).fit(documents, y)
    assert pipeline.predict(documents).shape == y.shape


def test_what_needs_dense_rows_says_so_of_tf_idf(meta, tf_idf, documents):
    meta.set_params(sources=[*meta.sources, ("tf-idf", tf_idf)], level="document")
    with pytest.raises(TypeError, match=r"'tf-idf' is sparse.*SVD.*TruncatedSVD"):
        meta.set_params(combiner="svd").fit(documents)
    with pytest.raises(TypeError, match=r"'tf-idf' is sparse.*missing='zero'"):
        meta.set_params(combiner="concatenate", missing="regress").fit(documents)


@pytest.mark.parametrize("level", ["word", "document"])
def test_learned_weights_leave_a_useless_source_out(level):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 4
    documents = [
        [f"{'abcd'[label]}{n}" for n in rng.integers(5, size=3)]
        + [f"filler{n}" for n in rng.integers(30, size=6)]
        for label in y
    ]
    words = sorted({word for document in documents for word in document})
    telling = {word: np.eye(5)["abcdf".index(word[0])] for word in words}
    noise = {word: rng.standard_normal(40) for word in words}
    meta = MetaEmbeddingVectorizer(
        [("telling", load_vectors(telling)), ("noise", load_vectors(noise))],
        level=level,
        weights="learn",
    )
    meta.fit(documents, y)
    assert meta.weights_[0] == 1
    assert meta.weights_[1] < 1
    again = clone(meta).fit(documents, y)
    np.testing.assert_array_equal(again.weights_, meta.weights_)
    np.testing.assert_array_equal(meta.combiner_.weights_, meta.weights_)
    with pytest.raises(ValueError, match=r"no labels.*weights='learn'"):
        meta.fit(documents)


def test_weights_of_the_vectorizer_are_those_of_the_combiner(meta, documents):
    given = clone(meta).set_params(weights={"w2v": 2, "given": 1})
    combiner = clone(meta).set_params(combiner=Concatenate(weights=[2, 1]))
    np.testing.assert_array_equal(
        given.fit_transform(documents), combiner.fit_transform(documents)
    )
    with pytest.raises(ValueError, match="each of the sources"):
        meta.set_params(weights=[1, 2, 3]).fit(documents)
    with pytest.raises(ValueError, match="each of the sources"):
        meta.set_params(weights="lern").fit(documents)


@pytest.mark.parametrize("level", ["word", "document"])
@pytest.mark.parametrize("missing", ["mean", "neighbors", "regress"])
def test_missing_rows_are_generated_at_both_levels(level, missing, w2v, documents):
    some = sorted({word for document in documents for word in document})[::2]
    rng = np.random.default_rng(0)
    half = WordVectors(some, rng.standard_normal((len(some), 3)))
    documents = [*documents, [word for word in documents[0] if word not in some]]
    sources = [("w2v", w2v), ("half", half)]
    meta = MetaEmbeddingVectorizer(sources, level=level, missing=missing, scale=1)
    vectors = meta.fit_transform(documents)
    zeros = clone(meta).set_params(missing="zero").fit_transform(documents)
    assert not zeros[-1, -3:].any()
    assert vectors[-1, -3:].any()
    np.testing.assert_allclose(vectors, meta.transform(documents), atol=1e-6)
    np.testing.assert_allclose(vectors[-1:], meta.transform(documents[-1:]), atol=1e-6)


def test_everything_can_be_searched(documents, w2v, word_vectors):
    y = np.arange(len(documents)) % 2
    meta = MetaEmbeddingVectorizer([("w2v", w2v), ("given", word_vectors)])
    pipeline = Pipeline([("meta", meta), ("clf", LogisticRegression())])
    grid = {
        "meta__combiner": [SVD(3), GCCA(3), "procrustes"],
        "meta__missing": ["zero", "regress", NeighborsImputer(3)],
        "meta__level": ["word", "document"],
        "meta__weights": [None, "learn"],
    }
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise")
    search.fit(documents, y)
    assert len(search.cv_results_["params"]) == 36
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("error", [TypeError("odd"), ValueError("odd")])
@pytest.mark.parametrize("as_stream", [False, True])
def test_a_source_that_raises_runs_once(error, as_stream):
    class Odd(TransformerMixin, BaseEstimator):
        n_calls = 0

        def fit(self, X, y=None):
            return self

        def transform(self, X):
            Odd.n_calls += 1
            if Odd.n_calls > 1:
                raise error
            return np.eye(len(X), 3)

    meta = MetaEmbeddingVectorizer([("odd", Odd())], level="document")
    meta.fit([["a"], ["b"]])
    documents = [["a"], ["c"]]
    with pytest.raises(type(error), match="odd"):
        meta.transform(iter(documents) if as_stream else documents)
    assert Odd.n_calls == 2


def test_look_up_alone_is_repeated_for_derived_strings(monkeypatch):
    calls = []

    class Token(str):
        pass

    vectorizer = PretrainedVectorizer({"a": [1.0, 2.0]}, scale=1).fit([["a"]])
    compute = DocumentPooler.embed

    def embed(self, *arguments):
        calls.append(1)
        return compute(self, *arguments)

    monkeypatch.setattr(DocumentPooler, "embed", embed)
    rows = vectorizer.transform([[Token("a")]])
    np.testing.assert_array_equal(rows, [[1, 2]])
    assert 1 <= len(calls) <= 2  # without kernels derived strings are found at once

    def fail(self, *arguments):
        calls.append(1)
        raise TypeError("a fault of another kind")

    calls.clear()
    monkeypatch.setattr(DocumentPooler, "embed", fail)
    with pytest.raises(TypeError, match="another kind"):
        vectorizer.transform([["a"]])
    assert calls == [1]


def test_refusing_unknown_words_does_not_read_whole_vocabularies(monkeypatch):
    rng = np.random.default_rng(0)
    words = [[f"{kind}{i}" for i in range(50)] for kind in ("first", "second")]
    tables = [WordVectors(some, rng.standard_normal((50, 3))) for some in words]
    inner = MetaEmbeddingVectorizer([("second", tables[1])], level="document")
    meta = MetaEmbeddingVectorizer(
        [
            ("first", tables[0]),
            ("nested", inner),
            ("tf-idf", TfidfVectorizer(analyzer=list)),
        ],
        level="document",
        unknown="error",
    ).fit([["first0", "second0", "other"]])

    def walk(self):
        raise AssertionError("a vocabulary was read from end to end")

    monkeypatch.setattr(WordIndex, "__iter__", walk)
    monkeypatch.setattr(WordVectors, "__iter__", walk, raising=False)
    assert meta.transform([["first49", "second49", "other"]]).shape[0] == 1
    with pytest.raises(ValueError, match="unknown token 'neither'"):
        meta.transform([["first49", "neither"]])


@pytest.mark.parametrize("analyzer", ["word", list])
def test_a_source_without_word_vectors_is_refused_at_level_word(analyzer, documents):
    sources = [("a", {"word1": [1.0]}), ("counts", TfidfVectorizer(analyzer=analyzer))]
    with pytest.raises(TypeError, match=r"TfidfVectorizer.*Use level='document'"):
        MetaEmbeddingVectorizer(sources).fit(documents)
