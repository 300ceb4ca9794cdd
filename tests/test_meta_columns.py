"""Columns of a concatenation are named by the sources they came from."""

import numpy as np
import pytest
from gensim.test.utils import common_texts
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmeta import MetaEmbeddingVectorizer, Word2VecVectorizer


class Unnamed(TransformerMixin, BaseEstimator):
    """Counts tokens, and names no columns."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return np.array([[len(document), 1] for document in X], dtype=float)


def sum_rows(matrix):
    return np.asarray(matrix.sum(axis=1)).reshape(-1, 1)


def test_columns_of_a_concatenation_are_named_by_their_sources():
    pairs = [("a", {"human": [1, 0], "trees": [0, 1]}), ("b", {"trees": [1, 2, 3]})]
    meta = MetaEmbeddingVectorizer(pairs, scale=1).fit(common_texts)
    assert list(meta.get_feature_names_out()) == [
        "a__0",
        "a__1",
        "b__0",
        "b__1",
        "b__2",
    ]
    columns = meta.transform([["human"], ["trees"]])
    of_a = [n.startswith("a__") for n in meta.get_feature_names_out()]
    alone = MetaEmbeddingVectorizer(pairs[:1], scale=1).fit(common_texts)
    assert_array_equal(columns[:, of_a], alone.transform([["human"], ["trees"]]))
    for missing, center in (("mean", False), ("zero", True)):  # still side by side
        meta.set_params(missing=missing, center=center).fit(common_texts)
        assert meta.get_feature_names_out()[2] == "b__0"
    meta.set_params(combiner="average").fit(common_texts)
    assert list(meta.get_feature_names_out())[:1] == ["metaembeddingvectorizer0"]


def test_columns_of_several_poolings_say_which():
    known = [("a", {"human": [1, 0], "trees": [0, 1]}), ("b", {"trees": [5]})]
    meta = MetaEmbeddingVectorizer(
        known, pooling=("max", 3, "min"), normalize=False, scale=1
    )
    frame = meta.set_output(transform="pandas").fit_transform([["human", "trees"]])
    assert frame.loc[0, "a__max__0"] == 1
    assert frame.loc[0, "a__min__0"] == 0
    assert frame.loc[0, "b__power3__0"] == pytest.approx(62.5 ** (1 / 3))
    assert frame.columns.is_unique


def test_columns_keep_the_names_that_sources_give_them():
    tfidf = TfidfVectorizer(analyzer=list)
    inner = MetaEmbeddingVectorizer([("c", {"human": [1, 0]})])
    sources = [
        ("tfidf", tfidf),
        ("lsa", make_pipeline(tfidf, TruncatedSVD(2, random_state=0))),
        ("counts", Unnamed()),
        ("sums", make_pipeline(tfidf, FunctionTransformer(sum_rows))),
        ("meta", inner),
        ("w2v", Word2VecVectorizer(vector_size=2, min_count=1, random_state=0)),
    ]
    meta = MetaEmbeddingVectorizer(sources, level="document").fit(common_texts)
    words = tfidf.fit(common_texts).get_feature_names_out()
    assert list(meta.get_feature_names_out()) == [
        *(f"tfidf__{word}" for word in words),
        *("lsa__truncatedsvd0", "lsa__truncatedsvd1"),
        *("counts__0", "counts__1", "sums__0", "meta__c__0", "meta__c__1"),
        *("w2v__0", "w2v__1"),
    ]
    assert meta.get_feature_names_out().size == meta.transform(common_texts).shape[1]
