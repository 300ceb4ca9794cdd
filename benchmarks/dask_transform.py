"""What do two worker processes of Dask gain over one process with one thread?

    python benchmarks/dask_transform.py [--documents 2000000]

Synthetic documents of 12 words, Zipf-distributed among 50,000 with 100 dimensions, made
in their partition from its number, so that none have to be sent; rows are pooled (mean)
and reduced in their partition to a checksum of their bytes, so that none have to be
gathered. "one process" does the same, partition after partition, in this process. Then
one of the workers is killed half-way. Checksums of all three must be the same.
"""

import argparse
import hashlib
import os
import signal
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import dask.array as da
import dask.bag as db
import numpy as np
from dask import delayed
from distributed import Client, LocalCluster

from skmeta import PretrainedVectorizer, WordVectors
from skmeta.dask import transform

N_WORDS, VECTOR_SIZE, N_TOKENS = 50_000, 100, 12


def make_documents(number, n_documents):
    """Return the documents of a partition."""
    rng = np.random.default_rng(number)
    drawn = (rng.pareto(1.0, (n_documents, N_TOKENS)) * 5).astype(int) % N_WORDS
    words = np.array([f"word{i}" for i in range(N_WORDS)], dtype=object)
    return words[drawn].tolist()


def sum_up(rows):
    """Return a checksum of rows."""
    return hashlib.sha256(np.ascontiguousarray(rows)).hexdigest()


def make_sums(vectorizer, numbers, size):
    """Return the checksum of each partition, still to be computed."""
    parts = [delayed(make_documents)(number, size) for number in numbers]
    rows = transform(vectorizer, db.from_delayed(parts))
    assert isinstance(rows, da.Array)
    return [delayed(sum_up)(block) for block in rows.to_delayed()[:, 0]]


def time_one_process(vectorizer, numbers, size):
    start = time.perf_counter()
    sums = [sum_up(vectorizer.transform(make_documents(n, size))) for n in numbers]
    return time.perf_counter() - start, sums


def time_cluster(client, vectorizer, numbers, size, kill=False):
    start = time.perf_counter()
    futures = client.compute(make_sums(vectorizer, numbers, size))
    if kill:
        victim = next(iter(client.run(os.getpid).values()))
        while sum(future.done() for future in futures) < len(futures) // 2:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)
    sums = client.gather(futures)
    return time.perf_counter() - start, sums


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=2_000_000)
    parser.add_argument("--partition", type=int, default=20_000)
    options = parser.parse_args()
    size, numbers = options.partition, range(options.documents // options.partition)
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((N_WORDS, VECTOR_SIZE), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        WordVectors([f"word{i}" for i in range(N_WORDS)], vectors).save(folder)
        vectorizer = PretrainedVectorizer(WordVectors.open(folder), n_jobs=1)
        vectorizer.fit([["word1"]])
        vectorizer.transform(make_documents(0, 10))
        with (
            LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
            ) as cluster,
            Client(cluster) as client,
        ):
            time_cluster(client, vectorizer, range(2), 100)  # imports
            alone, expected = time_one_process(vectorizer, numbers, size)
            together, sums = time_cluster(client, vectorizer, numbers, size)
            assert sums == expected
            killed, sums = time_cluster(client, vectorizer, numbers, size, kill=True)
            assert sums == expected
    print(f"{len(numbers) * size:,} documents of {N_TOKENS} words")
    print(f"one process, one thread: {alone:.1f} s")
    print(f"two workers: {together:.1f} s, {alone / together:.2f} times as fast")
    print(f"two workers, one killed half-way: {killed:.1f} s, the same rows")


if __name__ == "__main__":
    main()
