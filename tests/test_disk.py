import errno
import json
import os
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest
from interrupts import InterruptedCall, list_open_files

from skmeta import MetaEmbeddings, WordVectors, load_vectors, save_vectors
from skmeta._disk import _space
from skmeta._disk._journal import journal_of, remove_abandoned
from skmeta._io._atomic import atomic_write
from skmeta._io._unfinished_folder import only_run

posix = pytest.mark.skipif(os.name != "posix", reason="needs the modes of POSIX")


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask):
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


# Modes


@posix
@pytest.mark.parametrize("format", ["word2vec", "safetensors", "gensim"])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode(format, mode, word_vectors, tmp_path):
    path = tmp_path / "vectors.bin"
    path.write_text("old")
    path.chmod(mode)
    save_vectors(word_vectors, path, format=format)
    assert mode_of(path) == mode
    assert load_vectors(path).words == word_vectors.words


@posix
def test_a_folder_that_is_replaced_keeps_the_mode_of_its_files(word_vectors, tmp_path):
    word_vectors.save(tmp_path)
    for path in tmp_path.iterdir():
        path.chmod(0o600)
    MetaEmbeddings([word_vectors, word_vectors]).save(tmp_path)
    assert len(list(tmp_path.iterdir())) == 5
    assert {mode_of(path) for path in tmp_path.iterdir()} == {0o600}


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_new_files_follow_the_umask(mask, word_vectors, tmp_path):
    with umask(mask):
        word_vectors.save(tmp_path / "folder")
        save_vectors(word_vectors, tmp_path / "file.bin", format="word2vec_binary")
    files = [tmp_path / "file.bin", *(tmp_path / "folder").iterdir()]
    assert {mode_of(path) for path in files} == {0o666 & ~mask}


@posix
def test_nobody_else_reads_a_private_file_while_it_is_written(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o600)
    with umask(0), atomic_write(path) as tmp:
        tmp.write_text("new")
        assert mode_of(tmp) == 0o600


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away"
)
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    os.chown(path, 1234, 2345)
    with atomic_write(path) as tmp:
        tmp.write_text("new")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


@posix
def test_a_converted_copy_is_as_private_as_its_original(word_vectors, tmp_path):
    path = tmp_path / "vectors.txt"
    save_vectors(word_vectors, path, format="word2vec")
    path.chmod(0o600)
    with umask(0o022):
        load_vectors(path, cache=True)
    [copy] = [found for found in tmp_path.iterdir() if found.is_dir()]
    assert mode_of(copy) == 0o700


# Names


@pytest.mark.parametrize("n_bytes", [201, 241, 255])
def test_names_may_be_as_long_as_the_system_allows(n_bytes, tmp_path):
    path = tmp_path / ("ä" * ((n_bytes - 5) // 2) + "a.npy")
    assert len(os.fsencode(path.name)) == n_bytes
    with atomic_write(path) as tmp:
        assert tmp.suffix == ".npy"
        tmp.write_text("content")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


# What killed writes leave

WRITE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from skmeta import WordVectors
from skmeta._io._atomic import atomic_write
from skmeta._vectors import _folder

path = Path(sys.argv[1])

def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "file":
    with atomic_write(path) as tmp:
        tmp.write_text("half")
        die()
vectors = WordVectors(["a"], [[1.0]])
vectors.save(path)
if sys.argv[2] == "before":
    _folder.os.replace = die
else:
    from skmeta._disk import _journal
    _journal.Journal.remove_files = die
vectors.save(path)
"""


def write_and_die(path, moment):
    command = [sys.executable, "-c", WRITE_AND_DIE, str(path), moment]
    assert subprocess.run(command).returncode == -signal.SIGKILL


@posix
def test_the_next_write_removes_what_a_killed_one_left(tmp_path):
    path = tmp_path / "file.txt"
    mine = tmp_path / ".1a2b3c4d-unfinished-file.txt"
    mine.write_text("mine")
    for _ in range(2):
        write_and_die(path, "file")
    assert len(list(tmp_path.iterdir())) == 3  # no more than the last one's
    with atomic_write(path) as tmp:
        tmp.write_text("whole")
    assert {found.name for found in tmp_path.iterdir()} == {mine.name, "file.txt"}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files")
@pytest.mark.parametrize("kind", ["file", "folder", "run"])
def test_an_interrupt_anywhere_closes_all_files(kind, word_vectors, tmp_path):
    path = tmp_path / "target"

    def write():
        if kind == "folder":
            word_vectors.save(path)
            return
        with (
            only_run(path) if kind == "run" else nullcontext(),
            atomic_write(path) as t,
        ):
            t.write_text("whole")

    write()
    with InterruptedCall(0, returns_too=True) as calls:
        write()
    n_interrupted = 0
    for number in range(1, calls.n_calls + 1):
        try:
            with InterruptedCall(number, returns_too=True):
                write()
        except KeyboardInterrupt:
            n_interrupted += 1
        assert list_open_files(tmp_path) == []
        assert not any(found.stat().st_size for found in tmp_path.rglob("*unfinished*"))
    assert n_interrupted > 50
    write()  # removes the empty files that may be left
    assert not list(tmp_path.rglob("*unfinished*"))


@posix
def test_what_killed_writes_left_is_removed_without_another_write(tmp_path):
    mine = tmp_path / ".notes.unfinished-0"
    mine.write_text("mine")
    for name in ("one.txt", "two.txt"):
        write_and_die(tmp_path / name, "file")
    with atomic_write(tmp_path / "three.txt") as tmp:  # goes on meanwhile
        tmp.write_text("whole")
        remove_abandoned(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {mine.name, "three.txt"}


@posix
@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_next_save_removes_what_a_killed_one_left(moment, tmp_path):
    write_and_die(tmp_path, moment)
    assert len(list(tmp_path.iterdir())) > 4
    assert WordVectors.open(tmp_path).words == ("a",)
    WordVectors(["b"], [[2.0]]).save(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    assert WordVectors.open(tmp_path).words == ("b",)


def test_an_interrupt_after_the_new_content_is_in_force_keeps_it(tmp_path, monkeypatch):
    WordVectors(["a"], [[1.0]]).save(tmp_path)
    replace = os.replace

    def replace_and_stop(*paths):
        replace(*paths)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", replace_and_stop)
    with pytest.raises(KeyboardInterrupt):
        WordVectors(["b"], [[2.0]]).save(tmp_path)
    assert WordVectors.open(tmp_path).words == ("b",)
    assert len(list(tmp_path.iterdir())) == 3


@posix
def test_what_a_living_process_writes_stays(tmp_path):
    path = tmp_path / "file"
    with atomic_write(path) as first:
        first.write_text("first")
        with atomic_write(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
        assert first.read_text() == "first"
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


@posix
@pytest.mark.parametrize(
    "content",
    [
        "",
        "no journal",
        "[" * 100_000,
        '{"format": "another", "files": ["mine"]}',
        '{"format": "skmeta unfinished files", "files": ["mine", "../mine", 3]}',
        '{"format": "skmeta unfinished files", "files": ["../x-0123abcd.npy"]}',
    ],
    ids=["empty", "text", "deep", "of another", "others' files", "outside"],
)
def test_a_journal_that_was_not_written_by_us_removes_nothing(content, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("mine", "folder/mine", "x-0123abcd.npy"):
        (tmp_path / name).write_text("mine")
    (folder / ".file.unfinished-0").write_text(content)
    with atomic_write(folder / "file") as tmp:
        tmp.write_text("whole")
    for name in ("mine", "folder/mine", "x-0123abcd.npy"):
        assert (tmp_path / name).read_text() == "mine"
    assert (folder / "file").read_text() == "whole"


@posix
def test_a_pipe_in_place_of_a_journal_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / ".file.unfinished-0")
    with atomic_write(tmp_path / "file") as tmp:
        tmp.write_text("whole")
    assert (tmp_path / ".file.unfinished-0").exists()


@posix
def test_without_locks_files_are_written_and_nothing_is_removed(tmp_path, monkeypatch):
    left = tmp_path / ".1a2b3c4d-unfinished-file"
    left.write_text("perhaps another process writes it")
    journal = {"format": "skmeta unfinished files", "files": [left.name]}
    (tmp_path / ".file.unfinished-0").write_text(json.dumps(journal))
    monkeypatch.setattr("skmeta._disk._lock.try_lock", lambda descriptor: None)
    before = set(tmp_path.iterdir())
    with atomic_write(tmp_path / "file") as tmp:
        tmp.write_text("whole")
    assert set(tmp_path.iterdir()) == before | {tmp_path / "file"}


SAVE_OFTEN = """
import sys
import numpy as np
from skmeta import WordVectors
n_words = int(sys.argv[2])
vectors = np.full((n_words, 2), n_words, np.float32)
word_vectors = WordVectors([str(i) for i in range(n_words)], vectors)
for _ in range(30):
    word_vectors.save(sys.argv[1])
"""


@posix
def test_processes_that_save_at_the_same_time_leave_one_whole_folder(tmp_path):
    command = [sys.executable, "-c", SAVE_OFTEN, str(tmp_path)]
    saving = [subprocess.Popen([*command, str(n)]) for n in (5, 9)]
    assert [process.wait() for process in saving] == [0, 0]
    assert len(list(tmp_path.iterdir())) == 3
    opened = WordVectors.open(tmp_path)
    assert (opened.vectors == len(opened.words)).all()


# Full disks


def write_text(folder):
    save_vectors(large_vectors(), folder / "new", format="word2vec")


def write_binary(folder):
    save_vectors(large_vectors(), folder / "new", format="word2vec_binary")


def write_safetensors(folder):
    save_vectors(large_vectors(), folder / "new", format="safetensors")


def write_gensim(folder):
    save_vectors(large_vectors(), folder / "new", format="gensim")


def write_folder(folder):
    large_vectors().save(folder / "new" / "deep")


def write_mapped(folder):
    MetaEmbeddings([large_vectors()], combiner="average", out=folder / "new")


def write_rows(folder):
    from skmeta import PretrainedVectorizer

    word_vectors = large_vectors()
    vectorizer = PretrainedVectorizer(word_vectors).fit([["0"]])
    documents = [[word] for word in word_vectors.words]
    list(vectorizer.iter_transform(documents, out=folder / "new.npy"))


def large_vectors():
    words = [str(i) for i in range(4_000)]
    rng = np.random.default_rng(0)
    return WordVectors(words, rng.standard_normal((4_000, 100), dtype=np.float32))


WRITERS = (
    *(write_text, write_binary, write_safetensors, write_gensim, write_folder),
    *(write_mapped, write_rows),
)


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_is_an_error_that_leaves_nothing(write, small_disk):
    with pytest.raises(OSError, match=r"No space left.*new.*Free some") as caught:
        write(small_disk)
    assert caught.value.errno == errno.ENOSPC
    assert not list(small_disk.iterdir())


UNDER_A_LIMIT = """
import resource, sys
sys.path.insert(0, {tests!r})
import test_disk
from pathlib import Path
resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
for name in sys.argv[2:]:
    try:
        getattr(test_disk, name)(Path(sys.argv[1]))
    except OSError as error:
        print(error.errno, error)
"""


@posix
def test_a_limit_of_the_size_of_files_is_an_error_too(tmp_path):
    code = UNDER_A_LIMIT.format(tests=str(Path(__file__).parent))
    names = [write.__name__ for write in (write_mapped, write_folder, write_text)]
    command = [sys.executable, "-c", code, str(tmp_path), *names]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert line.startswith(f"{errno.EFBIG} ")
        assert "Free some, raise the limit" in line
    assert not list(tmp_path.iterdir())


def test_an_error_that_is_handled_meanwhile_is_not_taken_for_a_full_disk(tmp_path):
    try:
        raise OSError(errno.ENOSPC, "of another disk")
    except OSError:
        with (
            pytest.raises(ValueError, match="another reason"),
            atomic_write(tmp_path / "file"),
        ):
            int("another reason")


def test_mapped_files_are_reserved_before_they_are_filled(tmp_path, monkeypatch):
    def allocate(descriptor, start, n_bytes):
        assert n_bytes == 4 * 4_000 * 100 + 128
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", allocate, raising=False)
    with pytest.raises(OSError, match="No space left"):
        write_mapped(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [None, errno.EOPNOTSUPP])
def test_zeros_reserve_where_the_system_cannot(number, tmp_path, monkeypatch):
    def allocate(descriptor, start, n_bytes):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(_space, "_BLOCK_SIZE", 1_000)
    if number is None:
        monkeypatch.delattr(os, "posix_fallocate", raising=False)
    else:
        monkeypatch.setattr(os, "posix_fallocate", allocate, raising=False)
    with open(tmp_path / "file", "wb") as file:
        _space.reserve(file, 2_500)
    assert (tmp_path / "file").read_bytes() == bytes(2_500)


def test_a_failed_save_removes_no_folder_that_was_there(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()

    def fail(*args, **kwargs):
        raise RuntimeError("stopped")

    monkeypatch.setattr("skmeta._vectors._folder._write_file", fail)
    for folder in ("there", "there/new", "new/newer"):
        with pytest.raises(RuntimeError, match="stopped"):
            WordVectors(["a"], [[1.0]]).save(tmp_path / folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


@pytest.mark.parametrize("shape", [(3, 4), (0, 4), (7,)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_written_as_numpy_writes_them(shape, order, tmp_path, monkeypatch):
    monkeypatch.setattr(_space, "_BLOCK_SIZE", 20)
    array = np.asarray(np.random.default_rng(0).random(shape), np.float32, order=order)
    with open(tmp_path / "raw", "wb") as file:
        _space.write_array(file, array)
    assert (tmp_path / "raw").read_bytes() == array.tobytes()
    with open(tmp_path / "ours.npy", "wb") as file:
        _space.save_npy(file, array)
    np.save(tmp_path / "theirs.npy", array)
    saved = [(tmp_path / f"{name}.npy").read_bytes() for name in ("ours", "theirs")]
    assert saved[0] == saved[1]


# Targets that cannot be written to


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ("nowhere/file", FileNotFoundError, "There is no folder '.*nowhere'"),
        ("file/file", NotADirectoryError, "file' is a file, expected a folder"),
        ("folder", IsADirectoryError, "expected the name of a file"),
    ],
)
def test_targets_that_cannot_be_are_named(target, error, message, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    with pytest.raises(error, match=message), atomic_write(tmp_path / target):
        pass
    assert len(list(tmp_path.rglob("*"))) == 2


def test_a_file_in_place_of_a_folder_is_named_before_anything_is_learned(
    tmp_path, monkeypatch
):
    path = tmp_path / "file"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="file' is a file, expected a folder"):
        large_vectors().save(path)
    monkeypatch.setattr("skmeta.combine.Average.fit", None)
    for out in (path, path / "deeper"):
        with pytest.raises(FileExistsError, match="file' is a file, expected a folder"):
            MetaEmbeddings([large_vectors()], combiner="average", out=out)
    assert path.read_text() == "mine"


def test_a_journal_keeps_what_is_in_use(tmp_path):
    for name in ("a-0123abcd.npy", "b-0123abcd.npy", "c-0123abcd.npy"):
        (tmp_path / name).write_text(name)
    content = {"format": "skmeta unfinished files"}
    content["files"] = ["a-0123abcd.npy", "b-0123abcd.npy"]
    (tmp_path / ".target.unfinished-0").write_text(json.dumps(content))
    with journal_of(tmp_path / "target", lambda: None):
        pass  # what is in use is not known
    assert len(list(tmp_path.iterdir())) == 4
    with journal_of(tmp_path / "target", lambda: {"b-0123abcd.npy"}):
        pass
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["b-0123abcd.npy", "c-0123abcd.npy"]
