"""Search by several sources, against loops and scikit-learn's neighbors."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline

from skmeta import (
    BM25Vectorizer,
    Doc2VecVectorizer,
    MetaRetriever,
    PretrainedVectorizer,
    Tokenizer,
    WordVectors,
)
from skmeta._retrieval import _search
from skmeta._retrieval._learned_weights import Pool, learn_weights
from skmeta._retrieval._top import find_top, round_scores
from skmeta.datasets import load_retrieval
from skmeta.evaluate import retrieval

WORDS = [f"word{i}" for i in range(60)]
RNG = np.random.default_rng(0)
VECTORS = WordVectors(WORDS[:50], RNG.standard_normal((50, 7)))
DOCUMENTS = [
    " ".join(RNG.choice(WORDS, RNG.integers(2, 15))) for _ in range(120)
] + ["", "nothing known"]  # fmt: skip
QUERIES = [" ".join(RNG.choice(WORDS[:50], 3)) for _ in range(15)]
SOURCES = [("bm25", BM25Vectorizer()), ("vectors", VECTORS)]


def source_scores():
    """Return the scores of both sources, of shape (2, n_queries, n_documents)."""
    documents, queries = (Tokenizer().transform(X) for X in (DOCUMENTS, QUERIES))
    bm25 = BM25Vectorizer().fit(documents)
    products = bm25.transform_queries(queries) @ bm25.transform(documents).T
    pretrained = PretrainedVectorizer(VECTORS, weighting="idf").fit(documents)
    x, y = pretrained.transform(queries), pretrained.transform(documents)
    lengths = np.linalg.norm(y, axis=1)
    cosines = (x / np.linalg.norm(x, axis=1, keepdims=True)) @ y.T
    cosines /= np.where(lengths > 0, lengths, 1)
    return np.array([products.toarray(), cosines], dtype=float)


def rank(scores):
    return np.argsort(-scores.round(6), axis=1, kind="stable")


def test_scores_are_sums_of_standardized_scores():
    parts = source_scores()
    means, spreads = parts.mean(axis=2, keepdims=True), parts.std(axis=2, keepdims=True)
    expected = (
        0.8 * ((parts - means) / spreads)[0] + 0.2 * ((parts - means) / spreads)[1]
    )
    retriever = MetaRetriever(SOURCES, weights=[4, 1]).fit(DOCUMENTS)
    scores, numbers = retriever.kneighbors(QUERIES, 20)
    np.testing.assert_array_equal(numbers, rank(expected)[:, :20])
    picked = np.take_along_axis(expected, numbers, axis=1)
    np.testing.assert_allclose(scores, picked, atol=1e-4)
    assert retriever.weights_.to_dict() == {"bm25": 0.8, "vectors": 0.2}


def test_fusion_by_rank_is_that_of_reciprocal_ranks():
    expected = np.zeros((15, 122))
    for part, weight in zip(source_scores(), (0.75, 0.25)):
        for query, order in enumerate(rank(part)):
            has_rank = [i for i in order if i < 120]
            if weight == 0.75:  # documents without a word of the query have none
                has_rank = [i for i in order if part[query, i] > 0]
            for place, document in enumerate(has_rank, 1):
                expected[query, document] += weight / (60 + place)
    retriever = MetaRetriever(SOURCES, weights=[3, 1], fusion="rank").fit(DOCUMENTS)
    scores, numbers = retriever.kneighbors(QUERIES, 120)
    picked = np.take_along_axis(expected, numbers, axis=1)
    np.testing.assert_allclose(scores, picked, rtol=1e-8)
    np.testing.assert_allclose(scores, -np.sort(-expected, axis=1)[:, :120], rtol=1e-8)


def test_one_source_finds_what_nearest_neighbors_finds():
    tfidf = TfidfVectorizer(analyzer=list)
    retriever = MetaRetriever([("tfidf", tfidf)]).fit(DOCUMENTS)
    scores, numbers = retriever.kneighbors(QUERIES, 5)
    rows = TfidfVectorizer(analyzer=list).fit(Tokenizer().transform(DOCUMENTS))
    documents, queries = (
        rows.transform(Tokenizer().transform(X)) for X in (DOCUMENTS, QUERIES)
    )
    index = NearestNeighbors(n_neighbors=5, metric="cosine").fit(documents)
    distances, neighbors = index.kneighbors(queries)
    np.testing.assert_allclose(scores, 1 - distances, atol=1e-6)
    is_tied = np.diff(distances, append=2) < 1e-6
    assert (numbers == neighbors)[~is_tied & ~np.roll(is_tied, 1, axis=1)].all()


@pytest.mark.parametrize("fusion", ["sum", "rank"])
@pytest.mark.parametrize("sources", [SOURCES, SOURCES[1:]])
def test_blocks_and_batches_change_nothing(sources, fusion, monkeypatch):
    retriever = MetaRetriever(sources, fusion=fusion).fit(DOCUMENTS)
    scores, numbers = retriever.kneighbors(QUERIES, 7)
    monkeypatch.setattr(_search, "_BLOCK_SIZE", 300)
    again = retriever.kneighbors(QUERIES, 7)
    np.testing.assert_array_equal(again[1], numbers)
    np.testing.assert_allclose(again[0], scores, rtol=1e-6)
    one = retriever.kneighbors(QUERIES[4:5], 7)
    np.testing.assert_array_equal(one[1], numbers[4:5])


@pytest.mark.parametrize("sources", [SOURCES, SOURCES[1:], SOURCES[:1]])
def test_equal_documents_stand_in_their_order(sources):
    documents = [WORDS[i % 3] + " word9" for i in range(3_001)]
    retriever = MetaRetriever(sources).fit(documents)
    _, numbers = retriever.kneighbors([WORDS[1]], 1_500)
    others = [i for i in range(3_001) if i % 3 != 1]
    assert numbers[0, :1_000].tolist() == list(range(1, 3_001, 3))
    assert set(numbers[0, 1_000:]) <= set(others)


@pytest.mark.parametrize("n_neighbors", [1, 10, 200, 5_000])
def test_the_highest_scores_are_found_exactly(n_neighbors):
    rng = np.random.default_rng(1)
    true = rng.integers(50, size=(6, 5_000)) / 7
    noisy = (true + rng.uniform(-1e-4, 1e-4, true.shape)).astype(np.float32)
    found = find_top(noisy, np.full(6, 1.1e-4), lambda q, d: true[q, d], n_neighbors)
    order = np.argsort(-true, axis=1, kind="stable")[:, :n_neighbors]
    np.testing.assert_array_equal(found[1], order)
    expected = np.take_along_axis(true, order, axis=1)
    np.testing.assert_allclose(found[0], expected, atol=1e-8)


@pytest.mark.parametrize("fusion", ["sum", "rank"])
def test_queries_without_a_known_word_find_nothing(fusion):
    retriever = MetaRetriever(SOURCES, fusion=fusion).fit(DOCUMENTS)
    scores, numbers = retriever.kneighbors(["", "zebra", "word1", "word55"], 3)
    assert (numbers[:2] == -1).all()
    assert (scores[:2] == -np.inf).all()
    assert (numbers[2:] >= 0).all()  # word55 is known to one of two


@pytest.mark.parametrize("fusion", ["sum", "rank"])
@pytest.mark.parametrize("queries", [["zebra"], [""], ["", "zebra"], [[]]])
@pytest.mark.parametrize("sources", [SOURCES, SOURCES[1:], SOURCES[:1]])
def test_nothing_is_found_where_no_query_has_a_known_word(sources, queries, fusion):
    retriever = MetaRetriever(sources, fusion=fusion).fit(DOCUMENTS)
    scores, numbers = retriever.kneighbors(queries, 200)
    assert (numbers == -1).all()
    assert (scores == -np.inf).all()


@pytest.mark.parametrize("size", [0, 5e-324, 1e-305, 1e-300])
def test_scores_that_are_nearly_zero_are_rounded_to_it(size):
    assert (round_scores(np.full((2, 3), size)) == 0).all()


def test_documents_without_a_known_word_are_never_found():
    retriever = MetaRetriever(SOURCES).fit(DOCUMENTS)
    scores, numbers = retriever.kneighbors(QUERIES, 130)
    assert sorted(numbers[0]) == [-1] * 9 + [*range(120), 121]
    assert (scores[:, 121:] == -np.inf).all()
    assert (np.diff(scores[:, :121]) <= 0).all()


def test_token_lists_and_other_tokenizers():
    expected = MetaRetriever(SOURCES).fit(DOCUMENTS).kneighbors(QUERIES)
    tokens, asked = (Tokenizer().transform(X) for X in (DOCUMENTS, QUERIES))
    found = MetaRetriever(SOURCES).fit(pd.Series(tokens)).kneighbors(asked)
    np.testing.assert_array_equal(found[1], expected[1])
    letters = Tokenizer(tokenizer=list)
    retriever = MetaRetriever(SOURCES[:1], tokenizer=letters).fit(["ab", "bc"])
    assert retriever.kneighbors(["c"])[1][0, :2].tolist() == [1, 0]


def judged_collection(n_queries=30):
    """Return documents of which one source knows which are relevant."""
    rng = np.random.default_rng(3)
    topics = rng.integers(6, size=200)
    documents = pd.Series(
        [f"topic{t} " + " ".join(rng.choice(WORDS, 6)) for t in topics],
        index=[f"d{i}" for i in range(200)],
    )
    asked = {f"q{i}": f"topic{i % 6} {rng.choice(WORDS)}" for i in range(n_queries)}
    judged = [
        (f"q{i}", f"d{d}", 1)
        for i in range(n_queries)
        for d in np.flatnonzero(topics == i % 6)
    ]
    relevance = pd.DataFrame(judged, columns=["query", "document", "relevance"])
    return documents, pd.Series(asked), relevance


@pytest.mark.parametrize("fusion", ["sum", "rank"])
def test_learned_weights_leave_out_noise(fusion):
    documents, queries, relevance = judged_collection()
    topics = WordVectors([f"topic{i}" for i in range(6)], np.eye(6))
    other = WordVectors(WORDS, np.random.default_rng(5).standard_normal((60, 4)))
    sources = [("noise", VECTORS), ("more", other), ("topics", topics)]
    retriever = MetaRetriever(sources, weights="learn", fusion=fusion)
    retriever.fit(documents, queries=queries, relevance=relevance)
    assert retriever.weights_["topics"] > 0.6
    scores = retriever.cv_scores_
    assert scores.index.to_list() == ["(learned)", "(equal)", *dict(sources)]
    assert scores["(learned)"] > scores["(equal)"] > scores["noise"]
    collection = {"documents": documents, "queries": queries, "relevance": relevance}
    for name in ("noise", "topics"):
        alone = MetaRetriever([(name, dict(sources)[name])])
        table = retrieval(alone.fit(documents), collection, metrics="ndcg@10")
        assert table["ndcg@10"].iloc[0] == pytest.approx(scores[name], abs=1e-6)


def test_judgements_of_unknown_documents_count_as_not_found():
    documents, queries, relevance = judged_collection()
    more = pd.DataFrame({"query": queries.index, "document": "x", "relevance": 5})
    judged = {"queries": queries, "relevance": pd.concat([relevance, more])}
    retriever = MetaRetriever(SOURCES, weights="learn").fit(documents, **judged)
    models = {name: MetaRetriever([pair]) for name, pair in zip("ab", SOURCES)}
    collection = {"documents": documents, **judged}
    with pytest.warns(UserWarning, match="30 relevant documents are not"):
        table = retrieval(
            {name: model.fit(documents) for name, model in models.items()},
            collection,
            metrics="ndcg@10",
        )
    scores = retriever.cv_scores_[["bm25", "vectors"]]
    np.testing.assert_allclose(table["ndcg@10"], scores, atol=1e-6)
    assert (scores < 0.6).all()  # what is missing would stand first


def test_equal_weights_stay_where_learned_ones_are_no_better():
    rng = np.random.default_rng(0)
    pools = [
        Pool(rng.standard_normal((50, 3)), np.array([3, 8]), np.ones(2))
        for _ in range(20)
    ]
    learned = learn_weights(pools, 5)
    assert learned.held_out <= learned.equal  # there is nothing to learn
    np.testing.assert_allclose(learned.weights, 1 / 3)
    same = [Pool(pool.scores[:, [0, 0]], *pool[1:]) for pool in pools]
    assert learn_weights(same, 4).weights.tolist() == [0.5, 0.5]


def test_retrievers_are_judged():
    documents, queries, relevance = judged_collection()
    collection = {"documents": documents, "queries": queries, "relevance": relevance}
    pipeline = make_pipeline(Tokenizer(), BM25Vectorizer()).fit(documents)
    retriever = MetaRetriever([("bm25", BM25Vectorizer())]).fit(documents)
    table = retrieval({"rows": pipeline, "retriever": retriever}, collection)
    np.testing.assert_allclose(*table.to_numpy()[:, :24], atol=1e-3)
    short = MetaRetriever(SOURCES).fit(documents[:-1])
    with pytest.raises(ValueError, match=r"fitted to 199 documents, expected the 200"):
        retrieval(short, collection)


def test_bm25_and_characters_are_the_default(tmp_path):
    documents = ["a green pear", "fast cars", "the fast apple", "green", ""]
    queries = ["two pears", "one car", "fast", "kiwi", ""]
    characters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), preprocessor=" ".join
    )
    named = MetaRetriever([("bm25", BM25Vectorizer()), ("characters", characters)])
    expected = named.fit(documents).kneighbors(queries, n_neighbors=4)
    retriever = clone(MetaRetriever()).fit(documents)
    assert retriever.sources is None
    assert [*retriever.sources_] == [*named.sources_]
    for found in (retriever, pickle.loads(pickle.dumps(retriever))):
        scores, numbers = found.kneighbors(queries, n_neighbors=4)
        np.testing.assert_array_equal(numbers, expected[1])
        np.testing.assert_allclose(scores, expected[0], rtol=1e-5)
    assert numbers[:2, 0].tolist() == [0, 1]  # known by their letters
    pytest.importorskip("skops.io")
    written = MetaRetriever().fit(documents, out=tmp_path / "index")
    for found in (written, MetaRetriever.load(tmp_path / "index")):
        np.testing.assert_array_equal(found.kneighbors(queries, 4)[1], expected[1])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"sources": []}, "expected a list of \\(name"),
        ({"sources": [BM25Vectorizer()]}, "expected a list of \\(name"),
        ({"sources": SOURCES[:1] * 2}, "not unique"),
        ({"weights": [1]}, "expected one non-negative number"),
        ({"weights": [1, -1]}, "non-negative number for each, not all 0"),
        ({"weights": [0, 0]}, "non-negative number for each, not all 0"),
        ({"weights": "learn"}, "without queries and relevance"),
        ({"fusion": "max"}, "'fusion' parameter"),
        ({"cv": 1}, "'cv' parameter"),
    ],
)
def test_wrong_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        MetaRetriever(**{"sources": SOURCES, **parameters}).fit(DOCUMENTS)


def test_wrong_calls_are_refused():
    documents, queries, relevance = judged_collection(4)
    judged = {"queries": queries, "relevance": relevance}
    with pytest.raises(ValueError, match=r"Found weights=None with queries"):
        MetaRetriever(SOURCES).fit(documents, **judged)
    with pytest.raises(ValueError, match=r"Found 4 queries .* for cv=5"):
        MetaRetriever(SOURCES, weights="learn").fit(documents, **judged)
    retriever = MetaRetriever(SOURCES).fit(documents)
    with pytest.raises(ValueError, match="'n_neighbors' parameter"):
        retriever.kneighbors(["a"], 0)
    with pytest.raises(
        TypeError, match=r"'tfidf'.* Set TfidfVectorizer\(analyzer=list"
    ):
        MetaRetriever([("tfidf", TfidfVectorizer())]).fit(documents)
    with pytest.raises(TypeError, match="X is the string"):
        retriever.kneighbors("word1")
    twice = documents.set_axis(["d1"] * 200)
    with pytest.raises(ValueError, match="same id"):
        MetaRetriever(SOURCES, weights="learn", cv=2).fit(twice, **judged)


def test_parameters_clones_and_pickles():
    retriever = MetaRetriever(SOURCES, weights=[1, 3])
    assert clone(retriever).get_params()["bm25__k1"] == 1.2
    retriever.set_params(bm25__k1=2, fusion="rank")
    assert retriever.sources[0][1].k1 == 2
    retriever.set_params(bm25__k1=1.2, fusion="sum").fit(DOCUMENTS)
    again = pickle.loads(pickle.dumps(retriever))
    for mine, other in zip(retriever.kneighbors(QUERIES), again.kneighbors(QUERIES)):
        np.testing.assert_array_equal(mine, other)


@pytest.fixture
def saved(tmp_path):
    pytest.importorskip("skops")
    retriever = MetaRetriever(SOURCES, weights=[1, 3], fusion="rank").fit(DOCUMENTS)
    retriever.save(tmp_path / "index")
    return retriever, tmp_path / "index"


def test_a_loaded_retriever_finds_the_same(saved):
    retriever, folder = saved
    loaded = MetaRetriever.load(folder)
    for mine, other in zip(retriever.kneighbors(QUERIES), loaded.kneighbors(QUERIES)):
        np.testing.assert_array_equal(mine, other)
    pd.testing.assert_series_equal(loaded.weights_, retriever.weights_)
    assert loaded.n_samples_fit_ == 122
    assert not any(file.suffix == ".pkl" for file in folder.iterdir())
    MetaRetriever(SOURCES[1:]).fit(DOCUMENTS).save(folder)  # replaces it
    assert list(MetaRetriever.load(folder).sources_) == ["vectors"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("retriever.json", b"{}"),
        ("retriever.json", b"[1"),
        ("sources.skops", b"PK"),
        ("rows-0-indices.npy", b""),
        ("rows-1-dense.npy", b"\x93NUMPY\x01\x00"),
        ("rows-0-data.npy", None),
    ],
)
def test_damage_is_named(name, content, saved):
    _, folder = saved
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises((ValueError, FileNotFoundError), match=r"index|rows-0-data"):
        MetaRetriever.load(folder)


def test_forged_settings_are_refused(saved):
    _, folder = saved
    settings = json.loads((folder / "retriever.json").read_text())
    changes = [{"weights": [1.0]}, {"weights": [float("inf"), 1.0]}, {"fusion": "x"}]
    changes += [{"n_documents": 5}, {"columns": [3, 7]}, {"names": ["a", "b"]}]
    for change in changes:
        (folder / "retriever.json").write_text(json.dumps(settings | change))
        with pytest.raises(ValueError, match="index"):
            MetaRetriever.load(folder)


def test_sources_that_loading_would_not_trust_are_not_saved(tmp_path):
    pytest.importorskip("skops")
    doc2vec = Doc2VecVectorizer(vector_size=3, min_count=1, epochs=1, random_state=0)
    retriever = MetaRetriever([("doc2vec", doc2vec)]).fit(DOCUMENTS[:-2])
    with pytest.raises(ValueError, match=r"Doc2VecVectorizer.* expected types"):
        retriever.save(tmp_path / "index")


@pytest.mark.parametrize("name", ["cranfield", "cisi"])
def test_words_and_letters_together_find_more_than_words(name, data):
    collection = load_retrieval(data / "retrieval" / name)
    bm25 = ("bm25", BM25Vectorizer())
    letters = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), preprocessor=" ".join
    )
    models = {
        "bm25": MetaRetriever([bm25]).fit(collection.documents),
        "both": MetaRetriever([bm25, ("letters", letters)]).fit(collection.documents),
    }
    row = retrieval(models, collection, metrics="ndcg@10").loc["both"]
    assert row["ndcg@10_difference"] > 0.02
    assert row["ndcg@10_difference_low"] > 0
