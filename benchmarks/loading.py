"""How fast do files of word vectors load, and in how much memory?

    python benchmarks/loading.py [--words 400000]

400,000 words x 300 numbers: GloVe-like text of about 1 GB, word2vec binary, gensim's
own format and our folder, by gensim and by skmeta. Each load runs in a fresh process,
on one thread; seconds are CPU time, memory is the peak of the process over what it had
before, in multiples of the matrix (458 MB). gensim and skmeta take turns.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

VECTOR_SIZE = 300


def make_files(folder, n_words):
    from skmeta import WordVectors, save_vectors

    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((n_words, VECTOR_SIZE), dtype=np.float32) * 0.4
    words = [f"word{i}" for i in range(n_words)]
    numbers = " ".join(["%.5g"] * VECTOR_SIZE)
    with open(folder / "text", "w") as file:  # five digits, as GloVe has
        for word, row in zip(words, vectors, strict=True):
            file.write(f"{word} {numbers % tuple(row.tolist())}\n")
    made = WordVectors(words, vectors)
    save_vectors(made, folder / "binary", format="word2vec_binary")
    made.to_gensim().save(str(folder / "native"))
    made.save(folder / "folder")


def load_with_gensim(kind, path):
    from gensim.models import KeyedVectors

    if kind == "native":
        return KeyedVectors.load(path).vectors
    return KeyedVectors.load_word2vec_format(
        path, binary=kind == "binary", no_header=kind == "text"
    ).vectors


def load_with_skmeta(kind, path):
    from skmeta import load_vectors

    return load_vectors(path).vectors


LOADERS = {"gensim": load_with_gensim, "skmeta": load_with_skmeta}


def time_load(loader, kind, path):
    """Return CPU seconds and megabytes of one load, in this process."""
    import gensim.models  # noqa: F401

    import skmeta  # noqa: F401

    before = peak_memory()
    start = time.process_time()
    vectors = LOADERS[loader](kind, path)
    seconds = time.process_time() - start
    after = peak_memory()
    assert vectors.shape[1] == VECTOR_SIZE
    return seconds, (after - before) / (len(vectors) * VECTOR_SIZE * 4)


def peak_memory():
    """Return the most bytes this process had in memory, as Linux counts them."""
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--words", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(*time_load(*options.one))
        return
    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder), options.words)
        kinds = ["text", "binary", "native", "folder"]
        table = {}
        for _ in range(options.rounds):
            for kind in kinds:
                for loader in LOADERS:
                    if kind == "folder" and loader == "gensim":
                        continue
                    command = [sys.executable, __file__, "--one"]
                    command += [loader, kind, str(Path(folder, kind))]
                    done = subprocess.run(command, capture_output=True, check=True)
                    seconds, memory = map(float, done.stdout.split())
                    best = table.get((kind, loader), (np.inf, memory))
                    table[kind, loader] = min(best[0], seconds), max(best[1], memory)
        size = Path(folder, "text").stat().st_size / 1e6
    table = pd.DataFrame(table, ["CPU seconds", "peak memory x matrix"]).T
    for kind in kinds[:3]:
        by_gensim = table.loc[(kind, "gensim"), "CPU seconds"]
        rows = table.index.get_level_values(0) == kind
        table.loc[rows, "x gensim"] = by_gensim / table.loc[rows, "CPU seconds"]
    print(f"{options.words:,} words x {VECTOR_SIZE}, text of {size:,.0f} MB")
    print(table.round(2).to_string())


if __name__ == "__main__":
    main()
