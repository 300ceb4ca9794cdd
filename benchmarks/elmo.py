"""How near does reading with a biLM come to the limit, and how fast is training?

``python benchmarks/elmo.py`` measures one thread: the published size (4096 cells, 512
outputs) and the default of training, random weights, batches of 32 and 64 sentences of
20 words, distinct words read once. The limit is the rate of a square float32 product in
NumPy and torch, whichever is faster, times the products a token needs: those of the
LSTMs, of 22 steps for 20 words, and of the characters of distinct words. Times are the
best of interleaved rounds.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import time

import numpy as np
import torch

from skmeta.elmo import BiLM, train_bilm
from skmeta.elmo._initial import initialize
from skmeta.elmo._options import complete_options
from skmeta.elmo._reading import read_documents

SIZES = {
    "published, 4096/512": (
        4096,
        512,
        16,
        2,
        [
            *([1, 32], [2, 32], [3, 64], [4, 128], [5, 256], [6, 512], [7, 1024]),
        ],
    ),
    "default of training, 256/64": (
        256,
        64,
        16,
        1,
        [
            *([1, 16], [2, 32], [3, 64], [4, 128]),
        ],
    ),
}
N_WORDS = 20


def make_bilm(n_cells, size, character_size, n_highway, filters):
    """Make a model of random weights."""
    bilm = BiLM(
        complete_options(
            {
                "lstm": {
                    "cell_clip": 3,
                    "proj_clip": 3,
                    "use_skip_connections": True,
                    "n_layers": 2,
                    "projection_dim": size,
                    "dim": n_cells,
                },
                "char_cnn": {
                    "activation": "relu",
                    "embedding": {"dim": character_size},
                    "filters": filters,
                    "n_highway": n_highway,
                },
            }
        )
    )
    initialize(bilm, torch.Generator().manual_seed(0))
    return bilm.eval().requires_grad_(False)


def make_documents(n_documents, seed=0):
    """Draw words by Zipf's law."""
    rng = np.random.default_rng(seed)
    ranks = np.arange(1, 50_001)
    shares = 1 / ranks
    words = np.array([f"{rank:x}word"[: 3 + rank % 9] + str(rank) for rank in ranks])
    drawn = rng.choice(words, size=(n_documents, N_WORDS), p=shares / shares.sum())
    return drawn.tolist()


def count_operations(bilm, documents):
    """Count the floating-point operations of the products that must be done."""
    lstm, cnn = bilm.options["lstm"], bilm.options["char_cnn"]
    size, n_cells = lstm["projection_dim"], lstm["dim"]
    a_step = 2 * lstm["n_layers"] * (4 * n_cells * 2 * size + n_cells * size)
    n_steps = sum(len(document) + 2 for document in documents)
    types = {token for document in documents for token in document}
    n_filters = sum(n for _, n in cnn["filters"])
    width = np.mean([len(token) for token in types]) + 2
    a_type = sum(w * n * cnn["embedding"]["dim"] * width for w, n in cnn["filters"])
    a_type += cnn["n_highway"] * 2 * n_filters**2 + n_filters * size
    return 2 * (n_steps * a_step + len(types) * a_type)


def product_rates(size=2048):
    """Return the operations a second of a square product, in NumPy and torch."""
    a = np.random.default_rng(0).random((size, size), dtype=np.float32)
    b, out = a.T.copy(), np.empty_like(a)
    ta, tb = torch.from_numpy(a), torch.from_numpy(b)
    rates = []
    for multiply in (lambda: np.matmul(a, b, out=out), lambda: ta @ tb):
        start = time.perf_counter()
        multiply()
        rates.append(2 * size**3 / (time.perf_counter() - start))
    return rates


def time_reading(bilm, documents, batch_size, n_jobs=None):
    """Return the seconds of reading documents in batches of so many."""
    start = time.perf_counter()
    read_documents(
        bilm,
        documents,
        lambda batch, vectors: None,
        batch_tokens=batch_size * N_WORDS,
        n_jobs=n_jobs,
    )
    return time.perf_counter() - start


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--train-seconds", type=float, default=20)
    options = parser.parse_args()
    print(f"torch {torch.__version__}, numpy {np.__version__}, {options.device}")
    print(f"{'model':30}{'batch':>6}{'tokens/s':>10}{'limit':>8}{'share':>7}")
    for name, sizes in SIZES.items():
        bilm = make_bilm(*sizes).to(options.device)
        documents = make_documents(128 if sizes[0] > 1000 else 1024)
        n_tokens = sum(map(len, documents))
        operations = count_operations(bilm, documents)
        time_reading(bilm, documents[:64], 64)  # and the warm state
        seconds: dict = {32: [], 64: [], 204: []}  # 204 x 20 words: the default
        limits = []
        for _ in range(options.rounds):
            for batch_size in seconds:
                limits += product_rates()
                seconds[batch_size].append(time_reading(bilm, documents, batch_size))
        limit = max(limits) / operations * n_tokens
        for batch_size, all_seconds in seconds.items():
            rate = n_tokens / min(all_seconds)
            print(
                f"{name:30}{batch_size:6}{rate:10,.0f}{limit:8,.0f}{rate / limit:7.0%}",
                flush=True,
            )
    bilm = train_bilm(
        make_documents(5_000),
        epochs=1,
        device=options.device,
        max_seconds=options.train_seconds,
        random_state=0,
    )
    rate = bilm.training_["epochs"][-1]["tokens_per_second"]
    print(f"training the default size: {rate:,.0f} tokens/s")


if __name__ == "__main__":
    main()
