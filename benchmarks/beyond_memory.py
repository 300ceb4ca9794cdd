"""Does combining mapped sources into a folder stay small, however many words there are?

    python benchmarks/beyond_memory.py [--words 200000 2000000] [--dimensions 300]
        [--combiners svd procrustes gcca] [--folder FOLDER]

Three sources, mapped from disk, are combined by ``MetaEmbeddings(out=)``, each time in
a fresh process on one thread. Sources share words as in ``combine.py``: 60 % are in all
sources, 10 % in this and the next, 10 % in this and the one before, 20 % in no other.
Their vectors are rotated factors and noise, drawn from pools of 65,536 rows,
for 2,000,000 words take too long to draw again.

Memory is the highest resident memory of the whole process: Python, the words of all
sources and the mapped pages too. Seconds are those of the clock and of the processor.
Sources of 2,000,000 words take 7 GB of disk, a combination of them 4 GB.
"""

import argparse
import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from skmeta import MetaEmbeddings, WordVectors
from skmeta._vectors import _folder

N_SOURCES = 3
PATTERNS = [(0, 1, 2)] * 6 + [(0, 1), (1, 2), (0, 2)] + [(0,), (1,), (2,)] * 2
N_POOLED = 65_536
N_ROWS = 8_192  # a block of rows of a source


def make_sources(folder, n_words, n_dimensions):
    """Save sources block by block; nothing but words is kept in memory."""
    rng = np.random.default_rng(0)
    patterns = rng.integers(len(PATTERNS), size=n_words * len(PATTERNS) // 10)
    factors = rng.standard_normal((N_POOLED, n_dimensions), np.float32)
    factors *= np.arange(1, n_dimensions + 1, dtype=np.float32) ** -0.5
    noise = rng.standard_normal((N_POOLED - 1, n_dimensions), np.float32)
    noise *= 0.5 * np.sqrt((factors**2).mean())
    for source in range(N_SOURCES):
        has = np.array([source in pattern for pattern in PATTERNS])
        words = np.flatnonzero(has[patterns])
        near = np.argsort(words + rng.normal(0, 1000, len(words)))
        words = words[near]
        rotation = np.linalg.qr(rng.standard_normal((n_dimensions, n_dimensions)))[0]
        pool = factors @ rotation.astype(np.float32)

        def fill(out, words=words, pool=pool, source=source):
            for start in range(0, len(out), N_ROWS):
                some = words[start : start + N_ROWS]
                own = (some * (source + 1) + source) % len(noise)
                out[start : start + N_ROWS] = pool[some % N_POOLED] + noise[own]

        vectors = _folder.DeferredArray((len(words), n_dimensions), fill)
        names = [f"word{i}" for i in words.tolist()]
        path = Path(folder, str(source))
        _folder.write(path, names, {"vectors": vectors}, {})


def peakmem_combine(name, folder):
    """Combine sources into a folder; tell what that took, in this process."""
    sources = [WordVectors.open(Path(folder, str(i))) for i in range(N_SOURCES)]
    with tempfile.TemporaryDirectory(dir=folder) as out:
        clock, processor = time.perf_counter(), time.process_time()
        combined = MetaEmbeddings(sources, combiner=name, out=out)
        clock = time.perf_counter() - clock
        processor = time.process_time() - processor
        n_words = len(combined.word_vectors)
    lines = Path("/proc/self/status").read_text().splitlines()
    [peak] = [line for line in lines if line.startswith("VmHWM")]
    return n_words, int(peak.split()[1]) * 1024 / 1e6, clock, processor


def run_alone(name, folder):
    """Combine in a process of its own."""
    command = [sys.executable, __file__, "--one", name, str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--words", type=int, nargs="+", default=[200_000, 2_000_000])
    parser.add_argument("--dimensions", type=int, default=300)
    parser.add_argument("--combiners", nargs="+", default=["svd", "procrustes", "gcca"])
    parser.add_argument("--folder", help="where the sources go for the time being")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.one:
        print(json.dumps(peakmem_combine(*options.one)))
        return
    print("combiner    words a source    combined   peak MB     s    CPU s", flush=True)
    for n_words in options.words:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            make_sources(folder, n_words, options.dimensions)
            for name in options.combiners:
                combined, peak, clock, processor = run_alone(name, folder)
                row = f"{name:10}  {n_words:14,}  {combined:10,}  {peak:8,.0f}"
                print(f"{row}  {clock:6.1f}  {processor:6.1f}", flush=True)


if __name__ == "__main__":
    main()
