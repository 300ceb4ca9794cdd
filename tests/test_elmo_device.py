"""What a device computes, on the CPU: the same rows, in other steps."""

import pickle

import numpy as np
import pytest
from gensim.test.utils import common_texts

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from elmo_models import KINDS, make_bilm
from test_elmo_network import DOCUMENTS, WORDS

from skmeta import ELMoVectorizer
from skmeta.elmo import (
    _bptt,
    _compiled,
    _epochs,
    _gradients,
    _graphs,
    _on_device,
    _read_layers,
    _repeated_steps,
    _stepper,
    load_bilm,
    train_bilm,
)
from skmeta.elmo._batches import Batch
from skmeta.elmo._gates import Gates
from skmeta.elmo._gradients import cut_parts
from skmeta.elmo._host_copies import HostCopies
from skmeta.elmo._padded_steps import PaddedSteps, pad_width
from skmeta.elmo._softmax import Softmax, draw_classes
from skmeta.elmo._streams import cut_streams, number_documents

COPIES = [*DOCUMENTS, DOCUMENTS[2], ["a"], *common_texts, DOCUMENTS[2]]
BILM = make_bilm(scale=0.4)
CUDA = torch.device("cuda")


@pytest.fixture(autouse=True)
def one_thread():
    """Threads of torch wait for each other where the machine is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def on_device(monkeypatch):
    """Return what switches the device's way of reading on."""

    def switch(kernels=True):
        monkeypatch.setattr(_read_layers, "reads_on_device", lambda bilm: True)
        if not kernels:
            monkeypatch.setattr(_compiled, "elmo_kernels", None)

    return switch


def assert_close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(found, expected, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("kernels", [True, False], ids=["kernels", "torch"])
@pytest.mark.parametrize("kind", KINDS)
def test_layers_are_those_of_the_cpu(kind, kernels, on_device):
    bilm = make_bilm(scale=0.4, **KINDS[kind])
    elmo = ELMoVectorizer(bilm, layer_weights="all", batch_tokens=45).fit(COPIES)
    expected = elmo.token_vectors(COPIES)
    on_device(kernels)
    for one, other in zip(elmo.token_vectors(COPIES), expected, strict=True):
        assert one.dtype == np.float32
        assert_close(one, other)


PARAMETERS = {
    "mean": {},
    "sum": {"pooling": "sum", "gamma": 2, "initial_state": "zeros"},
    "extremes": {"pooling": ("max", "min", "mean"), "layer_weights": (1, 0, 3)},
    "powers": {"pooling": (1.0, 2.0, 2.5, 3.0), "layer_weights": "top"},
    "weighted": {"pooling": ("mean", "sum", 3.0), "weighting": "idf"},
    "all": {"layer_weights": "all", "pooling": ("mean", "max")},
    "normalized": {"normalize_layers": True, "layer_weights": "input"},
    "small batches": {"batch_tokens": 7, "weighting": "sif"},
    "bfloat16": {"dtype": "bfloat16"},
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_rows_are_those_of_the_cpu(name, on_device, tmp_path):
    BILM.save(tmp_path)
    elmo = ELMoVectorizer(tmp_path, **PARAMETERS[name])
    expected = elmo.fit_transform(COPIES)
    mixed = elmo.token_vectors(COPIES)
    on_device(kernels=False)
    assert_close(elmo.fit_transform(COPIES), expected, 2e-6)
    for one, other in zip(elmo.token_vectors(COPIES), mixed, strict=True):
        assert_close(one, other, 2e-6)


def test_long_documents_lose_no_digit(on_device):
    on_device()
    long = [WORDS[:3] * 700, WORDS[2:5]]
    elmo = ELMoVectorizer(BILM, pooling=("mean", "sum", "max")).fit(long)
    rows = elmo.transform(long)
    for row, tokens in zip(rows, elmo.token_vectors(long)):
        exact = tokens.astype(np.float64)
        expected = [exact.mean(axis=0), exact.sum(axis=0), exact.max(axis=0)]
        assert_close(row, np.concatenate(expected), 2e-6)


def test_documents_of_weight_zero_are_rows_of_zeros(on_device):
    elmo = ELMoVectorizer(BILM, pooling=("mean", 3.0), weighting="idf").fit(COPIES)
    elmo._pooler.weighting.weigh_unknown = lambda words: np.zeros(len(words))
    on_device()
    assert not elmo.transform(COPIES).any()


def test_averages_of_words_are_those_of_the_cpu(on_device):
    documents = [*COPIES, ["user"] * 40]
    elmo = ELMoVectorizer(BILM, batch_tokens=30).fit(documents)
    expected = elmo.word_vectors(documents, min_count=2)
    on_device()
    found = elmo.word_vectors(documents, min_count=2)
    assert found.words == expected.words
    np.testing.assert_array_equal(found.counts, expected.counts)
    assert_close(found.vectors, expected.vectors)


def test_a_document_has_the_same_row_alone(on_device):
    on_device()
    elmo = ELMoVectorizer(BILM).fit(COPIES)
    together = elmo.transform(COPIES)
    for document, row in zip(COPIES, together):
        assert_close(elmo.transform([document])[0], row)
    assert_close(elmo.transform(COPIES[::-1])[::-1], together)


def test_nothing_to_read_is_read(on_device):
    on_device()
    elmo = ELMoVectorizer(BILM).fit(COPIES)
    assert not elmo.transform([[], []]).any()
    assert elmo.token_vectors([[], []])[1].shape == (0, BILM.vector_size)


@pytest.mark.parametrize("verbose", [0, 1])
def test_only_pooled_rows_come_back(verbose, on_device, monkeypatch, capsys):
    on_device()
    sent = []
    send = HostCopies.send

    def watch(self, tensor, take):
        sent.append(tuple(tensor.shape))
        send(self, tensor, take)

    monkeypatch.setattr(HostCopies, "send", watch)
    documents = [["a", "graph", "of", "trees"]] * 3 + [["a", "tree"]]
    ELMoVectorizer(BILM, pooling="max", verbose=verbose).fit(COPIES).transform(
        documents
    )
    assert sent == [(1, 2, BILM.vector_size), (1, 2, BILM.vector_size)]
    assert ("Reading tokens" in capsys.readouterr().err) == bool(verbose)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_all_that_is_read_stays_on_the_device(dtype, monkeypatch):
    sent = []

    def send(self, tensor, take):
        sent.append(tensor)

    monkeypatch.setattr(HostCopies, "send", send)
    bilm = make_bilm(scale=0.4)
    bilm.set_dtype(dtype)
    bilm.to("meta")  # without memory; torch refuses to mix it with others
    how = {"normalize_layers": True, "weighting": "idf", "batch_tokens": 45}
    elmo = ELMoVectorizer(bilm, pooling=("mean", "max", 3.0), **how).fit(COPIES)
    elmo.transform(COPIES)
    elmo.token_vectors(COPIES)
    elmo.token_vectors(COPIES, all_layers=True)
    with pytest.raises(ValueError, match="no word"):  # its sums have not come back
        elmo.word_vectors(COPIES)
    assert {tensor.device.type for tensor in sent} == {"meta"}
    size = bilm.vector_size
    assert {tensor.shape[-1] for tensor in sent} == {size, 3 * size}
    assert {tensor.dtype for tensor in sent} == {torch.float32, torch.float64}


@pytest.mark.parametrize("repeated", [False, True], ids=["once", "repeated"])
@pytest.mark.parametrize("n_samples", [None, 4], ids=["all", "sampled"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_all_that_is_trained_stays_on_the_device(
    dtype, n_samples, repeated, monkeypatch
):
    monkeypatch.setattr(_bptt, "repeats_steps", lambda gates: repeated)
    bilm = make_bilm(scale=0.4).to("meta").requires_grad_(True)
    corpus = number_documents(COPIES, 1, 50)
    size = bilm.vector_size // 2
    softmax = Softmax(corpus.counts, size, torch.Generator()).to("meta")
    [window, *_] = cut_streams(corpus, np.arange(corpus.n_documents), 4, 5)
    state = [
        (np.zeros(outputs.shape, np.float32), np.zeros(cells.shape, np.float32))
        for outputs, cells in bilm.zero_state(4)
    ]
    [part] = cut_parts(window, corpus, state, 1, bilm.token_encoder.widest_filter)
    top, targets, after = _gradients._read(bilm, part, torch.sigmoid, dtype)
    sample = None
    if n_samples:
        drawn = draw_classes(len(corpus.counts), n_samples, np.random.default_rng(0))
        sample = tuple(torch.from_numpy(array).to("meta") for array in drawn)
    loss = softmax(top, targets, sample, dtype)
    weights = [*bilm.parameters(), *softmax.parameters()]
    gradients = torch.autograd.grad(loss, weights)
    for gradient, weight in zip(gradients, weights, strict=True):
        assert gradient.device.type == "meta"
        assert (gradient.shape, gradient.dtype) == (weight.shape, torch.float32)
    assert [[x.device.type for x in pair] for pair in after] == [["meta"] * 2] * 2


def test_widths_are_few_and_hardly_wider():
    widths = [pad_width(n) for n in range(1, 5_000)]
    assert widths == sorted(widths)
    for n, width in enumerate(widths, 1):
        assert n <= width <= max(8, 1.125 * n)
        assert pad_width(width) == width
    assert len(set(widths)) < 90


def test_padded_steps_hold_each_token_once():
    lengths = np.array([12, 5, 5, *[3] * 10, 1])
    batch = Batch(np.arange(len(lengths)), lengths)
    rows = np.arange(1, len(batch.is_word) + 1)
    steps = PaddedSteps(batch, rows)
    assert steps.widths == sorted(map(pad_width, batch.sizes), reverse=True)
    for types, words in zip(steps.types, steps.words):
        np.testing.assert_array_equal(types[words], rows[batch.is_word])
        np.testing.assert_array_equal(np.sort(types[types > 0]), rows)


def test_work_that_cannot_be_captured_is_done_step_by_step(monkeypatch):
    def refuse(work, device, pool):
        raise RuntimeError("operation not permitted when stream is capturing")

    done = []
    monkeypatch.setattr(_graphs, "_capture_graph", refuse)
    repeat = _graphs.capture(lambda: done.append(1), CUDA)
    repeat()
    assert done == [1]
    assert _graphs.capture(done.clear, torch.device("cpu")) == done.clear


def test_work_is_captured_where_it_can_be(monkeypatch):
    def replay():
        """Stand for a graph's."""

    monkeypatch.setattr(_graphs, "_capture_graph", lambda *work: replay)
    assert _graphs.capture(lambda: None, CUDA) is replay


def test_widths_of_many_steps_are_captured_once_and_replayed(on_device, monkeypatch):
    elmo = ELMoVectorizer(BILM, batch_tokens=40).fit(COPIES)
    many = [["a", "graph", "of", str(n)] for n in range(60)] + COPIES
    expected = elmo.transform(many)
    captured, replayed = [], []

    def capture(work, device, pool):
        work()  # as a warm-up does
        captured.append(work)

        def replay():
            replayed.append(work)
            work()

        return replay

    monkeypatch.setattr(_stepper, "capture", capture)
    on_device()
    assert_close(elmo.transform(many), expected)
    assert len(captured) == 2  # widths of 8 and 10: nothing else is that frequent
    assert len(replayed) >= 2 * _on_device._STEPS_TO_CAPTURE


def test_batches_fill_half_of_the_free_memory(monkeypatch):
    bilm = make_bilm()
    assert _on_device.choose_batch_tokens(bilm) == 4096
    found = []
    monkeypatch.setattr(type(bilm), "device", CUDA)
    for name, value in [("memory_reserved", 0), ("memory_allocated", 0)]:
        monkeypatch.setattr(torch.cuda, name, lambda device, value=value: value)
    for free in (0, 40e6, 80e6, 1e15):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device, f=free: (f, f))
        found.append(_on_device.choose_batch_tokens(bilm))
    assert found[0] < found[1] < found[2] < found[3]
    assert found[2] == pytest.approx(2 * found[1], abs=1)
    assert found[3] == 1 << 17
    assert _on_device.choose_batch_tokens(bilm, returns_tokens=True) == 1 << 15


def test_steps_make_no_tensor_of_python_numbers(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("copied to the device, which waits for it")

    for owner, name in [(torch, "tensor"), (torch.Tensor, "new_tensor")]:
        monkeypatch.setattr(owner, name, refuse)
    added, bias = torch.ones(2, 3, 8), torch.ones(2, 8)
    rows = torch.arange(3).expand(2, -1)
    monkeypatch.setattr(_compiled, "elmo_kernels", None)
    gates = Gates(added, rows, bias, 3.0)
    hidden, _ = gates.open(torch.ones(2, 3, 8), 0, torch.ones(2, 3, 2))
    assert torch.isfinite(hidden).all()


def test_tf32_is_kept_and_is_float32_on_the_cpu(tmp_path):
    BILM.save(tmp_path)
    exact, rounded = load_bilm(tmp_path), load_bilm(tmp_path, dtype="tf32")
    assert not exact.allow_tf32
    assert rounded.allow_tf32
    assert pickle.loads(pickle.dumps(rounded)).allow_tf32
    np.testing.assert_array_equal(
        ELMoVectorizer(rounded).fit_transform(DOCUMENTS),
        ELMoVectorizer(exact).fit_transform(DOCUMENTS),
    )


@pytest.mark.filterwarnings("ignore:The biLM reached")
def test_trained_models_read_in_the_dtype_that_was_asked_for():
    small = {"vector_size": 8, "hidden_size": 8, "epochs": 1, "random_state": 0}
    exact = ELMoVectorizer(**small)
    rounded = ELMoVectorizer(**small, dtype="bfloat16")
    one, other = exact.fit_transform(common_texts), rounded.fit_transform(common_texts)
    assert rounded.bilm_.layers[0].from_input.dtype == torch.bfloat16
    assert 0 < abs(one - other).max() < 0.05
    tf32 = ELMoVectorizer(**small, dtype="tf32").fit(common_texts)
    assert tf32.bilm_.allow_tf32


def read_windows(layer_size, monkeypatch, repeated, n_windows=4, dtype=torch.float32):
    """Read windows of a model, the last one shorter; return outputs and gradients."""
    bilm = make_bilm(scale=0.4, dim=layer_size).requires_grad_(True)
    monkeypatch.setattr(_bptt, "repeats_steps", lambda gates: repeated)
    generator = torch.Generator().manual_seed(0)
    state = [(h + 0.1, c + 0.1) for h, c in bilm.zero_state(5)]
    found = []
    for number in range(n_windows):
        types = torch.randn(7, 6, generator=generator).requires_grad_()
        n_steps = 4 if number + 1 < n_windows else 2
        rows = torch.randint(7, (2, n_steps * 5), generator=generator)
        top, state = _bptt.read_window(
            bilm, types, rows, state, lambda x: x, dtype=dtype
        )
        weights = [types, *bilm.layers.parameters()]
        value = (top * torch.arange(top.numel()).view_as(top)).sum()
        found += [top.detach(), *torch.autograd.grad(value, weights)]
        found += [part for pair in state for part in pair]
    return found


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
@pytest.mark.parametrize("n_cells", [10, 6], ids=["projection", "none"])
def test_windows_are_trained_in_repeated_steps_as_in_others(
    n_cells, dtype, monkeypatch
):
    captured = []

    def capture(work, device):
        captured.append(work)
        return lambda: (work(), work())  # as often as it likes

    monkeypatch.setattr(_repeated_steps, "capture", capture)
    expected = read_windows(n_cells, monkeypatch, repeated=False, dtype=dtype)
    assert not captured
    found = read_windows(n_cells, monkeypatch, repeated=True, dtype=dtype)
    assert len(captured) == 4  # of two layers, forward and back, of the usual shape
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


@pytest.mark.parametrize("n_cells", [10, 6], ids=["projection", "none"])
def test_bfloat16_rounds_products_and_nothing_else(n_cells, monkeypatch):
    exact = read_windows(n_cells, monkeypatch, repeated=False)
    rounded = read_windows(n_cells, monkeypatch, repeated=False, dtype=torch.bfloat16)
    for one, other in zip(rounded, exact, strict=True):
        assert one.dtype == torch.float32
        error = (one - other).norm() / other.norm()
        assert 0 < error < 0.02


def test_bfloat16_trains_to_the_same_perplexity():
    rng = np.random.default_rng(0)  # mostly, a word is followed by the next one
    steps = np.where(rng.random((300, 12)) < 0.8, 1, rng.integers(1, 8, (300, 12)))
    sentences = [[f"w{n}" for n in row] for row in steps.cumsum(axis=1) % 8]
    how = {"vector_size": 16, "hidden_size": 16, "n_layers": 1, "n_steps": 10}
    how |= {"filters": [(1, 8), (2, 8)], "dropout": 0.0, "learning_rate": 0.01}
    how |= {"epochs": 3, "n_samples": 6, "batch_size": 8, "random_state": 0}
    exact = train_bilm(sentences, **how)
    rounded = train_bilm(sentences, **how, dtype="bfloat16")
    [one, other] = (
        bilm.training_["epochs"][-1]["held_out_perplexity"] for bilm in (rounded, exact)
    )
    assert other < exact.training_["unigram_perplexity"] / 2
    assert one != other
    assert one == pytest.approx(other, rel=0.03)  # seeds differ as much
    assert {weight.dtype for weight in rounded.parameters()} == {torch.float32}


@pytest.mark.filterwarnings("ignore:The biLM reached")
@pytest.mark.parametrize("n_samples", [None, 8], ids=["all", "sampled"])
def test_models_are_trained_in_one_part_as_in_two(n_samples, monkeypatch):
    how = {"vector_size": 8, "hidden_size": 12, "epochs": 2, "random_state": 0}
    how |= {"dropout": 0.0, "n_samples": n_samples, "min_count": 1}
    expected = train_bilm(common_texts * 9, **how)
    both = _epochs.cut_parts
    monkeypatch.setattr(
        _epochs, "cut_parts", lambda *window: both(*window[:3], 1, window[4])
    )
    monkeypatch.setattr(_bptt, "repeats_steps", lambda gates: True)
    found = train_bilm(common_texts * 9, **how, dtype="tf32")
    for one, other in zip(found.parameters(), expected.parameters()):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-3)
    assert not [layer for layer in found.layers if layer in _repeated_steps._steps]
