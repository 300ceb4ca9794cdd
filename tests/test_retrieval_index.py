"""Rows of documents in a folder: equal to those in memory, whatever stopped the fit."""

import multiprocessing
import os
import random
import signal
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator

from skmeta import BM25Vectorizer, Doc2VecVectorizer, MetaRetriever, WordVectors
from skmeta._io._unfinished_folder import only_run
from skmeta._retrieval import _index

pytest.importorskip("skops")
WORDS = [f"word{i}" for i in range(60)]
RNG = np.random.default_rng(0)
VECTORS = WordVectors(WORDS[:50], RNG.standard_normal((50, 7)))
DOCUMENTS = [
    " ".join(RNG.choice(WORDS, RNG.integers(2, 15))) for _ in range(119)
] + ["", "nothing known"]  # fmt: skip
QUERIES = [" ".join(RNG.choice(WORDS[:50], 3)) for _ in range(15)]
SOURCES = [
    ("bm25", BM25Vectorizer()),
    ("vectors", VECTORS),
    ("tfidf", TfidfVectorizer(analyzer=list)),
]


class Stream:
    """Documents that are read again in each pass."""

    def __init__(self, documents):
        self.documents = documents
        self.n_passes = 0

    def __iter__(self):
        self.n_passes += 1
        yield from self.documents


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(_index, "_DOCUMENTS_BLOCK_SIZE", 20)


def assert_same(one, other):
    for mine, theirs in zip(one.kneighbors(QUERIES, 20), other.kneighbors(QUERIES, 20)):
        np.testing.assert_array_equal(mine, theirs)
    pd.testing.assert_series_equal(one.weights_, other.weights_)
    assert one.n_samples_fit_ == other.n_samples_fit_


def files_of(folder):
    return {
        path.name: path.read_bytes()
        for path in folder.iterdir()
        if path.suffix in (".npy", ".json")
    }


@pytest.mark.parametrize(
    "make", [list, Stream, pd.Series], ids=lambda make: make.__name__
)
@pytest.mark.parametrize("fusion", ["sum", "rank"])
def test_a_folder_holds_what_memory_would(make, fusion, tmp_path):
    settings = {"weights": [2, 1, 1], "fusion": fusion}
    expected = MetaRetriever(SOURCES, **settings).fit(DOCUMENTS)
    retriever = MetaRetriever(SOURCES, **settings)
    assert retriever.fit(make(DOCUMENTS), out=tmp_path / "new" / "index") is retriever
    assert_same(retriever, expected)
    loaded = MetaRetriever.load(tmp_path / "new" / "index")
    assert_same(loaded, expected)
    assert isinstance(loaded._search.rows["vectors"].rows, np.memmap)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["index"]
    for name, rows in loaded._search.rows.items():
        assert rows.rows.dtype == np.float32
        assert not np.any(abs(rows.rows - expected._search.rows[name].rows).max())


def test_token_lists_and_sources_that_are_fitted(tmp_path):
    tokens = [document.split() for document in DOCUMENTS]
    bm25 = BM25Vectorizer().fit(tokens[:40])
    sources = [("bm25", FrozenEstimator(bm25)), *SOURCES[1:]]
    retriever = MetaRetriever(sources).fit(tokens, out=tmp_path / "index")
    assert_same(retriever, MetaRetriever(sources).fit(tokens))


def test_weights_are_learned_from_a_folder(tmp_path):
    documents = pd.Series(DOCUMENTS, index=[f"d{i}" for i in range(121)])
    relevance = pd.DataFrame(
        {"query": range(10), "document": [f"d{i}" for i in range(10)], "relevance": 1}
    )
    judged = {"queries": dict(enumerate(DOCUMENTS[:10])), "relevance": relevance}
    retriever = MetaRetriever(SOURCES, weights="learn")
    retriever.fit(documents, **judged, out=tmp_path / "index")
    expected = MetaRetriever(SOURCES, weights="learn").fit(documents, **judged)
    assert_same(retriever, expected)
    pd.testing.assert_series_equal(retriever.cv_scores_, expected.cv_scores_)
    assert_same(MetaRetriever.load(tmp_path / "index"), expected)


def test_what_is_complete_is_not_repeated(tmp_path, monkeypatch):
    MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "index")
    before = files_of(tmp_path / "index")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "index").iterdir()}
    monkeypatch.setattr(_index, "embed_documents", None)  # is not called
    stream = Stream(DOCUMENTS)
    MetaRetriever(SOURCES).fit(stream, out=tmp_path / "index")
    assert stream.n_passes == 1
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "index").iterdir()} == times
    other = MetaRetriever(SOURCES, weights=[1, 0, 0], fusion="rank")
    other.fit(DOCUMENTS, out=tmp_path / "index")  # the rows are the same
    assert MetaRetriever.load(tmp_path / "index").fusion == "rank"
    assert MetaRetriever.load(tmp_path / "index").weights_["bm25"] == 1
    after = files_of(tmp_path / "index")
    assert before["rows-0-data.npy"] == after["rows-0-data.npy"]


def test_only_missing_and_damaged_parts_are_written_again(tmp_path, monkeypatch):
    MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "whole")
    embed, numbers = _index.embed_documents, []

    def stop_after_five(model, documents):
        numbers.append(len(documents))
        if len(numbers) > 3 * 5:
            raise KeyboardInterrupt
        return embed(model, documents)

    monkeypatch.setattr(_index, "embed_documents", stop_after_five)
    with pytest.raises(KeyboardInterrupt):
        MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "index")
    folder = tmp_path / ".index-unfinished"
    parts = sorted(path.name for path in folder.glob("part-*"))
    assert parts == [f"part-{number:06d}.npz" for number in range(5)]
    content = bytearray((folder / parts[1]).read_bytes())
    content[300] ^= 1
    (folder / parts[1]).write_bytes(content)
    (folder / parts[3]).write_bytes(b"PK")
    numbers.clear()
    monkeypatch.setattr(BM25Vectorizer, "fit", None)  # sources were fitted before
    MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "index")
    assert numbers == [20] * 9 + [1] * 3  # of parts 1, 3, 5 and 6
    assert files_of(tmp_path / "index") == files_of(tmp_path / "whole")
    assert not folder.exists()


def test_a_run_that_was_stopped_when_all_was_written_is_finished(tmp_path, monkeypatch):
    MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "index")
    expected = files_of(tmp_path / "index")
    unfinished = tmp_path / ".index-unfinished"
    (tmp_path / "index").rename(unfinished)
    (unfinished / "part-000001.npz").write_bytes(b"")  # not yet removed
    monkeypatch.setattr(_index, "embed_documents", None)  # is not called
    MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "index")
    assert files_of(tmp_path / "index") == expected
    assert not list((tmp_path / "index").glob("part-*"))


@pytest.mark.parametrize("n_later", [0, 60, 115, 125, 150])
def test_documents_must_be_the_same_in_each_pass(n_later, tmp_path):
    class Changing(Stream):
        def __iter__(self):
            is_fitted = (tmp_path / ".index-unfinished" / "sources.skops").exists()
            yield from (DOCUMENTS * 2)[: n_later if is_fitted else 121]

    sources = [("vectors", VECTORS)]
    with pytest.raises(ValueError, match=r"in a later pass.* 121 in the"):
        MetaRetriever(sources).fit(Changing([]), out=tmp_path / "index")
    assert not (tmp_path / "index").exists()


def fit(folder):
    _index._DOCUMENTS_BLOCK_SIZE = 50
    rng = np.random.default_rng(1)
    documents = [rng.choice(WORDS, 10).tolist() for _ in range(400)]
    MetaRetriever(SOURCES).fit(documents, out=folder)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills processes")
@pytest.mark.timeout(180)
def test_killed_again_and_again_the_result_is_the_same_to_the_byte(tmp_path):
    fit(tmp_path / "whole")
    processes = multiprocessing.get_context("forkserver")  # imports once for all
    processes.set_forkserver_preload(["skops.io", __name__])
    moments, kept = random.Random(0), [0]
    unfinished = tmp_path / ".index-unfinished"
    for _ in range(2):
        process = processes.Process(target=fit, args=(tmp_path / "index",))
        process.start()
        while process.is_alive() and len(list(unfinished.glob("part-*"))) <= kept[-1]:
            time.sleep(0.005)
        time.sleep(moments.random() / 50)
        process.kill()
        process.join()
        kept.append(len(list(unfinished.glob("part-*"))))
    fit(tmp_path / "index")
    assert kept[1] > 0
    assert files_of(tmp_path / "index") == files_of(tmp_path / "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"index", "whole"}
    assert not list((tmp_path / "index").glob(".*"))


def test_folders_of_others_are_not_written_to(tmp_path):
    retriever = MetaRetriever(SOURCES)
    retriever.fit(DOCUMENTS, out=tmp_path / "index")
    before = files_of(tmp_path / "index")
    for sources, documents in (
        (SOURCES, DOCUMENTS[:-1]),
        (SOURCES, [*DOCUMENTS[:-1], "other words"]),
        (SOURCES[:2], DOCUMENTS),
        ([("bm25", BM25Vectorizer(k1=2)), *SOURCES[1:]], DOCUMENTS),
    ):
        with pytest.raises(FileExistsError, match=r"another collection of documents"):
            MetaRetriever(sources).fit(documents, out=tmp_path / "index")
    assert files_of(tmp_path / "index") == before
    MetaRetriever(SOURCES[:1]).fit(DOCUMENTS).save(tmp_path / "index")  # replaces it
    with pytest.raises(FileExistsError, match=r"another collection of documents"):
        retriever.fit(DOCUMENTS, out=tmp_path / "index")
    with only_run(tmp_path / "new"), pytest.raises(BlockingIOError, match="out="):
        retriever.fit(DOCUMENTS, out=tmp_path / "new")


def test_what_cannot_be_indexed_is_refused(tmp_path):
    retriever = MetaRetriever(SOURCES)
    with pytest.raises(TypeError, match="expected documents that can be read again"):
        retriever.fit(iter(DOCUMENTS), out=tmp_path / "index")
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\)"):
        retriever.fit([], out=tmp_path / "index")
    with pytest.raises(TypeError, match="Document 1 "):
        retriever.fit(["a", 3], out=tmp_path / "index")
    assert not (tmp_path / "index").exists()
    doc2vec = Doc2VecVectorizer(vector_size=3, min_count=1, epochs=1, random_state=0)
    with pytest.raises(ValueError, match=r"Doc2VecVectorizer.* expected types"):
        MetaRetriever([("d", doc2vec)]).fit(DOCUMENTS, out=tmp_path / "index")
    with pytest.raises(ValueError, match="cannot be pickled"):
        MetaRetriever([("t", TfidfVectorizer(analyzer=lambda tokens: tokens))]).fit(
            DOCUMENTS, out=tmp_path / "other"
        )
    assert os.listdir(tmp_path) == [".index-unfinished"]


def test_progress_is_shown(tmp_path, capsys, monkeypatch):
    MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "quiet").kneighbors(QUERIES)
    assert capsys.readouterr().err == ""
    retriever = MetaRetriever(SOURCES, verbose=1).fit(DOCUMENTS, out=tmp_path / "index")
    assert "Writing rows: 100%, 121/121" in capsys.readouterr().err
    retriever.kneighbors(QUERIES)
    assert "Searching: 100%, 15/15" in capsys.readouterr().err
    finish, initial = _index.progress, []
    monkeypatch.setattr(
        _index, "progress", lambda *a: initial.append(a[-1]) or finish(*a)
    )
    monkeypatch.setattr(_index, "_join_rows", None)  # stopped when parts are written
    with pytest.raises(TypeError):
        MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "stopped")
    (tmp_path / ".stopped-unfinished" / "part-000006.npz").unlink()
    with pytest.raises(TypeError):
        MetaRetriever(SOURCES).fit(DOCUMENTS, out=tmp_path / "stopped")
    assert initial == [0, 120]  # of 121, in parts of 20
