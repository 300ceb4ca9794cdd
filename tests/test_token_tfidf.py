import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta._meta._token_tfidf import TokenTfidfVectorizer, make_pairs_vectorizer

OF_TOKENS = {"preprocessor": list, "tokenizer": list, "token_pattern": None}
words = st.text("ab ", max_size=2)
collections = st.lists(st.lists(words, max_size=6), min_size=1, max_size=5)


def check_same(ours, expected, documents, others):
    """Compare vocabularies and rows with those of scikit-learn."""
    try:
        rows = expected.fit_transform(documents)
    except ValueError:
        with pytest.raises(ValueError, match=r"no words|no terms|vocabulary|max_df"):
            ours.fit_transform(documents)
        return
    found = ours.fit_transform(documents)
    assert ours.vocabulary_ == expected.vocabulary_
    for matrix, other in [
        (found, rows),
        (ours.transform(others), expected.transform(others)),
    ]:
        assert type(matrix) is type(other)
        assert matrix.dtype == other.dtype
        np.testing.assert_allclose(matrix.toarray(), other.toarray(), 1e-6)
    assert list(ours.get_feature_names_out()) == list(expected.get_feature_names_out())


@settings(max_examples=60, deadline=None)
@given(
    collections,
    collections,
    st.sampled_from([(1, 1), (1, 2), (2, 2), (2, 3), (1, 4)]),
    st.sampled_from([np.float32, np.float64]),
)
def test_rows_are_those_of_scikit_learn(documents, others, ngram_range, dtype):
    parameters = {**OF_TOKENS, "ngram_range": ngram_range, "dtype": dtype}
    check_same(
        TokenTfidfVectorizer(lowercase=False, **parameters),
        TfidfVectorizer(lowercase=False, **parameters),
        documents,
        others,
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {**OF_TOKENS, "min_df": 2},
        {**OF_TOKENS, "max_df": 0.5},
        {**OF_TOKENS, "max_df": 0.0},
        {**OF_TOKENS, "max_features": 3, "ngram_range": (1, 2)},
        {**OF_TOKENS, "vocabulary": ["a b", "b", "unseen"], "ngram_range": (1, 2)},
        {**OF_TOKENS, "binary": True, "use_idf": False, "norm": "l1"},
        {**OF_TOKENS, "stop_words": ["a"], "ngram_range": (1, 2)},
        {**OF_TOKENS, "analyzer": lambda document: document[:1]},
        {**OF_TOKENS, "tokenizer": reversed, "ngram_range": (1, 2)},
    ],
    ids=[
        "min_df",
        "max_df",
        "none",
        "max_features",
        "given",
        "binary",
        "stop",
        "analyzer",
        "tokenizer",
    ],
)
def test_parameters_mean_what_they_do_in_scikit_learn(parameters):
    documents = [["a", "b", "a", "b"], ["b", "c"], [], ["c", "a", "b"]]
    if parameters["tokenizer"] is reversed:
        parameters = {**parameters, "tokenizer": lambda tokens: list(reversed(tokens))}
    check_same(
        TokenTfidfVectorizer(**parameters),
        TfidfVectorizer(**parameters),
        documents,
        [["a", "b", "d"], []],
    )


def test_generators_clones_and_pickles():
    documents = [["a", "b"], ["b"]]
    vectorizer = clone(make_pairs_vectorizer(sublinear_tf=True))
    assert vectorizer.get_params()["sublinear_tf"]
    rows = vectorizer.fit_transform(iter(documents)).toarray()
    again = pickle.loads(pickle.dumps(vectorizer))
    np.testing.assert_array_equal(again.transform(iter(documents)).toarray(), rows)
    assert list(vectorizer.get_feature_names_out()) == ["a", "a b", "b"]
