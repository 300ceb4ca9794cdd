"""A process that is forked while another thread loads a file does not wait for ever."""

import ast
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from gensim.models import Doc2Vec
from gensim.models.doc2vec import TaggedDocument
from interrupts import InterruptedCall

import skmeta
from skmeta import save_vectors
from skmeta._fork_lock import ForkLock

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

FORK_WHILE_LOADING = """
import os, sys, threading, time, warnings
from importlib import import_module

warnings.simplefilter("ignore")  # of forks with threads
module = import_module(f"skmeta._io.formats.{sys.argv[1]}")
load, read = getattr(module, sys.argv[2]), module._load_unchanged
is_loading, is_forked = threading.Event(), threading.Event()

def read_slowly(*what):
    is_loading.set()
    assert is_forked.wait(20)
    return read(*what)

module._load_unchanged = read_slowly
thread = threading.Thread(target=load, args=(sys.argv[3],))
thread.start()
assert is_loading.wait(20)
child = os.fork()
if child == 0:
    is_forked = threading.Event()
    is_forked.set()
    load(sys.argv[3])
    load(sys.argv[3])
    os._exit(3)
is_forked.set()
thread.join()
load(sys.argv[3])
for _ in range(2000):
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        sys.exit(os.waitstatus_to_exitcode(status))
    time.sleep(0.01)
os.kill(child, 9)
sys.exit("the child waits for ever")
"""


@pytest.fixture
def vectors(word_vectors, tmp_path):
    path = tmp_path / "vectors.txt"
    save_vectors(word_vectors, path, format="word2vec")
    return "_load", "load_once", path


@pytest.fixture
def doc2vec(documents, tmp_path):
    path = tmp_path / "model.doc2vec"
    tagged = [TaggedDocument(document, [i]) for i, document in enumerate(documents)]
    Doc2Vec(tagged, vector_size=4, min_count=1, epochs=1, workers=1).save(str(path))
    return "_doc2vec_file", "load_doc2vec", path


@pytest.mark.parametrize("kind", ["vectors", "doc2vec"])
def test_a_child_that_is_forked_while_a_thread_loads_can_load(kind, request):
    arguments = map(str, request.getfixturevalue(kind))
    command = [sys.executable, "-c", FORK_WHILE_LOADING, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3, done.stderr


@pytest.mark.parametrize("reentrant", [False, True])
def test_an_interrupt_releases_a_lock_at_once(reentrant):
    """What handles the interrupt may need it: it is released before the traceback."""
    lock, modules = ForkLock(reentrant=reentrant), ("skmeta.", "contextlib")

    def use():
        with lock.hold():
            pass

    with InterruptedCall(0, returns_too=True, modules=modules) as calls:
        use()
    for number in range(1, calls.n_calls + 1):
        try:
            with InterruptedCall(number, returns_too=True, modules=modules):
                use()
        except KeyboardInterrupt:
            thread = threading.Thread(target=use, daemon=True)
            thread.start()
            thread.join(5)
            assert not thread.is_alive()
    assert calls.n_calls


def test_every_lock_of_a_module_is_renewed_by_a_fork():
    plain = {"Lock", "RLock", "Condition", "Semaphore", "Event"}
    for path in Path(skmeta.__file__).parent.rglob("*.py"):
        for statement in ast.parse(path.read_text("utf-8")).body:
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Call):
                name = ast.unparse(value.func).split(".")[-1]
                assert name not in plain, f"{path}: use ForkLock"
