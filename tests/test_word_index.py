import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmeta._native import kernels
from skmeta._vectors._word_index import WordIndex, WordTable, row_numbers

some_words = st.text(max_size=3)


@given(
    documents=st.lists(st.lists(some_words, max_size=80), max_size=5),
    words=st.lists(some_words, unique=True, max_size=200),
)
def test_rows_are_those_of_the_dict(documents, words):
    key_to_index = {word: row for row, word in enumerate(words)}
    rows, ends = WordIndex(key_to_index).find_rows(documents)
    tokens = [token for document in documents for token in document]
    assert rows.tolist() == [key_to_index.get(token, -1) for token in tokens]
    assert np.diff(ends).tolist() == [len(document) for document in documents]
    for found, expected in zip(
        WordTable(key_to_index).find_rows(documents, True), (rows, ends)
    ):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    known = WordIndex(key_to_index).find_rows(documents, keep_unknown=False)
    for found, expected in zip(
        WordTable(key_to_index).find_rows(documents, False), known
    ):
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    assert known[0].tolist() == [row for row in rows.tolist() if row >= 0]


def test_words_of_every_width():
    words = ["", "a", "ä", "語", "🐍", "a" * 1_000, "ab", "ba", "\0", "a\0", "\ud800"]
    index = WordIndex({word: row for row, word in enumerate(words)})
    fresh = [word[:1] + word[1:] for word in words]
    rows, _ = index.find_rows([fresh, ["A", "aa", "語語", "\0\0"]])
    assert rows.tolist() == [*range(len(words)), -1, -1, -1, -1]


def test_many_words_are_all_found():
    words = [f"word{i}" for i in range(50_000)]
    index = WordIndex(dict(zip(words, range(len(words)))))
    documents = [[f"word{i}" for i in range(0, 60_000)]]
    rows, _ = index.find_rows(documents)
    np.testing.assert_array_equal(rows[:50_000], np.arange(50_000))
    assert (rows[50_000:] == -1).all()


class Shouted(str):
    __slots__ = ()


def test_words_of_derived_types_are_found():
    index = WordIndex({np.str_("a"): 0, Shouted("b"): 1})
    assert index.find_rows([["a", "b", "c"]])[0].tolist() == [0, 1, -1]


@pytest.mark.skipif(kernels is None, reason="installed without a compiler")
@pytest.mark.parametrize(
    "documents", [[["a", 1]], [["a", np.str_("b")]], ["ab"], [None], [("a",)]]
)
def test_the_kernel_refuses_what_is_no_list_of_str(documents):
    with pytest.raises(TypeError):
        kernels.WordTable({"a": 0}).find_rows(documents, True)


@pytest.mark.skipif(kernels is None, reason="installed without a compiler")
def test_all_str():
    assert kernels.all_str([[], ["a", "b"]])
    assert not kernels.all_str([["a"], ["b", b"c"]])
    assert not kernels.all_str([[np.str_("a")]])


def test_it_pickles_without_its_table_of_hashes():
    index = WordIndex({"a": 0, "b": 1})
    index.find_rows([["a"]])
    code = (
        "import pickle, sys; index = pickle.load(sys.stdin.buffer);"
        "print(index.find_rows([['b', 'c', 'a']])[0].tolist())"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], input=pickle.dumps(index), capture_output=True
    )
    assert found.stdout.split() == b"[1, -1, 0]".split(), found.stderr


def test_row_numbers_of_known_tokens():
    rows, ends = row_numbers([["a", "?", "b"], [], ["?"], ["a"]], {"a": 0, "b": 1})
    assert rows.tolist() == [0, 1, 0]
    assert ends.tolist() == [0, 2, 2, 2, 3]


def test_it_is_a_mapping():
    index = WordIndex({"a": 0, "b": 1})
    assert index["b"] == 1
    assert "a" in index
    assert dict(index) == {"a": 0, "b": 1}
    assert len(index) == 2


@pytest.mark.skipif(kernels is None, reason="installed without a compiler")
@pytest.mark.parametrize("rows", [[0, 3], [-1, 0]])
def test_the_kernel_refuses_rows_that_are_not_there(rows):
    vectors, out = np.ones((2, 4), np.float32), np.empty((1, 4), np.float32)
    arguments = np.array(rows, np.int32), np.array([0, 2]), None, None, out
    with pytest.raises(ValueError, match="row numbers beyond the rows"):
        kernels.pool_rows("mean", 1, vectors, vectors[:1], *arguments)


def change_on(monkeypatch, function, change):
    """Change documents where a finalizer may: when an array is created."""
    made = getattr(np, function)

    def make(*args, **kwargs):
        change()
        return made(*args, **kwargs)

    monkeypatch.setattr(np, function, make)


CHANGES = {
    "a document grows": lambda documents: documents[0].extend(["a"] * 100_000),
    "a document shrinks": lambda documents: documents[1].clear(),
    "the last grows": lambda documents: documents[-1].append("b"),
    "documents vanish": lambda documents: documents.clear(),
    "one is no list": lambda documents: documents.__setitem__(0, ("a", "b")),
}


@pytest.mark.skipif(kernels is None, reason="installed without a compiler")
@pytest.mark.parametrize("function", ["zeros", "empty"])
@pytest.mark.parametrize("change", CHANGES)
def test_documents_that_change_during_the_look_up(function, change, monkeypatch):
    documents = [["a", "b"], ["b", "a", "c"], []]
    change_on(monkeypatch, function, lambda: CHANGES[change](documents))
    table = kernels.WordTable({"a": 0, "b": 1})
    if function == "zeros" and change in ("a document grows", "a document shrinks"):
        rows, ends = table.find_rows(documents, True)  # before they are measured
        assert ends.tolist() == [0, *np.cumsum(list(map(len, documents)))]
        assert len(rows) == ends[-1]
    elif (function, change) == ("zeros", "the last grows"):
        assert table.find_rows(documents, True)[0].tolist() == [0, 1, 1, 0, -1, 1]
    else:
        with pytest.raises(
            (RuntimeError, TypeError), match=r"were changed|Expected list"
        ):
            table.find_rows(documents, True)


def test_documents_that_change_are_refused_without_kernels():
    class Growing(list):
        def __iter__(self):
            return iter([*super().__iter__(), "a"])

    with pytest.raises(RuntimeError, match="were changed"):
        WordTable({"a": 0}).find_rows([["a"], Growing("a")], True)


def pooled(**changed):
    """Pool two documents by the kernel, with some arguments changed."""
    arguments = {
        "vectors": np.ones((2, 4), np.float32),
        "more": np.ones((1, 4), np.float32),
        "rows": np.array([0, 1, 2], np.int32),
        "ends": np.array([0, 2, 3]),
        "scales": np.ones(3, np.float32),
        "weights": np.ones(3, np.float32),
        "out": np.full((2, 4), np.nan, np.float32),
        **changed,
    }
    kernels.pool_rows("mean", 1.0, *arguments.values())
    return arguments["out"]


@pytest.mark.skipif(kernels is None, reason="installed without a compiler")
@pytest.mark.parametrize(
    "changed",
    [
        {"ends": np.array([0, 2, 4])},
        {"ends": np.array([0, 5, 3])},
        {"ends": np.array([-1, 2, 3])},
        {"ends": np.array([2, 0, 3])},
        {"ends": np.array([0, -(2**62), 3])},
        {"ends": np.array([0, 2])},
        {"ends": np.array([], np.int64)},
        {"scales": np.ones(2, np.float32)},
        {"weights": np.ones(2, np.float32)},
        {"more": np.ones((1, 3), np.float32)},
        {"more": None},
        {"vectors": np.ones((2, 5), np.float32)},
        {"vectors": np.ones((2, 8), np.float32)[:, ::2]},
        {"vectors": np.zeros(2, "u1, 4f4")["f1"]},
        {"out": np.ones((2, 8), np.float32)[:, ::2]},
        {"out": np.ones((3, 4), np.float32)},
    ],
    ids=lambda changed: " ".join(
        f"{name} {getattr(array, 'shape', '')}" for name, array in changed.items()
    ),
)
def test_the_kernel_refuses_arrays_that_do_not_fit(changed):
    with pytest.raises(ValueError, match=r"fit|rows|expected|ends|buffer"):
        pooled(**changed)


@pytest.mark.skipif(kernels is None, reason="installed without a compiler")
def test_the_kernel_takes_arrays_that_fit():
    np.testing.assert_array_equal(pooled(), 1)
    backwards = np.arange(8, dtype=np.float32).reshape(2, 4)[::-1]
    found = pooled(vectors=backwards, more=None, rows=np.array([0, 1, 1], np.int32))
    np.testing.assert_array_equal(found[1], [0, 1, 2, 3])
    part = pooled(
        rows=np.array([2, 2, 0, 1, 2], np.int32),
        ends=np.array([2, 4, 5]),
        scales=np.ones(5, np.float32),
        weights=np.ones(5, np.float32),
    )
    np.testing.assert_array_equal(part, 1)
    none = pooled(vectors=np.ones((0, 4), np.float32), rows=np.zeros(3, np.int32))
    np.testing.assert_array_equal(none, 1)
