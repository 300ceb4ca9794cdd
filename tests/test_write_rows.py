import numpy as np
import pytest
from scipy.sparse import csr_array

from skmeta import PretrainedVectorizer
from skmeta._io._npy_rows import write_rows
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
