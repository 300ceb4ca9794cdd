import time
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmeta import (
    Doc2VecVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
)
from skmeta._documents._check import check_documents
from skmeta._vectors._word_index import row_numbers

DOCUMENTS = [["a", "b"], ["c"], []]
token_lists = st.lists(st.lists(st.text(max_size=3), max_size=6), min_size=1)


def test_lists_of_str_are_passed_on_not_copied():
    checked = check_documents(DOCUMENTS)
    assert checked == DOCUMENTS
    assert all(new is old for new, old in zip(checked, DOCUMENTS, strict=True))


@pytest.mark.parametrize(
    "X",
    [
        tuple(map(tuple, DOCUMENTS)),
        (iter(document) for document in DOCUMENTS),
        np.array([*DOCUMENTS, None], dtype=object)[:-1],
        pd.Series(DOCUMENTS, index=[3, 5, 7]),
        pd.Series([np.array(document, dtype="U1") for document in DOCUMENTS]),
        pd.Series(DOCUMENTS, dtype=pd.ArrowDtype(pa.list_(pa.string()))),
        pd.Series(DOCUMENTS).array,
        pa.array(DOCUMENTS),
        pa.chunked_array([DOCUMENTS[:1], DOCUMENTS[1:]]),
    ],
    ids=lambda X: type(X).__name__,
)
def test_iterables_of_token_lists_become_lists_of_lists(X):
    checked = check_documents(X)
    assert checked == DOCUMENTS
    assert {type(document) for document in checked} == {list}
    assert {type(token) for document in checked for token in document} == {str}


STRING_DTYPES = ["U1", object]
if hasattr(np.dtypes, "StringDType"):  # from numpy 2 on
    STRING_DTYPES.append(np.dtypes.StringDType())


@pytest.mark.parametrize("dtype", STRING_DTYPES)
def test_rows_of_a_2d_array_of_strings_are_documents(dtype):
    checked = check_documents(np.array([["a", "b"], ["c", "d"]], dtype=dtype))
    assert checked == [["a", "b"], ["c", "d"]]
    assert {type(token) for document in checked for token in document} == {str}


def test_subclasses_of_str_become_str():
    assert {type(token) for token in check_documents([[np.str_("a"), "b"]])[0]} == {str}


@given(token_lists)
def test_any_text_is_a_token(documents):
    assert check_documents(documents) == documents
    assert check_documents(map(tuple, documents)) == documents


SERIES = pd.Series(DOCUMENTS)

REFUSED = {
    "a string": ("two words", TypeError, "X is the string 'two words'"),
    "raw strings": (["two words", "one"], TypeError, "Document 0 is 'two words'"),
    "raw strings later": ([["a"], "two words"], TypeError, "Document 1 is 'two words'"),
    "an array of raw strings": (np.array(["two words"]), TypeError, "Tokenize first"),
    "a Series of raw strings": (pd.Series(["two words"]), TypeError, "Tokenize first"),
    "bytes": (b"two words", TypeError, "Decode"),
    "documents of bytes": ([b"two words"], TypeError, "Decode"),
    "tokens of bytes": ([[b"two", b"words"]], TypeError, "Decode"),
    "a data frame": (
        pd.DataFrame({"tokens": DOCUMENTS, "label": [0, 1, 0]}),
        TypeError,
        r"X\['tokens'\].*as a string, 'tokens', not as a list",
    ),
    "one column as a frame": (SERIES.to_frame().to_numpy(), TypeError, "1-D"),
    "a number": (3, TypeError, "X is 3 of type int"),
    "numbers": ([1.0, 2.0], TypeError, "Document 0 is 1.0"),
    "a matrix": (np.zeros((3, 2)), TypeError, "Token 0 of document 0 is 0.0"),
    "numbers as tokens": ([["a"], ["b", 7]], TypeError, "Token 1 of document 1 is 7"),
    "None": (None, TypeError, "X is None"),
    "a missing document": ([["a"], None], TypeError, "Document 1 is None"),
    "a missing document in Arrow": (
        pd.Series([["a"], None], dtype=pd.ArrowDtype(pa.list_(pa.string()))),
        TypeError,
        "Document 1 is <NA>",
    ),
    "a missing token": ([["a", None]], TypeError, "Token 1 of document 0 is None"),
    "NaN as a token": ([["a", np.nan]], TypeError, "Token 1 of document 0 is nan"),
    "nothing": ([], ValueError, r"0 sample\(s\)"),
    "an empty Series": (pd.Series([], dtype=object), ValueError, r"0 sample\(s\)"),
    "an empty generator": (iter(()), ValueError, r"0 sample\(s\)"),
    "unhashable tokens": (
        [[["a"], ["b"]]],
        TypeError,
        r"Token 0 of document 0 is \['a",
    ),
    "a dict": ({"one": ["a"]}, TypeError, "X is a dict"),
    "a set of documents": ({("a",)}, TypeError, "X is a set"),
    "a document as a set": ([{"a", "b"}], TypeError, "Tokens have an order"),
    "a document as counts": ([Counter("ab")], TypeError, "Tokens have an order"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_wrong_input_is_refused_with_advice_in_under_a_second(name):
    X, error, message = REFUSED[name]
    X = list(X) if name == "an empty generator" else X
    for vectorizer in (Word2VecVectorizer(), PretrainedVectorizer({"a": [1.0]})):
        start = time.perf_counter()
        with pytest.raises(error, match=message):
            vectorizer.fit(X)
        assert time.perf_counter() - start < 1


def test_row_numbers_are_csr_without_the_unknown():
    documents = [["a", "?", "b"], [], ["?"], ["b", "b"]]
    rows, ends = row_numbers(documents, {"a": 0, "b": 1})
    assert rows.tolist() == [0, 1, 1, 1]
    assert ends.tolist() == [0, 2, 2, 2, 4]
    assert (rows.dtype, ends.dtype) == (np.int32, np.int64)


@given(token_lists, st.sets(st.text(max_size=3)))
def test_row_numbers_agree_with_a_loop(documents, words):
    key_to_index = {word: row for row, word in enumerate(words)}
    rows, ends = row_numbers(documents, key_to_index)
    expected = [[key_to_index[t] for t in d if t in key_to_index] for d in documents]
    assert [rows[a:b].tolist() for a, b in pairwise(ends)] == expected


@pytest.mark.parametrize("kind", ["Series", "token lists", "DataFrame", "Array"])
def test_collections_of_dask_are_refused_with_a_hint(kind):
    dd = pytest.importorskip("dask.dataframe")
    da = pytest.importorskip("dask.array")
    texts = dd.from_pandas(pd.Series(["one text", "two"]), npartitions=1)
    collection = {
        "Series": texts,
        "token lists": dd.from_pandas(pd.Series([["a"], ["b"]]), npartitions=1),
        "DataFrame": texts.to_frame("text"),
        "Array": da.from_array(np.array(["one text", "two"])),
    }[kind]
    message = r"X is a Dask \w+, expected .* skmeta\.dask\.transform"
    fitted = PretrainedVectorizer({"a": [1.0]}).fit([["a"]])
    for call in (
        fitted.fit,
        fitted.transform,
        fitted.fit_transform,
        lambda X: list(fitted.iter_transform(X)),
        Doc2VecVectorizer().fit,
        Tokenizer().fit_transform,
    ):
        with pytest.raises(TypeError, match=message):
            call(collection)


def test_a_table_of_texts_says_how_to_flatten_it():
    texts = np.array([["one text"], [None]], dtype=object)
    filled = SimpleImputer(
        missing_values=None, strategy="constant", fill_value=""
    ).fit_transform(texts)
    with pytest.raises(TypeError, match=r"table of shape \(2, 1\).*np\.ravel"):
        Tokenizer().fit_transform(filled)
    imputer = SimpleImputer(missing_values=None, strategy="constant", fill_value="")
    steps = imputer, FunctionTransformer(np.ravel), Tokenizer()
    assert make_pipeline(*steps).fit_transform(texts) == [["one", "text"], []]
