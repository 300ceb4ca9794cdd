"""A data frame of one column stands for its column."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from numpy.testing import assert_array_equal
from sklearn.compose import ColumnTransformer

from skmeta import (
    Doc2VecVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    SentenceEncoderVectorizer,
    Tokenizer,
    Word2VecVectorizer,
)
from skmeta._documents._only_column import take_only_column

pytestmark = pytest.mark.filterwarnings("ignore:The model knows no word")
DOCUMENTS = [["a", "good", "film"], ["bad"], [], ["a", "bad", "film"]] * 2
TEXTS = [" ".join(document) for document in DOCUMENTS]
VECTORS = {"a": [1.0, 0.0], "good": [0.0, 1.0], "film": [1.0, 1.0], "bad": [0.0, -1.0]}


def count_letters(texts):
    return np.array([[text.count(letter) for letter in "aodf"] for text in texts])


VECTORIZERS = {
    "pretrained": PretrainedVectorizer(VECTORS),
    "word2vec": Word2VecVectorizer(vector_size=4, min_count=1, random_state=0),
    "doc2vec": Doc2VecVectorizer(vector_size=4, min_count=1, random_state=0),
    "meta": MetaEmbeddingVectorizer([("a", VECTORS), ("b", VECTORS)]),
    "encoder": SentenceEncoderVectorizer(count_letters),
}
FRAMES = {
    "pandas": lambda values: pd.DataFrame({"t": values}, index=range(3, 11)),
    "pandas of Arrow": lambda values: pd.DataFrame(
        {"t": pd.Series(values, dtype=pd.ArrowDtype(pa.array(values).type))}
    ),
    "Arrow": lambda values: pa.table({"t": values}),
}


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("name", VECTORIZERS)
def test_documents_in_a_frame_are_those_in_its_column(name, kind):
    vectorizer, frame = VECTORIZERS[name], FRAMES[kind](DOCUMENTS)
    expected = vectorizer.fit_transform(DOCUMENTS)
    assert_array_equal(vectorizer.fit_transform(frame), expected)
    assert_array_equal(vectorizer.transform(frame), vectorizer.transform(DOCUMENTS))
    batches = list(vectorizer.iter_transform(frame, 3))
    assert [len(batch) for batch in batches] == [3, 3, 2]
    assert_array_equal(np.vstack(batches), vectorizer.transform(DOCUMENTS))


@pytest.mark.parametrize("kind", FRAMES)
def test_texts_in_a_frame_are_those_in_its_column(kind):
    frame = FRAMES[kind](TEXTS)
    assert list(Tokenizer().fit_transform(frame)) == DOCUMENTS
    encoder = SentenceEncoderVectorizer(count_letters)
    assert_array_equal(encoder.fit_transform(frame), encoder.fit_transform(TEXTS))


def test_the_index_of_a_frame_is_kept():
    frame = FRAMES["pandas"](TEXTS)
    tokens = Tokenizer().fit_transform(frame)
    assert list(tokens.index) == list(frame.index)
    encoder = SentenceEncoderVectorizer(count_letters).set_output(transform="pandas")
    assert list(encoder.fit_transform(frame).index) == list(frame.index)


def test_columns_are_chosen_by_a_list_of_one_name():
    frame = pd.DataFrame({"title": TEXTS, "body": TEXTS[::-1]})
    columns = ColumnTransformer(
        [
            ("title", SentenceEncoderVectorizer(count_letters), ["title"]),
            ("body", SentenceEncoderVectorizer(count_letters), "body"),
        ]
    )
    expected = np.hstack([count_letters(TEXTS), count_letters(TEXTS[::-1])])
    assert_array_equal(columns.fit_transform(frame), expected)


@pytest.mark.parametrize("kind", ["pandas", "Arrow"])
def test_frames_of_more_columns_are_refused(kind):
    frame = pd.DataFrame({"one": TEXTS, "two": TEXTS})
    frame = pa.Table.from_pandas(frame) if kind == "Arrow" else frame
    for transformer in (SentenceEncoderVectorizer(count_letters), Tokenizer()):
        with pytest.raises(TypeError, match=r"columns .*expected the one column"):
            transformer.fit(frame).transform(frame)


def test_frames_of_other_packages_are_asked_by_name():
    class Frame:
        columns, shape = ["t"], (8, 1)

        def __getitem__(self, name):
            assert name == "t"
            return TEXTS

    assert take_only_column(Frame()) is TEXTS
    for X in (TEXTS, np.array(TEXTS), np.array(TEXTS)[:, None]):
        assert take_only_column(X) is X
