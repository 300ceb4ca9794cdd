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
