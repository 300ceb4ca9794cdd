import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer
from skmeta._documents._arrow import as_arrow_documents

VECTORS = {"a": [1.0, 2.0], "b": [3.0, 5.0], "語": [0.5, -1.0]}
some_documents = st.lists(st.lists(st.sampled_from("ab語?")), min_size=1)
STRINGS, LARGE = pa.list_(pa.string()), pa.large_list(pa.large_string())


@pytest.mark.parametrize("kind", [STRINGS, LARGE])
@given(documents=some_documents, cut=st.integers(0, 5))
def test_arrow_columns_give_what_lists_give(kind, documents, cut):
    vectorizer = PretrainedVectorizer(VECTORS, pooling=("mean", "max"), weighting="idf")
    expected = vectorizer.fit_transform(documents)
    column = pa.array(documents, kind)
    series = pd.Series(column, dtype=pd.ArrowDtype(kind))
    for X in (column, pa.chunked_array([column[:cut], column[cut:]]), series):
        assert as_arrow_documents(X) is not None
        np.testing.assert_array_equal(vectorizer.transform(X), expected)
    rows = vectorizer.iter_transform(series, batch_size=2)
    np.testing.assert_array_equal(np.vstack(list(rows)), expected)


@given(documents=some_documents, cut=st.integers(0, 5))
def test_they_read_like_lists(documents, cut):
    read = as_arrow_documents(pa.array(documents, STRINGS))
    assert list(read) == documents
    assert list(read[cut:]) == documents[cut:]
    assert len(read) == len(documents)
    assert read[0] == documents[0]
    words, numbers = read[cut:].find_words()
    tokens = [token for document in documents[cut:] for token in document]
    assert [words[number] for number in numbers] == tokens


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pa.array([["a"], None]), "Document 1 is None"),
        (pa.array([["a", None]]), "Token 1 of document 0 is None"),
        (pa.array([[1], [2]]), "Token 0 of document 0 is 1"),
        (pa.array(["a b", "b"]), "Tokenize first"),
        (pa.array([[["a"]]]), "A document is flat"),
        (pa.array([], STRINGS), r"0 sample\(s\)"),
        (pa.table({"tokens": [["a"]], "n": [1]}), "expected the one column"),
    ],
)
def test_other_columns_are_refused_as_ever(column, message):
    vectorizer = PretrainedVectorizer(VECTORS).fit([["a"]])
    with pytest.raises((TypeError, ValueError), match=message):
        vectorizer.transform(column)


def test_the_index_of_a_series_is_kept():
    series = pd.Series([["a"], ["b"]], index=[7, 3], dtype=pd.ArrowDtype(STRINGS))
    vectorizer = PretrainedVectorizer(VECTORS).set_output(transform="pandas")
    assert vectorizer.fit(series).transform(series).index.tolist() == [7, 3]


@pytest.mark.parametrize("level", ["word", "document"])
def test_meta_embeddings_of_arrow_columns(level):
    documents = [["a", "b"], [], ["語", "?"]]
    meta = MetaEmbeddingVectorizer([("one", VECTORS), ("two", VECTORS)], level=level)
    expected = meta.fit_transform(documents)
    np.testing.assert_array_equal(meta.transform(pa.array(documents)), expected)


def test_no_lists_are_made():
    """Making lists takes several times as long; see benchmarks/RESULTS.md."""
    words = [f"word{i}" for i in range(1_000)]
    vectors = np.ones((1_000, 2), np.float32)
    rng = np.random.default_rng(0)
    column = pa.array(rng.choice(words, (20_000, 20)).tolist(), STRINGS)
    vectorizer = PretrainedVectorizer(dict(zip(words, vectors))).fit([["a"]])
    seconds = []
    for X in (column, column.to_pylist):
        start = time.process_time()
        vectorizer.transform(X() if callable(X) else X)
        seconds.append(time.process_time() - start)
    assert seconds[0] < seconds[1]
