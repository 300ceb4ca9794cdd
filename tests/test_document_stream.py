import bz2
import codecs
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
    """Iterates over the documents repeatedly, and counts the passes."""

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


def test_documents_are_read_once_but_by_gensim_once_an_epoch_too(documents):
    corpus = Again(documents)
    Word2VecVectorizer(**TRAINING).fit(corpus)
    assert corpus.passes == 1 + 1  # the last for the rows' scale
    Word2VecVectorizer(solver="gensim", **TRAINING).fit(corpus)
    assert corpus.passes == 2 + 1 + TRAINING["epochs"] + 1


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
        Word2VecVectorizer(solver="gensim", **TRAINING).fit(Breaks(documents))


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


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("per", ["line", "file"])
@pytest.mark.parametrize(
    ("mark", "written", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF8, "utf-8", "UTF8"),
        (b"", "latin-1", "latin-1"),
        (b"", "utf-16", "utf-16"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16-le"),
        (b"", "utf-16-be", "utf-16-be"),
        (b"", "utf-32", "utf-32"),
    ],
)
def test_encodings_of_text_files(mark, written, encoding, per, suffix, tmp_path):
    path = tmp_path / f"texts.txt{suffix}"
    data = mark + "Äpfel und\nBirnen".encode(written)
    path.write_bytes(gzip.compress(data) if suffix else data)
    expected = [["Äpfel", "und"], ["Birnen"]]
    if per == "file":
        expected = [["Äpfel", "und", "Birnen"]]
    assert list(TextFiles([path] * 2, per=per, encoding=encoding)) == expected * 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_noticed(encoding, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("Some words of a text\nand more\n".encode(encoding))
    with pytest.raises(ValueError, match=f"text in {encoding.upper()}, .* Pass enc"):
        list(TextFiles(path))
    for name in ("no-such", "hex", None):
        with pytest.raises(ValueError, match="expected the name of an encoding"):
            TextFiles(path, encoding=name)
    path.write_bytes(b"")
    assert list(TextFiles(path, encoding=encoding)) == []
    path.write_bytes(b"a\x00b c\n")  # a zero alone is none
    assert list(TextFiles(path)) == [["a\x00b", "c"]]


class Once:
    """Iterates over its documents once, although it looks reiterable."""

    def __init__(self, documents, n_later=0):
        self.later, self.documents = documents[:n_later], documents

    def __iter__(self):
        now, self.documents = self.documents, self.later
        yield from now


@pytest.mark.parametrize("n_later", [0, 300])
@pytest.mark.parametrize(
    "make",
    [
        lambda: Word2VecVectorizer(**TRAINING, solver="gensim"),
        lambda: FastTextVectorizer(**TRAINING, bucket=20, solver="gensim"),
        lambda: PretrainedVectorizer(VECTORS, weighting="sif"),
        lambda: PretrainedVectorizer(VECTORS, remove_components=1),
    ],
    ids=["word2vec", "fasttext", "weighted", "components"],
)
def test_a_later_pass_that_gives_fewer_documents_is_named(documents, make, n_later):
    message = rf"{n_later} documents in a later pass over the Once, 700 in the first"
    with pytest.raises(ValueError, match=message):
        make().fit_transform(Once(documents, n_later))


def test_an_object_that_is_its_own_iterator_is_read_once(documents):
    class Wrapped:
        def __init__(self, documents):
            self.documents = iter(documents)

        def __iter__(self):
            return self.documents

    expected = Doc2VecVectorizer(**TRAINING).fit_transform(documents)
    found = Doc2VecVectorizer(**TRAINING).fit_transform(Wrapped(documents))
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match="0 documents in a later pass over the Wrap"):
        Word2VecVectorizer(**TRAINING, solver="gensim").fit(Wrapped(documents))


def test_an_empty_stream_is_named(documents):
    message = "an empty Once, or one that can be read only once"
    with pytest.raises(ValueError, match=message):
        Word2VecVectorizer(**TRAINING).fit(Once([]))
    with pytest.raises(ValueError, match=message):
        Doc2VecVectorizer(**TRAINING).fit(Once(documents))  # looks for tags first


@pytest.mark.parametrize("kind", [Word2VecVectorizer, FastTextVectorizer])
def test_ties_beyond_the_largest_vocabulary_are_named(kind):
    documents = [["a", "b", "c"]] * 50
    message = r"3 words that occur 50 times, as 'a' does.*max_final_vocab=2"
    with pytest.raises(ValueError, match=message):
        kind(min_count=1, max_final_vocab=2).fit(documents)
    with pytest.raises(ValueError, match=r"min_count=60 .*'a', does so 50 times"):
        kind(min_count=60, max_final_vocab=2).fit(documents)
    fitted = kind(min_count=1, max_final_vocab=3, vector_size=4).fit(documents)
    assert len(fitted.word_vectors_) == 3
