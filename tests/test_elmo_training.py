"""Training of biLMs learns what follows what, and repeats to the digit."""

import errno
import inspect
import os
import tempfile
import warnings

import numpy as np
import pytest
from gensim.test.utils import common_texts
from joblib import Parallel, delayed
from processes import outputs_of

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from skmeta.elmo import _epochs, _training, train_bilm
from skmeta.elmo._bptt import read_window
from skmeta.elmo._characters import number_characters
from skmeta.elmo._checkpoint import write_checkpoint
from skmeta.elmo._gradients import cut_parts, join_states
from skmeta.elmo._initial import initialize
from skmeta.elmo._network import BiLM
from skmeta.elmo._options import complete_options
from skmeta.elmo._softmax import Softmax, draw_classes
from skmeta.elmo._streams import IGNORED, cut_streams, number_documents
from skmeta.elmo._workers import Workers

SMALL = {
    "vector_size": 8,
    "hidden_size": 12,
    "filters": [(1, 4), (2, 4)],
    "char_size": 4,
    "random_state": 0,
}
DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(train_bilm).parameters.items()
}
pytestmark = pytest.mark.filterwarnings("ignore:The biLM reached")
CYCLE = [["one", "two", "three", "four", "five", "six"] * 4] * 21


def weights_of(bilm):
    return {name: weight.clone() for name, weight in bilm.state_dict().items()}


def assert_same_weights(one, other):
    assert one.keys() == other.keys()
    for name, weight in one.items():
        assert torch.equal(weight, other[name]), name


def perplexities(bilm):
    return [record["held_out_perplexity"] for record in bilm.training_["epochs"]]


def test_what_follows_what_is_learned():
    bilm = train_bilm(CYCLE, **SMALL, learning_rate=0.02)
    assert min(perplexities(bilm)) < 2 < bilm.training_["unigram_perplexity"]
    assert not bilm.training
    assert not any(weight.requires_grad for weight in bilm.parameters())


def test_sampled_words_teach_as_well():
    bilm = train_bilm(CYCLE, **SMALL, learning_rate=0.02, n_samples=4)
    assert min(perplexities(bilm)) < 2


@pytest.mark.parametrize("kind", [{"n_layers": 1}, {"n_layers": 3, "n_highway": 0}])
def test_other_depths_are_trained(kind):
    bilm = train_bilm(CYCLE, **SMALL, **kind, learning_rate=0.02)
    assert bilm.n_layers == kind["n_layers"] + 1
    assert min(perplexities(bilm)) < 3


@pytest.mark.parametrize("hidden_size", [4, 12])  # without a projection, and with one
@pytest.mark.parametrize("clip", [3.0, 0.05])
def test_gradients_are_those_of_the_network(hidden_size, clip):
    torch_random = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, generator=torch_random)

    bilm = BiLM(
        complete_options(
            {
                "lstm": {
                    "cell_clip": clip,
                    "proj_clip": clip,
                    "use_skip_connections": True,
                    "n_layers": 3,
                    "projection_dim": 4,
                    "dim": hidden_size,
                },
                "char_cnn": {"embedding": {"dim": 2}, "filters": [(1, 3)]},
            }
        )
    )
    initialize(bilm, torch_random)
    types, rows = draw(9, 4).requires_grad_(), torch.arange(70).reshape(2, 35) % 9
    state = [(draw(2, 5, 4), draw(2, 5, hidden_size)) for _ in range(3)]
    state = [tuple(part.clamp(-clip, clip) for part in layer) for layer in state]
    towards = draw(2, 35, 4)
    outputs, expected_state = bilm(types, rows, [5] * 7, state)
    top, found_state = read_window(bilm, types, rows, state, lambda x: x)
    torch.testing.assert_close(top, outputs[-1])
    torch.testing.assert_close(found_state, expected_state)
    weights = [types, *bilm.layers.parameters()]
    expected = torch.autograd.grad((outputs[-1] * towards).sum(), weights)
    found = torch.autograd.grad((top * towards).sum(), weights)
    for one, other in zip(found, expected):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)
    for way in (slice(0, 1), slice(1, 2)):  # each by itself
        own = [(output[way], cell[way]) for output, cell in state]
        alone, after = read_window(bilm, types, rows[way], own, lambda x: x, way)
        torch.testing.assert_close(alone, top[way])
        torch.testing.assert_close(after, [(h[way], c[way]) for h, c in found_state])


def test_gradients_are_those_of_the_whole_network():
    corpus = number_documents(common_texts * 3, 1, 50)
    bilm = BiLM(_training._choose_options({**DEFAULTS, **SMALL}))
    initialize(bilm, torch.Generator().manual_seed(0))
    softmax = Softmax(corpus.counts, 4, torch.Generator().manual_seed(1))
    weights = [*bilm.parameters(), *softmax.parameters()]
    window = cut_streams(corpus, np.arange(corpus.n_documents), 3, 7)[1]
    state = [(h.numpy(), c.numpy()) for h, c in bilm.zero_state(3)]
    parts = list(cut_parts(window, corpus, state, 2, 2))
    workers = Workers(bilm, softmax)
    found = workers.find(parts, sample=None, scale=0.5, dropout=0.0, seed=0)
    numbers = torch.from_numpy(corpus.types[window.types].astype(np.int64))
    types, rows = bilm.token_encoder(numbers), torch.from_numpy(window.rows)
    outputs, ended = bilm(types, rows, [3] * 7, bilm.zero_state(3))
    targets = torch.from_numpy(window.targets.ravel())
    known = targets != IGNORED
    loss = softmax(outputs[-1].flatten(0, 1)[known], targets[known])
    expected = torch.autograd.grad(0.5 * loss, weights)
    for weight, gradient in zip(weights, expected):
        torch.testing.assert_close(weight.grad, gradient, atol=1e-5, rtol=1e-4)
    assert sum(part[0] for part in found) == pytest.approx(loss.item(), rel=1e-5)
    for layer, joined in zip(ended, join_states([part[1] for part in found])):
        for tensor, array in zip(layer, joined):
            np.testing.assert_allclose(array, tensor.detach(), atol=1e-5)


@pytest.mark.timeout(300)
def test_processes_share_the_work_and_change_no_digit(tmp_path):
    how = {**SMALL, "epochs": 2, "n_samples": 4, "validation_fraction": 0.1}
    expected = train_bilm(CYCLE, **how)
    found = train_bilm(CYCLE, **how, n_jobs=2, checkpoint=tmp_path / "checkpoint")
    assert_same_weights(weights_of(found), weights_of(expected))
    assert perplexities(found) == perplexities(expected)
    longer = {**how, "epochs": 2, "checkpoint": tmp_path / "checkpoint"}
    assert_same_weights(weights_of(train_bilm(CYCLE, **longer)), weights_of(expected))


def test_a_task_of_a_search_starts_no_processes(monkeypatch):
    def train():
        return train_bilm(CYCLE[:6], **SMALL, epochs=1, n_jobs=2)

    counted = []
    monkeypatch.setattr(
        _training,
        "Training",
        lambda *args: counted.append(args[-2]) or _epochs.Training(*args),
    )
    models = Parallel(2, backend="threading")(delayed(train)() for _ in range(2))
    models += [train()]
    assert counted == [1, 1, 2]
    for model in models[:2]:
        assert_same_weights(weights_of(model), weights_of(models[2]))


@pytest.mark.timeout(300)
def test_tasks_in_other_processes_give_the_same():
    how = {**SMALL, "epochs": 1}
    expected = weights_of(train_bilm(CYCLE[:6], **how))
    train = delayed(train_bilm)
    for found in Parallel(2)(train(CYCLE[:6], **how, n_jobs=2) for _ in range(2)):
        assert_same_weights(weights_of(found), expected)


def test_an_error_in_a_process_is_told():
    with pytest.raises(ValueError, match="expected finite ones"):
        train_bilm(CYCLE, **SMALL, learning_rate=1e30, n_jobs=2)


def test_adagrad_learns():
    bilm = train_bilm(CYCLE, **SMALL, optimizer="adagrad", learning_rate=0.2)
    assert min(perplexities(bilm)) < 5


def test_few_documents_are_enough_to_run():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it may learn nothing of so few
        bilm = train_bilm(common_texts, epochs=2, random_state=0)
    assert bilm.vector_size == 128
    assert perplexities(bilm) == [None, None]
    assert all(torch.isfinite(weight).all() for weight in bilm.parameters())


def test_it_starts_at_the_perplexity_of_frequencies(monkeypatch):
    monkeypatch.setattr(_epochs.Training, "_learn", lambda *_: None)
    random = np.random.default_rng(0)
    documents = random.choice(list("abcdefgh"), (40, 9), p=np.arange(1, 9) / 36)
    with pytest.warns(UserWarning, match="learned nothing of their order"):
        bilm = train_bilm(documents.tolist(), **SMALL, epochs=1)
    found = perplexities(bilm)[0]
    assert found == pytest.approx(bilm.training_["unigram_perplexity"], rel=0.1)


def test_the_same_seed_gives_the_same_weights_in_any_process():
    code = (
        "import hashlib; from gensim.test.utils import common_texts;"
        "from skmeta.elmo import train_bilm;"
        "bilm = train_bilm(common_texts * 3, vector_size=8, hidden_size=12, epochs=1,"
        " random_state=0, n_samples=5);"
        "print(hashlib.md5(b''.join(w.numpy().tobytes() for w in "
        "bilm.state_dict().values())).hexdigest())"
    )
    assert len(outputs_of(code)) == 1


def test_nothing_of_the_callers_torch_changes():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(2)
    try:
        train_bilm(CYCLE, **SMALL, epochs=1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("stop_at", [3, 40])
def test_a_resumed_training_gives_the_same_to_the_digit(tmp_path, monkeypatch, stop_at):
    settings = {**SMALL, "epochs": 3, "n_samples": 4}
    whole = train_bilm(CYCLE, **settings)
    path, learn, n_done = tmp_path / "checkpoint", _epochs.Training._learn, 0

    def stop(*args):
        nonlocal n_done
        n_done += 1
        if n_done > stop_at:
            raise KeyboardInterrupt
        learn(*args)

    monkeypatch.setattr(_epochs, "_SECONDS_BETWEEN_CHECKPOINTS", 0)
    monkeypatch.setattr(_epochs.Training, "_learn", stop)
    with pytest.raises(KeyboardInterrupt):
        train_bilm(CYCLE, **settings, checkpoint=path)
    n_steps = []
    monkeypatch.setattr(
        _epochs.Training,
        "_learn",
        lambda *args: (n_steps.append(1), learn(*args)),
    )
    resumed = train_bilm(CYCLE, **settings, checkpoint=path)
    assert_same_weights(whole.state_dict(), resumed.state_dict())
    assert perplexities(resumed) == perplexities(whole)
    n_steps_of_all = sum(r["n_steps"] for r in whole.training_["epochs"])
    assert len(n_steps) == n_steps_of_all - stop_at
    assert_same_weights(  # and once more from the end
        whole.state_dict(),
        train_bilm(CYCLE, **settings, checkpoint=path).state_dict(),
    )


def test_a_checkpoint_of_another_training_is_refused(tmp_path):
    path = tmp_path / "checkpoint"
    train_bilm(CYCLE, **SMALL, epochs=1, checkpoint=path)
    with pytest.raises(ValueError, match=r"other dropout \(0\.1\), expected 0\.2"):
        train_bilm(CYCLE, **SMALL, epochs=1, checkpoint=path, dropout=0.2)
    with pytest.raises(ValueError, match="other documents"):
        train_bilm(CYCLE[1:], **SMALL, epochs=1, checkpoint=path)
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="a complete checkpoint"):
        train_bilm(CYCLE, **SMALL, epochs=1, checkpoint=path)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nowhere/checkpoint", FileNotFoundError),
        ("file/checkpoint", NotADirectoryError),
        ("folder", IsADirectoryError),
    ],
)
def test_a_checkpoint_that_cannot_be_written_stops_before_training(
    name, error, tmp_path
):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()

    def documents():
        raise AssertionError("documents were read")
        yield

    with pytest.raises(error, match=r"expected|Create it first"):
        train_bilm(documents(), **SMALL, checkpoint=tmp_path / name)


def test_a_checkpoint_on_a_full_disk_says_so_and_leaves_the_old_one(small_disk):
    path = small_disk / "checkpoint"
    path.write_bytes(b"old")
    state = {"weights": torch.rand(2**20)}
    with pytest.raises(OSError, match=r"No space left.*checkpoint"):
        write_checkpoint(path, {}, state)
    assert [found.name for found in small_disk.iterdir()] == ["checkpoint"]
    assert path.read_bytes() == b"old"
    bilm = train_bilm(CYCLE[:2], **{**SMALL, "hidden_size": 2_000}, epochs=1)
    with pytest.raises(OSError, match=r"No space left.*weights\.hdf5"):
        bilm.save(small_disk / "bilm")
    assert not (small_disk / "bilm").exists()


def test_processes_on_a_full_disk_stop_before_training(small_disk, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    with pytest.raises(OSError, match="No space left"):
        train_bilm(CYCLE, **{**SMALL, "hidden_size": 2_000}, n_jobs=2)
    assert not list(small_disk.iterdir())


def test_the_weights_of_processes_are_reserved(monkeypatch):
    def allocate(descriptor, start, n_bytes):
        assert n_bytes > 4 * 3 * 1_000
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", allocate, raising=False)
    with pytest.raises(OSError, match="No space left"):
        train_bilm(CYCLE, **SMALL, n_jobs=2)


def test_a_model_goes_on_and_is_not_changed():
    first = train_bilm(CYCLE, **SMALL, epochs=1)
    before = weights_of(first)
    second = train_bilm(CYCLE, bilm=first, epochs=3, learning_rate=0.02, random_state=0)
    assert second.options == first.options
    assert_same_weights(before, first.state_dict())
    assert not torch.equal(
        second.state_dict()["layers.0.bias"], before["layers.0.bias"]
    )


def test_time_can_be_limited():
    bilm = train_bilm(CYCLE, **SMALL, epochs=100_000, max_seconds=0.5)
    assert bilm.training_["epochs"]
    assert len(bilm.training_["epochs"]) < 1_000


def test_the_best_weights_are_kept(monkeypatch):
    found = iter([5.0, 3.0, 4.0, 4.0, 1.0])
    kept = []

    def measure(training):
        kept.append(weights_of(training.model))
        return next(found)

    monkeypatch.setattr(_epochs.Training, "_measure", measure)
    bilm = train_bilm(CYCLE, **SMALL, n_iter_no_change=2)
    assert perplexities(bilm) == [5.0, 3.0, 4.0, 4.0]
    assert_same_weights(bilm.state_dict(), kept[1])


def test_a_loss_without_bounds_is_named():
    with pytest.raises(ValueError, match=r"at step \d+ of epoch 1.*Lower learning"):
        train_bilm(CYCLE, **SMALL, learning_rate=1e30)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vector_size": 7}, "even number"),
        ({"dropout": 1.0}, "'dropout' parameter"),
        ({"filters": [(0, 4)]}, "expected .width, number. pairs"),
        ({"device": "abacus"}, "one that torch knows"),
    ],
)
def test_unsound_parameters_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        train_bilm(CYCLE, **{**SMALL, **changed})


@pytest.mark.parametrize("documents", [[[]], [[], []]])
def test_documents_without_tokens_are_refused(documents):
    with pytest.raises(ValueError, match=f"no token in {len(documents)} document"):
        train_bilm(documents, **SMALL)


def test_strings_are_refused():
    with pytest.raises(TypeError, match="Document 1 is 'two words'"):
        train_bilm([["one"], "two words"], **SMALL)


def test_documents_may_come_one_by_one():
    once = train_bilm(iter(CYCLE), **SMALL, epochs=1)
    assert_same_weights(
        once.state_dict(), train_bilm(CYCLE, **SMALL, epochs=1).state_dict()
    )


def test_progress_shows_perplexity_and_speed(capsys):
    train_bilm(CYCLE, **SMALL, epochs=1, verbose=1)
    line = capsys.readouterr().err.splitlines()[-1]
    assert "Training biLM: 100%" in line
    assert "perplexity" in line
    assert "tokens/s" in line


def test_types_are_written_as_their_characters():
    corpus = number_documents([["ab", "c", "ab"], [], ["<S>"]], 1, 50)
    assert corpus.tokens.tolist() == [2, 3, 2, 4]
    assert corpus.starts.tolist() == [0, 3, 4]
    words = ["<S>", "</S>", "ab", "c", "<S>"]
    np.testing.assert_array_equal(corpus.types, number_characters(words))
    assert corpus.lengths.tolist() == [3, 3, 4, 3, 3]
    assert corpus.classes.tolist() == [0, 0, 2, 3, 4]
    assert corpus.counts.tolist() == [2, 0, 2, 1, 1]


def test_rare_words_are_one_class():
    corpus = number_documents([["a", "b", "b", "c"]], 2, 50)
    assert corpus.classes.tolist() == [0, 0, 1, 2, 1]
    assert corpus.counts.tolist() == [1, 2, 2]


@pytest.mark.parametrize("n_rows", [1, 2, 5])
@pytest.mark.parametrize("n_steps", [1, 3, 100])
def test_windows_hold_each_next_token_once(n_rows, n_steps):
    documents = [["a", "b", "c"], ["d"], ["e", "f"]]
    corpus = number_documents(documents, 1, 50)
    windows = list(cut_streams(corpus, np.array([2, 0, 1]), n_rows, n_steps))
    for direction in range(2):
        rows = [[] for _ in range(n_rows)]
        for window in windows:
            types = window.types[window.rows[direction]].reshape(-1, n_rows)
            targets = window.targets[direction].reshape(-1, n_rows)
            for n, row in enumerate(rows):
                row += zip(types[:, n], targets[:, n])
        pairs = [(t, target) for row in rows for t, target in row if target != IGNORED]
        expected = []
        for document in ["ef", "abc", "d"]:
            tokens = [ord(letter) - ord("a") + 2 for letter in document]
            tokens = [0, *tokens, 1] if direction == 0 else [1, *tokens[::-1], 0]
            expected += zip(tokens, corpus.classes[tokens[1:]])
        assert pairs == expected


def test_the_unigram_perplexity_is_that_of_counts():
    corpus = number_documents([["a", "a", "b"], ["b", "a", "c"]], 1, 50)
    log = np.log([3 / 8, 3 / 8, 2 / 8, 2 / 8])  # a, a, b, and the end
    assert corpus.unigram_perplexity(np.array([0])) == pytest.approx(
        np.exp(-log.mean())
    )


def test_a_sample_of_all_classes_is_the_whole_softmax():
    counts = np.array([3, 5, 8, 1])
    softmax = Softmax(counts, 6, torch.Generator().manual_seed(0))
    x = torch.randn(7, 6, generator=torch.Generator().manual_seed(1))
    targets = torch.tensor([0, 1, 2, 3, 0, 1, 2])
    whole = softmax(x, targets)
    sampled = softmax(x, targets, (torch.arange(4), torch.zeros(4)))
    torch.testing.assert_close(sampled, whole)
    assert softmax.total_loss(x, targets) == pytest.approx(whole.item(), rel=1e-5)


def test_classes_are_drawn_as_often_as_expected():
    random, n_draws = np.random.default_rng(0), 3_000
    found, expected = np.zeros(60), np.full(60, np.nan)
    for _ in range(n_draws):
        classes, log = draw_classes(60, 20, random)
        assert len(np.unique(classes)) == len(classes) <= 20
        found[classes] += 1 / n_draws
        expected[classes] = np.exp(log)
    assert found[:5] == pytest.approx(1)
    assert (expected[:5] == 1).all()
    np.testing.assert_allclose(found, expected, atol=0.04)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_token_vectors_and_gradients_are_those_of_the_network(activation):
    options = {
        "lstm": {"n_layers": 1, "projection_dim": 5, "dim": 4},
        "char_cnn": {
            "embedding": {"dim": 3},
            "filters": [[1, 4], [2, 5], [3, 6]],
            "n_highway": 2,
            "activation": activation,
        },
    }
    bilm = BiLM(complete_options(options))
    initialize(bilm, torch.Generator().manual_seed(0))
    encoder = bilm.token_encoder
    for layer in encoder.filters:
        layer.weight.data *= 10
    words = ["a", "to", "the", "tree", "whatever", "überhaupt"]
    whole = torch.from_numpy(number_characters(words))
    groups = [
        torch.from_numpy(number_characters(part, widest_filter=3))
        for part in (words[:3], words[3:])
    ]
    towards = torch.randn(6, 5, generator=torch.Generator().manual_seed(1))
    expected, found = encoder(whole), encoder(*groups)
    torch.testing.assert_close(found, expected)
    weights = list(encoder.parameters())
    for one, other in zip(
        torch.autograd.grad((found * towards).sum(), weights),
        torch.autograd.grad((expected * towards).sum(), weights),
    ):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)
