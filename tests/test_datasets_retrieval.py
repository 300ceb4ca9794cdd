import gzip
import json
import warnings

import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta.datasets import load_retrieval
from skmeta.evaluate import retrieval

PARTS = {
    "documents.csv": "id,text\na,red apples\nb,\n7,fast cars\n",
    "queries.csv": 'id,text\n1,"fruit, red"\n02,cars\n',
    "relevance.csv": "query,document,relevance\n1,a,2\n02,7,1\n1,7,0\n",
}
BEIR = {
    "corpus.jsonl": [
        {"_id": "a", "title": "Apples", "text": "red", "metadata": {"url": "x"}},
        {"_id": "b", "title": "", "text": ""},
        {"_id": 7, "text": "fast cars"},
    ],
    "queries.jsonl": [
        {"_id": "1", "text": "fruit, red"},
        {"_id": "02", "text": "cars"},
    ],
}


def write(folder, parts):
    for name, text in parts.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def write_beir(folder, **qrels):
    for name, records in BEIR.items():
        lines = [json.dumps(record) for record in records]
        (folder / name).write_text("\n".join(lines))
    (folder / "qrels").mkdir()
    for name, text in qrels.items():
        (folder / "qrels" / f"{name}.tsv").write_text(text)
    return folder


def check(collection, first):
    assert collection.documents.to_dict() == {"a": first, "b": "", "7": "fast cars"}
    assert collection.queries.to_dict() == {"1": "fruit, red", "02": "cars"}
    assert collection.relevance.to_dict("list") == {
        "query": ["1", "02", "1"],
        "document": ["a", "7", "7"],
        "relevance": [2.0, 1.0, 0.0],
    }


def test_three_files_of_columns(tmp_path):
    check(load_retrieval(write(tmp_path, PARTS)), "red apples")


def test_tabs_and_compression(tmp_path):
    for name, text in PARTS.items():
        tabs = text.replace('"fruit, red"', "fruit| red").replace(",", "\t")
        tabs = tabs.replace("|", ",")
        path = tmp_path / name.replace(".csv", ".tsv.gz")
        path.write_bytes(gzip.compress(tabs.encode()))
    check(load_retrieval(tmp_path), "red apples")


QRELS = "query-id\tcorpus-id\tscore\n1\ta\t2\n02\t7\t1\n1\t7\t0\n"


def test_the_layout_of_beir(tmp_path):
    other = "query-id\tcorpus-id\tscore\n1\tb\t1\n"
    folder = write_beir(tmp_path, train=other, test=QRELS)
    check(load_retrieval(folder), "Apples red")
    assert load_retrieval(folder, split="train").relevance["document"].to_list() == [
        "b"
    ]
    (folder / "qrels" / "test.tsv").unlink()
    assert len(load_retrieval(folder).relevance) == 1  # the only one


@pytest.mark.parametrize(
    ("name", "text", "error", "message"),
    [
        (
            "documents.csv",
            None,
            FileNotFoundError,
            "has no file 'documents' or 'corpus'",
        ),
        ("relevance.csv", None, FileNotFoundError, "'relevance' or 'qrels'"),
        ("documents.csv", "number,text\n1,a\n", ValueError, "no column 'id' or '_id'"),
        ("documents.csv", "id,text\n", ValueError, "has no rows"),
        ("queries.csv", "id,text\n1,a,b\n", ValueError, "more fields"),
        ("corpus.jsonl", '{"_id": "a"}', ValueError, "several files for one part"),
        ("relevance.csv", "query,document,relevance\n1,a,x\n", ValueError, "'x'"),
        ("relevance.csv", "query,document,relevance\n1,a,nan\n", ValueError, "nan"),
    ],
)
def test_damage_is_named(name, text, error, message, tmp_path):
    write(tmp_path, PARTS)
    if text is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(text)
    with pytest.raises(error, match=message):
        load_retrieval(tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"_id": "a", "text": ["x"]}', "has a list where a text"),
        ('{"_id": "a", "text": 1', "could not be read as JSON after 0 records"),
        ('["a", "b"]', "could not be read as JSON"),
        ('{"id": "a"}', "no column 'text'"),
    ],
)
def test_damaged_json_is_named(line, message, tmp_path):
    write(tmp_path, PARTS)
    (tmp_path / "documents.csv").unlink()
    (tmp_path / "corpus.jsonl").write_text(line)
    with pytest.raises(ValueError, match=message):
        load_retrieval(tmp_path)


def test_splits_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a folder"):
        load_retrieval(tmp_path / "nowhere")
    write(tmp_path, PARTS)
    with pytest.raises(FileNotFoundError, match="Leave split= out"):
        load_retrieval(tmp_path, split="test")
    (tmp_path / "qrels").mkdir()
    with pytest.raises(FileNotFoundError, match="Put the judgements there"):
        load_retrieval(tmp_path)
    for name in ("dev", "train"):
        (tmp_path / "qrels" / f"{name}.tsv").write_text(QRELS)
    with pytest.raises(ValueError, match=r"several files .*split="):
        load_retrieval(tmp_path)
    with pytest.raises(ValueError, match="expected the name of a file"):
        load_retrieval(tmp_path, split="../dev")
    assert len(load_retrieval(tmp_path, split="dev").relevance) == 3


def test_duplicate_ids_are_counted_and_the_first_is_kept(tmp_path):
    write(tmp_path, PARTS)
    (tmp_path / "documents.csv").write_text("id,text\na,one\na,two\nb,three\na,four\n")
    (tmp_path / "relevance.csv").write_text(
        "query,document,relevance\n1,a,1\n1,a,3\n1,a,2\n"
    )
    with pytest.warns(UserWarning, match=r"2 of 4 rows .* as 'a', and are left out"):
        collection = load_retrieval(tmp_path)
    assert collection.documents.to_dict() == {"a": "one", "b": "three"}
    assert collection.relevance["relevance"].to_list() == [3.0]


def test_what_a_file_may_take_is_bounded(tmp_path):
    write(tmp_path, PARTS)
    (tmp_path / "documents.csv").unlink()
    text = "id,text\na," + "x" * 10_000_000
    (tmp_path / "documents.csv.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(ValueError, match="takes more than 1,000,000 bytes"):
        load_retrieval(tmp_path, max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("name", "n_documents", "ndcg", "average_precision"),
    [("cranfield", 1_400, 0.333, 0.272), ("cisi", 1_460, 0.333, 0.171)],
)
def test_tfidf_scores_what_it_should(name, n_documents, ndcg, average_precision, data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        collection = load_retrieval(data / "retrieval" / name)
    assert len(collection.documents) == n_documents
    tfidf = TfidfVectorizer(token_pattern=r"\w+", sublinear_tf=True)
    table = retrieval(tfidf.fit(collection.documents), collection, n_bootstraps=0)
    assert table["ndcg@10"].iloc[0] == pytest.approx(ndcg, abs=5e-4)
    assert table["map"].iloc[0] == pytest.approx(average_precision, abs=5e-4)
    assert isinstance(collection.relevance, pd.DataFrame)
