import bz2
import gzip
import lzma
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from gensim.models.doc2vec import TaggedDocument
from gensim.models.word2vec import LineSentence, PathLineSentences
from scipy.sparse import issparse
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Word2VecVectorizer,
)
from skmeta._documents._stream import is_reiterable
from skmeta.datasets import TextFiles

WORDS = [f"w{i}" for i in range(40)]
TRAINING = {"vector_size": 8, "min_count": 1, "epochs": 2, "random_state": 0}
VECTORS = dict(zip(WORDS, np.random.default_rng(1).normal(size=(40, 6))))

PARTS = {word: VECTORS[word][:3] for word in WORDS[:30]}


def as_dense(rows):
    return rows.toarray() if issparse(rows) else rows


@pytest.fixture(scope="module")
def documents():
    rng = np.random.default_rng(0)
    lengths = rng.integers(0, 12, size=700)
    lengths[5] = 23_456  # gensim reads 10,000 at a time
    return [[WORDS[i] for i in rng.integers(40, size=n)] for n in lengths]


@pytest.fixture(scope="module")
def file(documents, tmp_path_factory):
    path = tmp_path_factory.mktemp("texts") / "texts.txt"
    path.write_text("".join(" ".join(document) + "\n" for document in documents))
    return path


class Again:
    """Gives documents anew, and counts how often."""

    def __init__(self, documents):
        self.documents, self.passes = documents, 0

    def __iter__(self):
        self.passes += 1
        yield from self.documents


@pytest.mark.parametrize(
    "vectorizer",
    [
        Word2VecVectorizer(**TRAINING),
        Word2VecVectorizer(**TRAINING, weighting="usif"),
        Word2VecVectorizer(**TRAINING, weighting="idf", remove_components=2),
        FastTextVectorizer(**TRAINING, bucket=100, weighting="sif"),
        Doc2VecVectorizer(**TRAINING),
        Doc2VecVectorizer(**TRAINING, training_vectors="trained"),
        PretrainedVectorizer(VECTORS, weighting="idf", remove_components=1),
        PretrainedVectorizer(VECTORS, remove_components=1),
        MetaEmbeddingVectorizer(
            [("a", VECTORS), ("b", Word2VecVectorizer(**TRAINING))], weighting="sif"
        ),
        MetaEmbeddingVectorizer(
            [("a", VECTORS), ("b", Word2VecVectorizer(**TRAINING))], level="document"
        ),
    ],
    ids=lambda v: type(v).__name__,
)
@pytest.mark.filterwarnings("ignore:The model knows no word")
@pytest.mark.timeout(120)
def test_a_file_gives_what_a_list_gives(vectorizer, documents, file):
    expected = vectorizer.fit(documents).transform(documents)
    found = vectorizer.fit(TextFiles(file)).transform(TextFiles(file))
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(
        vectorizer.fit_transform(TextFiles(file)), vectorizer.fit_transform(documents)
    )


@pytest.mark.filterwarnings("ignore:The model knows no word")
def test_a_meta_embedding_gives_of_a_stream_what_it_gives_of_a_list(documents):
    trained = Doc2VecVectorizer(**TRAINING, training_vectors="trained")
    labels = ["w1" in document for document in documents]
    others = [("d", trained), ("t", TfidfVectorizer(analyzer=list))]
    for settings in (
        {"sources": [("a", VECTORS), *others], "level": "document"},
        {"sources": [("a", VECTORS), ("b", PARTS)], "weights": "learn"},
        {
            "sources": [("a", VECTORS), ("b", PARTS)],
            "level": "document",
            "weights": "learn",
        },
    ):
        meta = MetaEmbeddingVectorizer(**settings)
        corpus = Again(documents)
        found = meta.fit_transform(corpus, labels)
        assert corpus.passes > 1  # no list was made of it
        expected = meta.fit_transform(documents, labels)
        np.testing.assert_array_equal(as_dense(found), as_dense(expected))


def test_coverage_reads_a_stream_once(documents):
    for vectorizer in (
        PretrainedVectorizer(PARTS),
        MetaEmbeddingVectorizer([("a", VECTORS), ("b", PARTS)]),
        Doc2VecVectorizer(**TRAINING),
    ):
        vectorizer.fit(documents)
        corpus = Again(documents)
        expected = vectorizer.coverage(documents)
        pd.testing.assert_frame_equal(vectorizer.coverage(corpus), expected)
        assert corpus.passes <= 2  # one to see whether there are tags


def test_gensims_sentences_train_the_same_vectors(file):
    for sentences in (LineSentence, PathLineSentences):
        corpus = sentences(str(file), max_sentence_length=10**9)
        found = Word2VecVectorizer(**TRAINING).fit(corpus).word_vectors_.vectors
        whole = Word2VecVectorizer(**TRAINING).fit(list(corpus)).word_vectors_.vectors
        np.testing.assert_array_equal(found, whole)


def test_documents_are_read_once_an_epoch_and_for_the_vocabulary(documents):
    corpus = Again(documents)
    Word2VecVectorizer(**TRAINING).fit(corpus)
    assert corpus.passes == 1 + TRAINING["epochs"] + 1  # the last for the rows' scale


@pytest.mark.filterwarnings("ignore:The model knows no word")
def test_tagged_documents_can_be_read_again(documents):
    tagged = [TaggedDocument(d, [f"t{i % 9}"]) for i, d in enumerate(documents[:99])]
    expected = Doc2VecVectorizer(**TRAINING).fit(tagged)
    found = Doc2VecVectorizer(**TRAINING).fit(Again(tagged))
    np.testing.assert_array_equal(found.document_vectors_, expected.document_vectors_)
    np.testing.assert_array_equal(
        found.transform(Again(tagged)), expected.transform(tagged)
    )
    with pytest.raises(TypeError, match="Document 99 is"):
        Doc2VecVectorizer(**TRAINING).fit(Again([*tagged, ["untagged"]]))


def test_unsound_tokens_are_named_with_their_document(documents):
    with pytest.raises(TypeError, match="Token 1 of document 700 is 3"):
        Word2VecVectorizer(**TRAINING).fit(Again([*documents, ["a", 3]]))


@pytest.mark.parametrize("make", [Word2VecVectorizer, Doc2VecVectorizer])
def test_no_documents_are_refused(make):
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\)"):
        make(**TRAINING).fit(Again([]))
    fitted = make(**TRAINING).fit([["a", "b"]])
    with pytest.raises(ValueError, match=r"Found 0 sample\(s\)"):
        fitted.transform(Again([]))


@pytest.mark.timeout(60)
def test_an_error_in_a_later_pass_ends_the_training(documents):
    class Breaks(Again):
        def __iter__(self):
            yield from super().__iter__()
            if self.passes == 2:
                raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        Word2VecVectorizer(**TRAINING).fit(Breaks(documents))


def test_what_holds_documents_is_not_read_again():
    assert is_reiterable(Again([]))
    for X in ([], (), np.empty(0), "text", {}, iter([]), (d for d in []), None):
        assert not is_reiterable(X)


@pytest.mark.parametrize(
    ("suffix", "opener"),
    [("", open), (".gz", gzip.open), (".xz", lzma.open), (".bz2", bz2.open)],
)
def test_compressed_files_are_read(tmp_path, suffix, opener):
    path = tmp_path / f"texts.txt{suffix}"
    with opener(path, "wt", encoding="utf-8") as file:
        file.write("Äpfel und\n\nBirnen")
    texts = TextFiles([path, path])
    assert list(texts) == [["Äpfel", "und"], [], ["Birnen"]] * 2
    assert list(pickle.loads(pickle.dumps(texts))) == list(texts)
    assert list(TextFiles(str(path), per="file")) == [["Äpfel", "und", "Birnen"]]
    assert list(TextFiles(path, tokenizer=list))[2] == list("Birnen")


def test_unsound_text_files_are_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff ok\n")
    assert list(TextFiles(path)) == [["\ufffd", "ok"]]
    with pytest.raises(ValueError, match="Found no path"):
        TextFiles([])
    with pytest.raises(ValueError, match="Found per='word'"):
        TextFiles(path, per="word")
    with pytest.raises(TypeError, match="Found tokenizer='split'"):
        TextFiles(path, tokenizer="split")
    with pytest.raises(FileNotFoundError, match="Found no file"):
        TextFiles(Path(tmp_path, "none.txt"))
