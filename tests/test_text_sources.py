"""Texts reach the sources that want texts, token lists those that want tokens."""

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    SentenceEncoderVectorizer,
    Tokenizer,
    Word2VecVectorizer,
)

TEXTS = ["A good film!", "Bad.", "It was a bad, bad film", "Good; so good?"] * 5
LABELS = [1, 0, 0, 1] * 5
VECTORS = {"a": [1.0, 0.0], "good": [0.0, 1.0], "film": [1.0, 1.0], "bad": [0.0, -1.0]}
TOKENS = Tokenizer().transform(TEXTS)


def count_marks(texts):
    """Encode what tokens do not tell: marks and capital letters."""
    counted = [[t.count(m) for m in "!.,;?"] for t in texts]
    return np.array([[*c, sum(map(str.isupper, t))] for c, t in zip(counted, texts)])


class CountMarks:
    fingerprint = "marks 1"

    def __call__(self, texts):
        return count_marks(texts)


def marks():
    return SentenceEncoderVectorizer(count_marks)


def given():
    return PretrainedVectorizer(VECTORS, scale=1)


def meta(*sources, **parameters):
    named = [(f"s{i}", source) for i, source in enumerate(sources)]
    plain = {"level": "document", "normalize": False, "scale": 1}
    if parameters.get("level") != "word":
        plain["weights"] = [1] * len(sources)
    return MetaEmbeddingVectorizer(named, **{**plain, **parameters})


def dense(rows):
    return rows.toarray() if hasattr(rows, "toarray") else rows


KINDS = {
    "list": list,
    "array": np.array,
    "Series": pd.Series,
    "string Series": lambda texts: pd.Series(texts, dtype="string"),
    "Arrow": pa.array,
    "frame": lambda texts: pd.DataFrame({"t": texts}),
    "generator": lambda texts: (text for text in texts),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_source_is_given_what_it_takes(kind):
    vectorizer = meta(given(), marks(), TfidfVectorizer())
    expected = np.hstack(
        [
            PretrainedVectorizer(VECTORS, scale=1).fit_transform(TOKENS),
            count_marks(TEXTS),
            TfidfVectorizer().fit_transform(TEXTS).toarray(),
        ]
    )
    make = KINDS[kind]
    assert_allclose(dense(vectorizer.fit_transform(make(TEXTS))), expected, atol=1e-6)
    vectorizer.fit(make(TEXTS))
    assert_allclose(dense(vectorizer.transform(make(TEXTS))), expected, atol=1e-6)
    batches = [dense(b) for b in vectorizer.iter_transform(make(TEXTS), 7)]
    assert_allclose(np.vstack(batches), expected, atol=1e-6)


def test_tokens_are_made_once_and_as_the_tokenizer_says():
    calls = []

    def split(text):
        calls.append(text)
        return text.lower().split()

    w2v = Word2VecVectorizer(vector_size=4, min_count=1, random_state=0)
    vectorizer = meta(given(), w2v, marks(), tokenizer=split)
    rows = vectorizer.fit_transform(TEXTS)
    assert calls == TEXTS
    tokens = [text.lower().split() for text in TEXTS]
    parts = [PretrainedVectorizer(VECTORS, scale=1), clone(w2v), marks()]
    inputs = [tokens, tokens, TEXTS]
    expected = [part.fit_transform(X) for part, X in zip(parts, inputs)]
    assert_allclose(rows, np.hstack(expected), atol=1e-6)
    calls.clear()
    vectorizer.transform(TEXTS[:3])
    assert calls == TEXTS[:3]
    vectorizer.set_params(tokenizer=Tokenizer(stop_words=["bad"]))
    assert_array_equal(vectorizer.fit_transform(["bad film"])[0, :2], VECTORS["film"])


def test_sources_that_take_texts_alone_need_no_tokens():
    def fails(text):
        raise AssertionError("nobody wants tokens")

    fitted = meta(marks(), tokenizer=str.split).fit(TEXTS)
    fitted.set_params(tokenizer=fails)
    assert_array_equal(fitted.transform(TEXTS), count_marks(TEXTS))


def test_tokens_of_token_lists_are_joined_for_them():
    vectorizer = meta(given(), TfidfVectorizer(), marks())
    joined = [" ".join(tokens) for tokens in TOKENS]
    expected = np.hstack(
        [
            PretrainedVectorizer(VECTORS, scale=1).fit_transform(TOKENS),
            TfidfVectorizer().fit_transform(joined).toarray(),
            count_marks(joined),
        ]
    )
    assert_allclose(dense(vectorizer.fit_transform(TOKENS)), expected, atol=1e-6)
    assert_allclose(dense(vectorizer.transform(TOKENS)), expected, atol=1e-6)


class Lengths(TransformerMixin, BaseEstimator):
    """Takes what has a length; texts where it says so."""

    def __init__(self, says=None):
        self.says = says

    def fit(self, X, y=None):
        self.seen_ = X
        return self

    def transform(self, X):
        return np.array([[len(document)] for document in X], dtype=float)


class Stating(Lengths):
    takes_text = True


class Tagged(Lengths):
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags


class ForColumns(Lengths):
    __single_column_transformer__ = True


@pytest.mark.parametrize("kind", [Stating, Tagged, ForColumns, Lengths])
def test_others_say_what_they_take(kind):
    fitted = meta(kind()).fit(TEXTS)
    documents = TOKENS if kind is Lengths else TEXTS
    expected = [[len(document)] for document in documents]
    assert_array_equal(fitted.transform(TEXTS), expected)
    assert isinstance(fitted.sources_["s0"].seen_, pd.Series) == (kind is ForColumns)
    assert list(fitted.sources_["s0"].seen_) == documents


def test_pipelines_and_frozen_sources_take_what_their_first_step_takes():
    reduced = make_pipeline("passthrough", marks(), TruncatedSVD(2, random_state=0))
    frozen = FrozenEstimator(TfidfVectorizer().fit(TEXTS))
    split = make_pipeline(Tokenizer(), PretrainedVectorizer(VECTORS, scale=1))
    vectorizer = meta(reduced, frozen, split, FrozenEstimator(marks().fit(TEXTS)))
    expected = [reduced.fit_transform(TEXTS), frozen.transform(TEXTS).toarray()]
    expected += [split.fit_transform(TEXTS), count_marks(TEXTS)]
    assert_allclose(
        dense(vectorizer.fit_transform(TEXTS)), np.hstack(expected), atol=1e-5
    )
    assert_allclose(dense(vectorizer.transform(TEXTS)), np.hstack(expected), atol=1e-5)


def test_meta_embeddings_within_others_are_given_both():
    inner = meta(VECTORS, marks(), tokenizer=str.split)
    outer = meta(inner, TfidfVectorizer(analyzer=list), tokenizer=Tokenizer())
    rows = dense(outer.fit_transform(TEXTS))
    expected = meta(VECTORS, marks()).fit_transform(TEXTS)
    assert_allclose(rows[:, :8], expected, atol=1e-6)
    assert_allclose(dense(outer.transform(TEXTS)), rows, atol=1e-6)


def test_coverage_of_texts_is_that_of_their_tokens():
    fitted = meta(VECTORS, marks()).fit(TEXTS)
    pd.testing.assert_frame_equal(fitted.coverage(TEXTS), fitted.coverage(TOKENS))
    assert fitted.coverage(TEXTS).loc["s0", "known_words"] == 4


def test_unknown_tokens_of_texts_are_refused():
    fitted = meta(VECTORS, unknown="error").fit(["a good film"])
    with pytest.raises(ValueError, match="unknown token 'was'"):
        fitted.transform(["it was good", "was"][1:])


def test_a_source_that_cannot_take_texts_is_named():
    class Numbers(Stating):
        def fit(self, X, y=None):
            raise TypeError("expected numbers")

    with pytest.raises(TypeError, match=r"source 's1', Numbers.*expected numbers"):
        meta(VECTORS, Numbers()).fit(TEXTS)


def test_at_the_level_of_words_texts_and_tokenizers_are_refused():
    word = meta(VECTORS, level="word")
    with pytest.raises(TypeError, match="Tokenize first"):
        word.fit(TEXTS)
    with pytest.raises(ValueError, match=r"level='word'.*expected tokenizer=None"):
        word.set_params(tokenizer=str.split).fit(TOKENS)
    for X in ([None, "a"], ["a", None], [["a"], "b"]):
        with pytest.raises(TypeError):
            meta(VECTORS).fit(X)


def test_memory_tells_texts_of_the_same_tokens_apart(tmp_path):
    vectorizer = meta(TfidfVectorizer(token_pattern=r"\S+"), memory=tmp_path)
    one = dense(clone(vectorizer).fit_transform(["a good", "bad!"]))
    other = dense(clone(vectorizer).fit_transform(["a good!", "bad"]))
    names = clone(vectorizer).fit(["a good!", "bad"]).get_feature_names_out()
    assert list(names) == ["s0__a", "s0__bad", "s0__good!"]
    assert one.shape == other.shape


def test_a_search_over_texts_in_processes_pickles_and_sets_output(tmp_path):
    encoder = SentenceEncoderVectorizer(CountMarks(), cache=tmp_path)
    vectorizer = meta(VECTORS, encoder, normalize=True, weights="learn")
    pipeline = make_pipeline(vectorizer, LogisticRegression())
    grid = {"metaembeddingvectorizer__s1": [encoder, "drop"]}
    searches = [
        GridSearchCV(pipeline, grid, cv=2, n_jobs=n).fit(TEXTS, LABELS) for n in (1, 2)
    ]
    scores = [search.cv_results_["mean_test_score"] for search in searches]
    assert_array_equal(*scores)
    joblib.dump(searches[0].best_estimator_, tmp_path / "model.joblib")
    loaded = joblib.load(tmp_path / "model.joblib")
    assert list(loaded.predict(TEXTS)) == list(searches[0].predict(TEXTS))
    frame = vectorizer.set_output(transform="pandas").fit_transform(
        pd.Series(TEXTS, index=range(3, 23)), LABELS
    )
    assert list(frame.index) == list(range(3, 23))
