import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from interrupts import InterruptedCall, list_open_files
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from skmeta import SentenceEncoderVectorizer
from skmeta._encoders import _cache, _cache_folder
from skmeta._encoders._cache import STORE, MemoryCache, part_of
from skmeta._encoders._cache_folder import FolderCache
from skmeta._encoders._encode import encode_texts

TEXTS = [f"text {i} of {i % 7}" for i in range(120)]
LABELS = [i % 2 for i in range(120)]


def compute(texts):
    """Return rows that texts alone decide about."""
    seeds = [sum(map(ord, text)) * len(text) for text in texts]
    return np.array([np.random.default_rng(s).standard_normal(4) for s in seeds])


class Logging:
    """Writes down what it encodes, in whichever process."""

    fingerprint = "logging 1"

    def __init__(self, path, pause=0.0):
        self.path, self.pause = path, pause

    def __call__(self, texts):
        time.sleep(self.pause)
        with open(self.path, "a") as file:
            file.write("".join(f"{text}\n" for text in texts))
        return compute(texts)

    def count(self):
        return Counter(Path(self.path).read_text().splitlines())


@pytest.fixture(autouse=True)
def _forget():
    STORE.clear()


def search(model, cache, n_jobs):
    pipeline = Pipeline(
        [
            ("encode", SentenceEncoderVectorizer(model, cache=cache, batch_size=8)),
            ("classify", LogisticRegression()),
        ]
    )
    grid = {"classify__C": [0.1, 1, 10]}
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    return GridSearchCV(pipeline, grid, cv=folds, n_jobs=n_jobs).fit(TEXTS, LABELS)


@pytest.mark.parametrize(
    ("where", "n_jobs"), [("memory", None), ("folder", None), ("folder", 2)]
)
def test_a_search_encodes_each_text_once(where, n_jobs, tmp_path):
    model = Logging(tmp_path / "log")
    cache = "memory" if where == "memory" else tmp_path / "cache"
    found = search(model, cache, n_jobs)
    assert model.count() == Counter(TEXTS)
    uncached = search(Logging(tmp_path / "other"), None, None)
    assert_array_equal(
        found.cv_results_["mean_test_score"], uncached.cv_results_["mean_test_score"]
    )
    assert max(Logging(tmp_path / "other").count().values()) > 10


@pytest.mark.parametrize("where", ["memory", "folder"])
def test_kept_rows_are_those_that_were_encoded(where, tmp_path):
    model = Logging(tmp_path / "log")
    cache = "memory" if where == "memory" else tmp_path / "cache"
    encoder = SentenceEncoderVectorizer(model, cache=cache)
    first = encoder.fit_transform(TEXTS)
    assert_array_equal(encoder.transform([*TEXTS, "new", "", TEXTS[0]])[:120], first)
    assert_allclose(first, compute(TEXTS).astype(np.float32))
    assert model.count() == Counter([*TEXTS, "new"])
    first[:] = 0  # is the caller's own
    assert encoder.transform(TEXTS).any()


def test_models_and_options_have_rows_of_their_own(tmp_path):
    one, other = Logging(tmp_path / "log"), Logging(tmp_path / "log")
    other.fingerprint = "logging 2"
    for model in (one, other):
        SentenceEncoderVectorizer(model, cache=tmp_path / "c").fit_transform(TEXTS)
    whole = SentenceEncoderVectorizer(one, cache=tmp_path / "c", normalize=True)
    rows = whole.fit_transform(TEXTS)
    assert set(one.count().values()) == {3}
    assert_allclose(np.linalg.norm(rows, axis=1), 1.7, rtol=1e-5)


def encode(model, texts, cache):
    encoder = SentenceEncoderVectorizer(model).fit(["a"])._encoder
    return encode_texts(encoder, texts, 4, cache=cache, advance=lambda n: None)


def test_memory_is_bounded_and_drops_what_was_used_longest_ago(tmp_path, monkeypatch):
    monkeypatch.setattr(_cache, "_MOST_BYTES", 60 * (16 + _cache._BYTES_BESIDE))
    cache = MemoryCache("model")
    keys = [bytes([i]) * 16 for i in range(100)]
    for key in keys[:60]:
        cache.add([key], np.ones((1, 4), np.float32))
    cache.find(keys[:10])
    for key in keys[60:]:
        cache.add([key], np.ones((1, 4), np.float32))
    kept = cache.find(keys)
    assert set(kept) == {*keys[:10], *keys[50:]}
    assert STORE.n_bytes <= _cache._MOST_BYTES


def test_a_folder_is_bounded_and_drops_what_was_written_first(tmp_path, monkeypatch):
    size = 20 + 4 * 4
    monkeypatch.setattr(_cache_folder, "_MOST_BYTES", 16 * 20 * size)
    writer, reader = FolderCache(tmp_path, "m"), FolderCache(tmp_path, "m")
    keys = [bytes([3, i]) * 8 for i in range(50)]  # of one part
    rows = np.arange(200, dtype=np.float32).reshape(50, 4)
    for i, key in enumerate(keys):
        with writer.hold(3, wait=True) as is_held:
            assert is_held
            writer.add([key], rows[i : i + 1])
        assert set(reader.find([key])) == {key}
        assert (tmp_path / "m" / "03.rows").stat().st_size <= 64 + 20 * size
    kept = reader.find(keys)
    assert 10 <= len(kept) <= 20
    assert list(kept) == keys[-len(kept) :]
    assert all((kept[k] == rows[keys.index(k)]).all() for k in kept)


DAMAGES = {
    "cut off": lambda data: data[:-7],
    "cut off in its beginning": lambda data: data[:20],
    "empty": lambda data: b"",
    "other rows": lambda data: data[:-3] + b"\x07" + data[-2:],
    "another file": lambda data: b"something else " * 50,
    "wrong size": lambda data: data.replace(b"\n4\n", b"\n5\n"),
    "no size": lambda data: data.replace(b"\n4\n", b"\nx\n"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_lead_to_encoding_again(damage, tmp_path):
    model = Logging(tmp_path / "log")
    expected = encode(model, TEXTS, FolderCache(tmp_path / "c", "m"))
    paths = sorted((tmp_path / "c" / "m").glob("*.rows"))
    assert len(paths) == 16
    for path in paths:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    for _ in range(2):
        again = encode(model, TEXTS, FolderCache(tmp_path / "c", "m"))
        assert_array_equal(again, expected)
    before = model.count()
    assert before.total() > len(TEXTS) + 1
    encode(model, TEXTS, FolderCache(tmp_path / "c", "m"))
    assert model.count() == before + Counter(["a"])  # to fit


SLOW = """
import sys
sys.path.insert(0, sys.argv[3])
from test_encoding_cache import Logging, TEXTS
from skmeta import SentenceEncoderVectorizer
from skmeta._encoders import _encode
_encode._TEXTS_BLOCK_SIZE = 8
model = Logging(sys.argv[1], pause=0.05)
encoder = SentenceEncoderVectorizer(model, cache=sys.argv[2], batch_size=8)
rows = encoder.fit_transform(TEXTS)
print(float(abs(rows).sum()))
"""


def start(tmp_path):
    here = str(Path(__file__).parent)
    arguments = [str(tmp_path / "log"), str(tmp_path / "cache"), here]
    command = [sys.executable, "-c", SLOW, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_processes_share_the_work_and_encode_each_text_once(tmp_path):
    processes = [start(tmp_path) for _ in range(3)]
    outputs = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(outputs) == 1
    assert Logging(tmp_path / "log").count() == Counter(TEXTS)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_what_a_killed_process_has_done_is_kept(tmp_path):
    process, log = start(tmp_path), Logging(tmp_path / "log")
    deadline = time.monotonic() + 60
    while not (tmp_path / "log").exists() or log.count().total() < 40:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    done = log.count().total()
    assert done < len(TEXTS)
    following = start(tmp_path)
    following.communicate()
    assert following.returncode == 0
    again = log.count().total() - len(TEXTS)
    assert 0 <= again <= 8  # one block
    assert set(log.count()) == set(TEXTS)


def test_a_cache_given_by_a_relative_path_stays_where_it_was(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    model = Logging(tmp_path / "log")
    encoder = SentenceEncoderVectorizer(model, cache="kept").fit(TEXTS)
    monkeypatch.chdir(tmp_path / "b")
    encoder.transform(TEXTS)
    assert not list((tmp_path / "b").iterdir())
    assert (tmp_path / "a" / "kept").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError, match="expected a folder or nothing"):
        SentenceEncoderVectorizer(model, cache=tmp_path / "file").fit(TEXTS)


def test_a_folder_that_is_deleted_is_made_again(tmp_path, monkeypatch):
    model = Logging(tmp_path / "log")
    encoder = SentenceEncoderVectorizer(model, cache=tmp_path / "c").fit(TEXTS[:1])
    expected = compute(TEXTS).astype(np.float32)
    assert_array_equal(encoder.transform(TEXTS[:60]), expected[:60])
    shutil.rmtree(tmp_path / "c")
    assert_array_equal(encoder.transform(TEXTS), expected)  # encoded again, and kept
    assert model.count()[TEXTS[5]] == 2
    shutil.rmtree(tmp_path / "c")
    append = _cache_folder._Part.append

    def delete_first(part, *entries):  # while the part is locked
        shutil.rmtree(tmp_path / "c", ignore_errors=True)
        part.path.parent.mkdir(parents=True)
        append(part, *entries)

    monkeypatch.setattr(_cache_folder._Part, "append", delete_first)
    assert_array_equal(encoder.transform(TEXTS), expected)


@pytest.mark.parametrize(
    ("step", "number"),
    [("hold", errno.EROFS), ("hold", errno.EACCES), ("append", errno.ENOSPC)],
    ids=["read-only", "no permission", "full disk"],
)
def test_a_cache_that_cannot_be_written_to_is_read(step, number, tmp_path, monkeypatch):
    model, folder = Logging(tmp_path / "log"), tmp_path / "c"
    encoder = SentenceEncoderVectorizer(model, cache=folder).fit(TEXTS[:1])
    encoder.transform(TEXTS[:60])

    def fail(*_):
        raise OSError(number, os.strerror(number), str(folder))

    monkeypatch.setattr(_cache_folder._Part, step, fail)
    encoder.transform(TEXTS[:60])  # all are there: no warning
    for n_before in range(2):
        with pytest.warns(UserWarning, match=f"{folder}.*are encoded each time") as w:
            rows = encoder.transform(TEXTS)
        assert len(w) == 1
        assert w[0].filename == __file__
        assert_array_equal(rows, compute(TEXTS).astype(np.float32))
        counts = model.count()
        assert {counts[text] for text in TEXTS[:60]} == {1}
        assert min(counts[text] for text in TEXTS[60:]) > n_before
    monkeypatch.undo()
    encoder.transform(TEXTS)
    counts = model.count()
    encoder.transform(TEXTS)
    assert model.count() == counts


@pytest.mark.skipif(
    not hasattr(os, "seteuid") or os.geteuid() != 0, reason="only root gives rights up"
)
@pytest.mark.parametrize("what", ["new", "old", "unreadable"])
def test_folders_of_others_are_no_obstacle(what):
    with tempfile.TemporaryDirectory() as root:  # those of pytest are private
        os.chmod(root, 0o755)
        folder, log = Path(root, "others"), Path(root, "log")
        folder.mkdir()
        model = Logging(log)
        encoder = SentenceEncoderVectorizer(model, cache=folder / "c").fit(TEXTS[:1])
        if what != "new":
            encoder.transform(TEXTS[:60])
        log.chmod(0o666)
        if what == "unreadable":
            folder.chmod(0)
        n_before = model.count()[TEXTS[1]]
        try:
            os.seteuid(65_534)
            with pytest.warns(UserWarning, match="cannot be stored in the cache"):
                rows = encoder.transform(TEXTS)
        finally:
            os.seteuid(0)
            folder.chmod(0o755)
        assert_array_equal(rows, compute(TEXTS).astype(np.float32))
        assert model.count()[TEXTS[1]] == n_before + (what != "old")


def test_texts_are_divided_evenly(tmp_path):
    rows = encode(Logging(tmp_path / "log"), TEXTS, MemoryCache("m"))
    assert rows.shape == (120, 4)
    parts = Counter(part_of(key) for _, key in STORE.rows)
    assert len(parts) == 16
    assert max(parts.values()) < 24


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files")
@pytest.mark.parametrize("where", ["memory", "folder"])
def test_an_interrupt_anywhere_releases_the_cache(where, tmp_path):
    encoder = SentenceEncoderVectorizer(compute).fit(["a"])._encoder
    texts, n_interrupted = TEXTS[:4], 0
    expected = compute(texts).astype(np.float32)
    cache = MemoryCache("m") if where == "memory" else FolderCache(tmp_path, "c")

    def run():
        return encode_texts(encoder, texts, 4, cache=cache, advance=lambda n: None)

    def interrupt(number):
        STORE.clear()
        shutil.rmtree(tmp_path / "c", ignore_errors=True)
        with InterruptedCall(number, returns_too=True) as calls:
            run()
        return calls.n_calls

    for number in range(1, interrupt(0) + 1):
        try:
            interrupt(number)
        except KeyboardInterrupt:
            n_interrupted += 1
        assert list_open_files(tmp_path) == []
        with ThreadPoolExecutor(1) as pool:  # which holds no lock
            assert_array_equal(pool.submit(run).result(20), expected)
    assert n_interrupted > 100


def test_an_error_while_encoding_releases_the_cache(tmp_path):
    class Fails(Logging):
        def __call__(self, texts):
            raise RuntimeError("out of order")

    encoder = SentenceEncoderVectorizer(Fails(tmp_path / "log"), cache=tmp_path / "c")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="out of order"):
            encoder.fit_transform(TEXTS)
    sound = SentenceEncoderVectorizer(Logging(tmp_path / "log"), cache=tmp_path / "c")
    assert sound.fit_transform(TEXTS).any()
