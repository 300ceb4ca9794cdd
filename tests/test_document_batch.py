"""Documents on their way to rows are taken apart and checked once."""

import numpy as np
import pandas as pd
import pytest

from skmeta._documents import _batch
from skmeta._documents._batch import DocumentBatch


class Token(str):
    pass


@pytest.mark.parametrize(
    "X",
    [
        [["a", "b"], []],
        (("a", "b"), ()),
        np.array([["a", "b"], []], dtype=object),
        pd.Series([["a", "b"], []]),
        [["a", Token("b")], []],
    ],
    ids=["lists", "tuples", "array", "column", "derived"],
)
def test_documents_become_lists_of_plain_strings(X):
    documents = DocumentBatch(X).checked()
    assert documents == [["a", "b"], []]
    assert {type(token) for document in documents for token in document} == {str}


def test_the_work_is_done_once(monkeypatch):
    calls = []
    for name in ("check_tokens", "list_documents"):
        compute = getattr(_batch, name)

        def recorded(*arguments, name=name, compute=compute):
            calls.append(name)
            return compute(*arguments)

        monkeypatch.setattr(_batch, name, recorded)
    batch = DocumentBatch((("a",), ["b"]))
    listed = batch.listed()
    assert calls == ["list_documents"]
    assert batch.checked() is batch.checked()
    assert batch.listed() is listed
    assert calls == ["list_documents", "check_tokens"]


def test_those_who_look_words_up_get_checked_documents_where_there_are_some():
    batch = DocumentBatch([[Token("a")]])
    assert type(batch.listed()[0][0]) is Token
    assert type(batch.checked()[0][0]) is str
    assert type(batch.listed()[0][0]) is str


def test_messages_count_from_the_first_number_on():
    batch = DocumentBatch([["a"], ["b", 3]], first_number=500)
    assert batch.listed() == [["a"], ["b", 3]]
    with pytest.raises(TypeError, match="Token 1 of document 501 is 3"):
        batch.checked()


def test_checked_documents_are_trusted():
    documents = [["a"]]
    batch = DocumentBatch.of_checked(documents)
    assert batch.checked() is batch.listed() is batch.X is documents


def test_arrow_columns_are_only_listed_for_those_who_need_it():
    pa = pytest.importorskip("pyarrow")
    batch = DocumentBatch(pa.array([["a", "b"], []]))
    assert type(batch.listed()).__name__ == "ArrowDocuments"
    assert batch.checked() == [["a", "b"], []]
    assert type(batch.listed()).__name__ == "ArrowDocuments"
