"""How long does combining take, against the matrix products it cannot do without?

    python benchmarks/combine.py [--words 200000] [--dimensions 300] [--sources 3]

Sources of 200,000 words x 300 (float32, 229 MB each), made of common factors and noise.
Of each source's words 60 % are in all sources, 10 % in this and the next, 10 % in this
and the one before, and 20 % in no other; with two sources 40 % are in no other. Words
stand in nearly the same order in all sources, as words sorted by frequency do.

Seconds are CPU time of ``fit_transform`` on new ``Views(normalize=True)``, the limits
that of plain numpy on rows already in memory, turn by turn in one process, on one
thread; the best of each counts. Memory is the peak over what the process had before,
each in a fresh process: with sources in memory, and streamed from mapped sources to a
folder by ``MetaEmbeddings(out=)``. LocallyLinear has a tenth of the words.
"""

import argparse
import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.linalg import eigh, svd

from skmeta import MetaEmbeddings, WordVectors
from skmeta.combine import Views
from skmeta.combine._by_name import COMBINERS

N_ROWS = 4_096  # rows of a block of the limits, which stay in the cache if they can


def choose_words(n_sources, n_words):
    """Find which words each source has, in its own order."""
    everyone = tuple(range(n_sources))
    shares = {everyone: 0.6}
    for source in everyone:
        shares[(source,)] = 0.2 if n_sources > 2 else 0.4
        if n_sources > 2:
            shares[tuple(sorted((source, (source + 1) % n_sources)))] = 0.1
    patterns = [p for p, share in shares.items() for _ in range(int(share * n_words))]
    rng = np.random.default_rng(0)
    patterns = [patterns[i] for i in rng.permutation(len(patterns))]
    chosen = []
    for source in everyone:
        known = np.flatnonzero([source in pattern for pattern in patterns])
        order = np.argsort(known + rng.normal(0, 1000, len(known)))
        chosen.append(known[order])
    return len(patterns), chosen


def make_sources(folder, n_sources, n_words, n_dimensions):
    """Save sources whose vectors are common factors, each in its own mixture."""
    n_all, chosen = choose_words(n_sources, n_words)
    rng = np.random.default_rng(1)
    sizes = np.arange(1, n_dimensions + 1, dtype=np.float32) ** -0.5
    factors = rng.standard_normal((n_all, n_dimensions), dtype=np.float32) * sizes
    noise = 0.5 * np.sqrt((sizes**2).mean())
    for source, words in enumerate(chosen):
        mixture = np.linalg.qr(rng.standard_normal((n_dimensions, n_dimensions)))[0]
        vectors = factors[words] @ mixture.astype(np.float32)
        vectors += noise * rng.standard_normal(vectors.shape, dtype=np.float32)
        names = [f"word{i}" for i in words]
        WordVectors(names, vectors).save(Path(folder, str(source)))
        rows = np.full(n_all, -1, np.int32)
        rows[words] = np.arange(len(words))
        np.save(Path(folder, f"rows{source}.npy"), rows)


def open_sources(folder):
    """Load matrices, and where each has which word."""
    paths = [path for path in sorted(Path(folder).iterdir()) if path.is_dir()]
    matrices = [np.array(WordVectors.open(path).vectors) for path in paths]
    rows = [np.load(Path(folder, f"rows{path.name}.npy")) for path in paths]
    return matrices, rows


class Limits:
    """What combiners have to compute, in plain numpy, without lining any rows up."""

    def __init__(self, matrices, rows):
        self.matrices = matrices
        known = np.stack(rows, axis=1) >= 0
        self.n_rows = len(known)
        sizes = [matrix.shape[1] for matrix in matrices]
        self.width, self.total = max(sizes), sum(sizes)
        # of each pattern of presence, how many rows and how many columns
        self.patterns = [
            (count, sum(size for size, is_known in zip(sizes, pattern) if is_known))
            for pattern, count in Counter(map(tuple, known.tolist())).items()
        ]

    def grams(self):
        """Multiply the rows of each pattern with themselves, in float64."""
        rng = np.random.default_rng(0)
        for n_rows, n_columns in self.patterns:
            block = rng.standard_normal((N_ROWS, n_columns))
            start = time.process_time()
            for first in range(0, n_rows, N_ROWS):
                some = block[: n_rows - first]
                some.T @ some
            yield time.process_time() - start

    def projections(self):
        """Multiply all rows that sources have with a matrix, in float32."""
        rng = np.random.default_rng(0)
        for matrix in self.matrices:
            projection = rng.standard_normal((matrix.shape[1], self.width), np.float32)
            product = np.empty((N_ROWS, self.width), np.float32)
            start = time.process_time()
            for first in range(0, len(matrix), N_ROWS):
                some = matrix[first : first + N_ROWS]
                np.matmul(some, projection, out=product[: len(some)])
            yield time.process_time() - start

    def eigenvectors(self, size):
        """Decompose a symmetric matrix."""
        root = np.random.default_rng(0).standard_normal((size, size))
        start = time.process_time()
        eigh(root @ root.T)
        return time.process_time() - start

    def rotation(self):
        """Find the rotation nearest to a matrix."""
        matrix = np.random.default_rng(0).standard_normal((self.width, self.width))
        start = time.process_time()
        left, _, right = svd(matrix)
        left @ right
        return time.process_time() - start

    def copies(self, side_by_side):
        """Write rows of unit length side by side, or their means, in new memory."""
        n_columns = self.total if side_by_side else self.width
        start = time.process_time()
        out = np.empty((self.n_rows, n_columns), np.float32)
        for first in range(0, self.n_rows, 512):
            place = out[first : first + 512]
            place[...] = 0
            first_column = 0
            for matrix in self.matrices:
                some = matrix[first : first + 512]  # none where others have more words
                factors = 1 / np.sqrt(np.einsum("ij,ij->i", some, some))
                columns = slice(first_column, first_column + matrix.shape[1])
                here = place[: len(some), columns]
                if side_by_side:
                    np.multiply(some, factors[:, np.newaxis], out=here)
                    first_column = columns.stop
                else:
                    here += some * (factors / len(self.matrices))[:, np.newaxis]
        return time.process_time() - start

    def measure(self):
        """Return the seconds that each combiner cannot do without.

        Concatenate and Average: copy each row once, scaled. All others: Gram matrices
        in float64 and products with projections in float32; and the decompositions of
        one matrix as wide as all sources (SVD, GCCA, Procrustes, GeometryAware, OneToN)
        and of one for each source (GCCA), for both of each pair (GeometryAware), or for
        each source in each of two sweeps (Procrustes).
        """
        n_sources = len(self.matrices)
        linear = sum(self.grams()) + sum(self.projections())
        linear += self.eigenvectors(self.total)
        small = self.eigenvectors(self.width)
        return {  # the first copy may have to wait until the system makes room
            "concatenate": min(self.copies(side_by_side=True) for _ in range(3)),
            "average": min(self.copies(side_by_side=False) for _ in range(3)),
            "svd": linear,
            "procrustes": linear + 2 * n_sources * self.rotation(),
            "gcca": linear + n_sources * small,
            "geometry_aware": linear + n_sources * (n_sources - 1) * small,
            "one_to_n": linear,
        }


def time_combine(name, matrices, rows):
    """Return the seconds from matrices to their combination, its size and sweeps."""
    start = time.process_time()
    combiner = COMBINERS[name]()
    combined = combiner.fit_transform(Views(matrices, rows, normalize=True))
    seconds = time.process_time() - start
    return seconds, combined.nbytes, getattr(combiner, "n_iter_", None)


def time_sweep(name, matrices, rows):
    """Return the seconds of a sweep, without the pass over the rows before."""
    views = Views(matrices, rows, normalize=True)
    short, long = COMBINERS[name](max_iter=1, tol=0), COMBINERS[name](max_iter=6, tol=0)
    short.fit(views)
    seconds = []
    for combiner in (short, long):
        start = time.process_time()
        combiner.fit(views)
        seconds.append(time.process_time() - start)
    return (seconds[1] - seconds[0]) / (long.n_iter_ - short.n_iter_)


def peakmem_combine(name, folder):
    """Return the bytes that combining sources in memory takes, in this process."""
    matrices, rows = open_sources(folder)
    before = status("VmRSS")
    time_combine(name, matrices, rows)
    return status("VmHWM") - before


def peakmem_stream(name, folder):
    """Return the bytes that combining mapped sources into a folder takes."""
    sources = [
        WordVectors.open(path)
        for path in sorted(Path(folder).iterdir())
        if path.is_dir()
    ]
    for source in sources:
        "" in source  # reads the words  # noqa: B015
    with tempfile.TemporaryDirectory(dir=folder) as out:
        before = status("VmRSS")
        MetaEmbeddings(sources, combiner=name, out=out)
        return status("VmHWM") - before


def status(key):
    """Return bytes of memory of this process, as Linux counts them."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith(key)]
    return int(line.split()[1]) * 1024


def run_alone(*arguments):
    """Run this file in a process of its own; return the number it prints."""
    command = [sys.executable, __file__, "--one", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout)


def measure_names(names, folder, rounds):
    """Return a table of seconds, limits and memory, one row a combiner."""
    matrices, rows = open_sources(folder)
    limits = Limits(matrices, rows)
    found = {name: {} for name in names}
    for _ in range(rounds):
        least = limits.compute_moments()
        for name, row in found.items():
            seconds, n_bytes, n_sweeps = time_combine(name, matrices, rows)
            limit = least.get(name, np.nan)
            row["CPU seconds"] = min(seconds, row.get("CPU seconds", np.inf))
            row["limit"] = min(limit, row.get("limit", np.inf))
            row["x limit"] = row["CPU seconds"] / row["limit"]
            row["output MB"] = n_bytes / 1e6
            if n_sweeps is not None:
                row["sweeps"] = n_sweeps
    for name, row in found.items():
        if "max_iter" in COMBINERS[name]().get_params():
            row["s a sweep"] = time_sweep(name, matrices, rows)
    source = matrices[0].nbytes / 1e6
    del matrices, limits  # leave room for the others
    for name, row in found.items():
        row["peak MB"] = run_alone("peakmem_combine", name, folder) / 1e6
        row["x (output + source)"] = row["peak MB"] / (row["output MB"] + source)
        row["streamed: peak MB"] = run_alone("peakmem_stream", name, folder) / 1e6
        row["x output"] = row["streamed: peak MB"] / row["output MB"]
    return pd.DataFrame(found).T


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--words", type=int, default=200_000)
    parser.add_argument("--dimensions", type=int, default=300)
    parser.add_argument("--sources", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--combiners", nargs="+", default=sorted(COMBINERS))
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of sweeps that do not suffice: they are counted
    if options.one:
        measure, name, folder = options.one
        print(globals()[measure](name, folder))
        return
    slow = [name for name in options.combiners if name == "locally_linear"]
    others = [name for name in options.combiners if name not in slow]
    for names, n_words in [(others, options.words), (slow, options.words // 10)]:
        if names:
            sizes = options.sources, n_words, options.dimensions
            with tempfile.TemporaryDirectory() as folder:
                make_sources(folder, *sizes)
                table = measure_names(names, folder, options.rounds)
            print("{} sources of {:,} words x {}".format(*sizes))
            print(table.round(3).to_string())


if __name__ == "__main__":
    main()
