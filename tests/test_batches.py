import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array, issparse
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer
from skmeta._documents._batches import stack_batches


@pytest.fixture
def fitted(word_vectors, documents):
    return PretrainedVectorizer(word_vectors, weighting="idf").fit(documents)


@pytest.mark.parametrize("batch_size", [1, 7, 40, 1_000])
@pytest.mark.parametrize(
    "as_collection",
    [list, tuple, iter, pd.Series, lambda X: np.array([*X, None], object)[:-1]],
)
def test_batches_give_what_transform_gives(
    fitted, documents, batch_size, as_collection
):
    expected = fitted.transform(documents)
    parts = list(fitted.iter_transform(as_collection(documents), batch_size))
    assert [len(part) for part in parts[:-1]] == [batch_size] * (len(parts) - 1)
    np.testing.assert_array_equal(np.vstack(parts), expected)


def test_no_more_than_a_batch_is_taken_ahead(fitted, documents):
    taken = []

    def generate():
        for document in documents:
            taken.append(document)
            yield document

    parts = fitted.iter_transform(generate(), batch_size=10)
    assert not taken
    next(parts)
    assert len(taken) == 10


def test_nothing_gives_no_batch(fitted):
    assert list(fitted.iter_transform([])) == []
    assert list(fitted.iter_transform(iter([]))) == []


@pytest.mark.parametrize("batch_size", [0, -1, 1.5, None])
def test_batch_sizes_that_are_none_are_refused(fitted, batch_size):
    with pytest.raises(ValueError, match="expected a positive integer"):
        fitted.iter_transform([["a"]], batch_size)


@pytest.mark.parametrize("X", ["text", b"text", {"a": 1}, {"a"}, 7, pd.DataFrame({})])
def test_what_is_no_collection_is_refused_at_once(fitted, X):
    with pytest.raises(TypeError, match="expected"):
        list(fitted.iter_transform(X))


def test_messages_count_through_all_batches(fitted):
    documents = [["word1"]] * 700
    documents[612] = "two words"
    for X in (documents, iter(documents)):
        with pytest.raises(TypeError, match="Document 612 is 'two words'"):
            list(fitted.iter_transform(X, batch_size=100))
    documents[612] = ["word", 3]
    with pytest.raises(TypeError, match="Token 1 of document 612 is 3"):
        fitted.transform(iter(documents))


def test_unfitted_ones_say_so(word_vectors):
    with pytest.raises(NotFittedError):
        PretrainedVectorizer(word_vectors).iter_transform([["a"]])


def test_transform_of_a_generator(fitted, documents):
    expected = fitted.transform(documents * 30)
    rows = fitted.transform(document for document in documents * 30)
    np.testing.assert_array_equal(rows, expected)
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):
        fitted.transform(iter([]))


def test_transform_of_a_generator_keeps_few_documents(fitted):
    n_documents, n_tokens = 1_500, 1_000

    def generate():
        for i in range(n_documents):
            yield [f"word{i}-{j}" for j in range(n_tokens)]

    tracemalloc.start()
    rows = fitted.transform(generate())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(rows) == n_documents
    assert peak < 40e6  # all documents at once would take 90 MB


def test_memory_of_a_generator_stays_near_the_output():
    vectors = {"a": np.ones(3_000, np.float32)}
    vectorizer = PretrainedVectorizer(vectors).fit([["a"]])
    documents = [["a"]] * 5_000
    tracemalloc.start()
    rows = vectorizer.transform(iter(documents))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.25 * rows.nbytes


def test_sparse_batches_stay_sparse(documents, word_vectors):
    meta = MetaEmbeddingVectorizer(
        [("tfidf", TfidfVectorizer(analyzer=list)), ("words", word_vectors)],
        level="document",
    )
    meta.fit(documents)
    rows = meta.transform(iter(documents * 10))
    assert issparse(rows)
    np.testing.assert_array_equal(
        rows.toarray(), meta.transform(documents * 10).toarray()
    )


def test_parts_are_stacked():
    parts = [np.ones((3, 2), np.float32)[:, :1], np.zeros((2, 1), np.float32)]
    assert stack_batches(parts).ravel().tolist() == [1, 1, 1, 0, 0]
    assert stack_batches([]) is None
    sparse = stack_batches([csr_array(np.eye(2, dtype=np.float32))] * 2)
    assert sparse.shape == (4, 2)
    assert sparse.dtype == np.float32
