"""Neighbors of a query's words, against a loop."""

import math
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skmeta import (
    BM25Vectorizer,
    FastTextVectorizer,
    MetaRetriever,
    QueryExpansion,
    Tokenizer,
    WordVectors,
)
from skmeta._retrieval import _expansion

WORDS = [f"word{i}" for i in range(80)]
RNG = np.random.default_rng(0)
VECTORS = WordVectors(WORDS[:60], RNG.standard_normal((60, 5)))
DOCUMENTS = [RNG.choice(WORDS[10:], RNG.integers(2, 12)).tolist() for _ in range(90)]
# Of words in documents and vectors, in either alone, in neither.
QUERIES = [["word20", "word30"], ["word5", "word70", "word5"], ["word75"], ["zebra"]]


def idf(word):
    n_with = sum(word in document for document in DOCUMENTS)
    return math.log(1 + (90 - n_with + 0.5) / (n_with + 0.5))


def expand(query, n_neighbors, weight):
    """Return the weight of each word, by a loop."""
    known = {word for document in DOCUMENTS for word in document}
    weights = dict.fromkeys(known.intersection(query), 1.0)
    units = {word: VECTORS[word] / np.linalg.norm(VECTORS[word]) for word in VECTORS}
    for word in set(query) & set(units):
        cosines = {
            other: float(units[word] @ units[other])
            for other in known & set(units) - {word}
        }
        for other in sorted(cosines, key=cosines.get)[-n_neighbors:]:
            if other not in query and cosines[other] > 0:
                added = weight * cosines[other] * min(1, idf(word) / idf(other))
                weights[other] = weights.get(other, 0) + added
    return weights


@pytest.mark.parametrize(("n_neighbors", "weight"), [(1, 0.5), (4, 0.2), (500, 1)])
def test_rows_hold_the_neighbors_of_each_word(n_neighbors, weight):
    expansion = QueryExpansion(VECTORS, n_neighbors=n_neighbors, weight=weight)
    bm25 = BM25Vectorizer(expansion=expansion).fit(DOCUMENTS)
    rows = bm25.transform_queries(QUERIES).toarray()
    names = bm25.get_feature_names_out()
    for row, query in zip(rows, QUERIES):
        expected = expand(query, n_neighbors, weight)
        found = {names[column]: row[column] for column in row.nonzero()[0]}
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert rows.dtype == np.float32


def test_documents_and_words_of_the_query_stay_as_they_are():
    plain = BM25Vectorizer().fit(DOCUMENTS)
    bm25 = BM25Vectorizer(expansion=QueryExpansion(VECTORS)).fit(DOCUMENTS)
    assert (bm25.transform(DOCUMENTS) != plain.transform(DOCUMENTS)).nnz == 0
    asked, expanded = (b.transform_queries(QUERIES) for b in (plain, bm25))
    assert (expanded.multiply(asked) != asked).nnz == 0
    assert expanded.nnz > asked.nnz


def test_a_row_depends_on_its_query_alone(monkeypatch):
    bm25 = BM25Vectorizer(expansion=QueryExpansion(VECTORS)).fit(DOCUMENTS)
    many = [RNG.choice(WORDS, 4).tolist() for _ in range(40)]
    together = bm25.transform_queries(many)
    for number in (0, 17, 39):
        alone = bm25.transform_queries([many[number][::-1]])
        assert (together[[number]] != alone).nnz == 0
    monkeypatch.setattr(_expansion, "_BLOCK_SIZE", 100)
    assert (bm25.transform_queries(many) != together).nnz == 0


def test_a_query_of_unknown_words_finds_their_neighbors():
    vectors = {"apples": [1.0, 0.1], "pears": [0.9, 0.3], "cars": [0.0, 1.0]}
    documents = ["fast cars", "green pears"]
    plain = MetaRetriever([("bm25", BM25Vectorizer())]).fit(documents)
    assert (plain.kneighbors(["apples"], 1)[1] == -1).all()
    bm25 = BM25Vectorizer(expansion=QueryExpansion(vectors))
    retriever = MetaRetriever([("bm25", bm25)]).fit(documents)
    assert retriever.kneighbors(["apples", "zebra"], 1)[1].tolist() == [[1], [-1]]


def test_unknown_words_have_vectors_by_their_ngrams():
    fasttext = FastTextVectorizer(vector_size=8, min_count=1, random_state=0)
    word_vectors = fasttext.fit(DOCUMENTS).word_vectors_
    bm25 = BM25Vectorizer(expansion=QueryExpansion(word_vectors)).fit(DOCUMENTS)
    assert bm25.transform_queries([["words"]]).nnz == 5


@pytest.mark.parametrize("vectors", [{"other": [1.0, 2.0]}, {WORDS[20]: [0.0, 0.0]}])
def test_vectors_of_no_use_add_nothing(vectors):
    bm25 = BM25Vectorizer(expansion=QueryExpansion(vectors)).fit(DOCUMENTS)
    plain = BM25Vectorizer().fit(DOCUMENTS)
    queries = [*QUERIES, []]
    found = bm25.transform_queries(queries)
    assert (found != plain.transform_queries(queries)).nnz == 0
    assert found.shape == (5, len(plain.vocabulary_))


def test_parameters_clones_and_files(tmp_path):
    path = tmp_path / "vectors"
    VECTORS.save(path)
    bm25 = BM25Vectorizer(expansion=QueryExpansion(str(path), n_neighbors=3))
    assert clone(bm25).get_params()["expansion__n_neighbors"] == 3
    bm25.set_params(expansion__weight=0.4).fit(DOCUMENTS)
    same = QueryExpansion(VECTORS, n_neighbors=3, weight=0.4)
    assert clone(same).vectors is VECTORS
    rows = bm25.transform_queries(QUERIES)
    again = BM25Vectorizer(expansion=same).fit(DOCUMENTS)
    assert (again.transform_queries(QUERIES) != rows).nnz == 0
    loaded = pickle.loads(pickle.dumps(again))
    assert (loaded.transform_queries(QUERIES) != rows).nnz == 0


def test_a_saved_retriever_expands_too(tmp_path):
    pytest.importorskip("skops")
    bm25 = BM25Vectorizer(expansion=QueryExpansion(VECTORS))
    retriever = MetaRetriever([("bm25", make_pipeline("passthrough", bm25))])
    retriever.fit(DOCUMENTS).save(tmp_path / "index")
    loaded = MetaRetriever.load(tmp_path / "index")
    for mine, other in zip(retriever.kneighbors(QUERIES), loaded.kneighbors(QUERIES)):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize(
    ("expansion", "error", "message"),
    [
        (QueryExpansion(VECTORS, n_neighbors=0), ValueError, "'n_neighbors'"),
        (QueryExpansion(VECTORS, weight=0), ValueError, "'weight'"),
        (QueryExpansion("nowhere.txt"), FileNotFoundError, r"nowhere\.txt"),
        (QueryExpansion(FastTextVectorizer()), TypeError, "word_vectors_"),
        (VECTORS, ValueError, "'expansion' parameter"),
    ],
    ids=["no neighbors", "no weight", "no file", "estimator", "vectors"],
)
def test_wrong_expansions_are_refused(expansion, error, message):
    with pytest.raises(error, match=message):
        BM25Vectorizer(expansion=expansion).fit(DOCUMENTS)


def test_texts_are_expanded_in_a_pipeline():
    bm25 = BM25Vectorizer(expansion=QueryExpansion(VECTORS))
    pipeline = make_pipeline(Tokenizer(), bm25).fit(map(" ".join, DOCUMENTS))
    rows = bm25.transform_queries(QUERIES)
    again = pipeline[-1].transform_queries(pipeline[0].transform(["word20 word30"]))
    assert (again != rows[[0]]).nnz == 0
