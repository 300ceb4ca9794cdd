"""Training that fails or is interrupted ends at once, in all threads."""

import subprocess
import sys
import threading
import time

import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    Word2VecVectorizer,
)
from skmeta._training._side_by_side import run_side_by_side

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning"),
]

SMALL = {"vector_size": 4, "min_count": 1, "epochs": 5, "random_state": 0}
SMALL["solver"] = "gensim"  # which reads in each epoch; ours reads once
WORD2VEC = Word2VecVectorizer(**SMALL)
TRAINED = {
    "word2vec": WORD2VEC,
    "word2vec in threads": Word2VecVectorizer(**SMALL, n_jobs=2),
    "fasttext": FastTextVectorizer(**SMALL, bucket=20),
    "doc2vec": Doc2VecVectorizer(**SMALL),
    "meta": MetaEmbeddingVectorizer([("a", WORD2VEC), ("b", WORD2VEC)]),
    "meta in threads": MetaEmbeddingVectorizer(
        [("a", WORD2VEC), ("b", WORD2VEC)], n_jobs=2
    ),
    "meta document": MetaEmbeddingVectorizer(
        [("a", WORD2VEC), ("b", Doc2VecVectorizer(**SMALL))],
        level="document",
        n_jobs=2,
    ),
}
DOCUMENT = ["one", "word", "after", "the", "other"]


class Failing:
    """A stream of documents whose reading fails in a later pass."""

    def __init__(self, error, n_passes, n_documents=50):
        self.error, self.left, self.n_documents = error, n_passes, n_documents

    def __iter__(self):
        self.left -= 1
        for number in range(self.n_documents):
            if self.left < 0 and number == self.n_documents // 2:
                raise self.error
            yield DOCUMENT


def assert_no_thread_outlives(before):
    """Wait for threads that are on their way out, as those of joblib's pools."""
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not set(threading.enumerate()) - before


@pytest.mark.parametrize("kind", [Word2VecVectorizer, Doc2VecVectorizer])
@pytest.mark.parametrize("error_type", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_the_only_pass_raises_is_raised(kind, error_type):
    before, error = set(threading.enumerate()), error_type("while reading")
    native = kind(**SMALL).set_params(solver="native", n_jobs=2)
    with pytest.raises(error_type) as found:
        native.fit(Failing(error, 0))
    assert found.value is error
    assert_no_thread_outlives(before)


@pytest.mark.parametrize(
    "error_type", [SystemExit, KeyboardInterrupt, GeneratorExit, StopAsyncIteration]
)
@pytest.mark.parametrize("name", TRAINED)
def test_what_reading_raises_in_a_later_pass_is_raised(name, error_type):
    before, error = set(threading.enumerate()), error_type("while reading")
    for n_passes in (2, 4):
        with pytest.raises(error_type) as found:
            clone(TRAINED[name]).fit_transform(Failing(error, n_passes))
        assert found.value is error
    assert_no_thread_outlives(before)


class Raising(TransformerMixin, BaseEstimator):
    """A source that fails once the others train."""

    def fit(self, X, y=None):
        time.sleep(0.3)
        raise RuntimeError("a source failed")


ENDLESS = {**SMALL, "epochs": 10**7}
OTHERS = {
    "word2vec": Word2VecVectorizer(**ENDLESS),
    "doc2vec": Doc2VecVectorizer(**ENDLESS),
    "nested": MetaEmbeddingVectorizer(
        [("a", Word2VecVectorizer(**ENDLESS)), ("b", FastTextVectorizer(**ENDLESS))],
        n_jobs=2,
    ),
}


@pytest.mark.parametrize("order", [1, -1], ids=["before", "after"])
@pytest.mark.parametrize("name", OTHERS)
def test_when_a_source_fails_the_others_stop(name, order):
    before = set(threading.enumerate())
    sources = [("failing", Raising()), ("other", OTHERS[name])][::order]
    meta = MetaEmbeddingVectorizer(sources, level="document", n_jobs=2)
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="a source failed"):
        meta.fit([DOCUMENT] * 20)
    assert time.monotonic() - start < 30
    assert_no_thread_outlives(before)


def test_when_a_source_fails_training_of_a_bilm_stops():
    pytest.importorskip("torch")
    pytest.importorskip("h5py")
    from skmeta import ELMoVectorizer

    endless = ELMoVectorizer(
        vector_size=4, hidden_size=4, epochs=10**6, n_iter_no_change=10**6
    )
    sources = [("elmo", endless), ("failing", Raising())]
    with pytest.raises(RuntimeError, match="a source failed"):
        MetaEmbeddingVectorizer(sources, level="document", n_jobs=2).fit(
            [DOCUMENT] * 20
        )


def test_tasks_side_by_side_keep_their_order_and_the_first_error():
    tasks = [lambda n=n: time.sleep(0.01 * (3 - n)) or n for n in range(4)]
    for n_jobs in (None, 2, 4):
        assert run_side_by_side(tasks, n_jobs) == [0, 1, 2, 3]
    done = []

    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_side_by_side([fail, lambda: done.append(1)], None)
    assert not done


INTERRUPTED = """
import signal, sys, threading, time
from skmeta import *

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a job of a shell

class Interrupting:
    left = 4
    def __iter__(self):
        self.left -= 1
        for number in range(20_000):
            if self.left < 0 and number == 10_000:
                Interrupting.left = 10**9
                signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            yield ["one", "word", "after", "the", "other"]

small = dict(vector_size=4, min_count=1, epochs=10**6, solver="gensim")
vectorizers = dict(
    word2vec=Word2VecVectorizer(**small, n_jobs=2),
    doc2vec=Doc2VecVectorizer(**small),
    meta=MetaEmbeddingVectorizer(
        [("a", Word2VecVectorizer(**small)), ("b", FastTextVectorizer(**small))],
        n_jobs=2,
    ),
)
vectorizer = vectorizers[sys.argv[1]]
try:
    vectorizer.fit(Interrupting())
except KeyboardInterrupt:
    print("interrupted")
deadline = time.monotonic() + 10
while threading.active_count() > 1 and time.monotonic() < deadline:
    time.sleep(0.01)
print(threading.active_count(), "thread")
print(sorted(name for name in vars(vectorizer) if name.endswith("_")))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("name", ["word2vec", "doc2vec", "meta"])
def test_an_interrupted_wait_leaves_no_thread_behind(name):
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", INTERRUPTED, name],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert found.stdout.splitlines() == ["interrupted", "1 thread", "[]"], found.stderr
