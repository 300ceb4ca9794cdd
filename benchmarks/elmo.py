"""How near does reading with a biLM come to the limit, and how fast is training?

``python benchmarks/elmo.py`` measures one thread: the published size (4096 cells, 512
outputs) and the default of training, random weights, batches of 32 and 64 sentences of
20 words, distinct words read once. The limit is the rate of a square float32 product in
NumPy and torch, whichever is faster, times the products a token needs: those of the
LSTMs, of 22 steps for 20 words, and of the characters of distinct words. Times are the
best of interleaved rounds.

``python benchmarks/elmo.py --device cuda`` measures a card in five minutes: the rates
of its own square products, in float32, TF32 and bfloat16; reading with pooled rows, in
each of these, and how far they are from the CPU's; and training.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import time

import numpy as np
import torch

from skmeta import ELMoVectorizer
from skmeta._device import computing_on, default_settings
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


def product_rate_of(device, dtype, size=8192):
    """Return the operations a second of a square product on a device."""
    matrix_type = torch.bfloat16 if dtype == "bfloat16" else torch.float32
    a, b = (torch.randn(size, size, device=device).to(matrix_type) for _ in range(2))
    best = float("inf")
    with default_settings(), computing_on(a.device, tf32=dtype == "tf32"):
        for _ in range(6):
            synchronize(device)
            start = time.perf_counter()
            a @ b
            synchronize(device)
            best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best


def synchronize(device):
    """Wait for what a device computes."""
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize(device)


def time_pooling(bilm, documents, batch_tokens):
    """Return the seconds of reading documents to pooled rows."""
    elmo = ELMoVectorizer(bilm, batch_tokens=batch_tokens).fit(documents[:1])
    start = time.perf_counter()
    elmo.transform(documents)
    return time.perf_counter() - start


def measure_device(options):
    """Print what a card can do, and what it does."""
    device = options.device
    if torch.device(device).type == "cuda":
        print(torch.cuda.get_device_name(device), "CUDA", torch.version.cuda)
    rates = {}
    for dtype in ("float32", "tf32", "bfloat16"):
        rates[dtype] = product_rate_of(device, dtype, options.product_size)
        print(f"square products, {dtype}: {rates[dtype] / 1e12:.1f} TFLOP/s")
    print(
        f"{'model':30}{'dtype':>10}{'batch':>8}{'tokens/s':>11}{'limit':>12}"
        f"{'share':>7}{'error':>9}"
    )
    for (name, sizes), n in zip(SIZES.items(), options.documents):
        documents = make_documents(n)
        n_tokens, some = sum(map(len, documents)), documents[:: max(n // 64, 1)]
        on_cpu = make_bilm(*sizes)
        operations = count_operations(on_cpu, documents)
        expected = ELMoVectorizer(on_cpu).fit_transform(some)
        for dtype, rate in rates.items():
            bilm = make_bilm(*sizes)
            matrix_type = torch.bfloat16 if dtype == "bfloat16" else torch.float32
            bilm.set_dtype(matrix_type, allow_tf32=dtype == "tf32")
            bilm.to(device)
            error = abs(ELMoVectorizer(bilm).fit_transform(some) - expected).max()
            for batch_tokens in (4_096, 32_768, None):
                seconds = min(
                    time_pooling(bilm, documents, batch_tokens)
                    for _ in range(options.rounds)
                )
                reached, limit = n_tokens / seconds, rate / operations * n_tokens
                print(
                    f"{name:30}{dtype:>10}{batch_tokens or 'auto':>8}{reached:11,.0f}"
                    f"{limit:12,.0f}{reached / limit:7.0%}{error:9.1e}",
                    flush=True,
                )
    for vector_size, hidden_size in ((128, 256), (512, 2048)):
        for dtype in rates:
            report_training(
                options, vector_size=vector_size, hidden_size=hidden_size, dtype=dtype
            )


def report_training(options, **parameters):
    """Print how fast a model is trained."""
    bilm = train_bilm(
        make_documents(options.documents[-1]),
        epochs=1,
        device=options.device,
        max_seconds=options.train_seconds,
        random_state=0,
        **parameters,
    )
    rate = bilm.training_["epochs"][-1]["tokens_per_second"]
    name = ", ".join(f"{key}={value}" for key, value in parameters.items())
    print(f"training, {name or 'defaults'}: {rate:,.0f} tokens/s", flush=True)


def main():
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--train-seconds", type=float, default=10)
    parser.add_argument(
        "--documents", type=int, nargs=2, default=(20_000, 100_000), help="on a device"
    )
    parser.add_argument("--product-size", type=int, default=8192, help="on a device")
    options = parser.parse_args()
    print(f"torch {torch.__version__}, numpy {np.__version__}, {options.device}")
    if options.device != "cpu":
        measure_device(options)
        return
    print(f"{'model':30}{'batch':>6}{'tokens/s':>10}{'limit':>8}{'share':>7}")
    for name, sizes in SIZES.items():
        bilm = make_bilm(*sizes)
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
    options.documents = [5_000]
    report_training(options)


if __name__ == "__main__":
    main()
