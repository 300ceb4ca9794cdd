"""Damaged and hostile files: no crash, no hang, no code run, no memory claimed."""

import json
import os
import pickle
import random
import subprocess
import sys
import time
import tracemalloc
import warnings
from fractions import Fraction

import numpy as np
import pytest
from gensim.models import FastText, Word2Vec
from gensim.test.utils import common_texts
from hostile_readers import READERS, mutate

from skmeta import VectorFormatError, load_vectors, save_vectors
from skmeta._io.formats import UnsafeVectorFileError

N_FILES = 20_000
MARGIN_SECONDS = 2  # and 10 microseconds for each byte
MARGIN_BYTES = 20_000_000  # of readers' buffers, and 50 for each byte


def snapshot(folder):
    """Return what lies in a folder, with times."""
    return {
        str(path): (path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in [folder, *folder.rglob("*")]
    }


def try_damaged_files(name, n_files, tmp_path, monkeypatch):
    """Read a file in many damaged forms; return how many were refused."""
    make, read, documented, check = READERS[name]
    for place in ("inside", "outside", "here"):
        (tmp_path / place).mkdir()
    (tmp_path / "outside" / "file").write_text("untouched")
    monkeypatch.chdir(tmp_path / "here")
    target = tmp_path / "inside" / f"sample{'.skops' * (name == 'skops')}"
    make(target)
    check(read(target))
    files = sorted(target.iterdir()) if target.is_dir() else [target]
    if name in ("npy", "parts beside"):
        files = sorted(target.parent.iterdir())
    whole = {path: path.read_bytes() for path in files}
    names = sorted(target.parent.rglob("*"))
    before = snapshot(tmp_path / "outside"), snapshot(tmp_path / "here")
    rng = random.Random(name)
    n_refused = 0
    for number in range(n_files):
        path = files[number % len(files)]
        data = mutate(whole[path], rng)
        path.write_bytes(data)
        os.utime(path, ns=(number, number))  # what was read before is known by its time
        is_traced = number % 10 == 0
        if is_traced:
            tracemalloc.start()
        start = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                check(read(target))
            except documented as error:
                n_refused += 1
                message = str(error)
            else:
                message = target.name
        seconds = time.process_time() - start
        if is_traced:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < MARGIN_BYTES + 50 * len(data)
            seconds /= 4  # tracing takes time
        assert seconds < MARGIN_SECONDS + 1e-5 * len(data), (name, number)
        assert target.name in message or path.name in message, (number, message)
        assert len(message) < 5_000
        path.write_bytes(whole[path])
    assert before == (snapshot(tmp_path / "outside"), snapshot(tmp_path / "here"))
    assert names == sorted(target.parent.rglob("*"))
    return n_refused


@pytest.mark.parametrize("name", READERS)
def test_a_few_damaged_files(name, tmp_path, monkeypatch):
    assert try_damaged_files(name, 16, tmp_path, monkeypatch) > 0


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("name", READERS)
def test_many_damaged_files(name, tmp_path, monkeypatch):
    n_files = N_FILES // len(READERS) + 1
    assert try_damaged_files(name, n_files, tmp_path, monkeypatch) > n_files // 100


class RunsCode:
    """Its pickle runs a command when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_pickles_that_run_code_do_not(tmp_path, protocol):
    for data in (
        RunsCode(tmp_path / "ran"),
        {"vectors": [RunsCode(tmp_path / "ran")]},
    ):
        path = tmp_path / "model"
        path.write_bytes(pickle.dumps(data, protocol))
        with pytest.raises(UnsafeVectorFileError, match=r"(posix|nt)\.system"):
            load_vectors(path, format="gensim")
        with pytest.raises(VectorFormatError):
            load_vectors(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("module", "name", "arguments"),
    [
        ("builtins", "eval", "('1+1',)"),
        ("builtins", "getattr", "(1,'real')"),
        ("gensim.utils", "unpickle", "('/etc/passwd',)"),
        ("numpy", "load", "('x',)"),
        ("builtins", "bytearray", "(9999999999,)"),
        ("builtins", "list", "(range(9),)"),
    ],
)
def test_callables_are_not_called(tmp_path, module, name, arguments):
    class Calls:
        def __reduce__(self):
            import importlib

            return getattr(importlib.import_module(module), name), eval(arguments)

    path = tmp_path / "model"
    path.write_bytes(pickle.dumps(Calls(), 2))
    with pytest.raises(VectorFormatError):
        load_vectors(path)


def test_trusted_files_are_loaded_by_gensim(tmp_path):
    model = Word2Vec(common_texts, vector_size=4, min_count=1, workers=1)
    model.extra = Fraction(1, 2)  # is not on the list
    model.save(str(tmp_path / "model"))
    with pytest.raises(UnsafeVectorFileError, match=r"Fraction.*trusted=True"):
        load_vectors(tmp_path / "model")
    with pytest.warns(UserWarning, match="lets a file run code"):
        loaded = load_vectors(tmp_path / "model", trusted=True)
    np.testing.assert_array_equal(loaded.vectors, model.wv.vectors)


def test_side_files_of_gensim(tmp_path):
    model = Word2Vec(common_texts, vector_size=4, min_count=1, workers=1)
    model.save(str(tmp_path / "model"), sep_limit=1)
    assert (tmp_path / "model.wv.vectors.npy").exists()
    loaded = load_vectors(tmp_path / "model")
    assert list(loaded.words) == model.wv.index_to_key
    np.testing.assert_array_equal(loaded.vectors, model.wv.vectors)
    assert loaded.counts.tolist() == [
        model.wv.get_vecattr(word, "count") for word in loaded.words
    ]
    (tmp_path / "model.wv.vectors.npy").unlink()
    with pytest.raises(
        VectorFormatError, match=r"model.wv.vectors.npy', which is miss"
    ):
        load_vectors(tmp_path / "model")


def test_subwords_of_gensims_fasttext(tmp_path):
    model = FastText(common_texts, vector_size=4, bucket=99, min_count=1, workers=1)
    model.save(str(tmp_path / "model"))
    loaded = load_vectors(tmp_path / "model")
    for word in ("human", "humanoid", "xyz"):
        np.testing.assert_allclose(loaded.vector(word), model.wv[word], atol=1e-6)
    with pytest.raises(KeyError):
        loaded["humanoid"]
    save_vectors(loaded, tmp_path / "folder", format="skmeta")
    for again in (
        load_vectors(tmp_path / "folder"),
        pickle.loads(pickle.dumps(loaded)),
    ):
        np.testing.assert_array_equal(again.vector("xyz"), loaded.vector("xyz"))


SAVE_AND_DIE = """
import os, random, signal, sys, time
import numpy as np
from skmeta import MetaEmbeddings, WordVectors, save_vectors

folder, rng = sys.argv[1], random.Random(0)
n_words = 4_000

def make(value):
    words = [f"{value}-{i}" for i in range(n_words)]
    return WordVectors(words, np.full((n_words, 50), value, np.float32))

def save(what, value):
    if what == "meta":
        meta = MetaEmbeddings([make(value)], combiner="concatenate", normalize=False)
        meta.save(f"{folder}/meta")
    else:
        save_vectors(make(value), f"{folder}/{what}", format=what)

kinds = ["meta", "skmeta", "word2vec", "word2vec_binary", "gensim", "safetensors"]
for what in kinds:
    start = time.perf_counter()
    save(what, 1)
    seconds = time.perf_counter() - start
    for number in range(10):
        child = os.fork()
        if not child:
            value = 2
            while True:
                save(what, value)
                value += 1
        time.sleep(rng.random() * 3 * seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        from skmeta import load_vectors
        loaded = load_vectors(f"{folder}/{what}")
        value = loaded.vectors[0, 0]
        assert (loaded.vectors == value).all() and loaded.vectors.shape == (n_words, 50)
        assert loaded.words[-1] == f"{value:.0f}-{n_words - 1}", loaded.words[-1]
    print(what, "killed 10 times")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
@pytest.mark.timeout(180)
def test_saving_that_is_killed_sixty_times_leaves_whole_files(tmp_path):
    command = [sys.executable, "-W", "ignore", "-c", SAVE_AND_DIE, str(tmp_path)]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("killed 10 times") == 6
    assert time.perf_counter() - start < 170


def test_zip_bombs_and_archives(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a", "x 1\n")
        archive.writestr("b", "x 1\n")
    with pytest.raises(VectorFormatError, match="archive of 2 files, expected one"):
        load_vectors(tmp_path / "two.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"x 1" + b"0" * 50_000_000)
    with pytest.raises(VectorFormatError):
        load_vectors(tmp_path / "bomb.zip")


def test_a_safetensors_header_that_lies(tmp_path):
    entry = {"dtype": "F32", "shape": [10**12, 300], "data_offsets": [0, 8]}
    header = json.dumps({"vectors": entry}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"12345678")
    with pytest.raises(VectorFormatError, match="shape"):
        load_vectors(path)
