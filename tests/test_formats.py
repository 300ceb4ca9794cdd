import gzip
import lzma

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors, Word2Vec
from gensim.test.utils import common_texts

from skmeta import MetaEmbeddings, PretrainedVectorizer, WordVectors, load_vectors
from skmeta._formats import load_once

TEXT = "3 2\napple 1 0\npear 0.5 -1e-3\n서울 0 2.25\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def check_fruit(word_vectors):
    assert word_vectors.words == ("apple", "pear", "서울")
    expected = np.array([[1, 0], [0.5, -1e-3], [0, 2.25]], dtype=np.float32)
    np.testing.assert_array_equal(word_vectors.vectors, expected)
    assert word_vectors.counts is None


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_word2vec_text(path, kind):
    check_fruit(load_vectors(kind(path)))


def test_glove_text_without_a_header(path):
    path.write_text(TEXT.partition("\n")[2], encoding="utf-8")
    check_fruit(load_vectors(path))


@pytest.mark.parametrize(("suffix", "module"), [(".gz", gzip), (".xz", lzma)])
def test_compressed_text(path, suffix, module):
    packed = path.with_name("vectors.txt" + suffix)
    with module.open(packed, "wb") as file:
        file.write(TEXT.encode())
    check_fruit(load_vectors(packed))


def test_words_with_spaces_and_odd_line_ends(path):
    path.write_bytes("2 2\r\nnew york 1 0\r\n\u2028\x0b 0 1 \n".encode())
    assert load_vectors(path).words == ("new york", "\u2028\x0b")


def test_first_of_repeated_words_is_kept(path):
    path.write_text("3 1\na 1\nb 2\na 3\n")
    with pytest.warns(UserWarning, match="1 lines of .* repeat a word"):
        loaded = load_vectors(path)
    assert loaded.words == ("a", "b")
    assert loaded["a"] == 1


def test_what_gensim_writes(tmp_path):
    model = Word2Vec(common_texts, vector_size=5, min_count=1, workers=1)
    model.wv.save_word2vec_format(tmp_path / "model.txt")
    loaded = load_vectors(tmp_path / "model.txt")
    expected = KeyedVectors.load_word2vec_format(tmp_path / "model.txt")
    assert list(loaded.words) == expected.index_to_key
    np.testing.assert_array_equal(loaded.vectors, expected.vectors)


def test_folder_is_mapped(tmp_path, word_vectors):
    word_vectors.save(tmp_path)
    assert load_vectors(tmp_path) is WordVectors.open(tmp_path)
    assert load_once(str(tmp_path)) is WordVectors.open(tmp_path)


def test_objects_in_memory(word_vectors):
    assert load_vectors(word_vectors) is word_vectors
    frame = pd.DataFrame([[1, 0], [0.5, -1e-3], [0, 2.25]], ["apple", "pear", "서울"])
    check_fruit(load_vectors(frame))
    check_fruit(load_vectors(dict(zip(frame.index, frame.to_numpy()))))
    keyed_vectors = word_vectors.to_gensim()
    assert np.shares_memory(load_vectors(keyed_vectors).vectors, word_vectors.vectors)
    meta = MetaEmbeddings([word_vectors])
    np.testing.assert_array_equal(load_vectors(meta).vectors, meta.wv.vectors)


def test_a_path_is_read_once_until_the_file_changes(path, monkeypatch):
    first = load_once(path)
    assert load_once(str(path)) is first
    monkeypatch.chdir(path.parent)
    assert load_once("vectors.txt") is first
    path.write_text("1 1\nonly 3\n")
    assert load_once(path).words == ("only",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no word and numbers"),
        (b"\n\n", "no word and numbers"),
        (b"just some words\nof a text\n", "could not convert string to float"),
        (b"2 2\napple 1 0\n", "promises 2 words, it has 1"),
        (b"1 2\napple 1 0\npear 0 1\n", "promises 1 words, it has 2"),
        (b"2 2\napple 1 0\npear 1\n", "line 3 has 1 numbers, expected 2"),
        (b"apple 1 0\npear 1\n", "line 2 has 1 numbers, expected 2"),
        (b"2 2\napple 1 0\npear 1 x\n", "could not convert"),
        (b"2 2\napple 1 0\npear 1 nan\n", "NaN or infinity"),
        (b"\x80\x02ccollections\n", "could not be read"),
        (b"1000000000000 300\napple 1\n", "line 2 has 1 numbers, expected 300"),
        (b"1000000000000 2\na 1 0\n", "promises 1,000,000,000,000 words"),
        (b"1 0\napple\n", "one row of at least one number"),
        (b"apple\npear\n", "no word and numbers"),
    ],
)
@pytest.mark.timeout(20)
def test_files_that_are_no_vectors_are_refused(content, message, path):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as caught:
        load_vectors(path)
    assert str(path) in str(caught.value)
    assert "Expected text in UTF-8" in str(caught.value)


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2"])
def test_damaged_compression_is_refused(path, suffix):
    damaged = path.with_name("vectors.txt" + suffix)
    damaged.write_bytes(b"no such compression")
    with pytest.raises(ValueError, match="could not be read as word vectors"):
        load_vectors(damaged)
    damaged.write_bytes(gzip.compress(TEXT.encode() * 1000)[:100])
    with pytest.raises(ValueError, match="could not be read as word vectors"):
        load_vectors(damaged)


def test_missing_files_and_other_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere.txt"):
        PretrainedVectorizer(tmp_path / "nowhere.txt").fit([["a"]])
    with pytest.raises(FileNotFoundError, match=r"no folder of word vectors"):
        load_vectors(tmp_path)


@pytest.mark.parametrize("source", [3, None, [1.0], [["apple", 1.0]], object()])
def test_other_objects_are_refused(source):
    with pytest.raises(TypeError, match="expected a WordVectors, gensim KeyedVectors"):
        load_vectors(source)


def test_odd_dicts_are_refused():
    with pytest.raises(ValueError, match="empty dict"):
        load_vectors({})
    with pytest.raises(ValueError, match="all of one length"):
        load_vectors({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(ValueError, match="one row of numbers"):
        load_vectors({"a": 1.0})
    with pytest.raises(TypeError, match="the word 1 of type int"):
        load_vectors({1: [1.0]})
