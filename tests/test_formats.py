import bz2
import gzip
import json
import lzma
import os
import re
import zipfile
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest
from gensim.models import FastText, KeyedVectors, Word2Vec
from gensim.models.fasttext import save_facebook_model
from gensim.test.utils import common_texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skmeta import (
    MetaEmbeddings,
    PretrainedVectorizer,
    VectorFormatError,
    WordVectors,
    load_vectors,
    save_vectors,
)
from skmeta._io.formats import FORMATS_TO_SAVE, _save, detect_format, load_once

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
    with pytest.warns(UserWarning, match="1 row of .* repeats a word"):
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
        (b"", "is empty"),
        (b"\n\n", "no known format"),
        (b"just some words\nof a text\n", "no known format"),
        (b"apple\npear\n", "no known format"),
        (b"\x00\x01\x02 no text", "no known format"),
        (b"2 2\napple 1 0\n", "declares 2 words in its first line but has 1 row:"),
        (b"1 2\napple 1 0\npear 0 1\n", "declares 1 word .* but has 2 rows"),
        (b"2 2\napple 1 0\npear 1\n", r"Row 2 .*\('pear'\) has 1 number, expected 2"),
        (b"apple 1 0\npear 1\n", r"Row 2 .*\('pear'\) has 1 number, expected 2"),
        (b"2 2\napple 1 0\npear 1 x\n", "Row 2 .* holds 'x' in place of a num"),
        (b"2 2\napple 1 0\n\nplum 1 1\n", "Row 2 .* has 0 numbers"),
        (b"2 2\napple 1 0\npear 1 nan\n", "Row 2 .* holds NaN or infinity"),
        (b"2 2\napple 1 0\npear 1 1e99\n", "Row 2 .* holds NaN or infinity"),
        (b"2 2\napple 1 0\npe\xffar 1 1\n", "Row 2 .* is no utf-8"),
        (b"1000000000000 300\napple 1\n", "has 1 number"),
        (b"1000000000000 2\na 1 0\n", "declares 1,000,000,000,000 words"),
        (b"\x80\x02ccollections\n", "damaged pickle|refers to collections"),
        (b"\x80\x02]q\x00.", "pickle of 'list' without words and vectors"),
        (b"5 3\nword \x00\x01\x02", "ends after 0"),
        (b"\x93NUMPY\x01\x00", "not valid word vectors"),
        (b"\x05\x00\x00\x00\x00\x00\x00\x00{}}}}", "not valid word vectors"),
        (b"\xba\x16\x4f\x2f\x0c\x00\x00\x00", "ends 56 bytes too early"),
    ],
)
@pytest.mark.timeout(20)
def test_files_that_are_no_vectors_are_refused(content, message, path):
    path.write_bytes(content)
    with pytest.raises(VectorFormatError, match=message) as caught:
        load_vectors(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".bz2", ".zip"])
def test_damaged_compression_is_refused(path, suffix):
    module = {".gz": gzip, ".xz": lzma, ".bz2": bz2}.get(suffix)
    packed = path.with_name("vectors" + suffix)
    if module:
        packed.write_bytes(module.compress(os.urandom(500) + TEXT.encode() * 9_999))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("vectors.txt", TEXT * 999)
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VectorFormatError, match="damaged or cut off"):
        load_vectors(packed, format="word2vec")


def test_unsound_rows_can_be_skipped(path):
    path.write_bytes(
        b"8 2\na 1 0\nb 1\nc 1 x\nd nan 1\n\xff\xfe 1 1\nnew york 0 1\na 2 2\ne 1 1\n"
    )
    with pytest.warns(UserWarning, match="left out") as caught:
        loaded = load_vectors(path, errors="skip")
    assert loaded.words == ("a", "new york", "e")
    messages = sorted(str(warning.message)[:14] for warning in caught)
    assert messages == ["1 row of '" + str(path)[:4], "4 invalid rows"]
    with pytest.raises(VectorFormatError, match="Row "):
        load_vectors(path)


@pytest.mark.parametrize("errors", ["ignore", "replace"])
def test_words_that_are_no_text_can_be_mended(path, errors):
    path.write_bytes(b"1 1\na\xffb 2\n")
    expected = {"ignore": "ab", "replace": "a\ufffdb"}[errors]
    assert load_vectors(path, errors=errors).words == (expected,)
    path.write_bytes(b"1 1\na\xe9b 2\n")
    assert load_vectors(path, encoding="latin-1").words == ("a\xe9b",)


def test_limit_and_vocabulary(path, word_vectors):
    assert load_vectors(path, limit=2).words == ("apple", "pear")
    assert load_vectors(path, vocabulary=["pear", "fig"]).words == ("pear",)
    wanted = [["a", "서울"], ["pear"]]
    assert load_vectors(path, vocabulary=wanted).words == ("pear", "서울")
    assert load_vectors(path, vocabulary=wanted, limit=2).words == ("pear",)
    kept = load_vectors(word_vectors, vocabulary=["word9", "word2"])
    assert kept.words == ("word2", "word9")
    np.testing.assert_array_equal(kept["word9"], word_vectors["word9"])
    for source in (path, word_vectors):
        with pytest.raises(VectorFormatError, match="wanted words"):
            load_vectors(source, vocabulary=["fig"])
        assert len(load_vectors(source, limit=1)) == 1


def test_words_with_spaces_are_wanted_too(path):
    path.write_text("3 1\nnew york 1\nnew 2\nyork 3\n")
    assert load_vectors(path, vocabulary=["new york"]).words == ("new york",)
    assert load_vectors(path, vocabulary=["new"]).words == ("new",)


def test_tabs_byte_order_marks_and_blank_ends(path):
    path.write_bytes(b"\xef\xbb\xbfapple\t1\t0\r\nnew york\t0\t1\r\n\r\n\n")
    assert load_vectors(path).words == ("apple", "new york")
    path.write_bytes(b"\xef\xbb\xbf1 2\napple 1 0 \n")
    assert load_vectors(path).words == ("apple",)


def test_numbers_as_words_are_told_from_headers(path):
    path.write_text("2003 5\n2004 6\n2005 7\n")
    assert load_vectors(path).words == ("2003", "2004", "2005")
    path.write_text("2 1\n2004 6\n2005 7\n")
    assert load_vectors(path).words == ("2004", "2005")


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\n")), unique=True
    ),
    st.integers(1, 5),
    st.randoms(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_every_format_gives_back_what_was_saved(tmp_path, words, size, random):
    words = [*words, "last"] if "last" not in words else words
    rng = np.random.default_rng(random.getrandbits(32))
    bits = rng.integers(0, 1 << 32, (len(words), size), dtype=np.uint32)
    vectors = bits.view(np.float32)  # of every size, denormal ones too
    vectors[~np.isfinite(vectors)] = 0
    counts = rng.integers(100, 199, len(words))  # n, ..., 1 gensim makes up
    made = WordVectors(words, vectors, counts)
    for format in FORMATS_TO_SAVE:
        path = tmp_path / format
        if format.startswith("word2vec") and not _is_writable(words, format):
            with pytest.raises(VectorFormatError, match="no way to tell"):
                save_vectors(made, path, format=format)
            continue
        save_vectors(made, path, format=format)
        for again in (load_vectors(path), load_vectors(path, format=format)):
            assert again.words == made.words
            np.testing.assert_array_equal(again.vectors, made.vectors)
            if format.startswith("word2vec"):
                assert again.counts is None
            else:
                np.testing.assert_array_equal(again.counts, made.counts)


@pytest.mark.parametrize(
    "numbers",
    [b"\rp_0", b"abcd", b"1\n\xab\x41", b"12\nx", b"\n 12"],
)
@pytest.mark.parametrize("n_words", [1, 2, 3])
@pytest.mark.parametrize("entry_end", [b"", b"\n"])
def test_raw_numbers_that_look_like_text_are_raw(path, numbers, n_words, entry_end):
    words = ["last", "one", "7"][:n_words]
    entries = [word.encode() + b" " + numbers + entry_end for word in words]
    path.write_bytes(b"%d 1\n" % n_words + b"".join(entries))
    for compress in (bytes, gzip.compress):
        path.write_bytes(compress(path.read_bytes()))
        assert detect_format(path) == "word2vec_binary"
        read = load_vectors(path)
        assert read.words == tuple(words)
        assert read.vectors.tobytes() == numbers * n_words


def test_long_files_of_printable_raw_numbers_are_raw(path):
    n_words = 40_000
    numbers = b"12\nx" * 10
    entries = b"".join(b"w%d %b" % (i, numbers) for i in range(n_words))
    path.write_bytes(b"%d 10\n" % n_words + entries)
    assert path.stat().st_size > 1 << 20
    assert load_vectors(path).vectors.tobytes() == numbers * n_words


@pytest.mark.parametrize(
    "content",
    [
        b"1 1\nlast 1234",
        b"1 1\nlast 1e+5\n",
        b"2 1\na 1.25\nb 2.50\n",
        b"2 1\n2003 4567\n2004 8901\n",
        b"1 2\n34 12345678\n",  # no header: words that are numbers
        b"1 2\nword 123 4567",
        b"3 1\na\t1.25\nb\t2.50\nc\t0.25\n",
        b"1 3\n1234 567890ab 1 2 3\n",
    ],
)
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_text_is_never_read_as_raw_numbers(path, content, compress):
    path.write_bytes(compress(content))
    assert detect_format(path) in ("word2vec", "glove")


def test_long_text_with_a_damaged_first_row_is_text(path):
    rows = [b"w%d 0.25\n" % i for i in range(150_000)]
    path.write_bytes(b"150000 1\n" + b"w0 x.25\n" + b"".join(rows[1:]))
    assert path.stat().st_size > 1 << 20
    with pytest.warns(UserWarning, match="1 invalid row"):
        assert len(load_vectors(path, errors="skip")) == 149_999


def _is_writable(words, format):
    """Return whether a format can hold the words: what ends them must not be inside."""
    ends = " \n" if format == "word2vec_binary" else "\n\t\r"
    at_the_sides = "\r\ufeff" if format == "word2vec_binary" else " \r\ufeff"
    return all(
        word
        and not set(word) & set(ends)
        and not (format == "word2vec" and has_number_after_blank(word))
        and word[0] not in at_the_sides
        and (word[-1] not in " \r" or format == "word2vec_binary")
        for word in words
    )


def has_number_after_blank(word):
    """Return whether a part of a word, after the first, may be a number of its row."""
    digits_and_signs = set("0123456789.,+-eE")
    return any(
        part.lower().lstrip("+-") in ("nan", "inf", "infinity")
        or (set(part) <= digits_and_signs and set(part) & set("0123456789"))
        for part in word.split(" ")[1:]
    )


@pytest.mark.parametrize("format", ["word2vec", "word2vec_binary", "gensim"])
def test_gensim_reads_what_is_saved(format, word_vectors, tmp_path):
    path = tmp_path / "saved"
    save_vectors(word_vectors, path, format=format)
    if format == "gensim":
        read = KeyedVectors.load(str(path))
    else:
        read = KeyedVectors.load_word2vec_format(path, binary=format != "word2vec")
    assert read.index_to_key == list(word_vectors.words)
    np.testing.assert_array_equal(read.vectors, word_vectors.vectors)


def test_precision_of_text(word_vectors, tmp_path):
    save_vectors(word_vectors, tmp_path / "v.txt", format="word2vec", precision=3)
    read = load_vectors(tmp_path / "v.txt").vectors
    np.testing.assert_allclose(read, word_vectors.vectors, rtol=5e-3)
    assert not np.array_equal(read, word_vectors.vectors)


def test_saving_replaces_whole_files_only(word_vectors, tmp_path, monkeypatch):
    path = tmp_path / "v.txt"
    path.write_text("old")
    with monkeypatch.context() as patch:
        patch.setattr(_save, "_write_text", Mock(side_effect=OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            save_vectors(word_vectors, path, format="word2vec")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ValueError, match="expected one of word2vec"):
        save_vectors(word_vectors, path, format="text")
    with pytest.raises(VectorFormatError, match="is a folder"):
        save_vectors(word_vectors, tmp_path, format="word2vec")


def test_progress_of_reading_and_writing(word_vectors, tmp_path, capsys):
    for format in ("word2vec", "word2vec_binary"):
        save_vectors(word_vectors, tmp_path / "v", format=format, verbose=1)
        load_vectors(tmp_path / "v", verbose=1)
        shown = capsys.readouterr().err
        assert "Writing v: 100%" in shown
        assert "Reading v: 100%" in shown


def test_a_cached_copy_is_used_until_the_file_changes(path):
    first = load_vectors(path, cache=True)
    assert first.folder == str(path) + ".skmeta"
    check_fruit(first)
    assert load_vectors(path, cache=True) is first
    assert load_vectors(path, cache=True, limit=1).words == ("apple",)
    path.write_text("1 1\nonly 3\n")
    assert load_vectors(path, cache=True).words == ("only",)


def test_matrix_with_words_beside_it(tmp_path, word_vectors):
    np.save(tmp_path / "some.npy", word_vectors.vectors)
    with pytest.raises(VectorFormatError, match=r"none of .*some.txt.* lies beside"):
        load_vectors(tmp_path / "some.npy")
    (tmp_path / "some.txt").write_text("\n".join(word_vectors.words) + "\n")
    loaded = load_vectors(tmp_path / "some.npy")
    assert loaded.words == word_vectors.words
    np.testing.assert_array_equal(loaded.vectors, word_vectors.vectors)


@pytest.mark.parametrize("dtype", ["F32", "F16"])
@pytest.mark.parametrize("unigram", [False, True])
def test_model2vec_folder(tmp_path, dtype, unigram):
    matrix = np.array([[1, 2], [3, 4], [5, 6]], {"F32": "<f4", "F16": "<f2"}[dtype])
    entry = {"dtype": dtype, "shape": [3, 2], "data_offsets": [0, matrix.nbytes]}
    header = json.dumps({"embeddings": entry, "__metadata__": {"a": "b"}}).encode()
    (tmp_path / "model.safetensors").write_bytes(
        len(header).to_bytes(8, "little") + header + matrix.tobytes()
    )
    vocabulary = {"[PAD]": 0, "##ing": 2, "the": 1}
    if unigram:
        vocabulary = [["[PAD]", 0.0], ["the", -1.5], ["##ing", -2.0]]
    tokenizer = {"model": {"vocab": vocabulary}}
    with pytest.raises(
        VectorFormatError, match="valid word vectors of format='model2vec'"
    ):
        load_vectors(tmp_path)
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    loaded = load_vectors(tmp_path)
    assert loaded.words == ("[PAD]", "the", "##ing")
    np.testing.assert_array_equal(loaded.vectors, matrix)


def test_missing_files_and_other_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file .*nowhere.txt"):
        PretrainedVectorizer(tmp_path / "nowhere.txt").fit([["a"]])
    with pytest.raises(VectorFormatError, match=r"not a folder of word vectors"):
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


def test_frames_without_words_as_index_are_refused():
    frame = pd.DataFrame({"word": ["apple", "pear"], "x": [1.0, 2.0]})
    for odd, error in ((frame, ValueError), (frame[["x"]], TypeError)):
        with pytest.raises(error, match=r"source.set_index\('word'\)"):
            load_vectors(odd)
    assert load_vectors(frame.set_index("word")).words == ("apple", "pear")


def write_zip(path, entries):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    "others",
    [
        {"__MACOSX/": "", "__MACOSX/._fruit.txt": "\x00\x05\x16\x07"},
        {"vectors/": ""},
        {"__MACOSX/vectors/._fruit.txt": "x", "vectors/": "", ".DS_Store": "x"},
        {"Thumbs.db": "x", "desktop.ini": "x"},
    ],
)
def test_what_file_managers_add_to_archives_is_passed_over(others, tmp_path):
    for entries in (
        {**others, "vectors/fruit.txt": TEXT},
        {"fruit.txt": TEXT} | others,
    ):
        path = write_zip(tmp_path / "fruit.zip", entries)
        check_fruit(load_vectors(path))
        assert detect_format(path) == "word2vec"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            {"a.50d.txt": TEXT, "d/a.100d.txt": TEXT},
            "of 2 files, .* holds 'a.50d.txt', 'd/a.100",
        ),
        (
            {f"{i}.txt": TEXT for i in range(99)},
            r"of 99 files, .* '0.txt', .*'9.txt', \.\.",
        ),
        ({"d/": "", "__MACOSX/._x": ""}, "of 0 files, expected one; it holds none"),
    ],
)
def test_files_of_an_archive_are_named(entries, message, tmp_path):
    path = write_zip(tmp_path / "several.zip", entries)
    with pytest.raises(VectorFormatError, match=message) as caught:
        load_vectors(path)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("end", ["", "\n \n"])
def test_progress_of_text_ends_at_its_end(end, path, capsys):
    with open(path, "a") as file:
        file.write(end)
    check_fruit(load_vectors(path, verbose=1))
    assert capsys.readouterr().err.startswith("Reading vectors.txt: 100%")


@pytest.mark.parametrize("kind", ["word2vec", "fastText"])
def test_progress_of_binary_files_ends_at_their_end(kind, tmp_path, capsys):
    path = str(tmp_path / "vectors.bin")
    if kind == "word2vec":
        keyed = KeyedVectors(2)
        keyed.add_vectors(["apple", "pear"], np.eye(2, dtype=np.float32))
        keyed.save_word2vec_format(path, binary=True)
    else:
        sizes = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
        save_facebook_model(FastText(common_texts, bucket=20, **sizes), path)
    load_vectors(path, verbose=1)
    assert capsys.readouterr().err.startswith("Reading vectors.bin: 100%")


@pytest.mark.parametrize("kind", ["model", "vectors"])
def test_fasttext_with_added_vectors(kind, tmp_path):
    sizes = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
    model = FastText(common_texts, bucket=20, **sizes)
    model.wv.add_vectors(["added", "later"], np.ones((2, 4), np.float32))
    given = model if kind == "model" else model.wv
    loaded = load_vectors(given)
    assert loaded.words[-2:] == ("added", "later")
    assert loaded.counts[-3:].tolist() == [2, 0, 0]
    np.testing.assert_array_equal(loaded["later"], np.ones(4))
    given.save(str(tmp_path / "model"))
    with pytest.raises(VectorFormatError, match=r"14 words .* of 12: .* of 'added'"):
        load_vectors(tmp_path / "model")
    save_vectors(loaded, tmp_path / "saved", format="skmeta")
    again = load_vectors(tmp_path / "saved")
    np.testing.assert_array_equal(again["added"], np.ones(4))
    np.testing.assert_allclose(again.vector("xyz"), model.wv["xyz"], atol=1e-6)


def test_word2vec_with_added_vectors(tmp_path):
    model = Word2Vec(common_texts, vector_size=4, min_count=1, workers=1)
    model.wv.add_vectors(["added"], np.ones((1, 4), np.float32))
    model.save(str(tmp_path / "model"))
    for source in (model, tmp_path / "model"):
        loaded = load_vectors(source)
        assert loaded.counts[-2:].tolist() == [2, 0]
        np.testing.assert_array_equal(loaded["added"], np.ones(4))


def test_unknown_encodings_are_refused(path):
    with pytest.raises(ValueError, match="encoding='utf-99', expected the name"):
        load_vectors(path, encoding="utf-99")


@pytest.mark.parametrize("dtype", ["complex64", "datetime64[ns]", "timedelta64[ns]"])
def test_columns_that_are_no_real_numbers_are_refused(dtype):
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": np.ones(2, dtype)}, ["a", "b"])
    with pytest.raises(TypeError, match=f"columns of dtype {re.escape(dtype)}"):
        load_vectors(frame)
    vectors = {"a": np.ones(2, dtype), "b": np.ones(2, dtype)}
    with pytest.raises(TypeError, match="expected real numbers"):
        load_vectors(vectors)
