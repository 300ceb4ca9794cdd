"""How fast do token lists become mean vectors, and in how much memory?

    python benchmarks/pooling.py [--documents 100000] [--rounds 3]

100,000 documents of 20 Zipf-distributed tokens each, 100,000 words x 300; tokens are
fresh strings, as ``str.split`` makes them. All ways run in one process, turn by turn,
on one thread; the best CPU time of each counts. Ratios are what to read: the machine
may be shared.
"""

import argparse
import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import time
import tracemalloc

import numpy as np
import pandas as pd
from gensim.models import KeyedVectors

from skmeta import PretrainedVectorizer, WordVectors

N_WORDS, VECTOR_SIZE, N_TOKENS = 100_000, 300, 20


def make_word_vectors():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((N_WORDS, VECTOR_SIZE), dtype=np.float32)
    return WordVectors([f"word{i}" for i in range(N_WORDS)], vectors)


def make_documents(n_documents):
    """Draw tokens from 120,000 words, the rarest 20,000 of which are unknown."""
    n_words = N_WORDS * 6 // 5
    shares = 1 / np.arange(1, n_words + 1)
    rng = np.random.default_rng(1)
    rows = rng.choice(n_words, (n_documents, N_TOKENS), p=shares / shares.sum())
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


def time_skmeta(documents, vectorizer):
    return vectorizer.transform(documents)


def peakmem_skmeta(documents, vectorizer):
    """Return the peak of new memory over the size of the output."""
    tracemalloc.start()
    output = vectorizer.transform(documents)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / output.nbytes


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    word_vectors, documents = make_word_vectors(), make_documents(options.documents)
    keyed_vectors: KeyedVectors = word_vectors.to_gensim()
    fitted = {
        pooling: PretrainedVectorizer(word_vectors, pooling=pooling).fit(documents[:1])
        for pooling in ("mean", "max")
    }
    ways = {
        "np.mean([kv[w] for w in doc if w in kv])": lambda: time_naive(
            documents, keyed_vectors
        ),
        "gensim get_mean_vector": lambda: time_get_mean_vector(
            documents, keyed_vectors
        ),
        "skmeta mean": lambda: time_skmeta(documents, fitted["mean"]),
        "skmeta max": lambda: time_skmeta(documents, fitted["max"]),
    }
    seconds = dict.fromkeys(ways, np.inf)
    results = {}
    for _ in range(options.rounds):
        for name, run in ways.items():
            start = time.process_time()
            results[name] = run()
            seconds[name] = min(seconds[name], time.process_time() - start)
    naive, ours = (results[name] for name in list(ways)[0:3:2])
    assert np.allclose(naive, ours, atol=1e-5)
    table = pd.DataFrame({"CPU seconds": seconds})
    table["ns a token"] = table["CPU seconds"] / (len(documents) * N_TOKENS) * 1e9
    table["x skmeta mean"] = table["CPU seconds"] / seconds["skmeta mean"]
    print(table.round(2).to_string())
    for pooling, vectorizer in fitted.items():
        peak = peakmem_skmeta(documents, vectorizer)
        print(f"peak memory of skmeta {pooling}: {peak:.2f} x the output")


if __name__ == "__main__":
    main()
