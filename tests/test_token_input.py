"""Sources that split texts are told apart from those that take lists of tokens."""

import pytest
from gensim.test.utils import common_texts
from numpy.testing import assert_array_equal
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfVectorizer,
)
from sklearn.pipeline import make_pipeline

from skmeta import MetaEmbeddingVectorizer

WORDS = {"human": [1.0, 0.0], "trees": [0.0, 1.0]}


def same(document):
    return document


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (TfidfVectorizer(), "TfidfVectorizer"),
        (CountVectorizer(lowercase=False), "CountVectorizer"),
        (HashingVectorizer(analyzer="char"), "HashingVectorizer"),
        (make_pipeline("passthrough", TfidfVectorizer()), "TfidfVectorizer"),
        (make_pipeline(make_pipeline(TfidfVectorizer()), TruncatedSVD()), "Tfidf"),
    ],
    ids=["tfidf", "counts", "hashes", "pipeline", "nested"],
)
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_a_source_that_splits_texts_is_refused_by_name(source, kind, method):
    meta = MetaEmbeddingVectorizer([("w", WORDS), ("t", source)], level="document")
    with pytest.raises(TypeError, match=rf"source 't', {kind}.*\(analyzer=list\)") as e:
        getattr(meta, method)(common_texts)
    assert len(e.traceback) < 9


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
