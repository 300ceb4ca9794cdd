"""BM25, against other implementations and a loop."""

import math
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skmeta import BM25Vectorizer, Tokenizer, trusted_types
from skmeta.evaluate import retrieval


@pytest.fixture(scope="module")
def collection():
    """Return documents of very different lengths, and queries of distinct words."""
    rng = np.random.default_rng(0)
    documents = [
        [f"word{i}" for i in rng.zipf(1.3, length) % 500]
        for length in rng.integers(1, 60, size=150)
    ]
    queries = [list(dict.fromkeys(document[:6])) for document in documents[::10]]
    return documents, queries


def scores_of(bm25, documents, queries):
    return (bm25.transform_queries(queries) @ bm25.transform(documents).T).toarray()


def score(query, document, documents, k1, b):
    """Return a BM25 score by the formula."""
    mean_length = sum(map(len, documents)) / len(documents)
    total = 0
    for word in set(query):
        n_with = sum(word in other for other in documents)
        idf = math.log(1 + (len(documents) - n_with + 0.5) / (n_with + 0.5))
        n = document.count(word)
        total += n and idf * n / (n + k1 * (1 - b + b * len(document) / mean_length))
    return total


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.75), (0.9, 0.4), (2, 1), (1.5, 0)])
def test_scores_are_those_of_bm25s(k1, b, collection):
    bm25s = pytest.importorskip("bm25s")
    documents, queries = collection
    other = bm25s.BM25(method="lucene", k1=k1, b=b)
    other.index(documents, show_progress=False)
    expected = [other.get_scores(query) for query in queries]
    found = scores_of(BM25Vectorizer(k1=k1, b=b).fit(documents), documents, queries)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_rankings_are_those_of_rank_bm25(collection):
    rank_bm25 = pytest.importorskip("rank_bm25")
    documents, queries = collection
    other = rank_bm25.BM25Okapi(documents, k1=1.2, b=0.75)
    bm25 = BM25Vectorizer().fit(documents)
    idf = {word: bm25.idf_[column] for word, column in bm25.vocabulary_.items()}
    other.idf = idf  # its own may be negative
    expected = np.array([other.get_scores(query) for query in queries]) / 2.2
    found = scores_of(bm25, documents, queries)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.75), (0, 0.5)])
def test_scores_are_those_of_the_formula(k1, b, collection):
    documents, queries = collection
    found = scores_of(BM25Vectorizer(k1=k1, b=b).fit(documents), documents, queries)
    expected = [
        [score(query, document, documents, k1, b) for document in documents[:20]]
        for query in queries
    ]
    np.testing.assert_allclose(found[:, :20], expected, rtol=1e-5, atol=1e-6)


def test_fit_transform_is_fit_and_transform(collection):
    documents, _ = collection
    rows = BM25Vectorizer().fit_transform(documents)
    again = BM25Vectorizer().fit(documents).transform(documents)
    assert rows.dtype == np.float32
    assert (rows != again).nnz == 0
    assert rows.shape == (150, len(set().union(*documents)))


def test_rows_depend_on_their_document_alone(collection):
    documents, _ = collection
    bm25 = BM25Vectorizer().fit(documents)
    rows = bm25.transform(documents)
    assert (bm25.transform(documents[7:9][::-1]) != rows[[8, 7]]).nnz == 0


def test_unknown_words_are_ignored(collection):
    documents, queries = collection
    bm25 = BM25Vectorizer().fit(documents)
    longer = [["unknown", *document, "other"] for document in documents]
    assert (bm25.transform(longer) != bm25.transform(documents)).nnz == 0
    asked = [[*query, "unknown"] for query in queries]
    same = bm25.transform_queries(queries)
    assert (bm25.transform_queries(asked) != same).nnz == 0
    assert bm25.transform_queries([["unknown"], []]).nnz == 0


def test_words_of_a_query_count_once(collection):
    documents, queries = collection
    bm25 = BM25Vectorizer().fit(documents)
    once, twice = (
        bm25.transform_queries(q) for q in (queries, [q + q for q in queries])
    )
    assert (once != twice).nnz == 0
    assert set(once.data) == {1}


def test_documents_in_any_container(collection):
    documents, _ = collection
    rows = BM25Vectorizer().fit_transform(documents)
    for X in (pd.Series(documents), iter(documents), tuple(map(tuple, documents))):
        assert (BM25Vectorizer().fit_transform(X) != rows).nnz == 0


def test_empty_documents_are_rows_of_zeros():
    bm25 = BM25Vectorizer().fit([[], ["a"], []])
    assert bm25.transform([[], ["a"]]).toarray().astype(bool).tolist() == [[0], [1]]
    assert BM25Vectorizer().fit_transform([[]]).shape == (1, 0)


def test_names_clones_and_pickles(collection):
    documents, queries = collection
    bm25 = BM25Vectorizer(k1=2).fit(documents)
    names = bm25.get_feature_names_out()
    assert names.tolist() == list(bm25.vocabulary_)
    rows = bm25.transform_queries(queries[:1])
    assert {names[i] for i in rows.indices} == set(queries[0])
    assert clone(bm25).get_params() == {"k1": 2, "b": 0.75, "expansion": None}
    again = pickle.loads(pickle.dumps(bm25))
    assert (again.transform(documents) != bm25.transform(documents)).nnz == 0
    before = bm25.transform(documents[:3])
    bm25.fit(documents[3:])  # a second fit forgets the first
    assert bm25.transform(documents[:3]).shape != before.shape


def test_skops_saves_it(collection, tmp_path):
    skops = pytest.importorskip("skops.io")
    documents, _ = collection
    pipeline = make_pipeline(Tokenizer(), BM25Vectorizer())
    pipeline.fit([" ".join(document) for document in documents])
    skops.dump(pipeline, tmp_path / "bm25.skops")
    again = skops.load(tmp_path / "bm25.skops", trusted=trusted_types())
    texts = ["word1 word2", "word3"]
    assert (again.transform(texts) != pipeline.transform(texts)).nnz == 0


@pytest.mark.parametrize("parameters", [{"k1": -1}, {"b": 1.1}, {"k1": "high"}])
def test_parameters_out_of_range_are_refused(parameters):
    with pytest.raises(ValueError, match="must be a float"):
        BM25Vectorizer(**parameters).fit([["a"]])
    with pytest.raises(ValueError, match="must be a float"):
        BM25Vectorizer(**parameters).fit_transform([["a"]])


def test_evaluation_multiplies_rows(collection):
    documents, queries = collection
    texts = pd.Series([" ".join(document) for document in documents])
    asked = pd.Series([" ".join(query) for query in queries])
    relevance = pd.DataFrame(
        {"query": range(15), "document": range(0, 150, 10), "relevance": 1}
    )
    judged = {"documents": texts, "queries": asked, "relevance": relevance}
    pipeline = make_pipeline(Tokenizer(), BM25Vectorizer()).fit(texts)
    table = retrieval(pipeline, judged, metrics="mrr")
    scores = scores_of(pipeline[-1], documents, queries)
    ranks = [
        1 + sum(s > row[i * 10] for s in row) + sum(row[: i * 10] == row[i * 10])
        for i, row in enumerate(scores)
    ]
    expected = np.mean(1 / np.array(ranks))
    assert table["mrr"].iloc[0] == pytest.approx(expected, abs=1e-3)
    tokens = {
        **judged,
        "documents": pd.Series(documents),
        "queries": pd.Series(queries),
    }
    again = retrieval(BM25Vectorizer().fit(documents), tokens, metrics="mrr")
    assert again["mrr"].iloc[0] == table["mrr"].iloc[0]
