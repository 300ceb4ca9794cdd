import pickle
from collections import Counter
from itertools import chain

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import outputs_of
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import InvalidParameterError

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Word2VecVectorizer,
    WordVectors,
)
from skmeta.weighting import IDF, SIF, USIF

WORDS = list("abcdef")
random_documents = st.lists(
    st.lists(st.sampled_from([*WORDS, "unknown", "rare"]), max_size=12),
    min_size=1,
    max_size=12,
)
weightings = st.sampled_from(
    [IDF(), SIF(), SIF(0.1), USIF(), SIF(word_counts={"a": 5, "rare": 1.5, "x": 3})]
)


def number(words):
    return {word: row for row, word in enumerate(words)}


def test_idf_is_that_of_scikit_learn(documents, word_vectors):
    tfidf = TfidfVectorizer(analyzer=list).fit(documents)
    weights = IDF().fit(documents, word_vectors.key_to_index).word_weights_
    assert weights.dtype == np.float32
    for word, row in word_vectors.key_to_index.items():
        if word in tfidf.vocabulary_:
            expected = tfidf.idf_[tfidf.vocabulary_[word]]
        else:
            expected = np.log(1 + len(documents)) + 1
        assert np.isclose(weights[row], expected)


def test_sif_is_the_formula_of_its_paper(documents, word_vectors):
    weights = SIF(0.02).fit(documents, word_vectors.key_to_index).word_weights_
    tokens = list(chain.from_iterable(documents))
    for word, row in word_vectors.key_to_index.items():
        probability = tokens.count(word) / len(tokens)
        assert np.isclose(weights[row], 0.02 / (0.02 + probability))
    assert weights.dtype == np.float32


def usif_by_hand(counts, length):
    """Weigh words as in section 4 of the paper."""
    total, n_words = sum(counts.values()), len(counts)
    threshold = 1 - (1 - 1 / n_words) ** length
    alpha = sum(n / total > threshold for n in counts.values()) / n_words
    a = (1 - alpha) / (alpha * n_words / 2)
    return lambda word: a / (a / 2 + counts.get(word, 0) / total)


def test_usif_is_the_formula_of_its_paper(documents, word_vectors):
    usif = USIF().fit(documents, word_vectors.key_to_index)
    weigh = usif_by_hand(
        Counter(chain.from_iterable(documents)), np.mean([*map(len, documents[:-1])])
    )
    expected = [weigh(word) for word in word_vectors.words]
    assert documents[-1] == []  # takes no part
    np.testing.assert_allclose(usif.word_weights_, expected, rtol=1e-5)


@pytest.mark.parametrize("as_table", [dict, pd.Series])
def test_probabilities_come_from_a_table(documents, as_table):
    counts = {"the": 60, "cat": 6, "sat": 4, "hyrax": 2, "otter": 0} | dict.fromkeys(
        WORDS, 1.5
    )
    key_to_index = number(["hyrax", "cat", "never", "otter", "the"])
    sif = SIF(word_counts=as_table(counts)).fit(documents, key_to_index)
    total = sum(counts.values())
    expected = [1e-3 / (1e-3 + counts.get(w, 0) / total) for w in key_to_index]
    np.testing.assert_allclose(sif.word_weights_, expected, rtol=1e-5)
    usif = USIF(word_counts=as_table(counts)).fit([["x"] * 3, ["y"]], key_to_index)
    weigh = usif_by_hand({w: n for w, n in counts.items() if n}, 2)
    expected = [weigh(word) for word in key_to_index]
    np.testing.assert_allclose(usif.word_weights_, expected, rtol=1e-5)


@pytest.mark.parametrize("weighting", [SIF, USIF])
def test_counts_of_vectors_are_a_table_like_any_other(weighting, documents):
    key_to_index, counts = number(["the", "cat", "sat"]), np.array([97, 2, 1])
    fitted = weighting(word_counts="vectors").fit(documents, key_to_index, counts)
    table = dict(zip(key_to_index, counts.tolist()))
    expected = weighting(word_counts=table).fit(documents, key_to_index)
    np.testing.assert_array_equal(fitted.word_weights_, expected.word_weights_)


def test_trained_vectors_bring_counts(documents):
    w2v = Word2VecVectorizer(vector_size=4, min_count=1, epochs=1, random_state=0)
    by_vectors = clone(w2v).set_params(weighting=SIF(word_counts="vectors"))
    by_documents = clone(w2v).set_params(weighting="sif")
    np.testing.assert_allclose(  # every word has a vector
        by_vectors.fit(documents).word_weights_,
        by_documents.fit(documents).word_weights_,
    )
    meta = MetaEmbeddingVectorizer(
        [("one", w2v), ("two", w2v)],
        combiner="svd",
        weighting=SIF(word_counts="vectors"),
    ).fit(documents)
    assert len(meta.word_weights_) == len(meta.word_vectors_)
    np.testing.assert_allclose(
        meta.word_weights_, by_vectors.word_weights_, rtol=1e-5
    )  # counts twice as large tell the same


@given(random_documents, weightings)
def test_words_weigh_less_the_more_often_they_are_counted(documents, weighting):
    weights = clone(weighting).fit(documents, number(WORDS)).word_weights_
    assert np.isfinite(weights).all()
    assert (weights > 0).all()
    if isinstance(weighting, IDF):
        counts = [sum(word in d for d in documents) for word in WORDS]
    elif isinstance(weighting.word_counts, dict):
        counts = [weighting.word_counts.get(word, 0) for word in WORDS]
    else:
        counts = [sum(d.count(word) for d in documents) for word in WORDS]
    ascending = np.argsort(counts, kind="stable")
    assert (np.diff(weights[ascending]) <= 1e-6).all()


@given(random_documents, weightings)
def test_unknown_words_weigh_as_if_they_had_vectors(documents, weighting):
    unknown = ["rare", "unknown", "never seen"]
    fitted = clone(weighting).fit(documents, number(WORDS), keep_unknown=True)
    with_vectors = clone(weighting).fit(documents, number([*WORDS, *unknown]))
    expected = with_vectors.word_weights_[len(WORDS) :]
    weights = pickle.loads(pickle.dumps(fitted)).weigh_unknown(unknown)
    assert weights.dtype == np.float32
    np.testing.assert_array_equal(weights, expected)
    forgetful = clone(weighting).fit(documents, number(WORDS))
    np.testing.assert_array_equal(forgetful.weigh_unknown(unknown), expected[[-1] * 3])
    assert len(forgetful.weigh_unknown([])) == 0


def test_vectorizers_remember_no_words_that_they_do_not_know(word_vectors):
    strange = [[f"strange{i}" for i in range(5_000)]]
    for weighting in ("idf", "sif", "usif"):
        vectorizer = PretrainedVectorizer(word_vectors, weighting=weighting)
        assert len(pickle.dumps(vectorizer.fit(strange))) < 20_000


@pytest.mark.parametrize("weighting", [IDF(), SIF(), USIF()])
@pytest.mark.parametrize(
    "documents", [[["a"]], [["a", "a"]], [[]], [[], [], ["a"]], [["z"]], [["a", "b"]]]
)
def test_weights_are_sound_with_next_to_nothing_to_learn_from(weighting, documents):
    weights = clone(weighting).fit(documents, {"a": 0, "b": 1}).word_weights_
    assert np.isfinite(weights).all()
    assert (weights > 0).all()


def test_usif_without_frequent_words_weighs_all_alike():
    usif = USIF().fit([["a"] * 9], number("abc"))
    assert usif.a_ == np.inf
    np.testing.assert_array_equal(usif.word_weights_, [2, 2, 2])
    spread = USIF().fit([[word] for word in "abc"], number("abc"))  # all on a par
    assert len(set(spread.word_weights_)) == 1


@pytest.mark.parametrize("name", ["idf", "sif", "usif"])
def test_a_name_is_the_object_with_its_defaults(name, documents, word_vectors):
    weighting = {"idf": IDF, "sif": SIF, "usif": USIF}[name]()
    vectors = [
        PretrainedVectorizer(word_vectors, weighting=given).fit_transform(documents)
        for given in (name, weighting)
    ]
    np.testing.assert_array_equal(*vectors)
    assert not hasattr(weighting, "word_weights_")  # a clone was fitted


def test_no_weighting_means_no_weights(documents, word_vectors):
    assert PretrainedVectorizer(word_vectors).fit(documents).word_weights_ is None


def test_idf_is_learned_in_fit_alone(documents, word_vectors):
    vectorizer = PretrainedVectorizer(word_vectors, weighting="idf", scale=1)
    vectorizer.fit(documents[:10])
    weights = vectorizer.word_weights_.copy()
    expected = IDF().fit(documents[:10], word_vectors.key_to_index).word_weights_
    vectors = vectorizer.transform(documents)
    np.testing.assert_array_equal(vectorizer.word_weights_, expected)
    np.testing.assert_array_equal(vectorizer.word_weights_, weights)
    rows = [word_vectors.key_to_index[t] for t in documents[3] if t in word_vectors]
    by_hand = np.average(word_vectors.vectors[rows], axis=0, weights=weights[rows])
    np.testing.assert_allclose(vectors[3], by_hand, rtol=1e-5)


@pytest.mark.parametrize("table", [{"a": 3}, pd.Series({"a": 3})])
def test_clones_share_a_table(table, word_vectors):
    sif = SIF(word_counts=table)
    assert clone(sif).word_counts is table
    vectorizer = PretrainedVectorizer(word_vectors, weighting=sif)
    cloned = clone(clone(vectorizer)).set_params(weighting__a=0.5)
    assert cloned.weighting.word_counts is table
    assert (cloned.weighting.a, sif.a) == (0.5, 1e-3)


def test_search_over_weightings_and_their_parameters(documents, word_vectors):
    pipeline = Pipeline(
        [("vec", PretrainedVectorizer(word_vectors)), ("clf", LogisticRegression())]
    )
    grid = [
        {"vec__weighting": [None, "idf", "sif", "usif"]},
        {"vec__weighting": [SIF()], "vec__weighting__a": [1e-4, 1e-2]},
        {"vec__remove_components": [0, 3]},
    ]
    labels = np.arange(len(documents)) % 2
    searches = [
        GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs).fit(documents, labels)
        for n_jobs in (1, 2)
    ]
    scores = [search.cv_results_["mean_test_score"] for search in searches]
    assert len(scores[0]) == 8
    assert np.isfinite(scores[0]).all()
    np.testing.assert_array_equal(*scores)


def test_counts_that_vectors_do_not_have_are_asked_for(documents, word_vectors):
    vectorizer = PretrainedVectorizer(
        word_vectors, weighting=SIF(word_counts="vectors")
    )
    with pytest.raises(ValueError, match=r"no counts; expected .* word_counts='docum"):
        vectorizer.fit(documents)
    counts = np.arange(len(word_vectors))[::-1]
    with_counts = WordVectors(word_vectors.words, word_vectors.vectors, counts)
    weights = vectorizer.set_params(word_vectors=with_counts).fit(documents)
    assert (np.diff(weights.word_weights_) > 0).all()


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"a": 0},
        {"a": -1, "b": 3},
        {"a": float("nan")},
        {"a": "many"},
        {"a": [1, 2]},
        pd.Series([1, 2], index=["a", "a"]),
    ],
)
def test_unsound_tables_are_refused(table):
    for weighting in (SIF(word_counts=table), USIF(word_counts=table)):
        with pytest.raises(ValueError, match=r"Found word_counts of .* expected words"):
            weighting.fit([["a"]], {"a": 0})


@pytest.mark.parametrize(
    "weighting",
    [SIF(0), SIF(-1.0), SIF("a"), SIF(word_counts="words"), USIF(word_counts=3)],
)
def test_unsound_parameters_are_refused(weighting):
    with pytest.raises(InvalidParameterError):
        PretrainedVectorizer({"a": [1.0]}, weighting=weighting).fit([["a"]])


def test_rows_are_the_same_in_any_process():
    code = (
        "from gensim.test.utils import common_texts as X\n"
        "from skmeta import Word2VecVectorizer\n"
        "for weighting in ('idf', 'sif', 'usif'):\n"
        "    w2v = Word2VecVectorizer(vector_size=4, min_count=1, random_state=0)\n"
        "    w2v.set_params(weighting=weighting, remove_components=2)\n"
        "    print(w2v.fit_transform(X).tobytes().hex())\n"
    )
    assert len(outputs_of(code)) == 1
