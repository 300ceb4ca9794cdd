"""Untouched vectorizers and untouched linear classifiers work together."""

import warnings

import numpy as np
import pytest
from gensim.test.utils import lee_corpus_list
from rows_by_hand import map_by_hand, typical_distance
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Word2VecVectorizer,
)

DOCUMENTS = [document[:60] for document in lee_corpus_list[:60]]
RNG = np.random.default_rng(0)
WORDS = sorted({word for document in DOCUMENTS for word in document})
NEAR_ZERO = dict(zip(WORDS, 1e-3 * RNG.standard_normal((len(WORDS), 6)) + 0.01))
FAR_FROM_ZERO = {word: NEAR_ZERO[word] + 0.02 for word in WORDS}
LARGE = dict(zip(WORDS[:400], 50 * RNG.standard_normal((400, 3))))


@pytest.mark.parametrize(
    "vectorizer",
    [
        pytest.param(PretrainedVectorizer(NEAR_ZERO), id="tiny vectors"),
        pytest.param(PretrainedVectorizer(LARGE, pooling="sum"), id="sums"),
        pytest.param(PretrainedVectorizer(LARGE, weighting="sif"), id="components"),
        pytest.param(Word2VecVectorizer(vector_size=5, random_state=0), id="trained"),
        pytest.param(
            MetaEmbeddingVectorizer([("a", NEAR_ZERO), ("b", LARGE)]), id="words"
        ),
        pytest.param(
            MetaEmbeddingVectorizer(
                [("a", NEAR_ZERO), ("b", LARGE)], level="document", combiner="svd"
            ),
            id="documents",
        ),
    ],
)
def test_rows_are_mapped_and_scaled(vectorizer):
    rows = vectorizer.fit_transform(DOCUMENTS)
    plain = clone(vectorizer).set_params(scale=1).fit_transform(DOCUMENTS)
    np.testing.assert_allclose(rows, map_by_hand(plain), rtol=2e-3, atol=5e-3)
    again = vectorizer.fit(DOCUMENTS).transform(DOCUMENTS)
    np.testing.assert_allclose(rows, again, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("vectors", [NEAR_ZERO, FAR_FROM_ZERO], ids=["near", "far"])
@pytest.mark.parametrize(
    "parameters",
    [{}, {"pooling": "sum"}, {"pooling": ("max", "min")}, {"weighting": "idf"}],
    ids=["mean", "sum", "extremes", "idf"],
)
def test_documents_are_mapped_the_same_in_any_company(vectors, parameters):
    plain = PretrainedVectorizer(vectors, scale=1, **parameters)
    expected = map_by_hand(plain.fit_transform(DOCUMENTS))
    vectorizer = PretrainedVectorizer(vectors, **parameters).fit(DOCUMENTS)
    found = vectorizer.transform([*DOCUMENTS, []])
    np.testing.assert_allclose(found[:-1], expected, rtol=2e-3, atol=5e-3)
    assert not found[-1].any()
    alone = vectorizer.transform(DOCUMENTS[7:8])
    np.testing.assert_array_equal(alone, found[7:8])


def test_untouched_logistic_regression_converges():
    rng = np.random.default_rng(0)
    spread = np.geomspace(1, 0.1, 30)
    vectors = {word: 2 + spread * rng.standard_normal(30) for word in WORDS}
    documents = [rng.choice(WORDS, 8).tolist() for _ in range(600)]
    plain = PretrainedVectorizer(vectors, scale=1).fit_transform(documents)
    labels = (plain - plain.mean(axis=0)) @ rng.standard_normal((30, 4))
    labels = labels.argmax(axis=1)
    rows = PretrainedVectorizer(vectors).fit_transform(documents)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LogisticRegression().fit(rows, labels)
    with pytest.warns(ConvergenceWarning):
        LogisticRegression().fit(2.5 / typical_distance(plain) * plain, labels)


def test_a_number_as_scale_leaves_cosines_alone():
    plain = PretrainedVectorizer(LARGE, scale=1).fit_transform(DOCUMENTS)
    doubled = PretrainedVectorizer(LARGE, scale=2.0).fit(DOCUMENTS)
    np.testing.assert_allclose(doubled.transform(DOCUMENTS), plain * 2, rtol=1e-6)


def test_sparse_rows_are_scaled_too():
    sources = [("tf-idf", TfidfVectorizer(analyzer=list)), ("given", LARGE)]
    meta = MetaEmbeddingVectorizer(sources, level="document")
    rows = meta.fit_transform(DOCUMENTS)
    assert typical_distance(rows.toarray()) == pytest.approx(3, rel=1e-4)


@pytest.mark.parametrize("level", ["word", "document"])
def test_a_meta_embedding_is_not_shorter_than_its_views(level):
    views = [("a", NEAR_ZERO), ("b", LARGE)]
    meta = MetaEmbeddingVectorizer(views, level=level).fit_transform(DOCUMENTS)
    for _, view in views:
        alone = PretrainedVectorizer(view).fit_transform(DOCUMENTS)
        assert typical_distance(meta) >= typical_distance(alone) * 0.9999


@pytest.mark.parametrize("kind", [Word2VecVectorizer, FastTextVectorizer])
def test_small_collections_are_read_more_often(kind):
    small = kind(vector_size=2, random_state=0).fit(DOCUMENTS[:5])
    assert small.epochs_ == 50
    assert small.word_vectors_.counts.min() == 2
    once = kind(vector_size=2, epochs=1, random_state=0).fit(DOCUMENTS[:5])
    assert once.epochs_ == 1


def test_a_million_tokens_are_read_eight_times():
    documents = [WORDS[:100] * 100] * 100
    vectorizer = Word2VecVectorizer(vector_size=1, window=1, negative=1, sample=1e-6)
    assert vectorizer.fit(documents).epochs_ == 8


def test_doc2vec_reads_small_collections_more_often():
    d2v = Doc2VecVectorizer(vector_size=2, random_state=0).fit(DOCUMENTS[:5])
    assert d2v.epochs_ == d2v.model_.epochs == 50


def test_streams_learn_the_same_scale():
    class Again:
        def __iter__(self):
            return iter(DOCUMENTS)

    one = PretrainedVectorizer(LARGE).fit(DOCUMENTS)
    two = PretrainedVectorizer(LARGE).fit(Again())
    np.testing.assert_allclose(one.scale_, two.scale_, rtol=1e-6)
    rows = PretrainedVectorizer(LARGE).fit_transform(Again())
    np.testing.assert_allclose(rows, one.transform(DOCUMENTS), rtol=1e-6)
