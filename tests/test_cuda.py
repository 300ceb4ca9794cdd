"""All that can differ on a CUDA device: ``pytest tests/test_cuda.py``, two minutes.

Skipped where there is none. What a device computes is tested on the CPU as well, in
``test_elmo_device.py``; here is what only the device shows: streams, pinned memory,
captured graphs, other orders of sums.
"""

import pickle
import threading

import numpy as np
import pytest
from gensim.test.utils import common_texts

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from elmo_models import KINDS, make_bilm
from test_elmo_network import DOCUMENTS, WORDS

from skmeta import ELMoVectorizer
from skmeta.combine import Autoencoder
from skmeta.elmo import _graphs, _stepper, load_bilm, train_bilm

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="torch finds no CUDA device here"
)
MANY = [[*common_texts[n % 9], f"w{n % 17}"] * (1 + n % 5) for n in range(600)]
COPIES = [*DOCUMENTS, DOCUMENTS[2], *common_texts, *MANY]
PARAMETERS = {
    "mean": {},
    "sum": {"pooling": "sum", "initial_state": "zeros"},
    "extremes": {"pooling": ("max", "min"), "layer_weights": (1, 0, 3)},
    "powers": {"pooling": 3.0, "layer_weights": "top"},
    "weighted": {"pooling": ("mean", "sum"), "weighting": "idf"},
    "normalized": {"normalize_layers": True, "layer_weights": "all"},
    "small batches": {"batch_tokens": 50},
}


def assert_close(found, expected, tolerance=1e-5):
    np.testing.assert_allclose(found, expected, atol=tolerance, rtol=tolerance)


def pair(**changes):
    """Return the same model on the CPU and on the device."""
    return make_bilm(scale=0.4, **changes), make_bilm(scale=0.4, **changes).to("cuda")


@pytest.fixture
def refuse_graphs(monkeypatch):
    def refuse(*work):
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(_graphs, "_capture_graph", refuse)


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_are_those_of_the_cpu(kind):
    on_cpu, on_cuda = pair(**KINDS[kind])
    expected = ELMoVectorizer(on_cpu, layer_weights="all").fit(COPIES)
    found = ELMoVectorizer(on_cuda, layer_weights="all").fit(COPIES)
    for one, other in zip(found.token_vectors(COPIES), expected.token_vectors(COPIES)):
        assert_close(one, other)


@pytest.mark.parametrize("name", PARAMETERS)
def test_rows_are_those_of_the_cpu(name):
    on_cpu, on_cuda = pair()
    expected = ELMoVectorizer(on_cpu, **PARAMETERS[name]).fit_transform(COPIES)
    found = ELMoVectorizer(on_cuda, **PARAMETERS[name]).fit_transform(COPIES)
    assert_close(found, expected)


def test_averages_of_words_are_those_of_the_cpu():
    expected, found = (
        ELMoVectorizer(bilm).fit(COPIES).word_vectors(COPIES) for bilm in pair()
    )
    assert found.words == expected.words
    assert_close(found.vectors, expected.vectors)


def test_large_models_are_those_of_the_cpu():
    changes = {"dim": 512, "projection_dim": 128}
    on_cpu, on_cuda = (bilm for bilm in pair(**changes))
    for bilm in (on_cpu, on_cuda):
        for weight in bilm.parameters():
            weight.data.mul_(0.2)
    expected = ELMoVectorizer(on_cpu).fit_transform(COPIES)
    assert_close(ELMoVectorizer(on_cuda).fit_transform(COPIES), expected)


def test_a_document_has_the_same_row_alone():
    elmo = ELMoVectorizer(pair()[1]).fit(COPIES)
    together = elmo.transform(COPIES)
    for number in range(0, 30):
        assert_close(elmo.transform([COPIES[number]])[0], together[number], 1e-6)


def test_the_same_is_computed_again():
    elmo = ELMoVectorizer(pair()[1], pooling=("mean", "max")).fit(COPIES)
    first = elmo.transform(COPIES)
    words = elmo.word_vectors(COPIES).vectors
    for _ in range(3):
        np.testing.assert_array_equal(elmo.transform(COPIES), first)
    np.testing.assert_array_equal(elmo.word_vectors(COPIES).vectors, words)


def test_graphs_compute_what_their_operations_do(monkeypatch):
    replayed, capture = [], _graphs._capture_graph

    def watch(*work):
        replay = capture(*work)
        return lambda: (replayed.append(1), replay())

    elmo = ELMoVectorizer(pair()[1], batch_tokens=400).fit(COPIES)
    with monkeypatch.context() as patch:
        patch.setattr(_graphs, "_capture_graph", watch)
        captured = elmo.transform(COPIES)
    assert replayed
    monkeypatch.setattr(_stepper, "capture", lambda work, *_: work)
    assert_close(elmo.transform(COPIES), captured, 1e-6)


def test_what_cannot_be_captured_is_read_as_well(refuse_graphs):
    on_cpu, on_cuda = pair()
    expected = ELMoVectorizer(on_cpu).fit_transform(COPIES)
    assert_close(ELMoVectorizer(on_cuda).fit_transform(COPIES), expected)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float32", 1e-5), ("tf32", 0.02), ("bfloat16", 0.1)]
)
def test_dtypes_are_as_exact_as_they_say(dtype, tolerance, tmp_path):
    make_bilm(scale=0.4).save(tmp_path)
    expected = ELMoVectorizer(tmp_path).fit_transform(COPIES)
    elmo = ELMoVectorizer(tmp_path, device="cuda", dtype=dtype)
    assert_close(elmo.fit_transform(COPIES), expected, tolerance)
    again = pickle.loads(pickle.dumps(elmo))
    assert again.bilm_.device.type == "cuda"
    np.testing.assert_array_equal(again.transform(COPIES), elmo.transform(COPIES))


def test_settings_of_the_process_change_nothing_and_stay():
    bilm = pair()[1]
    expected = ELMoVectorizer(bilm).fit_transform(COPIES)
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("medium")
    torch.backends.cudnn.allow_tf32 = True
    try:
        found = ELMoVectorizer(bilm).fit_transform(COPIES)
        assert torch.get_float32_matmul_precision() == "medium"
        assert torch.backends.cudnn.allow_tf32
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]
    np.testing.assert_array_equal(found, expected)


def test_threads_read_at_the_same_time(tmp_path):
    make_bilm(scale=0.4).save(tmp_path)
    dtypes = ("float32", "tf32")
    elmos = [ELMoVectorizer(tmp_path, device="cuda", dtype=d) for d in dtypes] * 2
    alone = [elmo.fit_transform(COPIES) for elmo in elmos]
    found: dict = {}

    def read(number):
        found[number] = elmos[number].transform(COPIES)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for number, rows in enumerate(alone):
        np.testing.assert_array_equal(found[number], rows)


def test_memory_that_cannot_be_pinned_is_copied(monkeypatch):
    def refuse(self, *device):
        raise RuntimeError("CUDA error: out of memory")

    elmo = ELMoVectorizer(pair()[1]).fit(COPIES)
    expected = elmo.transform(COPIES)
    monkeypatch.setattr(torch.Tensor, "pin_memory", refuse)
    np.testing.assert_array_equal(elmo.transform(COPIES), expected)


def test_devices_that_are_not_there_are_refused(tmp_path):
    make_bilm().save(tmp_path)
    with pytest.raises(ValueError, match="CUDA devices here"):
        load_bilm(tmp_path, device=f"cuda:{torch.cuda.device_count()}")


TRAINING = {"vector_size": 16, "hidden_size": 24, "epochs": 3, "random_state": 0}
CYCLE = [["one", "two", "three", "four", "five", "six"] * 4] * 100


@pytest.mark.filterwarnings("ignore:The biLM reached")
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float32", 0.01), ("tf32", 0.01), ("bfloat16", 0.03)]
)
@pytest.mark.parametrize("n_samples", [None, 4], ids=["all", "sampled"])
def test_training_learns_as_on_the_cpu(n_samples, dtype, tolerance):
    how = TRAINING | {"n_samples": n_samples, "dropout": 0.0}
    on_cpu = train_bilm(CYCLE, **how)
    on_cuda = train_bilm(CYCLE, **how, device="cuda", dtype=dtype)
    assert on_cuda.device.type == "cpu"
    for one, other in zip(on_cuda.training_["epochs"], on_cpu.training_["epochs"]):
        ratio = one["held_out_perplexity"] / other["held_out_perplexity"]
        assert ratio == pytest.approx(1, abs=tolerance)


@pytest.mark.filterwarnings("ignore:The biLM reached")
def test_training_repeats_and_does_not_need_graphs(request):
    def weights_of(bilm):
        return torch.cat([weight.flatten() for weight in bilm.state_dict().values()])

    first = weights_of(train_bilm(CYCLE, **TRAINING, device="cuda"))
    request.getfixturevalue("refuse_graphs")
    plain = weights_of(train_bilm(CYCLE, **TRAINING, device="cuda"))
    assert (first - plain).abs().max() < 0.02
    static = {word: np.arange(3.0) for word in CYCLE[0]}
    bilm = train_bilm(CYCLE, **TRAINING, device="cuda", static_vectors=static)
    assert torch.isfinite(weights_of(bilm)).all()


@pytest.mark.filterwarnings("ignore:The biLM reached")
def test_a_vectorizer_trains_and_reads_on_the_device():
    elmo = ELMoVectorizer(**TRAINING, device="cuda").fit(CYCLE)
    assert elmo.bilm_.device.type == "cuda"
    rows = elmo.transform([WORDS[:3], CYCLE[0]])
    bilm = pickle.loads(pickle.dumps(elmo.bilm_)).to("cpu")
    assert_close(rows, ELMoVectorizer(bilm).fit_transform([WORDS[:3], CYCLE[0]]))


@pytest.mark.parametrize("loss", ["squared_error", "cosine"])
@pytest.mark.parametrize("kind", ["aaeme", "caeme", "daeme"])
def test_autoencoders_agree(kind, loss):
    rng = np.random.default_rng(0)
    views = [rng.standard_normal((200, 9)), rng.standard_normal((200, 6))]
    how = {"max_iter": 5, "random_state": 0, "batch_size": 32, "loss": loss}
    np.testing.assert_allclose(
        Autoencoder(kind, device="cuda", **how).fit_transform(views),
        Autoencoder(kind, device="cpu", **how).fit_transform(views),
        atol=1e-3,
    )
