"""memory= of MetaEmbeddingVectorizer: sources are fitted once, and never confused."""

import sys
from pathlib import Path
from types import ModuleType

import joblib
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmeta import Doc2VecVectorizer, MetaEmbeddingVectorizer, Word2VecVectorizer
from skmeta._documents._digest import digest_documents
from skmeta._meta import _source_memory
from skmeta.datasets import TextFiles

LABELS = [0, 1] * 20


class Counted(Word2VecVectorizer):
    """word2vec that writes a letter to a file each time it is trained."""

    def __init__(self, *, sg=0, vector_size=4, weighting=None, seed=0, log=None):
        super().__init__(
            sg=sg,
            vector_size=vector_size,
            weighting=weighting,
            epochs=1,
            min_count=1,
            random_state=seed,
        )
        self.seed, self.log = seed, log

    def _fit_words(self, documents, y):
        if self.log is not None:
            with open(self.log, "a") as file:
                file.write("x")
        super()._fit_words(documents, y)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def meta(tmp_path, log):
    sources = [("cbow", Counted(log=log)), ("skipgram", Counted(sg=1, log=log))]
    return MetaEmbeddingVectorizer(sources, memory=tmp_path / "memory")


def n_trained(log):
    return len(log.read_text()) if log.exists() else 0


def entries_in(folder):
    return sorted(Path(folder).rglob("output.pkl"))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_search_trains_each_source_once_a_fold(meta, log, documents, n_jobs):
    pipeline = Pipeline([("meta", meta), ("classify", LogisticRegression())])
    grid = {
        "meta__combiner": ["concatenate", "average", "svd"],
        "meta__level": ["word", "document"],
    }
    search = GridSearchCV(pipeline, grid, cv=3, n_jobs=n_jobs, refit=False)
    search.fit(documents, LABELS)
    assert n_trained(log) == 6  # 3 folds x 2 sources, not 6 candidates times as many
    if n_jobs > 1:
        return
    without = clone(search).set_params(estimator__meta__memory=None)
    without.fit(documents, LABELS)
    assert n_trained(log) == 6 + 36
    for name in ("mean_test_score", "split0_test_score", "std_test_score"):
        assert_array_equal(search.cv_results_[name], without.cv_results_[name])


@pytest.mark.parametrize("level", ["word", "document"])
@pytest.mark.parametrize("weighting", [None, "log_odds"])
def test_what_is_remembered_is_what_would_be_fitted(
    meta, log, documents, level, weighting
):
    meta.set_params(level=level, cbow__weighting=weighting)
    fresh = clone(meta).set_params(memory=None)
    expected = fresh.fit_transform(documents, LABELS)
    for estimator in (meta, clone(meta), clone(meta)):
        assert_array_equal(estimator.fit_transform(documents, LABELS), expected)
    assert n_trained(log) == 4
    assert_array_equal(meta.transform(documents), fresh.transform(documents))
    again = clone(meta).fit(documents, LABELS)
    assert_array_equal(again.transform(documents), fresh.transform(documents))
    cbow = again.sources_["cbow"]
    assert_array_equal(cbow.model_.wv.vectors, fresh.sources_["cbow"].model_.wv.vectors)
    assert cbow.loss_curve_ == fresh.sources_["cbow"].loss_curve_


def test_a_fit_and_a_fit_transform_share_a_source(meta, log, documents):
    meta.fit(documents)
    clone(meta).fit_transform(documents)
    clone(meta).set_params(level="document").fit_transform(documents)
    assert n_trained(log) == 2


DOCUMENTS = [  # some differ in where tokens and documents end alone
    [["ab", "c"], ["c", "ab"], ["d", "ab"], ["d"]],
    [["a", "bc"], ["c", "ab"], ["d", "ab"], ["d"]],
    [["ab"], ["c", "c", "ab"], ["d", "ab"], ["d"]],
    [["c", "ab"], ["ab", "c"], ["d", "ab"], ["d"]],
    [["ab", "c"], ["c", "ab"], ["d", "ab"], ["D"]],
    [["ab", "c"], ["c", "ab"], ["d", "ab"], ["d"], []],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("memory")


@examples(max_examples=60, derandomize=True)
@given(
    documents=st.sampled_from(DOCUMENTS),
    labels=st.sampled_from([[0, 1, 0, 1], [0, 0, 1, 1], [1, 0, 1, 0], [2, 1, 2, 1]]),
    sg=st.sampled_from([0, 1]),
    vector_size=st.sampled_from([2, 3]),
    seed=st.sampled_from([0, 1]),
    weighting=st.sampled_from([None, "idf", "log_odds"]),
    level=st.sampled_from(["word", "document"]),
    is_cloned=st.booleans(),
)
def test_no_entry_is_taken_for_another(
    folder, documents, labels, sg, vector_size, seed, weighting, level, is_cloned
):
    labels = [*labels, 0][: len(documents)]
    source = Counted(sg=sg, vector_size=vector_size, weighting=weighting, seed=seed)
    meta = MetaEmbeddingVectorizer([("it", source)], level=level)
    remembers = MetaEmbeddingVectorizer([("it", source)], level=level, memory=folder)
    if is_cloned:
        remembers = clone(clone(remembers))
    assert_array_equal(
        remembers.fit_transform(documents, labels),
        meta.fit_transform(documents, labels),
    )


def test_digests_tell_where_tokens_and_documents_end():
    assert len({digest_documents(documents) for documents in DOCUMENTS}) == 6
    many = [["a", "b"]] * 2_500
    assert digest_documents(many) == digest_documents([list(d) for d in many])
    assert digest_documents(many) != digest_documents([*many[:-1], ["ab"]])
    assert digest_documents([["\ud800", "\0"]]) != digest_documents([["\0", "\ud800"]])


@pytest.mark.parametrize(
    "change",
    [
        {"it__seed": 1},
        {"it__sg": 1},
        {"it__weighting": "idf"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_parameter_is_another_entry(tmp_path, log, documents, change):
    meta = MetaEmbeddingVectorizer([("it", Counted(log=log))], memory=tmp_path)
    meta.fit(documents)
    clone(meta).set_params(**change).fit(documents)
    assert n_trained(log) == 2


def test_equal_sources_at_the_same_time_are_fitted_once(tmp_path, log, documents):
    sources = [(name, Counted(log=log)) for name in "abcd"]
    MetaEmbeddingVectorizer(sources, memory=tmp_path, n_jobs=4).fit(documents)
    assert n_trained(log) == 1
    assert not list(tmp_path.rglob("*.lock"))


def test_other_transformers_are_remembered(tmp_path, documents):
    documents = documents[:-1]
    sources = [
        ("tfidf", make_pipeline(TfidfVectorizer(analyzer=list), _Stretched())),
        ("doc2vec", Doc2VecVectorizer(vector_size=3, epochs=1, random_state=0)),
    ]
    meta = MetaEmbeddingVectorizer(sources, level="document", memory=tmp_path)
    expected = clone(meta).set_params(memory=None).fit_transform(documents).toarray()
    for _ in range(2):
        assert_array_equal(clone(meta).fit_transform(documents).toarray(), expected)
    assert len(entries_in(tmp_path)) == 2
    with (  # sources give something else then
        config_context(transform_output="pandas"),
        pytest.raises(ValueError, match="sparse"),
    ):
        clone(meta).fit_transform(documents)


class _Stretched(TransformerMixin, BaseEstimator):
    """Return other rows in fit_transform than in transform, as target encoders do."""

    def fit(self, X, y=None):
        self.is_fitted_ = True
        return self

    def fit_transform(self, X, y=None):
        return 2 * self.fit(X).transform(X)

    def transform(self, X):
        return X


def make_module(version):
    """Make a module that a user edited: functions keep their names."""
    module = ModuleType("edited_by_user")
    source = f"""
import functools
import numpy as np
SHIFT = {version}

def helper(X):
    return np.ones((len(X), 2)) * {version}

def by_helper(X):
    return helper(X)

def by_constant(X):
    return np.ones((len(X), 2)) + {version}

def by_global(X):
    return np.ones((len(X), 2)) + SHIFT

def by_default(X, shift={version}):
    return np.ones((len(X), 2)) + shift

def by_inner(X):
    return [[value + {version} for value in row] for row in np.ones((len(X), 2))]

def deco(function):
    def wrapped(X):
        return function(X) + {version}
    return functools.wraps(function)(wrapped)

@deco
def by_wrapped(X):
    return np.ones((len(X), 2))

@functools.lru_cache
def cached(n):
    return n + {version}

def by_cached(X):
    return np.ones((len(X), 2)) + cached(1)

class Shift:
    def __call__(self, X):
        return np.ones((len(X), 2)) + {version}

by_object = Shift()
"""
    exec(source, vars(module))
    return module


@pytest.mark.parametrize(
    "name",
    [
        *("constant", "helper", "global", "default", "inner", "wrapped", "cached"),
        "object",
    ],
)
def test_edited_functions_are_noticed(tmp_path, documents, monkeypatch, name):
    rows = []
    for version in (1, 2, 1):
        module = make_module(version)
        monkeypatch.setitem(sys.modules, "edited_by_user", module)
        source = FunctionTransformer(getattr(module, f"by_{name}"))
        meta = MetaEmbeddingVectorizer(
            [("it", source)],
            level="document",
            normalize=False,
            scale=1,
            memory=tmp_path,
        )
        rows.append(meta.fit_transform(documents))
    assert rows[0][0, 0] != rows[1][0, 0]
    assert_array_equal(rows[0], rows[2])
    assert len(entries_in(tmp_path)) == 2


def test_what_cannot_be_pickled_is_fitted_each_time(tmp_path, documents):
    source = TfidfVectorizer(analyzer=lambda document: document)
    meta = MetaEmbeddingVectorizer([("it", source)], level="document", memory=tmp_path)
    with pytest.warns(UserWarning, match="cannot be pickled .* define functions"):
        rows = meta.fit_transform(documents)
    assert rows.shape[0] == len(documents)
    assert not entries_in(tmp_path)


def test_given_vectors_are_not_kept(tmp_path, documents, word_vectors):
    frozen = FrozenEstimator(Counted().fit(documents))
    for level in ("word", "document"):
        meta = MetaEmbeddingVectorizer(
            [("given", word_vectors), ("frozen", frozen)], level=level, memory=tmp_path
        )
        meta.fit(documents)
    assert not entries_in(tmp_path)


def test_a_folder_is_bounded(tmp_path, log, documents, monkeypatch):
    meta = MetaEmbeddingVectorizer([("it", Counted(log=log))], memory=tmp_path)
    meta.fit(documents)
    [entry] = entries_in(tmp_path)
    size = sum(file.stat().st_size for file in entry.parent.iterdir())
    monkeypatch.setattr(_source_memory, "_MOST_BYTES", int(2.5 * size))
    for seed in range(5):
        meta.set_params(it__seed=seed).fit(documents)
        assert len(entries_in(tmp_path)) <= 2
    expected = clone(meta).set_params(memory=None).fit_transform(documents)
    assert_array_equal(meta.fit_transform(documents), expected)


@pytest.mark.parametrize("content", [b"", b"half"], ids=["empty", "half"])
def test_damaged_entries_are_made_anew(meta, log, documents, content, tmp_path):
    expected = meta.fit_transform(documents)
    for entry in entries_in(tmp_path):
        entry.write_bytes(content)
    assert_array_equal(clone(meta).fit_transform(documents), expected)
    assert n_trained(log) == 4
    assert_array_equal(clone(meta).fit_transform(documents), expected)
    assert n_trained(log) == 4


def test_memories_of_joblib(tmp_path, log, documents):
    meta = MetaEmbeddingVectorizer([("it", Counted(log=log))])
    for location, n_expected in ((str(tmp_path / "own"), 1), (None, 3)):
        meta.set_params(memory=joblib.Memory(location, verbose=0))
        for _ in range(2):
            clone(meta).fit(documents)
        assert n_trained(log) == n_expected
    assert entries_in(tmp_path / "own")


def test_a_folder_that_a_pipeline_uses_too(meta, log, documents):
    pipeline = Pipeline(
        [("meta", meta), ("classify", LogisticRegression())],
        memory=str(meta.memory),
    )
    for _ in range(2):
        clone(pipeline).fit(documents, LABELS)
    assert n_trained(log) == 2


def test_streams_are_known_by_what_they_give(tmp_path, log, documents):
    text = tmp_path / "documents.txt"
    documents = documents[:-1]  # a last line that is empty is none
    text.write_text("\n".join(map(" ".join, documents)), "utf-8")
    meta = MetaEmbeddingVectorizer([("it", Counted(log=log))], memory=tmp_path)
    meta.fit(TextFiles(text))
    clone(meta).fit(documents)
    assert n_trained(log) == 1
    with open(text, "a", encoding="utf-8") as file:
        file.write(" more")
    clone(meta).fit(TextFiles(text))
    assert n_trained(log) == 2


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path, documents):
    (tmp_path / "file").write_text("")
    meta = MetaEmbeddingVectorizer([("it", Counted())], memory=tmp_path / "file")
    with pytest.raises(OSError, match="file"):
        meta.fit(documents)


def test_memory_is_a_path_or_a_memory(documents):
    with pytest.raises(ValueError, match="memory"):
        MetaEmbeddingVectorizer([("it", Counted())], memory=3).fit(documents)
