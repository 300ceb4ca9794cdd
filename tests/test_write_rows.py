import io

import numpy as np
import pytest
from scipy.sparse import csr_array

from skmeta import PretrainedVectorizer
from skmeta._io._npy_rows import _write_header, write_rows
from skmeta.datasets import TextFiles

FRUIT = PretrainedVectorizer({"apple": [1.0, 0.0], "pear": [0.0, 1.0]})
DOCUMENTS = [["apple", "pear"], ["pear"], [], ["apple"], ["none"]] * 7


def test_rows_on_disk_are_those_in_memory(tmp_path):
    path, out = tmp_path / "texts.txt", tmp_path / "rows.npy"
    path.write_text("".join(" ".join(d) + "\n" for d in DOCUMENTS))
    vectorizer = FRUIT.fit(DOCUMENTS)
    for X in (DOCUMENTS, iter(DOCUMENTS), TextFiles(path)):
        rows = vectorizer.iter_transform(X, 3, out=out)
        assert isinstance(rows, np.memmap)
        assert not rows.flags.writeable
        np.testing.assert_array_equal(rows, vectorizer.transform(DOCUMENTS))
        np.testing.assert_array_equal(np.load(out), rows)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rows.npy", "texts.txt"]


def test_a_failure_leaves_the_old_file(tmp_path):
    out = tmp_path / "rows.npy"
    vectorizer = FRUIT.fit(DOCUMENTS)
    vectorizer.iter_transform(DOCUMENTS, out=out)
    before = out.read_bytes()
    with pytest.raises(TypeError, match="Token 0 of document 35"):
        vectorizer.iter_transform([*DOCUMENTS, [3]], 2, out=out)
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\)"):
        vectorizer.iter_transform([], out=out)
    assert out.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["rows.npy"]


def test_sparse_rows_are_refused(tmp_path):
    with pytest.raises(TypeError, match="Found sparse rows"):
        write_rows(tmp_path / "rows.npy", [csr_array(np.eye(2))])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("n_columns", [1, 300, 10**9])
def test_headers_are_of_one_length_for_any_number_of_rows(n_columns):
    lengths = set()
    for n_rows in (0, 1, 10**6, 10**15):
        file = io.BytesIO()
        _write_header(file, n_rows, n_columns)
        lengths.add(len(file.getvalue()))
    assert len(lengths) == 1


def test_parts_without_rows_leave_no_trace(tmp_path):
    parts = [np.empty((0, 2)), np.eye(2), np.empty((0, 2)), [[3, 4]]]
    rows = write_rows(tmp_path / "rows.npy", map(np.asarray, parts))
    np.testing.assert_array_equal(rows, [[1, 0], [0, 1], [3, 4]])
