"""How fast do unknown words get vectors of their character n-grams?

    python benchmarks/unknown_words.py [--documents 20000] [--rounds 3]

20,000 documents of 20 tokens, 30 % of which are unknown; known and unknown words are
Zipf-distributed, of 50,000 and 200,000; 100 dimensions, 100,000 vectors of n-grams. One
thread; the best time of each counts.
"""

import argparse
import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import time

import numpy as np
import pandas as pd
from gensim.models.fasttext import FastTextKeyedVectors

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, WordVectors
from skmeta._vectors._subwords import Subwords

N_KNOWN, N_UNKNOWN, VECTOR_SIZE, N_TOKENS, BUCKET = 50_000, 200_000, 100, 20, 100_000


def make_words(rng):
    """Draw distinct words of 4 to 11 letters."""
    letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
    words = set()
    while len(words) < N_KNOWN + N_UNKNOWN:
        words.add("".join(rng.choice(letters, rng.integers(4, 12))))
    words = sorted(words)
    rng.shuffle(words)
    return words[:N_KNOWN], words[N_KNOWN:]


def make_documents(n_documents, known, unknown, rng):
    tokens = np.empty(n_documents * N_TOKENS, dtype=object)
    is_unknown = rng.random(len(tokens)) < 0.3
    for places, words in ((is_unknown, unknown), (~is_unknown, known)):
        shares = 1 / np.arange(1, len(words) + 1)
        rows = rng.choice(len(words), places.sum(), p=shares / shares.sum())
        tokens[places] = np.array(words, dtype=object)[rows]
    return tokens.reshape(n_documents, N_TOKENS).tolist()


def time_transform(vectorizer, documents):
    start = time.perf_counter()
    vectorizer.transform(documents)
    return time.perf_counter() - start


def time_compose(subwords, words):
    start = time.perf_counter()
    subwords.vectors(words)
    return time.perf_counter() - start


def time_gensim(subwords, words):
    sizes = subwords.min_n, subwords.max_n, len(subwords.ngram_vectors)
    keyed_vectors = FastTextKeyedVectors(VECTOR_SIZE, *sizes)
    keyed_vectors.vectors_ngrams = subwords.ngram_vectors
    start = time.perf_counter()
    for word in words:
        keyed_vectors[word]
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    known, unknown = make_words(rng)
    ngram_vectors = rng.standard_normal((BUCKET, VECTOR_SIZE), dtype=np.float32)
    subwords = Subwords(ngram_vectors, 3, 6)
    vectors = rng.standard_normal((N_KNOWN, VECTOR_SIZE), dtype=np.float32)
    fasttext = WordVectors(known, vectors, None, subwords)
    other = WordVectors(known[: N_KNOWN // 2], vectors[: N_KNOWN // 2])
    documents = make_documents(options.documents, known, unknown, rng)
    sources = [("fasttext", fasttext), ("other", other)]
    some = unknown[:20_000]
    ways = {}
    for choice in ("ignore", "subword"):
        one = PretrainedVectorizer(fasttext, unknown=choice)
        ways[f"one source, {choice!r}"] = time_transform, one, documents
        for combiner in ("concatenate", "svd"):
            two = MetaEmbeddingVectorizer(sources, combiner=combiner, unknown=choice)
            ways[f"{combiner}, {choice!r}"] = time_transform, two, documents
    for _, vectorizer, _ in ways.values():
        vectorizer.fit(documents)
    ways["words alone"] = time_compose, subwords, some
    ways["words alone, gensim"] = time_gensim, subwords, some
    rows = []
    for way, (time_way, *what) in ways.items():
        seconds = min(time_way(*what) for _ in range(options.rounds))
        n_tokens = len(some) if what[1] is some else len(documents) * N_TOKENS
        rows.append({"way": way, "s": seconds, "tokens/s": n_tokens / seconds})
    table = pd.DataFrame(rows).set_index("way")
    print(
        table.to_string(formatters={"s": "{:.2f}".format, "tokens/s": "{:,.0f}".format})
    )


if __name__ == "__main__":
    main()
