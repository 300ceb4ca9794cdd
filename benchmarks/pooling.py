"""How fast do token lists become mean vectors, and in how much memory?

    python benchmarks/pooling.py [--documents 200000] [--rounds 3] [--only NAME ...]

Documents of 20 Zipf-distributed tokens each, 100,000 words x 300; tokens are fresh
strings, as ``str.split`` makes them. All ways run in one process, turn by turn, one
BLAS thread; the best time of each counts. Ratios are what to read: the machine may be
shared. The floor reads each token's hash and row once and writes the output, in C
compiled here for this processor; no way can do less.
"""

import argparse
import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import ctypes
import subprocess
import sysconfig
import tempfile
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

from skmeta import PretrainedVectorizer, WordVectors
from skmeta._documents import _check
from skmeta._native import kernels
from skmeta._pooling import _pool, _pool_rows
from skmeta._vectors import _word_index

N_WORDS, VECTOR_SIZE, N_TOKENS = 100_000, 300, 20
POOLINGS = ("max", "min", "sum", 2, 3)
CSR, ONE, TWO = "scipy CSR @ dense", "skmeta mean", "skmeta mean, 2 threads"


def make_word_vectors(n_words=N_WORDS, vector_size=VECTOR_SIZE):
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((n_words, vector_size), dtype=np.float32)
    return WordVectors([f"word{i}" for i in range(n_words)], vectors)


def make_documents(n_documents, n_tokens=N_TOKENS):
    """Draw tokens from 120,000 words, the rarest 20,000 of which are unknown."""
    n_words = N_WORDS * 6 // 5
    shares = 1 / np.arange(1, n_words + 1)
    rng = np.random.default_rng(1)
    rows = rng.choice(n_words, (n_documents, n_tokens), p=shares / shares.sum())
    return [" ".join(f"word{i}" for i in row).split() for row in rows]


def time_naive(documents, keyed_vectors):
    zeros = np.zeros(VECTOR_SIZE, np.float32)
    rows = []
    for document in documents:
        known = [keyed_vectors[word] for word in document if word in keyed_vectors]
        rows.append(np.mean(known, axis=0) if known else zeros)
    return np.array(rows)


def time_get_mean_vector(documents, keyed_vectors):
    return np.array(
        [
            keyed_vectors.get_mean_vector(document, pre_normalize=False)
            for document in documents
        ]
    )


def find_rows(documents, key_to_index):
    """Look tokens up in the dict; CSR's indices and indptr."""
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    found = map(key_to_index.get, chain.from_iterable(documents), repeat(-1))
    rows = np.fromiter(found, np.int32, lengths.sum())
    known = rows >= 0
    ends = np.concatenate([[0], np.cumsum(known)])
    ends = ends[np.concatenate([[0], np.cumsum(lengths)])]
    return rows[known], ends.astype(np.int32)


def time_csr(documents, word_vectors):
    rows, ends = find_rows(documents, word_vectors.key_to_index)
    shape = len(documents), len(word_vectors)
    counts = csr_array((np.ones(len(rows), np.float32), rows, ends), shape)
    sums = counts @ word_vectors.vectors
    sums /= np.maximum(np.diff(ends), 1).astype(np.float32)[:, np.newaxis]
    return sums


def make_model2vec(word_vectors):
    """Return what pools lists of row numbers as model2vec does; None without it."""
    try:
        from model2vec import StaticModel
    except ImportError:
        return None
    model = StaticModel.__new__(StaticModel)
    model.embedding = word_vectors.vectors
    model.token_mapping = model.weights = None
    model.tokenize = lambda sentences: sentences
    return model


FLOOR = r"""
#include <Python.h>
#include <stdint.h>
void reach_floor(PyObject *documents, const float *vectors, const int32_t *rows,
                 int64_t n_rows, int64_t size, float *out)
{
    Py_hash_t hashes = 0;
    int64_t n_tokens = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(documents); i++) {
        PyObject *document = PyList_GET_ITEM(documents, i);
        float sums[16] = {0};
        for (Py_ssize_t t = 0; t < PyList_GET_SIZE(document); t++, n_tokens++) {
            hashes ^= PyObject_Hash(PyList_GET_ITEM(document, t));
            if (n_tokens + 16 < n_rows) {
                const float *soon = vectors + rows[n_tokens + 16] * size;
                for (int64_t j = 0; j < size; j += 16)
                    __builtin_prefetch(soon + j);
            }
            const float *row = vectors + rows[n_tokens] * size;
            for (int64_t j = 0; j + 16 <= size; j += 16)
                for (int k = 0; k < 16; k++)
                    sums[k] += row[j + k];
        }
        for (int64_t j = 0; j < size; j++)
            out[i * size + j] = sums[j % 16] + (float)(hashes & 1);
    }
}
"""


def compile_floor(folder):
    """Compile the floor; None without a compiler."""
    source, library = Path(folder) / "floor.c", Path(folder) / "floor.so"
    source.write_text(FLOOR)
    include = f"-I{sysconfig.get_paths()['include']}"
    options = "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC"
    command = ["cc", *options, include, source, "-o", library]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    function = ctypes.PyDLL(str(library)).reach_floor
    pointer = ctypes.c_void_p
    number = ctypes.c_int64
    function.argtypes = ctypes.py_object, pointer, pointer, number, number, pointer
    function.restype = None
    return function


def time_floor(documents, word_vectors, rows, floor):
    out = np.empty((len(documents), VECTOR_SIZE), np.float32)
    floor(
        documents,
        word_vectors.vectors.ctypes.data,
        rows.ctypes.data,
        len(rows),
        VECTOR_SIZE,
        out.ctypes.data,
    )
    return out


def without_kernels(function, *args):
    """Call a function with the NumPy twins in the kernels' place."""
    modules = _check, _pool, _pool_rows, _word_index
    try:
        for module in modules:
            module.kernels = None
        return function(*args)
    finally:
        for module in modules:
            module.kernels = kernels


def time_skmeta(documents, vectorizer):
    return vectorizer.transform(documents)


def time_arithmetic(rows, ends, vectors, n_threads):
    """Pool rows that were looked up already, in as many parts as there are threads."""
    out = np.empty((len(ends) - 1, VECTOR_SIZE), np.float32)

    def pool_part(start, stop):
        some = rows[ends[start] : ends[stop]]
        some_ends = (ends[start : stop + 1] - ends[start]).astype(np.int64)
        arguments = vectors, None, some, some_ends, None, None, out[start:stop]
        kernels.pool_rows("mean", 1, *arguments)

    cuts = np.linspace(0, len(out), n_threads + 1).astype(int)
    with ThreadPoolExecutor(n_threads) as threads:
        list(threads.map(pool_part, cuts[:-1], cuts[1:]))
    return out


def peakmem_skmeta(documents, vectorizer):
    """Return the peak of new memory over the size of the output."""
    tracemalloc.start()
    output = vectorizer.transform(documents)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / output.nbytes


def time_latency(n_words=1_000_000, n_calls=2_000):
    """Return the best time of transform([one document of 20 tokens]), in seconds."""
    vectorizer = PretrainedVectorizer(make_word_vectors(n_words, 50)).fit([["word1"]])
    seconds = []
    for documents in zip(make_documents(n_calls)):
        start = time.perf_counter()
        vectorizer.transform(documents)
        seconds.append(time.perf_counter() - start)
    return np.percentile(seconds[1:], [50, 99])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="ways that start so")
    options = parser.parse_args()
    word_vectors, documents = make_word_vectors(), make_documents(options.documents)
    keyed_vectors = word_vectors.to_gensim()
    rows, ends = find_rows(documents, word_vectors.key_to_index)
    ids = [some.tolist() for some in np.split(rows, ends[1:-1])]
    all_rows = word_vectors.index.find_rows(documents)[0] % N_WORDS
    few = documents[:1]
    fitted = {
        pooling: PretrainedVectorizer(word_vectors, pooling=pooling, scale=1).fit(few)
        for pooling in ("mean", *POOLINGS)
    }
    again = make_word_vectors()  # has no table of the kernels
    in_numpy = PretrainedVectorizer(again, scale=1).fit(few)
    threaded = PretrainedVectorizer(word_vectors, n_jobs=2, scale=1).fit(few)
    weighted = PretrainedVectorizer(word_vectors, weighting="idf").fit(documents[:999])
    svd = make_pipeline(
        TfidfVectorizer(analyzer=list),
        TruncatedSVD(VECTOR_SIZE, n_iter=1, random_state=0),
    ).fit(documents[:20_000])
    model2vec = make_model2vec(word_vectors)
    folder = tempfile.TemporaryDirectory()
    floor = compile_floor(folder.name)
    ways = {
        "np.mean([kv[w] for w in doc if w in kv])": lambda documents: time_naive(
            documents, keyed_vectors
        ),
        "gensim get_mean_vector": lambda documents: time_get_mean_vector(
            documents, keyed_vectors
        ),
        "sklearn TfidfVectorizer + TruncatedSVD": svd.transform,
        "model2vec, of row numbers": lambda _: model2vec._encode_batch(ids, False),
        CSR: lambda documents: time_csr(documents, word_vectors),
        "skmeta mean, without a compiler": lambda documents: without_kernels(
            time_skmeta, documents, in_numpy
        ),
        ONE: lambda documents: time_skmeta(documents, fitted["mean"]),
        TWO: lambda documents: time_skmeta(documents, threaded),
        "floor": lambda documents: time_floor(documents, word_vectors, all_rows, floor),
        "skmeta mean, idf": lambda documents: time_skmeta(documents, weighted),
        **{
            f"skmeta {pooling}": lambda documents, pooling=pooling: time_skmeta(
                documents, fitted[pooling]
            )
            for pooling in POOLINGS
        },
        "arithmetic alone": lambda _: time_arithmetic(
            rows, ends, word_vectors.vectors, 1
        ),
        "arithmetic alone, 2 threads": lambda _: time_arithmetic(
            rows, ends, word_vectors.vectors, 2
        ),
    }
    if model2vec is None:
        del ways["model2vec, of row numbers"]
    if floor is None:
        del ways["floor"]
    if kernels is None:
        del ways["arithmetic alone"], ways["arithmetic alone, 2 threads"]
    if options.only:
        ways = {n: w for n, w in ways.items() if n.startswith(tuple(options.only))}
    cpu, wall, results = dict.fromkeys(ways, np.inf), dict.fromkeys(ways, np.inf), {}
    for _ in range(options.rounds):
        for name, run in ways.items():
            fresh = [" ".join(document).split() for document in documents]
            start, cpu_start = time.perf_counter(), time.process_time()
            result = run(fresh)
            cpu[name] = min(cpu[name], time.process_time() - cpu_start)
            wall[name] = min(wall[name], time.perf_counter() - start)
            if name in (CSR, ONE, TWO):
                results[name] = result
    for result in results.values():
        assert np.allclose(result, next(iter(results.values())), atol=1e-5)
    table = pd.DataFrame({"seconds": wall, "CPU seconds": cpu})
    table["ns a token"] = table["seconds"] / (len(documents) * N_TOKENS) * 1e9
    for name in (CSR, ONE, "floor"):
        if name in wall:
            table[f"x {name}"] = table["seconds"] / wall[name]
    print(table.round(2).to_string())
    shapes = {"20 tokens": documents, "2,000 tokens": make_documents(2_000, 2_000)}
    for pooling, vectorizer in fitted.items():
        for shape, some in shapes.items():
            peak = peakmem_skmeta(some, vectorizer)
            print(f"peak memory, {pooling}, {shape}: {peak:.2f} x the output")
    median, tail = time_latency() * 1e6
    print(f"one document, 1,000,000 words: {median:.0f} us (99 %: {tail:.0f} us)")


if __name__ == "__main__":
    main()
