"""Files made to take all memory or time, and the one error that readers raise."""

import bz2
import errno
import gzip
import io
import json
import lzma
import os
import struct
import subprocess
import sys
import time
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
from gensim.models import Doc2Vec
from gensim.models.doc2vec import TaggedDocument
from gensim.test.utils import common_texts
from hostile_readers import make_meta, sound_vectors

from skmeta import (
    MetaEmbeddings,
    PretrainedVectorizer,
    VectorFormatError,
    Word2VecVectorizer,
    WordVectors,
    load_vectors,
    save_vectors,
)
from skmeta._io._saved_models import load_model
from skmeta._io.formats import UnsafeVectorFileError, load_doc2vec
from skmeta._reading._budget import BASE, FACTOR, Budget, check_shape
from skmeta._reading._guard import reading
from skmeta.datasets import (
    TextFiles,
    load_analogies,
    load_csv,
    load_sts,
    load_word_pairs,
)

MODULUS = 2**61 - 1  # integers apart by it have the same hash


def vectors_in_pickle(words):
    """Return a pickle of KeyedVectors whose words are what some opcodes make."""
    return (
        b"\x80\x02cgensim.models.keyedvectors\nKeyedVectors\n)\x81}("
        b"X\x0c\x00\x00\x00index_to_key" + words + b"ub."
    )


def fasttext(words, max_n=3, n_ngrams=1):
    """Return a file of fastText with vectors of one number."""
    n = len(words)
    numbers = (1, 5, 5, 1, 5, 1, 1, 1, 100, 1, max_n, 100, 1e-4)
    entries = [word + b"\0" + struct.pack("<qb", 1, 0) for word in words]
    return b"".join(
        [
            *(struct.pack("<2i", 793712314, 12), struct.pack("<12id", *numbers)),
            *(struct.pack("<3iqq", n, n, 0, n, -1), *entries, b"\0"),
            *(struct.pack("<qq", n + n_ngrams, 1), bytes(4 * (n + n_ngrams))),
        ]
    )


def safetensors(header, content=b"12345678"):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content


def nested_references(n):
    """Return a pickle of lists that hold the one before ten times each."""
    opcodes = b"]q\x00"
    for i in range(1, min(n // 20, 200)):
        opcodes += b"]q%c(" % i + b"h%c" % (i - 1) * 10 + b"e"
    return vectors_in_pickle(b"(" + opcodes + b"l")


def colliding_keys(n):
    keys = (b"\x8a\x0c" + (i * MODULUS).to_bytes(12, "little") for i in range(n // 16))
    return b"\x80\x02}(" + b"".join(key + b"K\x01" for key in keys) + b"u."


def many_digits(n):
    shape = [10**4_000 - 1] * (n // 4_000)
    entry = {"dtype": "F32", "shape": shape, "data_offsets": [0, 8]}
    return safetensors({"vectors": entry})


def many_tensors(n):
    entry = {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}
    return safetensors({f"tensor {i}": entry for i in range(n // 70)})


def repeated_calls(n):
    """Return a pickle that copies one list again and again."""
    made = b"(" + b"K\x01" * (n // 4) + b"lq\x01"
    calls = b"h\x00h\x01\x85R" * (n // 12)
    return b"\x80\x02cbuiltins\nlist\nq\x00" + made + calls + b"."


def repeated_states(n):
    """Return a pickle that gives one large state to many objects."""
    state = b"}q\x01(" + b"".join(
        b"X\x04\x00\x00\x00%04xK\x01" % (i % 65536) for i in range(n // 22)
    )
    objects = b"cgensim.x\nY\nq\x00" + b"h\x00)\x81h\x01b" * (n // 14)
    return b"\x80\x02" + state + b"u" + objects + b"."


# name: what makes a file of about n bytes, what reads it
ATTACKS = {
    "digits before a letter": (
        lambda n: b"5 1\nw " + b"1" * n + b"x\n",
        load_vectors,
    ),
    "digits, tabs": (lambda n: b"5 1\nw\t" + b"1" * n + b"x\n" * 4, load_vectors),
    "one long number": (lambda n: b"1 1\nw 0." + b"1" * n, load_vectors),
    "short rows": (lambda n: b"x 1\n" * (n // 4), load_vectors),
    "empty rows": (lambda n: b"5 300\n" + b"\n" * n, load_vectors),
    "blanks": (lambda n: b"5 3\nw" + b" " * n, load_vectors),
    "carriage returns": (lambda n: b"5 3\nw 1 1 1" + b"\r" * n, load_vectors),
    "many numbers": (lambda n: b"w" + b" 1" * (n // 2), load_vectors),
    "empty words of fastText": (lambda n: fasttext([b""] * (n // 14)), load_vectors),
    "one word of fastText": (lambda n: fasttext([b"ab"] * (n // 16)), load_vectors),
    "a long word, long n-grams": (
        lambda n: fasttext([b"a" * min(n, 65_000)], 2**31 - 1),
        load_vectors,
    ),
    "a long word, n-grams": (
        lambda n: fasttext([b"a" * min(n, 65_000)] * (n // 65_000 + 1), 999),
        load_vectors,
    ),
    "words of binary files": (lambda n: b"5 3\n" + b"a" * n, load_vectors),
    "nested references": (nested_references, load_vectors),
    "nested tuples": (
        lambda n: b"\x80\x02}()" + b"\x85" * n + b"K\x01u.",
        load_vectors,
    ),
    "nested tuples of marks": (
        lambda n: b"\x80\x02}(" + b"(" * n + b"t" * n + b"K\x01u.",
        load_vectors,
    ),
    "nested lists": (lambda n: b"\x80\x02" + b"](" * n + b"e" * n + b".", load_vectors),
    "nested objects": (
        lambda n: b"\x80\x02cgensim.x\nY\nq\x00" + b"h\x00)\x81}X\x01\x00\x00\x00a" * n,
        load_vectors,
    ),
    "colliding keys": (colliding_keys, load_vectors),
    "colliding memos": (
        lambda n: (
            b"\x80\x02N" + b"".join(b"p%d\n" % (i * MODULUS) for i in range(n // 24))
        ),
        load_vectors,
    ),
    "repeated calls": (repeated_calls, load_vectors),
    "repeated states": (repeated_states, load_vectors),
    "empty sets": (lambda n: b"\x80\x04(" + b"\x8f" * n + b".", load_vectors),
    "memos": (lambda n: b"\x80\x04N" + b"\x94" * n + b".", load_vectors),
    "many classes": (
        lambda n: b"\x80\x02" + b"".join(b"cgensim\nC%d\n" % i for i in range(n // 16)),
        load_vectors,
    ),
    "long integers": (
        lambda n: b"\x80\x02\x8b" + struct.pack("<i", n) + b"\x7f" * n,
        load_vectors,
    ),
    "Doc2Vec, repeated calls": (repeated_calls, load_doc2vec),
    "shapes of many digits": (many_digits, load_vectors),
    "many tensors": (many_tensors, load_vectors),
    "nested JSON": (
        lambda n: struct.pack("<Q", 2 * n) + b'{"a":' + b"[" * 2 * n,
        load_vectors,
    ),
    "word pairs": (lambda n: b"a b 1\n" * (n // 6), load_word_pairs),
    "a pair's number": (lambda n: b"a b " + b"1" * n, load_word_pairs),
    "empty pairs": (lambda n: b"\n" * n, load_word_pairs),
    "analogies": (lambda n: b"a b c d\n" * (n // 8), load_analogies),
    "sections": (lambda n: b":\n" * (n // 2), load_analogies),
    "STS": (lambda n: b"1\ta\tb\n" * (n // 6), load_sts),
    "columns of CSV": (
        lambda n: b"text,label" + b"," * (n // 10) + b"\na,b\n",
        load_csv,
    ),
    "rows of CSV": (lambda n: b"text,label\n" + b",\n" * (n // 2), load_csv),
    "quotes of CSV": (lambda n: b"text,label\n" + b'"' * n, load_csv),
    "lines of text": (
        lambda n: b"\n" * n,
        lambda path: sum(1 for _ in TextFiles(path)),
    ),
}


def read(load, path):
    """Read a file, whatever comes of it; return the seconds of the processor."""
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            load(path)
        except ValueError as error:
            message = str(error)
        else:
            message = str(path)
    assert path.name in message
    assert len(message) < 5_000
    return time.process_time() - start


@pytest.mark.parametrize("name", ATTACKS)
def test_time_and_memory_are_linear(name, tmp_path):
    make, load = ATTACKS[name]
    (tmp_path / "small file").write_bytes(make(20_000))
    (tmp_path / "large file").write_bytes(make(160_000))
    read(load, tmp_path / "small file")  # what is imported first
    seconds = read(load, tmp_path / "large file")
    if seconds > 1:  # eight times the bytes; the rest is for a busy machine
        seconds = min(seconds, read(load, tmp_path / "large file"))
        assert seconds < 16 * read(load, tmp_path / "small file") + 1
    tracemalloc.start()
    read(load, tmp_path / "large file")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.2 * (BASE + FACTOR * (tmp_path / "large file").stat().st_size)


BOMBS = {
    "pickle": (b"\x80\x02(" + b"]]", load_vectors),
    "pickle of lines": (b"\x80\x02N\n\n", load_vectors),
    "vectors": (b"5 1\nword 0.0\n", load_vectors),
    "binary": (b"9999999999 5\naa", load_vectors),
    "fastText": (struct.pack("<i", 793712314) + b"\0\0", load_vectors),
    "word pairs": (b"a b 11", load_word_pairs),
    "analogies": (b"a b c d\n", load_analogies),
    "STS": (b"1\ta\tb\n", load_sts),
    "CSV": (b"text,label\n", load_csv),
    "lines": (
        b"a b\n",
        lambda path, **limits: sum(1 for _ in TextFiles(path, **limits)),
    ),
    "text": (
        b"aa",
        lambda path, **limits: list(TextFiles(path, per="file", **limits)),
    ),
}


def pack_zip(content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("file", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        *((name, lambda content: gzip.compress(content, 1)) for name in BOMBS),
        *(("vectors", pack) for pack in (bz2.compress, pack_zip)),
        ("vectors", lambda content: lzma.compress(content, preset=0)),
    ],
    ids=[*BOMBS, "bz2", "zip", "xz"],
)
def test_little_that_unpacks_to_much_is_refused(name, pack, tmp_path):
    start, load = BOMBS[name]
    path = tmp_path / "bomb file"
    path.write_bytes(pack(start + start[-2:] * 10_000_000))
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"bomb file"):
        load(path, max_bytes=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 25_000_000  # the start of the file is looked at closely


def test_a_bomb_is_refused_at_the_default_limit(tmp_path):
    path = tmp_path / "bomb file"
    path.write_bytes(gzip.compress(b"\x80\x02(" + bytes(100_000_000), 1))
    read(load_vectors, path)
    tracemalloc.start()
    with pytest.raises(VectorFormatError, match="expected at most 64 MiB and 50 times"):
        load_vectors(path, format="gensim")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5 * (BASE + FACTOR * path.stat().st_size)


def test_the_budget_can_be_raised(tmp_path):
    path = tmp_path / "vectors.gz"
    rows = b"".join(b"w%d%s\n" % (i, b" 0" * 30) for i in range(9_000))
    path.write_bytes(gzip.compress(rows))
    with pytest.raises(VectorFormatError, match=r"takes more than 500,000 .*max_bytes"):
        load_vectors(path, max_bytes=500_000)
    assert len(load_vectors(path, max_bytes=10_000_000)) == 9_000


@pytest.mark.parametrize("max_bytes", [0, -1, 1.5, True, "1 GB"])
def test_wrong_budgets_are_refused(max_bytes, tmp_path):
    (tmp_path / "file").write_text("a b 1\n")
    for load in (load_vectors, load_word_pairs, load_analogies, load_sts, load_csv):
        with pytest.raises(ValueError, match="max_bytes"):
            load(tmp_path / "file", max_bytes=max_bytes)
    with pytest.raises(ValueError, match="max_bytes"):
        TextFiles(tmp_path / "file", max_bytes=max_bytes)


def test_budgets_count_all_files_of_a_folder(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(bytes(1_000))
    assert Budget(tmp_path).limit == BASE + FACTOR * 2_000
    budget = Budget(tmp_path / "one", tmp_path / "two", max_bytes=100)
    assert budget.n_bytes_in == 2_000
    budget.spend(100)
    with pytest.raises(ValueError, match="two"):
        budget.spend(1)


@pytest.mark.parametrize("shape", [5, None, [-1], [True], [1.0], [2**63], [1] * 33])
def test_shapes_that_are_none(shape):
    assert check_shape([2, 3]) == (2, 3)
    with pytest.raises(ValueError, match="a shape"):
        check_shape(shape)


class Hidden(Exception):
    """An error with more than can be shown."""

    def __init__(self):
        nested = []
        for _ in range(40):
            nested = [nested] * 10
        super().__init__(nested)


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (RuntimeError("torch says so"), "RuntimeError: torch says so"),
        (MemoryError(), "asks for more memory than there is"),
        (RecursionError("maximum depth"), "nested too deeply"),
        (KeyError(10**5_000), "KeyError"),
        (Hidden(), r"Hidden: \[\["),
        (OSError("no signature"), "no signature"),
        (OSError(errno.EINVAL, "Invalid argument"), "Invalid argument"),
        (EOFError(), "EOFError"),
        (ValueError("a long one " * 9_999), "a long one"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_become_the_documented_one_and_name_the_file(problem, message):
    with (
        pytest.raises(
            VectorFormatError, match=f"'a/file' is not sound.*{message}"
        ) as caught,
        reading("a/file", "sound", VectorFormatError),
    ):
        raise problem
    assert len(str(caught.value)) < 2_200
    assert caught.value.__cause__ is problem


@pytest.mark.parametrize(
    "problem",
    [
        FileNotFoundError(errno.ENOENT, "none"),
        FileNotFoundError("There is nothing at 'file'."),
        PermissionError(errno.EACCES, "not yours"),
        OSError(errno.EIO, "the disk fails"),
        ModuleNotFoundError("needs a package"),
        UserWarning("of -W error"),
        KeyboardInterrupt(),
        ValueError("The row 3 of 'a/file' is wrong."),
    ],
    ids=lambda problem: f"{type(problem).__name__}",
)
def test_errors_of_the_system_and_our_own_pass(problem):
    with pytest.raises(type(problem)) as caught, reading("a/file", "sound"):
        raise problem
    assert caught.value is problem


def test_files_that_crashed_python(tmp_path):
    path = tmp_path / "model"
    path.write_bytes(ATTACKS["nested tuples"][0](10**6))
    code = "import sys, skmeta; skmeta.load_vectors(sys.argv[1])"
    command = [sys.executable, "-W", "ignore", "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 1
    assert "VectorFormatError" in done.stderr


def test_pickles_do_not_change_how_the_next_is_read(tmp_path):
    sound = tmp_path / "sound"
    save_vectors(sound_vectors(), sound, format="gensim")
    key = b"X\x0c\x00\x00\x00__setstate__"
    for module, name in (
        ("gensim.models.keyedvectors", "KeyedVectors"),
        ("numpy", "dtype"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
    ):
        for protocol in (b"\x80\x02c%b\n%b\n", b"\x80\x02(c%b\n%b\no"):
            hostile = tmp_path / "hostile"
            start = protocol % (module.encode(), name.encode())
            hostile.write_bytes(start + b"}" + key + b"K\x01sb.")
            with pytest.raises(VectorFormatError):
                load_vectors(hostile)
            np.testing.assert_array_equal(
                load_vectors(sound).vectors, sound_vectors().vectors
            )


def test_extension_codes_of_pickles_are_refused(tmp_path):
    path = tmp_path / "model"
    for opcodes in (b"\x82\x01.", b"\x83\x01\x00.", b"\x84\x01\x00\x00\x00.", b"Pa\n."):
        path.write_bytes(b"\x80\x02" + opcodes)
        with pytest.raises(VectorFormatError, match="model"):
            load_vectors(path, format="gensim")
    path.write_bytes(b"\x80\x02cos\nsystem\n.")
    with pytest.raises(UnsafeVectorFileError, match=r"os\.system"):
        load_vectors(path, format="gensim")


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"mapping": np.zeros(10**6, "|i1")}, "mapping of shape"),
        ({"mapping": np.zeros((2, 1), "|i1")}, "mapping of shape"),
        ({"weights": np.ones(10**4, "<f2")}, "weights of shape"),
        ({"embeddings": np.ones(10**4, "<f2")}, "embeddings of shape"),
    ],
)
def test_broadcasting_of_model2vec_is_refused(arrays, message, tmp_path):
    names = {"|i1": "I8", "<f2": "F16", "<f4": "F32"}
    arrays = {"embeddings": np.ones((2, 3), "<f4"), **arrays}
    header, offset = {}, 0
    for name, array in arrays.items():
        kind = names[array.dtype.str]
        offsets = [offset, offset + array.nbytes]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": offsets}
        offset += array.nbytes
    content = b"".join(array.tobytes() for array in arrays.values())
    (tmp_path / "model.safetensors").write_bytes(safetensors(header, content))
    tokenizer = {"model": {"vocab": {"a": 0, "b": 1}}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(VectorFormatError, match=message):
        load_vectors(tmp_path)


def test_one_row_of_model2vec_repeated_is_refused(tmp_path):
    n_words, n_columns = 10**5, 2_000
    rows = {"dtype": "I8", "shape": [n_words], "data_offsets": [0, n_words]}
    offsets = [n_words, n_words + 2 * n_columns]
    matrix = {"dtype": "F16", "shape": [1, n_columns], "data_offsets": offsets}
    content = bytes(n_words + 2 * n_columns)
    (tmp_path / "model.safetensors").write_bytes(
        safetensors({"mapping": rows, "embeddings": matrix}, content)
    )
    vocabulary = [[str(i), 0] for i in range(n_words)]
    (tmp_path / "tokenizer.json").write_text(
        json.dumps({"model": {"vocab": vocabulary}})
    )
    with pytest.raises(VectorFormatError, match="takes more than"):
        load_vectors(tmp_path)


def test_counts_that_make_trees_deep_are_refused(tmp_path):
    tagged = [TaggedDocument(words, [i]) for i, words in enumerate(common_texts)]
    model = Doc2Vec(tagged, vector_size=4, min_count=1, hs=1, negative=0, workers=1)
    model.wv.expandos["count"] = -(2 ** np.arange(len(model.wv)))
    model.save(str(tmp_path / "model"))
    with pytest.raises(VectorFormatError, match="non-negative numbers"):
        load_doc2vec(tmp_path / "model")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.timeout(30)
def test_pipes_are_not_waited_for(tmp_path):
    folder = tmp_path / "vectors"
    for part in ("word_vectors.json", "words", "vectors"):
        make_meta(folder)
        [path] = [
            path
            for path in folder.iterdir()
            if path.name == part or path.name.startswith(f"{part}-")
        ]
        path.unlink()
        os.mkfifo(path)
        for open_ in (WordVectors.open, MetaEmbeddings.load, load_vectors):
            with pytest.raises(ValueError, match="not a regular file"):
                open_(folder)
        sound_vectors().save(folder)  # does not wait either
        assert len(WordVectors.open(folder)) == 6
        for left in folder.iterdir():
            left.unlink()
    os.mkfifo(tmp_path / "pipe")
    for load in (load_vectors, load_csv):
        with pytest.raises(ValueError, match=r"neither a file nor|a pipe or a device"):
            load(tmp_path / "pipe")
    with pytest.raises(OSError, match="pipe that nobody reads"):
        save_vectors(sound_vectors(), tmp_path / "pipe", format="word2vec")
    reader = subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE)
    while reader.poll() is None:
        try:
            save_vectors(sound_vectors(), tmp_path / "pipe", format="word2vec")
            break
        except OSError:  # it has not opened the pipe yet
            time.sleep(0.01)
    content, _ = reader.communicate()
    save_vectors(sound_vectors(), tmp_path / "file", format="word2vec")
    assert content == (tmp_path / "file").read_bytes()


def damaged_zip(kind, path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("vectors.txt", "1 1\nword 1\n")
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    if kind == "encrypted":
        data[6] |= 1
        data[central + 8] |= 1
    elif kind == "method 9":
        data[8:10] = data[central + 10 : central + 12] = b"\x09\x00"
    elif kind == "no directory":
        del data[central:]
    elif kind == "checksum":
        data[central + 16] ^= 255
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["encrypted", "method 9", "no directory", "checksum"])
def test_archives_that_cannot_be_read(kind, tmp_path):
    path = tmp_path / "file.skops"
    damaged_zip(kind, path)
    loads = (load_word_pairs, load_analogies, load_csv, load_sts, load_model)
    for load in (load_vectors, *loads, lambda path: list(TextFiles(path))):
        documented = VectorFormatError if load is load_vectors else ValueError
        with pytest.raises(documented, match=r"file\.skops"):
            load(path)


def test_saved_models_that_are_no_archives(tmp_path):
    for suffix in (".skops", ".joblib"):
        (tmp_path / f"model{suffix}").write_bytes(b"no model")
        with pytest.raises(ValueError, match=f"model{suffix}' is not a fitted model"):
            load_model(tmp_path / f"model{suffix}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"names": None}, "names of 2 sources"),
        ({"names": ["a", "a"]}, "names of sources"),
        ({"names": ["a"]}, "was changed"),
        ({"names": [["a"], "b"]}, "names of 2 sources"),
        ({"combiner": 5}, "Found combiner=5"),
        ({}, "names of 2 sources"),
        ([], "names of 2 sources"),
        (7, "names of 2 sources"),
    ],
)
def test_damaged_settings_of_meta_embeddings(change, message, tmp_path):
    make_meta(tmp_path / "meta")
    manifest = tmp_path / "meta" / "word_vectors.json"
    content = json.loads(manifest.read_text())
    settings = content["settings"]["meta_embeddings"]
    content["settings"]["meta_embeddings"] = (
        {**settings, **change} if isinstance(change, dict) and change else change
    )
    manifest.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=message):
        MetaEmbeddings.load(tmp_path / "meta")


def test_marks_without_a_shape_are_refused(tmp_path):
    make_meta(tmp_path / "meta")
    [path] = (tmp_path / "meta").glob("known-*")
    np.save(path, np.uint8(1))
    with pytest.raises(ValueError, match=r"known of dtype uint8 and shape \(\)"):
        MetaEmbeddings.load(tmp_path / "meta")


class Shrinking:
    """A stream with fewer documents in each pass."""

    def __init__(self, change):
        self.n_documents, self.change = 40, change

    def __iter__(self):
        self.n_documents += self.change
        return iter([["cat", "sat"], ["mat"]] * self.n_documents)


@pytest.mark.parametrize(
    "vectorizer",
    [
        PretrainedVectorizer(sound_vectors(), remove_components=1),
        Word2VecVectorizer(vector_size=4, min_count=1, epochs=1, remove_components=1),
    ],
    ids=["pretrained", "word2vec"],
)
def test_streams_that_shrink_are_named(vectorizer):
    with pytest.raises(
        ValueError, match="documents in a later pass over the Shrinking, "
    ):
        vectorizer.fit(Shrinking(-1))


def test_truncated_texts_are_named(tmp_path):
    path = tmp_path / "texts.gz"
    path.write_bytes(gzip.compress(os.urandom(9_999))[:-99])
    with pytest.raises(ValueError, match=r"texts\.gz' is not a text file"):
        list(TextFiles(path))


def test_errors_of_tokenizers_are_not_those_of_files(tmp_path):
    (tmp_path / "texts").write_text("a\n")
    with pytest.raises(ZeroDivisionError):
        list(TextFiles(tmp_path / "texts", tokenizer=lambda text: 1 // 0))
