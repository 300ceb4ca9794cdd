import lzma
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from skmeta.datasets import load_csv, load_docstrings

PACKAGES = ("numpy", "scipy", "sklearn", "pandas", "gensim")


@pytest.fixture(scope="module")
def docstrings():
    start = time.process_time()
    documents, labels = load_docstrings()
    return documents, labels, time.process_time() - start


def test_docstrings_are_a_large_collection(docstrings):
    documents, labels, seconds = docstrings
    assert 7_000 < len(documents) == len(labels) < 13_000
    assert 800_000 < sum(map(len, documents)) < 1_600_000
    assert set(labels) == set(PACKAGES)
    assert min(map(len, documents)) >= 15
    assert len(set(map(tuple, documents))) == len(documents)
    assert seconds < 60  # of the processor; under 10 on an idle machine


def test_docstrings_do_not_name_their_package(docstrings):
    documents, _, _ = docstrings
    tokens = {token for document in documents for token in document}
    assert not [t for t in tokens for name in PACKAGES if name in t]
    assert "scikit" not in tokens
    assert all(token == token.lower() and len(token) >= 3 for token in tokens)
    assert {"matrix", "array", "returns"} <= tokens


def test_docstrings_are_those_of_the_objects():
    documents, labels = load_docstrings(["scipy"])
    assert set(labels) == {"scipy"}
    from scipy.linalg import svd

    prose = svd.__doc__.split("Examples\n")[0].lower()
    [found] = [
        document
        for document in documents
        if document[:3] == ["singular", "value", "decomposition"]
    ][:1]
    assert all(token in prose for token in found)


def test_docstrings_come_as_a_bunch_too():
    bunch = load_docstrings(["gensim"], return_X_y=False)
    documents, labels = load_docstrings(["gensim"])
    assert bunch.data == documents
    np.testing.assert_array_equal(bunch.target, labels)


def test_reading_docstrings_imports_nothing():
    code = (
        "import sys; from skmeta.datasets import load_docstrings;"
        "before = set(sys.modules); load_docstrings(['matplotlib', 'scipy']);"
        "print([m for m in set(sys.modules) - before if m.startswith(('mat', 'sci'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("package", ["no_such_package", "math", "no.such"])
def test_packages_without_source_files_are_refused(package):
    with pytest.raises(ValueError, match=f"no installed package '{package}'"):
        load_docstrings([package])


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text('text,label,id\n"a, b",x,1\nNA,y,2\nc,x,3\n냥,null,4\n', "utf-8")
    return path


def test_csv_gives_texts_and_labels(path):
    texts, labels = load_csv(path)
    assert texts.to_list() == ["a, b", "NA", "c", "냥"]
    assert labels.to_list() == ["x", "y", "x", "null"]
    texts, labels = load_csv(str(path), text="label", label="id")
    assert labels.to_list() == list("1234")


def test_compressed_and_tab_separated_csv(path):
    packed = path.with_name("data.tsv.xz")
    with lzma.open(packed, "wt", encoding="utf-8") as file:
        file.write("text\tlabel\na, b\tx\n")
    texts, labels = load_csv(packed)
    assert (texts.to_list(), labels.to_list()) == (["a, b"], ["x"])


@pytest.mark.parametrize("suffix", [".xz", ".gz", ".bz2", ".zip", ".csv"])
def test_compression_is_told_by_content(suffix, tmp_path):
    path = tmp_path / f"data{suffix}"
    path.write_text("text,label\na,b\n")
    assert load_csv(path)[0].to_list() == ["a"]
    path.write_bytes(lzma.compress(path.read_bytes()))
    assert load_csv(path)[0].to_list() == ["a"]


def test_zstandard_is_read_where_its_package_is(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    path = tmp_path / "data.csv.zst"
    path.write_bytes(zstandard.compress(b"text,label\na,b\n"))
    assert load_csv(path)[0].to_list() == ["a"]


@pytest.mark.parametrize("row", ["good, really,pos", "good,pos,"])
def test_rows_with_more_fields_than_the_header_are_refused(path, row):
    path.write_text(f"text,label\n{row}\n{row}\n")
    with pytest.raises(ValueError, match="more fields than the 2 of its header"):
        load_csv(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_csv(tmp_path / "nowhere.csv")


def test_real_files(data):
    texts, labels = load_csv(data / "classification" / "trec" / "train.csv.xz")
    assert (len(texts), labels.nunique()) == (5452, 6)
    assert isinstance(texts, pd.Series)


def test_packages_are_read_side_by_side():
    documents, labels = load_docstrings(["gensim", "joblib"])
    same, same_labels = load_docstrings(["gensim", "joblib"], n_jobs=2)
    assert same == documents
    np.testing.assert_array_equal(same_labels, labels)
