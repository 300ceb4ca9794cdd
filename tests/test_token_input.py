"""Sources that split texts are told apart from those that take lists of tokens."""

import pytest
from gensim.test.utils import common_texts
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfVectorizer,
)
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer


def same(document):
    return document


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (TfidfVectorizer(), "TfidfVectorizer"),
        (CountVectorizer(lowercase=False), "CountVectorizer"),
        (HashingVectorizer(analyzer="char", n_features=64), "HashingVectorizer"),
        (make_pipeline("passthrough", TfidfVectorizer()), "TfidfVectorizer"),
        (
            make_pipeline(
                make_pipeline(TfidfVectorizer()), TruncatedSVD(random_state=0)
            ),
            "Tfidf",
        ),
    ],
    ids=["tfidf", "counts", "hashes", "pipeline", "nested"],
)
def test_a_source_that_splits_texts_is_given_joined_tokens(source, kind):
    meta = MetaEmbeddingVectorizer([("t", source)], level="document", scale=1)
    rows = meta.set_params(normalize=False).fit_transform(common_texts)
    assert kind in repr(meta.sources_["t"])
    expected = clone(source).fit_transform([" ".join(d) for d in common_texts])
    if hasattr(rows, "toarray"):
        rows, expected = rows.toarray(), expected.toarray()
    assert_allclose(rows, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "source",
    [
        TfidfVectorizer(analyzer=list),
        TfidfVectorizer(tokenizer=same, lowercase=False, token_pattern=None),
        TfidfVectorizer(tokenizer=same, preprocessor=same, token_pattern=None),
        make_pipeline(TfidfVectorizer(analyzer=list), TruncatedSVD(2, random_state=0)),
    ],
    ids=["analyzer", "tokenizer", "preprocessor", "pipeline"],
)
def test_a_source_that_takes_tokens_is_fitted(source):
    meta = MetaEmbeddingVectorizer(
        [("t", source)], level="document", normalize=False, scale=1
    )
    rows = meta.fit_transform(common_texts)
    expected = source.fit_transform(common_texts)
    if hasattr(rows, "toarray"):
        rows, expected = rows.toarray(), expected.toarray()
    assert_array_equal(rows, expected.astype("float32"))
