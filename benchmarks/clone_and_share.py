"""What does it cost to clone, and to search with, an estimator that holds vectors?

    python benchmarks/clone_and_share.py [--words 400000]

400,000 words x 300 (458 MB of float32). Clones: seconds and new memory of one
``sklearn.base.clone`` for every kind of source. Search: GridSearchCV with 3 candidates
x 3 folds in 2 processes, each search in a fresh interpreter; memory is that of all its
processes, shared pages counted once (the sum of PSS), sampled every 50 ms. Words and
their rows, which are Python objects and not shared, count as "copies" too.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc

import numpy as np
import pandas as pd
import psutil
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, WordVectors

VECTOR_SIZE = 300
MEGABYTE = 1 << 20


def make_word_vectors(n_words):
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((n_words, VECTOR_SIZE), dtype=np.float32)
    return WordVectors([f"word{i}" for i in range(n_words)], vectors)


def time_clone(estimator):
    """Return the seconds and the new megabytes of one clone."""
    clone(estimator)
    start = time.perf_counter()
    cloned = clone(estimator)
    seconds = time.perf_counter() - start
    tracemalloc.start()
    again = clone(estimator)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del cloned, again
    return seconds, peak / MEGABYTE


class Memory:
    """Samples the memory of this process and its children while a block runs."""

    def __enter__(self):
        self.peak, self._running = 0, True
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._running = False
        self._thread.join()

    def _sample(self):
        while self._running:
            self.peak = max(self.peak, self._sum())
            time.sleep(0.05)

    def _sum(self):
        main = psutil.Process()
        total = 0
        for process in [main, *main.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:  # it ended meanwhile
                continue
        return total


def peakmem_search(source, n_words):
    """Return the seconds and the megabytes of a search with 9 tasks in 2 processes."""
    rng = np.random.default_rng(1)
    documents = [
        [f"word{i}" for i in rng.integers(0, n_words, 40)] for _ in range(20_000)
    ]
    labels = rng.integers(0, 2, len(documents))
    classifier = LogisticRegression(max_iter=20, tol=1)
    pipeline = Pipeline([("words", PretrainedVectorizer(source)), ("clf", classifier)])
    grid = {"clf__C": [0.1, 1, 10]}
    start = time.perf_counter()
    with Memory() as memory:
        GridSearchCV(pipeline, grid, cv=3, n_jobs=2).fit(documents, labels)
    return time.perf_counter() - start, memory.peak / MEGABYTE


SOURCES = {
    "(no vectors)": lambda folder: {"word1": [1.0]},
    "WordVectors.open": WordVectors.open,
    "path of the folder": str,
    "WordVectors in memory": lambda folder: in_memory(WordVectors.open(folder)),
    "gensim KeyedVectors": lambda folder: in_memory(
        WordVectors.open(folder)
    ).to_gensim(),
}


def in_memory(opened):
    return WordVectors(opened.words, np.array(opened.vectors))


def search_alone(name, folder, n_words):
    """Run a search in a process of its own; return seconds and megabytes."""
    command = [sys.executable, __file__, "--search", name, "--folder", folder]
    command += ["--words", str(n_words)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return list(map(float, done.stdout.split()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--search", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.search:
        print(*peakmem_search(SOURCES[options.search](options.folder), options.words))
        return
    made = make_word_vectors(options.words)
    size = made.vectors.nbytes / MEGABYTE
    print(f"{made}: {size:.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        made.save(folder)
        clones = {}
        for name, make in SOURCES.items():
            source = make(folder)
            clones[name, "pretrained"] = time_clone(PretrainedVectorizer(source))
            meta = MetaEmbeddingVectorizer([("a", source), ("b", source)])
            clones[name, "meta"] = time_clone(meta)
            del source, meta
        table = pd.DataFrame(clones, ["seconds a clone", "new MB"]).T
        print(table.round(4).to_string(), end="\n\n")
        searches = {name: search_alone(name, folder, options.words) for name in SOURCES}
        columns = ["seconds a search", "MB of all processes"]
        table = pd.DataFrame(searches, columns).T
        table["copies of the vectors"] = (
            table["MB of all processes"] - table["MB of all processes"].iloc[0]
        ) / size
        print(table.round(2).to_string())


if __name__ == "__main__":
    main()
