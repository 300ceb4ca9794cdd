"""What do two worker processes of Dask gain over one process with one thread?

    python benchmarks/dask_transform.py [--documents 2000000] [--rounds 5]

Synthetic documents of 50 words, Zipf-distributed among 50,000 with 100 dimensions, in
columns of Arrow lists as ``dask.dataframe.read_parquet`` gives them, made in their
partition from its number, so that none have to be sent; rows are pooled (mean) and
reduced in their partition to a checksum of their bytes, so that none have to be
gathered. "one process" does the same, partition after partition. What the machine's
cores give at most is told by two processes without Dask, each with half of the
partitions. They take turns, since speeds of a shared machine drift. At last one of the
workers is killed half-way. Checksums must always be the same.
"""

import argparse
import hashlib
import os
import signal
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
from distributed import Client, LocalCluster

from skmeta import PretrainedVectorizer, WordVectors
from skmeta.dask import transform

N_WORDS, VECTOR_SIZE, N_TOKENS = 50_000, 100, 50


def make_documents(number, n_documents):
    """Return the documents of a partition, a DataFrame of one column."""
    rng = np.random.default_rng(number)
    drawn = (rng.pareto(1.0, n_documents * N_TOKENS) * 5).astype(int) % N_WORDS
    words = pa.array([f"word{i}" for i in range(N_WORDS)])
    starts = np.arange(n_documents + 1) * N_TOKENS
    tokens = pa.ListArray.from_arrays(starts.astype(np.int32), words.take(drawn))
    column = pd.Series(tokens, dtype=pd.ArrowDtype(tokens.type))
    return pd.DataFrame({"tokens": column})


def sum_up(rows):
    """Return a checksum of rows."""
    return hashlib.sha256(np.ascontiguousarray(rows)).hexdigest()


def sum_up_frame(rows):
    """Return the checksum of a DataFrame's rows, as a Series, which Dask asks for."""
    return pd.Series([sum_up(rows.to_numpy())])


def make_sums(vectorizer, numbers, size):
    """Return the checksum of each partition, still to be computed."""
    documents = dd.from_map(make_documents, numbers, n_documents=size)
    rows = transform(vectorizer, documents, "tokens")
    sums = rows.map_partitions(sum_up_frame, meta=pd.Series(dtype=object))
    return sums.to_delayed()


def time_one_process(vectorizer, numbers, size):
    """Return the seconds and checksums of doing all here."""
    start = time.perf_counter()
    sums = [
        sum_up(vectorizer.transform(make_documents(number, size)["tokens"]))
        for number in numbers
    ]
    return time.perf_counter() - start, sums


def time_processes(pool, vectorizer, numbers, size):
    """Return the seconds of two processes that do half of it each."""
    tasks = [(vectorizer, numbers[i::2], size) for i in range(2)]
    start = time.perf_counter()
    list(pool.map(time_one_process, *zip(*tasks)))
    return time.perf_counter() - start


def time_cluster(client, vectorizer, numbers, size, kill=False):
    """Return the seconds and checksums of doing all on the workers."""
    start = time.perf_counter()
    futures = client.compute(make_sums(vectorizer, numbers, size))
    if kill:
        victim = next(iter(client.run(os.getpid).values()))
        while sum(future.done() for future in futures) < len(futures) // 2:
            time.sleep(0.01)
        os.kill(victim, signal.SIGKILL)
    sums = [part.iloc[0] for part in client.gather(futures)]
    return time.perf_counter() - start, sums


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=2_000_000)
    parser.add_argument("--partition", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    size, numbers = options.partition, range(options.documents // options.partition)
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((N_WORDS, VECTOR_SIZE), dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        WordVectors([f"word{i}" for i in range(N_WORDS)], vectors).save(folder)
        vectorizer = PretrainedVectorizer(WordVectors.open(folder), n_jobs=1)
        vectorizer.fit([["word1"]])
        time_one_process(vectorizer, range(2), 100)  # imports
        with (
            LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
            ) as cluster,
            Client(cluster) as client,
            ProcessPoolExecutor(2, get_context("spawn")) as pool,
        ):
            time_cluster(client, vectorizer, range(2), 100)  # imports
            time_processes(pool, vectorizer, range(2), 100)
            seconds = []
            for _ in range(options.rounds):
                alone, expected = time_one_process(vectorizer, numbers, size)
                processes = time_processes(pool, vectorizer, numbers, size)
                together, sums = time_cluster(client, vectorizer, numbers, size)
                assert sums == expected
                seconds.append((alone, processes, together))
            killed, sums = time_cluster(client, vectorizer, numbers, size, kill=True)
            assert sums == expected
    print(f"{len(numbers) * size:,} documents of {N_TOKENS} words, seconds")
    print("round  one process  two without Dask         two workers")
    for number, (alone, processes, together) in enumerate(seconds, 1):
        gains = f"{alone / processes:5.2f}x {together:12.1f} {alone / together:5.2f}x"
        print(f"{number:5} {alone:12.1f} {processes:10.1f} {gains}")
    gain = statistics.median(alone / together for alone, _, together in seconds)
    print(f"two workers, the median: {gain:.2f} times as fast as one process")
    print(f"one of two workers killed half-way: {killed:.1f} s, the same rows")


if __name__ == "__main__":
    main()
