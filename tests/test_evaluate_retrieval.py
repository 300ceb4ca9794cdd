"""Models that search, judged: ranks, intervals, and odd collections."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import ndcg_score
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.pipeline import make_pipeline

from skmeta import (
    BM25Vectorizer,
    MetaRetriever,
    Tokenizer,
    Word2VecVectorizer,
    WordVectors,
)
from skmeta.evaluate import _retrieval, retrieval

WORDS = [f"word{i}" for i in range(30)]


def make_collection(seed=0, n_documents=80, n_queries=25):
    rng = np.random.default_rng(seed)

    def texts(prefix, number, length):
        drawn = [" ".join(rng.choice(WORDS, length)) for _ in range(number)]
        return pd.Series(drawn, index=[f"{prefix}{i}" for i in range(number)])

    judged = [
        (f"q{q}", f"d{d}", int(rng.integers(-1, 4)))
        for q in range(n_queries)
        for d in rng.choice(n_documents, 12, replace=False)
    ]
    return {
        "documents": texts("d", n_documents, 12),
        "queries": texts("q", n_queries, 3),
        "relevance": pd.DataFrame(judged, columns=["query", "document", "relevance"]),
    }


def relevance_matrix(collection):
    table = collection["relevance"].pivot(
        index="query", columns="document", values="relevance"
    )
    index, columns = collection["queries"].index, collection["documents"].index
    return (
        table.reindex(index=index, columns=columns).fillna(0).clip(lower=0).to_numpy()
    )


@pytest.mark.parametrize("dense", [False, True])
def test_scores_are_those_of_cosines_and_scikit_learn(dense):
    collection = make_collection()
    model = TfidfVectorizer().fit(collection["documents"])
    if dense:
        model = make_pipeline(model, TruncatedSVD(8, random_state=0))
        model.fit(collection["documents"])
    rows = model.transform(collection["documents"])
    cosines = cosine_similarity(model.transform(collection["queries"]), rows)
    relevance = relevance_matrix(collection)
    has_some = relevance.any(axis=1)
    table = retrieval({"model": model}, collection, metrics="ndcg@10")
    expected = ndcg_score(relevance[has_some], cosines[has_some], k=10)
    assert table.loc["model", "ndcg@10"] == pytest.approx(expected, abs=1e-9)
    assert table.loc["model", "queries"] == has_some.sum()


def test_blocks_of_queries_change_nothing(monkeypatch):
    collection = make_collection(1)
    model = TfidfVectorizer().fit(collection["documents"])
    whole = retrieval(model, collection)
    monkeypatch.setattr(_retrieval, "_BLOCK_SIZE", 200)
    pd.testing.assert_frame_equal(retrieval(model, collection), whole)


def test_equal_documents_stand_in_the_order_of_the_collection():
    rng = np.random.default_rng(0)
    n_documents = 500
    vectors = WordVectors(WORDS, rng.standard_normal((30, 40)))
    text = " ".join(WORDS[:7])
    documents = pd.Series([text] * n_documents)
    for place in (0, 1, 17, 256, 499):
        collection = {
            "documents": documents,
            "queries": pd.Series({"q": WORDS[3]}),
            "relevance": pd.DataFrame(
                {"query": ["q"], "document": [place], "relevance": [1]}
            ),
        }
        table = retrieval([vectors], collection, metrics="mrr")
        assert table["mrr"].iloc[0] == pytest.approx(1 / (place + 1))


def test_intervals_and_differences_are_those_of_drawn_queries():
    collection = make_collection(2)
    models = {
        "words": TfidfVectorizer().fit(collection["documents"]),
        "letters": TfidfVectorizer(analyzer="char").fit(collection["documents"]),
    }
    table = retrieval(models, collection, metrics=("map", "recall@5"), random_state=3)
    judged = collection["relevance"].groupby("query")
    alone = []
    for query in collection["queries"].index:
        one = {**collection, "queries": collection["queries"][[query]]}
        one["relevance"] = judged.get_group(query)
        found = retrieval(models, one, metrics="map", n_bootstraps=0)
        alone.append(found["map"].to_numpy())
    values = np.array(alone).T
    np.testing.assert_allclose(table["map"], values.mean(axis=1))
    seed = np.random.RandomState(3).randint(np.iinfo(np.int32).max)
    drawn = np.random.default_rng(seed).integers(25, size=(1000, 25))
    means = values[:, drawn].mean(axis=2)
    low, high = np.percentile(means[1] - means[0], [2.5, 97.5])
    row = table.loc["letters"]
    assert row["map_difference"] == pytest.approx(values[1].mean() - values[0].mean())
    assert row["map_difference_low"] == pytest.approx(low)
    assert row["map_difference_high"] == pytest.approx(high)
    assert row["map_low"] == pytest.approx(np.percentile(means[1], 2.5))
    assert (table.loc["words"].filter(like="difference") == 0).all()


def test_no_intervals_without_draws():
    collection = make_collection(2)
    model = TfidfVectorizer().fit(collection["documents"])
    table = retrieval(model, collection, n_bootstraps=0)
    assert table.filter(like="_low").isna().all(axis=None)
    assert table["map"].notna().all()


def test_word_vectors_are_averaged_over_the_words():
    collection = make_collection(3)
    tokens = Tokenizer().transform(collection["documents"].to_list())
    vectorizer = Word2VecVectorizer(
        vector_size=6, epochs=1, scale=1, random_state=0
    ).fit(tokens)
    models = {
        "vectors": vectorizer.word_vectors_,
        "pipeline": make_pipeline(Tokenizer(), vectorizer),
    }
    table = retrieval(models, collection)
    assert table.loc["vectors", "ndcg@10"] == table.loc["pipeline", "ndcg@10"]


def odd_collection():
    """Return ids that repeat, empty texts, judgements of what does not exist."""
    documents = pd.Series(
        ["red apples", "cars", "", "apples"], index=["a", "b", "c", "a"]
    )
    queries = pd.Series({1: "apples", 2: "", 3: "zebra", 4: "cars", 5: "red"})
    rows = [(1, "a", 2), (1, "nowhere", 1), (2, "b", 1), (3, "c", 1), (4, "b", 0)]
    rows += [(9, "a", 1), (1, "a", 1)]
    relevance = pd.DataFrame(rows, columns=["query", "document", "relevance"])
    return {"documents": documents, "queries": queries, "relevance": relevance}


@pytest.mark.parametrize(
    "model",
    [
        TfidfVectorizer(),
        make_pipeline(Tokenizer(), BM25Vectorizer()),
        MetaRetriever([("bm25", BM25Vectorizer())]),
        MetaRetriever([("vectors", {"red": [1, 0], "apples": [1, 1], "cars": [0, 1]})]),
    ],
    ids=["rows", "rows of queries", "retriever", "retriever of vectors"],
)
def test_what_is_left_out_is_counted(model):
    collection = odd_collection()
    documents = collection["documents"]
    model.fit(documents[~documents.index.duplicated()])
    with pytest.warns(UserWarning, match="Check the ids") as caught:
        table = retrieval(model, collection)
    [text] = [str(warning.message) for warning in caught]
    assert "1 relevant document is not in the collection" in text
    assert "1 judgement is of queries that do not exist" in text
    assert "1 document or query has a duplicate id" in text
    row = table.iloc[0]
    counts = ["queries", "unanswered", "unjudged", "unknown_documents"]
    counts += ["unknown_queries", "duplicates"]
    assert row[counts].to_list() == [3, 2, 2, 1, 1, 1]
    assert row["ndcg@10"] == pytest.approx(2 / (2 + 1 / np.log2(3)) / 3)
    assert row["recall@100"] == pytest.approx(0.5 / 3)


def test_a_retriever_of_documents_with_the_same_id_is_refused():
    collection = odd_collection()
    retriever = MetaRetriever([("bm25", BM25Vectorizer())])
    retriever.fit(collection["documents"])
    with (
        pytest.warns(UserWarning, match="Check the ids"),
        pytest.raises(ValueError, match=r"to 4 .* the 3 .*index\.duplicated\(\)\]"),
    ):
        retrieval(retriever, collection)


def test_documents_without_a_known_word_are_never_found():
    collection = make_collection(4)
    collection["documents"].iloc[:3] = "unknown words"
    vectors = WordVectors(WORDS, np.random.default_rng(0).standard_normal((30, 5)))
    collection["relevance"] = pd.DataFrame(
        {"query": ["q0", "q0"], "document": ["d0", "d5"], "relevance": [1, 1]}
    )
    table = retrieval(vectors, collection, metrics="recall@80")
    assert table["recall@80"].iloc[0] == 0.5


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"documents": None}, TypeError, "without 'documents'"),
        ({"documents": ["a", "b"]}, TypeError, "expected a Series or a dict"),
        ({"documents": pd.Series(dtype=object)}, ValueError, "Found no documents"),
        ({"relevance": [(1, 2, 3)]}, TypeError, "a DataFrame with the columns"),
        (
            {"relevance": pd.DataFrame({"query": [1], "document": [1]})},
            *(TypeError, "query, document, relevance"),
        ),
        (
            {
                "relevance": pd.DataFrame(
                    {"query": ["q0"], "document": ["d1"], "relevance": ["high"]}
                )
            },
            *(ValueError, "Judgement 0 has the relevance 'high'"),
        ),
        (
            {
                "relevance": pd.DataFrame(
                    {"query": ["q0"], "document": ["d1"], "relevance": [0]}
                )
            },
            *(ValueError, "Found no query with a relevant document"),
        ),
    ],
)  # fmt: skip
def test_what_is_no_collection_is_refused(change, error, message):
    collection = make_collection(n_queries=2)
    model = TfidfVectorizer().fit(collection["documents"])
    with pytest.raises(error, match=message):
        retrieval(model, {**collection, **change})


def test_retrievers_are_asked_for_as_many_documents_as_metrics_read():
    class Retriever:
        n_samples_fit_ = 80
        asked = ()

        def kneighbors(self, queries, n_neighbors):
            self.asked = (*self.asked, n_neighbors)
            return None, np.tile(np.arange(n_neighbors), (len(queries), 1))

    collection = make_collection(6)
    few, every = Retriever(), Retriever()
    shallow = retrieval(few, collection, metrics=("ndcg@3", "recall@5", "mrr@2"))
    deep = retrieval(every, collection, metrics=("ndcg@3", "recall@5", "mrr@2", "map"))
    assert (few.asked, every.asked) == ((5,), (80,))
    shared = shallow.columns
    pd.testing.assert_frame_equal(deep[shared], shallow)
