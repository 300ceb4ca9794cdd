"""Documents, queries, sources, files and judgements that are not as expected."""

import gzip
import json
import multiprocessing
import os
import shutil

import numpy as np
import pandas as pd
import pytest

from skmeta import BM25Vectorizer, MetaRetriever
from skmeta.datasets import load_retrieval
from skmeta.evaluate import retrieval

VECTORS = {"red": [1.0, 0.0], "apples": [0.8, 0.1], "cars": [0.0, 1.0]}
SOURCES = [("bm25", BM25Vectorizer()), ("vectors", VECTORS)]
DOCUMENTS = ["red apples", "fast cars", "red cars"]


class Rows:
    """A source of any rows; documents have six, queries fewer."""

    def __init__(self, make):
        self.make = make

    def get_params(self, deep=True):
        return {"make": self.make}

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return self.make(len(list(X)))


def test_a_single_text_is_refused(tmp_path):
    retriever = MetaRetriever(SOURCES).fit(DOCUMENTS)
    message = r"string 'red', expected a collection of texts .* X = \[text\]"
    for call in (retriever.kneighbors, retriever.fit):
        with pytest.raises(TypeError, match=message):
            call("red")
    with pytest.raises(TypeError, match=message):
        retriever.fit("red", out=tmp_path / "index")


@pytest.mark.parametrize("other", [None, float("nan"), ["red"], 3, b"red"], ids=repr)
def test_what_is_no_text_among_texts_is_named(other, tmp_path):
    retriever = MetaRetriever(SOURCES)
    message = r"Document 3 is .* expected a text .*like document 0"
    with pytest.raises(TypeError, match=message):
        retriever.fit([*DOCUMENTS, other])
    with pytest.raises(TypeError, match=message):
        retriever.fit([*DOCUMENTS, other], out=tmp_path / "index")
    retriever.fit(DOCUMENTS)
    with pytest.raises(TypeError, match=r"Document 1 is .* expected a text"):
        retriever.kneighbors(["red", other])
    with pytest.raises(TypeError, match=r"Document 1 .* expected a list of tokens"):
        retriever.kneighbors([["red"], "red"])


@pytest.mark.parametrize("fusion", ["sum", "rank"])
@pytest.mark.parametrize("documents", [["red apples"], ["red apples"] * 4, ["", ""]])
def test_few_and_equal_documents(documents, fusion):
    retriever = MetaRetriever(SOURCES, fusion=fusion).fit(documents)
    scores, numbers = retriever.kneighbors(["red", "cars", "unknown", ""], 6)
    n_found = 0 if documents == ["", ""] else len(documents)
    expected = [*range(n_found), *[-1] * (6 - n_found)]
    assert numbers[0].tolist() == expected
    assert np.isfinite(scores[0]).sum() == n_found
    assert (numbers[2:] == -1).all()
    assert len(np.unique(scores[:1, :n_found])) <= (1 if fusion == "sum" else n_found)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda n: np.full((n, 2), np.nan), "not finite"),
        (lambda n: np.ones(n), r"shape \(3,\)"),
        (lambda n: np.ones((1, 2)), r"shape \(1, 2\) for 3"),
        (lambda n: [["a"]] * n, "expected a matrix"),
        (lambda n: None, "expected a matrix"),
    ],
    ids=["nan", "one axis", "one row", "words", "nothing"],
)
def test_rows_that_are_no_matrix_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        MetaRetriever([("rows", Rows(make))]).fit(DOCUMENTS)


def test_rows_of_queries_must_be_as_wide_as_those_of_documents():
    source = Rows(lambda n: np.ones((n, n)))
    retriever = MetaRetriever([("rows", source)]).fit(DOCUMENTS)
    with pytest.raises(ValueError, match=r"'rows' returned 1 column .* and 3 for"):
        retriever.kneighbors(["red"])


@pytest.mark.parametrize("weights", [["a", "b"], {"bm25": 1}, [[1, 2]], "x", [1, None]])
def test_weights_that_are_no_numbers_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        MetaRetriever(SOURCES, weights=weights).fit(DOCUMENTS)


def test_huge_weights_and_other_integers():
    retriever = MetaRetriever(SOURCES, weights=[1e308, 1e308]).fit(DOCUMENTS)
    assert retriever.weights_.to_list() == [0.5, 0.5]
    expected = retriever.kneighbors(["red"], 1)
    for number in (True, np.int8(1)):
        np.testing.assert_array_equal(retriever.kneighbors(["red"], number), expected)


def test_names_that_results_and_files_use_are_refused():
    with pytest.raises(ValueError, match="does not begin with a bracket"):
        MetaRetriever([("(tokenizer)", BM25Vectorizer())]).fit(DOCUMENTS)


def judge(**changes):
    relevance = pd.DataFrame(
        {"query": list("1123"), "document": list("azbb"), "relevance": [2, 1, 1, 1]}
    )
    return {
        "documents": pd.Series(DOCUMENTS, index=list("abc")),
        "queries": pd.Series({"1": "red", "2": "", "3": "unknown"}),
        "relevance": relevance.assign(**changes),
    }


def test_ids_that_are_missing_are_counted():
    retriever = MetaRetriever(SOURCES).fit(DOCUMENTS)
    judged = judge(document=["a", None, "b", np.nan], query=["1", "1", "2", None])
    with pytest.warns(UserWarning, match=r"1 relevant document is not .* 1 judgement"):
        table = retrieval(retriever, judged, metrics="recall@1")
    row = table.iloc[0]
    assert row[["queries", "unanswered", "unjudged"]].to_list() == [2, 1, 1]
    assert row[["unknown_documents", "unknown_queries"]].to_list() == [1, 1]
    assert row["recall@1"] == 0.25  # half of the first query's


@pytest.mark.parametrize("value", [np.nan, None, np.inf, "many"], ids=repr)
def test_a_relevance_that_is_no_number_is_refused(value):
    retriever = MetaRetriever(SOURCES).fit(DOCUMENTS)
    with pytest.raises(ValueError, match=r"Judgement 1 has the relevance (nan|inf|'m)"):
        retrieval(retriever, judge(relevance=[1, value, 1, 1]))


def test_judgements_of_other_documents_are_refused():
    judged = judge(document=[0, 1, 2, 2])
    with pytest.raises(ValueError, match=r"none of the 4 relevant .* 3 documents"):
        retrieval(MetaRetriever(SOURCES).fit(DOCUMENTS), judged)
    retriever = MetaRetriever(SOURCES, weights="learn", cv=2)
    del judged["documents"]
    judged["relevance"] = judge()["relevance"]
    with pytest.raises(ValueError, match="none of the 4 relevant"):
        retriever.fit(DOCUMENTS, **judged)  # a list has the ids 0, 1, 2


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    pytest.importorskip("skops")
    folder = tmp_path_factory.mktemp("complete") / "index"
    MetaRetriever(SOURCES).fit(DOCUMENTS, out=folder)
    return folder


NAMES = ["retriever.json", "sources.skops", "rows-0-data.npy", "rows-0-indptr.npy"]


@pytest.mark.parametrize("name", [*NAMES, "rows-1-dense.npy"])
def test_a_file_that_is_missing_is_named_and_written_again(name, complete, tmp_path):
    folder = tmp_path / "index"
    shutil.copytree(complete, folder)
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=rf"index'.* {name}[^/]* expected"):
        MetaRetriever.load(folder)
    for path in (folder, os.path.relpath(folder)):
        (folder / name).unlink(missing_ok=True)
        again = MetaRetriever(SOURCES).fit(DOCUMENTS, out=path)
        expected = MetaRetriever.load(complete).kneighbors(DOCUMENTS)
        np.testing.assert_array_equal(again.kneighbors(DOCUMENTS), expected)
    assert sorted(os.listdir(folder)) == sorted(os.listdir(complete))


def test_paths_that_hold_no_index_are_named(tmp_path):
    (tmp_path / "file").write_text("x")
    for name, message in {
        "file": "is a file",
        ".": "has no",
        "x": "is not there",
    }.items():
        with pytest.raises(FileNotFoundError, match=message):
            MetaRetriever.load(tmp_path / name)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
def test_a_disk_that_cannot_be_written_to_is_an_error_of_the_system():
    pytest.importorskip("skops")
    with pytest.raises(OSError, match="/proc/"):
        MetaRetriever(SOURCES).fit(DOCUMENTS, out="/proc/index")
    with pytest.raises(OSError, match="/proc/"):
        MetaRetriever(SOURCES).fit(DOCUMENTS).save("/proc/index")


def write_index(folder, barrier):
    documents = [f"red apples {i}" for i in range(3_000)]
    barrier.wait(60)
    try:
        MetaRetriever(SOURCES).fit(documents, out=folder)
    except BlockingIOError as error:
        return str(error)
    return "done"


def run_one(queue, *arguments):
    queue.put(write_index(*arguments))


@pytest.mark.slow
def test_of_two_processes_one_writes_the_folder(tmp_path):
    pytest.importorskip("skops")
    context = multiprocessing.get_context("spawn")
    queue, barrier = context.Queue(), context.Barrier(2)
    arguments = queue, tmp_path / "index", barrier
    processes = [context.Process(target=run_one, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    results = [queue.get(timeout=100) for _ in processes]
    for process in processes:
        process.join(60)
    assert "done" in results
    assert all(result == "done" or "one at a time" in result for result in results)
    _, numbers = MetaRetriever.load(tmp_path / "index").kneighbors(["2999"], 1)
    assert numbers.tolist() == [[2_999]]


def test_lines_may_end_as_on_windows_and_files_be_compressed(tmp_path):
    def pack(name, lines):
        data = "\r\n".join([*lines, ""]).encode()
        (tmp_path / name).write_bytes(gzip.compress(data))

    records = [{"_id": "a", "title": None, "text": "red"}, {"_id": 2, "text": "cars"}]
    pack("corpus.jsonl.gz", map(json.dumps, records))
    pack("queries.jsonl.gz", [json.dumps({"_id": "q", "text": "red"})])
    (tmp_path / "qrels").mkdir()
    pack("qrels/dev.tsv.gz", ["query-id\tcorpus-id\tscore", "q\ta\t1", "q\t2\t3"])
    (tmp_path / "qrels" / "._dev.tsv").write_bytes(b"\0")  # of macOS
    collection = load_retrieval(tmp_path)
    assert collection.documents.to_dict() == {"a": "red", "2": "cars"}
    assert collection.relevance.to_numpy().tolist() == [
        ["q", "a", 1.0],
        ["q", "2", 3.0],
    ]
    columns = ["id\ttext\r\n", "q\tred apples\r\n"]
    (tmp_path / "queries.jsonl.gz").unlink()
    (tmp_path / "queries.tsv").write_bytes("".join(columns).encode())
    assert load_retrieval(tmp_path).queries.to_dict() == {"q": "red apples"}
