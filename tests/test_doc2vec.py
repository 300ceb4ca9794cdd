import os

import numpy as np
import pandas as pd
import pytest
from gensim.models.doc2vec import Doc2Vec, TaggedDocument
from gensim.test.utils import common_texts
from processes import outputs_of
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skmeta import (
    Doc2VecVectorizer,
    MetaEmbeddingVectorizer,
    VectorFormatError,
    load_vectors,
)

pytestmark = pytest.mark.filterwarnings("ignore:The model knows no word")

CONFIGURATIONS = {
    "dm": {},
    "dm, sum": {"dm_mean": 0},
    "dm, concatenated": {"dm_concat": 1, "window": 2},
    "dm, hierarchical softmax": {"hs": 1, "negative": 0},
    "dbow": {"dm": 0},
    "dbow, words": {"dm": 0, "dbow_words": 1},
    "dbow, both": {"dm": 0, "hs": 1},
    "dbow, sgd": {"dm": 0, "inference": "sgd"},
    "all else": {
        "window": 2,
        "ns_exponent": 0.5,
        "sample": 0.01,
        "alpha": 0.05,
        "min_alpha": 0.001,
        "shrink_windows": False,
        "min_count": 2,
    },
}
FOR_US = {"inference"}
TRAINED = {"training_vectors": "trained", "scale": 1}
PRINT_VECTORS = """
import hashlib
from gensim.test.utils import common_texts
from skmeta import Doc2VecVectorizer
for given in {"dm": 0}, {"dm": 1}, {"dm": 0, "inference": "sgd"}, {"dm_concat": 1}:
    d2v = Doc2VecVectorizer(vector_size=20, min_count=1, random_state=7, **given)
    vectors = d2v.fit_transform(common_texts * 20)
    trained = d2v.model_.dv.vectors
    print(*(hashlib.sha256(v.tobytes()).hexdigest() for v in (vectors, trained)))
"""


def small(**parameters):
    return Doc2VecVectorizer(
        **{"vector_size": 6, "min_count": 1, "random_state": 0, **parameters}
    )


def tag(documents):
    return [TaggedDocument(d, [f"tag{i}"]) for i, d in enumerate(documents)]


@pytest.fixture(params=CONFIGURATIONS)
def vectorizer(request):
    return small(**CONFIGURATIONS[request.param])


@pytest.mark.parametrize("parameters", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_trained_vectors_are_those_of_gensim(parameters):
    ours = small(solver="gensim", epochs=4, **parameters).fit(common_texts * 5)
    seed = np.random.RandomState(0).randint(np.iinfo(np.int32).max)
    given = {k: v for k, v in parameters.items() if k not in FOR_US}
    theirs = Doc2Vec(
        [TaggedDocument(d, [i]) for i, d in enumerate(common_texts * 5)],
        seed=seed,
        workers=1,
        epochs=4,
        cbow_mean=given.pop("dm_mean", 1),  # Doc2Vec's own dm_mean has no effect
        **{"vector_size": 6, "min_count": 1, **given},
    )
    np.testing.assert_array_equal(ours.document_vectors_, theirs.dv.vectors)
    np.testing.assert_array_equal(ours.model_.wv.vectors, theirs.wv.vectors)


def test_vectors_are_the_same_in_any_process():
    assert len(outputs_of(PRINT_VECTORS)) == 1


def test_vectors_do_not_depend_on_threads_and_other_documents(vectorizer, documents):
    vectorizer.fit(documents)
    many = documents * 40
    vectors = vectorizer.transform(many)
    two = clone(vectorizer).set_params(model=vectorizer.model_, n_jobs=2).fit(documents)
    np.testing.assert_allclose(two.transform(many), vectors, atol=1e-6)
    shuffled = np.random.default_rng(0).permutation(len(many))
    np.testing.assert_allclose(
        two.transform([many[i] for i in shuffled]), vectors[shuffled], atol=1e-6
    )
    alone = [vectorizer.transform([document])[0] for document in documents[:-1]]
    np.testing.assert_allclose(alone, vectors[: len(alone)], atol=1e-6)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("inference", ["map", "sgd"])
def test_search_in_processes_repeats_to_the_digit(documents, inference):
    labels = np.arange(len(documents)) % 2
    pipeline = Pipeline(
        [("d2v", small(inference=inference)), ("clf", LogisticRegression())]
    )
    grid = {"d2v__dm": [0, 1]}
    searches = [
        GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs).fit(documents, labels)
        for n_jobs in (2, 1)
    ]
    probabilities = [search.predict_proba(documents) for search in searches]
    np.testing.assert_array_equal(*probabilities)


def test_a_given_model_is_shared_and_not_changed(documents):
    model = small().fit(documents).model_
    vectorizer = Doc2VecVectorizer(model=model)
    assert clone(vectorizer).model is model
    before = model.random.get_state()[1].copy()
    fitted = clone(vectorizer).set_params(inference="sgd").fit(documents)
    assert fitted.model_ is model
    fitted.transform(documents)
    np.testing.assert_array_equal(model.random.get_state()[1], before)


def test_a_given_model_infers_what_training_it_would(vectorizer, documents):
    expected = vectorizer.fit(documents).transform(documents)
    given = Doc2VecVectorizer(
        model=vectorizer.model_, inference=vectorizer.inference, random_state=0
    )
    np.testing.assert_array_equal(given.fit_transform(documents), expected)


@pytest.mark.parametrize("n_documents", [40, 40_000])
def test_models_travel_to_gensim_and_back(vectorizer, documents, tmp_path, n_documents):
    vectorizer.fit(tag(documents))
    path = tmp_path / "own.model"
    vectorizer.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["own.model"]
    theirs = Doc2Vec.load(str(path))
    np.testing.assert_array_equal(theirs.dv["tag3"], vectorizer.model_.dv["tag3"])
    beside = tmp_path / "theirs.model"
    theirs.save(str(beside), sep_limit=n_documents)  # some arrays in files of their own
    loaded = Doc2VecVectorizer.load(
        beside, inference=vectorizer.inference, random_state=0
    )
    np.testing.assert_array_equal(
        loaded.transform(documents[:5]), vectorizer.transform(documents[:5])
    )
    assert loaded.most_similar(documents[0]) == vectorizer.most_similar(documents[0])
    assert loaded.model == beside
    again = Doc2VecVectorizer(model=str(path)).fit(documents)
    np.testing.assert_array_equal(again.document_vectors_, theirs.dv.vectors)


def test_a_path_is_read_once(documents, tmp_path):
    small().fit(documents).save(tmp_path / "model")
    first, second = (Doc2VecVectorizer(model=tmp_path / "model") for _ in range(2))
    assert first.fit(documents).model_ is second.fit(documents).model_


def test_loaded_models_can_be_trained_on(documents, tmp_path):
    fitted = small(hs=1).fit(documents)
    fitted.save(tmp_path / "model")
    loaded = Doc2VecVectorizer.load(tmp_path / "model").model_
    before = loaded.dv.vectors.copy()
    corpus = [TaggedDocument(d, [i]) for i, d in enumerate(documents)]
    loaded.train(corpus, total_examples=len(corpus), epochs=1)
    assert not np.array_equal(before, loaded.dv.vectors)


class Trap:
    def __reduce__(self):
        return os.mkdir, ("sprung",)


def test_code_in_a_file_is_not_run(documents, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = small().fit(documents).model_
    model.comment = Trap()
    model.save("model")
    with pytest.raises(ValueError, match=r"mkdir.*Nothing was run"):
        Doc2VecVectorizer(model="model").fit(documents)
    assert not os.path.exists("sprung")


def test_files_that_hold_no_doc2vec_are_refused(documents, tmp_path):
    small().fit(documents).model_.wv.save(str(tmp_path / "words"))
    with pytest.raises(ValueError, match="holds 'KeyedVectors', expected a Doc2Vec"):
        Doc2VecVectorizer(model=tmp_path / "words").fit(documents)
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere"):
        Doc2VecVectorizer(model=tmp_path / "nowhere").fit(documents)


@pytest.mark.parametrize("hs", [0, 1])
def test_damaged_files_are_refused(documents, tmp_path, hs):
    model = small(hs=hs).fit(documents).model_
    damages = {
        "syn1neg": model.syn1neg[:3],
        "cbow_mean": "yes",
        "layer1_size": 7,
        "dv": None,
        "wv": model.dv,
    }
    for name, damage in damages.items():
        sound = getattr(model, name)
        setattr(model, name, damage)
        path = tmp_path / name
        model.save(str(path))
        setattr(model, name, sound)
        with pytest.raises(ValueError, match=r"again|Get it again"):
            Doc2VecVectorizer(model=path).fit(documents)


def test_untrained_models_are_refused(documents):
    with pytest.raises(ValueError, match="without vocabulary; expected a trained"):
        Doc2VecVectorizer(model=Doc2Vec()).fit(documents)


def test_tags_are_kept(documents):
    tagged = tag(documents)
    vectorizer = small().fit(tagged)
    assert vectorizer.model_.dv.index_to_key == [f"tag{i}" for i in range(40)]
    np.testing.assert_array_equal(
        vectorizer.transform(tagged), vectorizer.transform(documents)
    )
    assert vectorizer.most_similar(tagged[0], topn=3)[0][0].startswith("tag")
    assert vectorizer.coverage(tagged).equals(vectorizer.coverage(documents))
    same = small().fit(documents)  # with numbers as tags
    np.testing.assert_array_equal(same.document_vectors_, vectorizer.document_vectors_)


def test_tagged_documents_may_come_as_an_iterator(documents):
    expected = small().fit_transform(tag(documents))
    for X in (iter(tag(documents)), tuple(tag(documents))):
        np.testing.assert_array_equal(small().fit_transform(X), expected)


INTEGERS = {
    "spread": [i * 1000 + 7 for i in range(40)],
    "dates": [20240101 + i for i in range(40)],
    "large": [10**15 + i for i in range(40)],
    "beyond int64": [10**30 + i for i in range(40)],
    "negative": [-1 - i for i in range(40)],
    "of numpy": list(np.arange(100, 140)),
    "strings and integers": [i if i % 2 else f"tag{i}" for i in range(40)],
}


@pytest.mark.parametrize("dm", [0, 1])
@pytest.mark.parametrize("kind", INTEGERS)
def test_integer_tags_are_names_not_row_numbers(documents, kind, dm, tmp_path):
    tags = INTEGERS[kind]
    tagged = [TaggedDocument(d, [t]) for d, t in zip(documents, tags)]
    vectorizer = small(dm=dm).fit(tagged)
    named = small(dm=dm).fit(tag(documents))  # by strings, in the same order
    dv = vectorizer.model_.dv
    assert dv.vectors.shape == (40, named.model_.dv.vector_size)
    np.testing.assert_array_equal(dv.vectors, named.model_.dv.vectors)
    assert dv.index_to_key == tags
    assert [dv.get_index(t) for t in tags] == list(range(40))
    np.testing.assert_array_equal(dv[tags[7]], named.model_.dv["tag7"])
    similar = vectorizer.most_similar(documents[0], topn=40)
    assert {found for found, _ in similar} == set(tags)
    expected = named.most_similar(documents[0], topn=40)
    assert [tags[int(t[3:])] for t, _ in expected] == [t for t, _ in similar]
    assert vectorizer.transform(documents[:3]).any(axis=1).all()
    trained = small(dm=dm, **TRAINED).fit_transform(tagged)
    np.testing.assert_array_equal(trained[:-1], dv.vectors[:-1])  # the last has no word
    vectorizer.save(tmp_path / "model")
    again = Doc2VecVectorizer.load(tmp_path / "model")
    assert again.most_similar(documents[0], topn=40) == similar


def test_integers_without_gaps_stay_the_rows_they_name(documents):
    order = np.random.default_rng(0).permutation(40).tolist()
    tagged = [TaggedDocument(d, [t]) for d, t in zip(documents, order)]
    vectorizer = small(**TRAINED)
    trained = vectorizer.fit_transform(tagged)
    rows = vectorizer.document_vectors_[order]
    np.testing.assert_array_equal(trained[:-1], rows[:-1])


def test_numbered_tags_of_several_documents_and_of_a_stream(documents):
    tags = [[i % 3 * 100, i % 2 - 5] for i in range(40)]
    tagged = [TaggedDocument(d, own) for d, own in zip(documents, tags)]
    names = [[f"{t}" for t in own] for own in tags]
    named = [TaggedDocument(d, own) for d, own in zip(documents, names)]
    expected = small().fit(named)
    for X in (tagged, Rereadable(tagged)):
        vectorizer = small().fit(X)
        assert vectorizer.model_.dv.index_to_key == [0, -5, 100, -4, 200]
        np.testing.assert_array_equal(
            vectorizer.document_vectors_, expected.document_vectors_
        )
    given = Doc2VecVectorizer(model=vectorizer.model_, **TRAINED)
    row = given.fit_transform([TaggedDocument(documents[0], [100, -5])])
    pair = vectorizer.document_vectors_[[2, 1]]
    np.testing.assert_array_equal(row[0], pair.mean(axis=0))
    with pytest.raises(ValueError, match="Found the tag 3, expected one that"):
        given.fit_transform([TaggedDocument(documents[0], [3])])  # 3 is a row number


class Rereadable:
    def __init__(self, documents):
        self.documents = documents

    def __iter__(self):
        return iter(self.documents)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (np.int64(3), r"Document 1 has the tags .*3.* of type int64, expected a list"),
        (None, "Document 1 has the tags None of type NoneType, expected a list of"),
        (2.5, "Document 1 has the tags 2.5 of type float, expected a list of tags"),
        ({"a": 1}, "Document 1 has the tags .* of type dict, expected a list of tags"),
        ([None], "Document 1 has the tag None of type NoneType, expected a str or an"),
        ([("a", 1)], "Document 1 has the tag .* of type tuple, expected a str or an"),
        ([float("nan")], "Document 1 has the tag nan of type float, expected a str"),
    ],
    ids=["int64", "none", "float", "dict", "in a list", "tuple", "nan"],
)
def test_what_is_no_tag_is_refused(tags, message):
    documents = [TaggedDocument(["a"], [1]), TaggedDocument(["b"], tags)]
    for X in (documents, Rereadable(documents)):
        with pytest.raises(TypeError, match=message):
            small().fit(X)


def test_tags_for_some_documents_only_are_refused():
    documents = [TaggedDocument(["a"], ["tag"]), ["b"]]
    with pytest.raises(TypeError, match=r"Document 1 is .* without words and tags"):
        small().fit(documents)


def test_documents_may_share_tags_and_have_several(documents):
    tagged = [TaggedDocument(d, [i % 3, "all"]) for i, d in enumerate(documents)]
    vectorizer = small(**TRAINED)
    vectors = vectorizer.fit_transform(tagged)
    trained = vectorizer.model_.dv
    assert len(trained) == 4
    np.testing.assert_allclose(vectors[4], (trained[1] + trained["all"]) / 2)
    with pytest.raises(ValueError, match="2 tags a document"):
        small(dm_concat=1).fit(tagged)


def test_trained_vectors_are_given_when_asked_for(documents):
    vectorizer = small(**TRAINED)
    vectors = vectorizer.fit_transform(documents)
    np.testing.assert_array_equal(vectors[:-1], vectorizer.document_vectors_[:-1])
    assert not vectors[-1].any()  # an empty document
    np.testing.assert_array_equal(
        vectorizer.transform(documents), small(scale=1).fit_transform(documents)
    )


def test_trained_vectors_of_a_given_model_need_tags(documents):
    model = small().fit(tag(documents)).model_
    given = Doc2VecVectorizer(model=model, **TRAINED)
    vectors = given.fit_transform(tag(documents)[5:8])
    np.testing.assert_array_equal(vectors, model.dv.vectors[5:8])
    with pytest.raises(ValueError, match="documents without tags; expected Tagged"):
        given.fit_transform(documents)
    with pytest.raises(ValueError, match="Found the tag 'new', expected one that"):
        given.fit_transform([TaggedDocument(["word1"], ["new"])])


def test_most_similar_finds_a_document_itself():
    rng = np.random.default_rng(0)
    topics = np.array([[f"w{10 * topic + i}" for i in range(10)] for topic in range(9)])
    documents = [
        rng.choice(topics[i % 9], 30).tolist() + rng.choice(topics.ravel(), 5).tolist()
        for i in range(90)
    ]
    vectorizer = small(dm=0, vector_size=12, epochs=40, sample=0).fit(documents)
    for number in (0, 40, 80):
        similar = [tag for tag, _ in vectorizer.most_similar(documents[number], 5)]
        assert sum(tag % 9 == number % 9 for tag in similar) >= 4
    with pytest.raises(ValueError, match="without a word that the model knows"):
        vectorizer.most_similar(["unseen"])


def test_word_vectors_are_those_that_were_trained(documents):
    for parameters in ({"dm": 1}, {"dm": 0, "dbow_words": 1}):
        vectorizer = small(**parameters).fit(documents)
        expected = load_vectors(vectorizer.model_)
        assert vectorizer.word_vectors_.words == expected.words
        np.testing.assert_array_equal(
            vectorizer.word_vectors_.vectors, expected.vectors
        )
    assert not hasattr(small(dm=0).fit(documents), "word_vectors_")
    with pytest.raises(AttributeError, match=r"no word vectors.*dbow_words=1"):
        _ = small(dm=0).fit(documents).word_vectors_
    concatenated = small(dm_concat=1, window=1).fit(documents)
    assert "\0" in concatenated.model_.wv
    assert "\0" not in concatenated.word_vectors_
    assert len(concatenated.word_vectors_) == len(concatenated.model_.wv) - 1


def test_two_kinds_stand_side_by_side_as_sources(documents):
    sources = [("dbow", small(dm=0)), ("dm", small(dm=1, vector_size=4))]
    meta = MetaEmbeddingVectorizer(sources, level="document", normalize=False, scale=1)
    vectors = meta.fit_transform(documents)
    apart = [source.fit_transform(documents) for _, source in sources]
    np.testing.assert_allclose(vectors, np.hstack(apart), atol=1e-6)
    assert meta.coverage(documents).loc["dbow", "token_share"] == 1


def test_word_vectors_are_a_source_at_level_word(documents):
    meta = MetaEmbeddingVectorizer([("dm", small()), ("d2v", small(dm=0))])
    with pytest.raises(TypeError, match="no word vectors"):
        meta.fit(documents)
    meta.set_params(d2v__dbow_words=1)
    assert meta.fit_transform(documents).shape == (40, 12)


def test_documents_without_known_words_are_zeros_and_counted(vectorizer, documents):
    vectorizer.fit(documents)
    with pytest.warns(UserWarning, match="no word of 2 of 3 documents") as caught:
        vectors = vectorizer.transform([["unseen"], [], documents[0]])
    assert len(caught) == 1
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(vectors.any(axis=1), [False, False, True])


def test_nothing_of_a_long_document_is_lost():
    documents = [["a", "b", "c"] * 4_000 + ["x", "y"] * 500]
    for parameters in ({"dm": 0}, {"dm": 1}, {"dm": 0, "inference": "sgd"}):
        fitted = small(sample=0, epochs=1, **parameters).fit(documents)
        assert "x" in fitted.model_.wv
        cut = [documents[0][:10_000]]
        assert not np.allclose(fitted.transform(documents), fitted.transform(cut))
    untrained = Doc2Vec(vector_size=6, min_count=1, dm=1, seed=fitted.model_.seed)
    untrained.build_vocab([TaggedDocument(documents[0], [0])])
    trained = small(sample=0, epochs=1).fit(documents).model_.wv["x"]
    assert not np.array_equal(trained, untrained.wv["x"])


def test_long_documents_keep_one_tag():
    fitted = small(sample=0, epochs=1).fit([["a", "b"] * 12_000, ["a"]])
    assert fitted.document_vectors_.shape == (2, 6)


@pytest.mark.parametrize("documents", [[["a", "b"]], [[], []], [["a"] * 4]])
@pytest.mark.parametrize("parameters", [{}, {"dm_concat": 1}, {"dm": 0, "hs": 1}])
@pytest.mark.timeout(20)
def test_empty_vocabulary_is_refused(documents, parameters):
    with pytest.raises(ValueError, match=r"at least min_count=5 times .* Lower min_c"):
        Doc2VecVectorizer(min_count=5, **parameters).fit(documents)


def test_training_that_learns_nothing_is_refused():
    with pytest.raises(ValueError, match=r"Doc2Vec learns nothing.* Set negative=5"):
        small(hs=0, negative=0).fit(common_texts)


@pytest.mark.timeout(20)
def test_a_vocabulary_of_one_word():
    documents = [["a"]] * 5
    for dm in (0, 1):
        vectors = small(dm=dm).fit_transform(documents)
        assert np.isfinite(vectors).all()
        with pytest.raises(ValueError, match="vocabulary of one word, 'a'"):
            small(dm=dm, hs=1).fit(documents)


def test_a_single_document_and_repeated_ones(vectorizer):
    assert vectorizer.fit_transform([common_texts[0] * 2]).shape == (1, 6)
    vectors = clone(vectorizer).fit_transform(common_texts * 2)
    np.testing.assert_allclose(vectors[:9], vectors[9:], atol=1e-7)


def test_more_epochs_make_longer_vectors(documents):
    fitted = small(dm=0, sample=0, scale=1).fit(documents[:-1])
    longer = Doc2VecVectorizer(
        model=fitted.model_, infer_epochs=100, infer_alpha=0.05, scale=1
    )
    lengths = [
        np.linalg.norm(vectorizer.transform(documents[:-1]), axis=1)
        for vectorizer in (fitted, longer.fit(documents))
    ]
    assert np.all(lengths[1] > lengths[0])


@pytest.mark.parametrize(
    "parameters",
    [{"window": 2**31}, {"negative": 2**31}, {"alpha": 1e40}, {"model": 3}],
)
@pytest.mark.timeout(20)
def test_parameters_on_which_gensim_hangs_or_crashes_are_refused(parameters):
    [name] = parameters
    with pytest.raises(ValueError, match=f"'{name}' parameter of Doc2VecVectorizer"):
        small(**parameters).fit(common_texts)


def test_pandas_output_keeps_the_index(documents):
    series = pd.Series(documents, index=range(7, 47))
    frame = small().set_output(transform="pandas").fit_transform(series)
    assert list(frame.index) == list(series.index)
    assert frame.columns[0] == "doc2vecvectorizer0"


def test_progress_is_shown_when_asked_for(capsys):
    for verbose in (0, 1):
        small(epochs=3, verbose=verbose).fit_transform(common_texts)
        shown = capsys.readouterr()
        assert shown.out == ""
        assert (": 100%, 87/87" in shown.err) == bool(verbose)
        assert ("Inferring vectors" in shown.err) == bool(verbose)


def test_unsafe_or_odd_documents_are_refused_as_everywhere():
    for X in ("a text", ["a text"], pd.DataFrame({"tokens": [["a"]], "more": 1}), None):
        with pytest.raises(TypeError):
            small().fit(X)


def test_batches_of_tagged_documents(documents):
    tagged = [TaggedDocument(words, [f"t{i}"]) for i, words in enumerate(documents)]
    vectorizer = Doc2VecVectorizer(vector_size=4, min_count=1, random_state=0)
    vectorizer.fit(documents[:-1])
    with pytest.warns(UserWarning, match="knows no word of 1 of"):
        parts = list(vectorizer.iter_transform(iter(tagged), batch_size=7))
    with pytest.warns(UserWarning, match="knows no word of 1 of"):
        whole = vectorizer.transform(documents)
    np.testing.assert_allclose(np.vstack(parts), whole, atol=1e-6)


@pytest.mark.parametrize(("name", "value"), [("layer1_size", 50), ("vector_size", 3)])
def test_files_whose_sizes_do_not_fit_are_refused(tmp_path, name, value):
    tagged = [TaggedDocument(words, [i]) for i, words in enumerate(common_texts)]
    model = Doc2Vec(tagged, vector_size=4, min_count=1, workers=1)
    setattr(model, name, value)
    model.save(str(tmp_path / "model"))
    with pytest.raises(VectorFormatError, match="fit together"):
        Doc2VecVectorizer(model=tmp_path / "model").fit(common_texts)


TAGGED = [TaggedDocument(text, [i]) for i, text in enumerate(common_texts)]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("window", 0, "window=0, expected an integer of at least 1"),
        ("window", 2.5, "window=2.5, expected an integer"),
        ("epochs", 0, "epochs=0, expected an integer of at least 1"),
        ("epochs", -1, "epochs=-1"),
        ("epochs", None, "epochs=None"),
        ("alpha", float("nan"), "alpha=nan, expected a number of at least 0"),
        ("alpha", -0.1, "alpha=-0.1"),
        ("min_alpha", float("inf"), "min_alpha=inf"),
        ("sample", float("nan"), "sample=nan"),
        ("ns_exponent", float("nan"), "ns_exponent=nan, expected a number"),
        ("ns_exponent", float("-inf"), "ns_exponent=-inf, expected a number"),
        ("negative", -5, "negative=-5"),
        ("negative", 0, "neither hs nor negative"),
        ("corpus_count", -1, "corpus_count=-1"),
    ],
)
def test_files_with_settings_that_cannot_be_are_refused(name, value, message, tmp_path):
    model = Doc2Vec(TAGGED, vector_size=3, min_count=1, epochs=1)
    setattr(model, name, value)
    model.save(str(tmp_path / "model"))
    with pytest.raises(VectorFormatError, match=message):
        Doc2VecVectorizer.load(tmp_path / "model")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["wv.vectors", "dv.vectors", "syn1neg"])
def test_files_with_numbers_that_are_not_finite_are_refused(name, value, tmp_path):
    model = Doc2Vec(TAGGED, vector_size=3, min_count=1, epochs=1)
    owner = {"wv.vectors": model.wv, "dv.vectors": model.dv}.get(name, model)
    getattr(owner, name.rpartition(".")[2])[1, 1] = value
    model.save(str(tmp_path / "model"))
    with pytest.raises(VectorFormatError, match="holds NaN or infinity"):
        Doc2VecVectorizer.load(tmp_path / "model")


@pytest.mark.parametrize("counts", [[0] * 12, [-1] * 12])
def test_files_with_counts_that_cannot_be_are_refused(counts, tmp_path):
    model = Doc2Vec(TAGGED, vector_size=3, min_count=1, epochs=1)
    model.wv.expandos["count"] = np.array(counts)
    model.save(str(tmp_path / "model"))
    with pytest.raises(VectorFormatError, match="count of shape"):
        Doc2VecVectorizer.load(tmp_path / "model")
