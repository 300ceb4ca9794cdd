"""Approximate search by faiss, against exact search of the same rows."""

import json
import pickle
import shutil
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import BM25Vectorizer, MetaRetriever, WordVectors
from skmeta._retrieval import _candidates, _search
from skmeta._retrieval._moments import Moments
from skmeta._retrieval._nearby import import_hnsw
from skmeta._retrieval._rows import Rows

RNG = np.random.default_rng(0)
WORDS = [f"word{i}" for i in range(200)]
TOPICS = RNG.standard_normal((20, 12))
VECTORS = WordVectors(
    WORDS[:190], TOPICS[RNG.integers(20, size=190)] + RNG.standard_normal((190, 12))
)
OTHER = WordVectors(WORDS, RNG.standard_normal((200, 5)))
DOCUMENTS = [" ".join(RNG.choice(WORDS, 6)) for _ in range(990)] + [
    *("", "unknown", "word195"),  # known to BM25 only
    *["word1 word2"] * 4,
]
QUERIES = [" ".join(RNG.choice(WORDS[:190], 3)) for _ in range(30)]
BM25 = ("bm25", BM25Vectorizer())
SOURCES = {
    "vectors": [("vectors", VECTORS)],
    "both": [BM25, ("vectors", VECTORS)],
    "two graphs": [("vectors", VECTORS), BM25, ("other", OTHER)],
}


@pytest.fixture(scope="module", autouse=True)
def approximate_for_a_thousand_documents():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_candidates, "_N_CANDIDATES", 60)
        yield


@pytest.fixture(scope="module", params=list(SOURCES))
def fitted(request):
    """Return a retriever with graphs, fitted once for all tests."""
    pytest.importorskip("faiss", reason="needs faiss")
    return MetaRetriever(SOURCES[request.param], index="hnsw").fit(DOCUMENTS)


def find(retriever, n_neighbors=10, **params):
    """Search with other parameters, without a fit."""
    again = clone(retriever).set_params(**params)
    state = {key: value for key, value in vars(retriever).items() if key[-1] == "_"}
    vars(again).update(state | {"_search": retriever._search})
    return again.kneighbors(QUERIES, n_neighbors)


@pytest.mark.parametrize("fusion", ["sum", "rank"])
def test_nearly_all_that_exact_search_finds_is_found(fitted, fusion, monkeypatch):
    monkeypatch.setattr(_candidates, "_LARGEST_SHARE", 1)
    exact = find(fitted, index="exact", fusion=fusion)
    found = find(fitted, index="hnsw", fusion=fusion)
    shared = [np.intersect1d(*pair) for pair in zip(exact[1], found[1])]
    assert np.mean([len(numbers) for numbers in shared]) > 9.8
    assert (np.diff(found[0]) <= 0).all()


def test_what_is_found_has_the_scores_of_exact_search(fitted):
    numbers, scores = find(fitted, 1_000, index="exact")[::-1]
    for row, expected, query, found in zip(numbers, scores, *find(fitted, 10)[::-1]):
        score_of = dict(zip(row, expected))
        np.testing.assert_allclose(found, [score_of[n] for n in query], atol=1e-5)


def test_a_document_counts_by_sources_that_did_not_propose_it(monkeypatch):
    pytest.importorskip("faiss", reason="needs faiss")
    monkeypatch.setattr(_candidates, "_N_CANDIDATES", 12)
    monkeypatch.setattr(_candidates, "_PER_NEIGHBOR", 1)
    retriever = MetaRetriever(SOURCES["both"], index="hnsw").fit(DOCUMENTS)
    scores, numbers = find(retriever, 3)
    exact_scores, exact_numbers = find(retriever, 1_000, index="exact")
    for query in range(len(QUERIES)):
        score_of = dict(zip(exact_numbers[query], exact_scores[query]))
        expected = [score_of[number] for number in numbers[query]]
        np.testing.assert_allclose(scores[query], expected, atol=1e-5)


def test_searches_for_many_documents_are_exact(fitted):
    for mine, other in zip(find(fitted, 300), find(fitted, 300, index="exact")):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("fusion", ["sum", "rank"])
def test_only_documents_and_queries_with_known_words_count(fitted, fusion, monkeypatch):
    monkeypatch.setattr(_candidates, "_LARGEST_SHARE", 1)
    fitted = pickle.loads(pickle.dumps(fitted)).set_params(fusion=fusion)
    scores, numbers = fitted.kneighbors(["", "zebra", "word1 word2", "word195"], 3)
    assert (numbers[:2] == -1).all()
    assert (scores[:2] == -np.inf).all()
    assert numbers[2].tolist() == [993, 994, 995]  # equal: in their order
    if "bm25" in fitted.sources_:
        assert 992 in numbers[3]
    else:
        assert (numbers[3] == -1).all()
    numbers = fitted.kneighbors(QUERIES, 50)[1]
    assert not np.isin(numbers, [990]).any()


def test_few_documents_need_no_graph():
    pytest.importorskip("faiss", reason="needs faiss")
    few = MetaRetriever(SOURCES["both"], index="hnsw").fit(DOCUMENTS[:500])
    assert few._search.rows["vectors"].nearby is None
    exact = MetaRetriever(SOURCES["both"]).fit(DOCUMENTS[:500])
    for mine, other in zip(few.kneighbors(QUERIES), exact.kneighbors(QUERIES)):
        np.testing.assert_array_equal(mine, other)


def test_a_source_that_knows_no_word_proposes_nothing():
    pytest.importorskip("faiss", reason="needs faiss")
    unknown = ("unknown", WordVectors(["zebra"], np.ones((1, 3))))
    with pytest.warns(UserWarning, match=r"know 0\.0%"):
        retriever = MetaRetriever([*SOURCES["both"], unknown], index="hnsw").fit(
            DOCUMENTS
        )
    expected = find(MetaRetriever(SOURCES["both"], index="hnsw").fit(DOCUMENTS))
    np.testing.assert_array_equal(find(retriever)[1], expected[1])


def test_copies_find_the_same(fitted, tmp_path):
    pytest.importorskip("skops")
    expected = fitted.kneighbors(QUERIES)
    fitted.save(tmp_path / "saved")
    written = clone(fitted).fit(DOCUMENTS, out=tmp_path / "written")
    copies = [
        pickle.loads(pickle.dumps(fitted)),
        MetaRetriever.load(tmp_path / "saved"),
        written,
        MetaRetriever.load(tmp_path / "written"),
        clone(fitted).fit(DOCUMENTS),
    ]
    for copy in copies:
        assert copy.index == "hnsw"
        for mine, other in zip(copy.kneighbors(QUERIES), expected):
            np.testing.assert_array_equal(mine, other)


def test_rows_that_are_added_early_and_late_find_themselves(monkeypatch):
    pytest.importorskip("faiss", reason="needs faiss")
    HNSW = import_hnsw()
    block_size = "skmeta._retrieval._hnsw._BLOCK_SIZE"
    monkeypatch.setattr(block_size, 50)  # the entry moves to later blocks
    rows = RNG.standard_normal((3_000, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    numbers = np.arange(0, 3_000, 2)
    found = HNSW.build(rows, numbers).search(rows[numbers], 20)
    assert (found == numbers[:, np.newaxis]).any(axis=1).mean() > 0.99


def test_graphs_do_not_depend_on_the_number_of_threads(fitted):
    faiss = pytest.importorskip("faiss", reason="needs faiss")
    n_threads = faiss.omp_get_max_threads()
    nearby = fitted._search.rows["vectors"].nearby
    try:
        for n in (1, 3):
            faiss.omp_set_num_threads(n)
            again = clone(fitted).fit(DOCUMENTS)._search.rows["vectors"].nearby
            arrays = again.to_arrays()
            for name, array in nearby.to_arrays().items():
                np.testing.assert_array_equal(array, arrays[name])
    finally:
        faiss.omp_set_num_threads(n_threads)


def test_a_folder_is_linked_later_and_where_it_was_stopped(tmp_path, monkeypatch):
    pytest.importorskip("faiss", reason="needs faiss")
    pytest.importorskip("skops")
    sources, folder = SOURCES["two graphs"], tmp_path / "index"
    MetaRetriever(sources).fit(DOCUMENTS, out=folder)
    assert not list(folder.glob("*near*"))
    build, built = _search.build_nearby, []

    def stop_at_the_second(rows, *args):
        built.append(rows.shape[1])
        if len(built) == 2:
            raise KeyboardInterrupt
        return build(rows, *args)

    monkeypatch.setattr(_search, "build_nearby", stop_at_the_second)
    linked = MetaRetriever(sources, index="hnsw")
    with pytest.raises(KeyboardInterrupt):
        linked.fit(DOCUMENTS, out=folder)
    expected = MetaRetriever(sources).fit(DOCUMENTS).kneighbors(QUERIES)
    stopped = MetaRetriever.load(folder)  # searches the second source exactly
    assert (stopped.kneighbors(QUERIES)[1] == expected[1]).mean() > 0.95
    linked.fit(DOCUMENTS, out=folder)
    linked.fit(DOCUMENTS, out=folder)
    assert built == [12, 5, 5]
    MetaRetriever(sources).fit(DOCUMENTS, out=folder)
    exact = MetaRetriever.load(folder)
    assert exact.index == "exact"
    assert len(list(folder.glob("*near*"))) == 2 * 8  # kept for a later fit
    np.testing.assert_array_equal(exact.kneighbors(QUERIES)[1], expected[1])
    exact.save(folder)
    assert not list(folder.glob("*near*"))


def test_graphs_of_rows_that_are_written_again_are_not_kept(tmp_path):
    pytest.importorskip("faiss", reason="needs faiss")
    pytest.importorskip("skops")
    linked = MetaRetriever(SOURCES["both"], index="hnsw")
    linked.fit(DOCUMENTS, out=tmp_path / "index")
    (tmp_path / "index" / "sources.skops").unlink()
    linked.set_params(index="exact").fit(DOCUMENTS, out=tmp_path / "index")
    assert not list((tmp_path / "index").glob("*near*"))


def forgeries():
    """Yield arrays of a graph that would lead faiss elsewhere."""
    yield "numbers", lambda a: a + 10
    yield "numbers", lambda a: a[::-1]
    yield "codes", lambda a: a[:, 1:]
    yield "codes", lambda a: a[1:]
    yield "ranges", lambda a: a * np.nan
    yield "levels", lambda a: a + 100
    yield "levels", lambda a: a * 0
    yield "levels", lambda a: np.where(np.arange(len(a)) == a.argmax(), 1, a)
    yield "links", lambda a: a + 1
    yield "links", lambda a: a[1:]
    yield "links", lambda a: np.minimum(a, -a - 2)
    yield "links", lambda a: np.where(a >= 0, 7, a)  # on a level where it is not
    yield "entry", lambda a: a * 0 - 1
    yield "entry", lambda a: a.astype(np.int8)
    yield "mean", lambda a: a[1:]
    yield "covariance", lambda a: a.astype(np.float32)
    yield "covariance", lambda a: a * np.inf


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    pytest.importorskip("faiss", reason="needs faiss")
    pytest.importorskip("skops")
    folder = tmp_path_factory.mktemp("graph") / "index"
    MetaRetriever(SOURCES["vectors"], index="hnsw").fit(DOCUMENTS).save(folder)
    return folder


@pytest.mark.parametrize(
    ("name", "change"),
    [pytest.param(*case, id=f"{case[0]}-{i}") for i, case in enumerate(forgeries())],
)
def test_forged_graphs_are_refused(name, change, saved, tmp_path):
    folder = tmp_path / "index"
    shutil.copytree(saved, folder)
    path = folder / f"rows-0-near-{name}.npy"
    array = np.load(path)
    forged = change(array)
    np.save(path, forged if name == "entry" else forged.astype(forged.dtype))
    if forged.dtype != array.dtype and name in ("levels", "links"):
        np.save(path, forged.astype(array.dtype))
    with pytest.raises(ValueError, match="index"):
        MetaRetriever.load(folder)


def test_a_graph_with_a_missing_file_is_left_out(saved, tmp_path):
    folder = tmp_path / "index"
    shutil.copytree(saved, folder)
    (folder / "rows-0-near-links.npy").unlink()
    loaded = MetaRetriever.load(folder)
    exact = MetaRetriever(SOURCES["vectors"]).fit(DOCUMENTS)
    np.testing.assert_array_equal(
        loaded.kneighbors(QUERIES)[1], exact.kneighbors(QUERIES)[1]
    )
    settings = json.loads((folder / "retriever.json").read_text())
    (folder / "retriever.json").write_text(json.dumps(settings | {"index": "x"}))
    with pytest.raises(ValueError, match="index"):
        MetaRetriever.load(folder)


def test_without_faiss_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    monkeypatch.delitem(sys.modules, "skmeta._retrieval._hnsw", raising=False)
    retriever = MetaRetriever(SOURCES["both"], index="hnsw")
    with pytest.raises(ModuleNotFoundError, match=r"faiss.*skmeta\[hnsw\]"):
        retriever.fit(DOCUMENTS)
    retriever.set_params(index="exact").fit(DOCUMENTS[:20])
    with pytest.raises(ValueError, match="'index' parameter"):
        retriever.set_params(index="faiss").fit(DOCUMENTS)


@pytest.mark.parametrize("shift", [0, 5])
def test_moments_are_those_of_all_scores(shift):
    rows = (RNG.standard_normal((9_000, 6)) + shift).astype(np.float32)
    queries = RNG.standard_normal((4, 6)).astype(np.float32)
    scores = queries.astype(float) @ rows.T.astype(float)
    means, spreads = Moments.of(rows).of_scores(queries)
    np.testing.assert_allclose(means, scores.mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(spreads, scores.std(axis=1), rtol=1e-6)


def test_sparse_candidates_are_the_first_of_the_highest_scores():
    documents = [f"word{i % 7} word{i % 3}".split() for i in range(300)]
    tfidf = TfidfVectorizer(analyzer=list)
    rows = Rows(tfidf.fit_transform(documents).astype(np.float32))
    queries = tfidf.transform([["word1"], ["word2", "word6"], []]).astype(np.float32)
    one = _candidates._score_exactly(rows, queries, 20)
    scores = (queries @ rows.rows.T).toarray()
    for query in range(3):
        order = np.argsort(-scores[query], kind="stable")
        expected = [d for d in order[:20] if scores[query, d] > 0]
        found = one.candidates.documents[one.candidates.queries == query]
        assert found.tolist() == sorted(expected)
    every = _candidates._Pairs(*map(np.ravel, np.indices(scores.shape)))
    np.testing.assert_allclose(one.scores(every), scores.ravel(), atol=1e-7)
    means, spreads = one.moments()
    np.testing.assert_allclose(means, scores.mean(axis=1), atol=1e-7)
    np.testing.assert_allclose(spreads, scores.std(axis=1), atol=1e-7)
