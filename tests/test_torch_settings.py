"""What the process has set in torch changes no result, and stays as it was."""

from contextlib import contextmanager

import numpy as np
import pytest
from gensim.test.utils import common_texts

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from elmo_models import make_bilm, make_options

from skmeta import ELMoVectorizer
from skmeta.combine import Autoencoder
from skmeta.elmo import BiLM, _static_vectors, load_bilm, train_bilm
from skmeta.elmo._options import complete_options
from skmeta.elmo._reading import initial_state

WORDS = {word: np.arange(3.0) for document in common_texts for word in document}
SMALL = {"vector_size": 4, "hidden_size": 4, "epochs": 2, "random_state": 0}


@contextmanager
def default(setter, value, before):
    """Set something for the whole process, or thread, for a while."""
    setter(value)
    try:
        yield
    finally:
        setter(before)


SETTINGS = {
    "no_grad": torch.no_grad,
    "inference_mode": torch.inference_mode,
    "float64": lambda: default(torch.set_default_dtype, torch.float64, torch.float32),
    "bfloat16": lambda: default(torch.set_default_dtype, torch.bfloat16, torch.float32),
    "device": lambda: default(torch.set_default_device, "meta", None),
    "autocast": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "gradients off": lambda: default(torch.set_grad_enabled, False, True),
    "rounded products": lambda: default(
        torch.set_float32_matmul_precision, "medium", "highest"
    ),
    "threads": lambda: default(torch.set_num_threads, 2, torch.get_num_threads()),
}


def read_settings():
    return (
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.get_default_dtype(),
        torch.get_default_device(),
        torch.is_autocast_enabled("cpu"),
        torch.get_num_threads(),
        torch.get_float32_matmul_precision(),
        torch.get_rng_state().tolist(),
    )


def open_and_read(folder):
    return ELMoVectorizer(folder, n_jobs=1).fit_transform(common_texts)


def load_and_read(folder):
    bilm = load_bilm(folder)
    return ELMoVectorizer(bilm, n_jobs=2).fit_transform(common_texts)


def build_and_read(folder):
    bilm = BiLM(complete_options(make_options()))
    state = make_bilm(scale=0.4).state_dict()
    bilm.load_state_dict(state)
    return ELMoVectorizer(bilm).fit_transform(common_texts)


def train(folder):
    elmo = ELMoVectorizer(**SMALL, dropout=0.2)
    return elmo.fit_transform(common_texts)


def train_from_static_vectors(folder):
    bilm = train_bilm(common_texts, static_vectors=WORDS, **SMALL)
    return ELMoVectorizer(bilm).fit_transform(common_texts)


def train_further(folder):
    bilm = train_bilm(common_texts, bilm=load_bilm(folder), epochs=1, random_state=0)
    return ELMoVectorizer(bilm).fit_transform(common_texts)


def autoencode(folder):
    rng = np.random.default_rng(0)
    views = [rng.standard_normal((40, 5)), rng.standard_normal((40, 4))]
    return Autoencoder("daeme", max_iter=3, random_state=0).fit_transform(views)


WORK = [
    *(open_and_read, load_and_read, build_and_read),
    *(train, train_from_static_vectors, train_further, autoencode),
]


@pytest.fixture(scope="module", autouse=True)
def short_lessons():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_static_vectors, "_FEWEST_STEPS", 5)
        yield


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Results under the default settings."""
    folder = tmp_path_factory.mktemp("model")
    make_bilm(scale=0.4).save(folder)
    return {work.__name__: work(folder) for work in WORK}


@pytest.mark.filterwarnings("ignore:The biLM reached")
@pytest.mark.parametrize("work", WORK, ids=lambda work: work.__name__)
@pytest.mark.parametrize("setting", SETTINGS)
def test_results_are_equal_and_settings_stay(setting, work, expected, tmp_path):
    make_bilm(scale=0.4).save(tmp_path)
    with SETTINGS[setting]():
        before = read_settings()
        found = work(tmp_path)
        assert read_settings() == before
    np.testing.assert_array_equal(found, expected[work.__name__])


@pytest.mark.filterwarnings("ignore:The biLM reached")
@pytest.mark.parametrize("setting", SETTINGS)
def test_an_opened_model_is_good_for_others(setting, tmp_path):
    """It is shared by all vectorizers of the process that open the same files."""
    make_bilm(scale=0.4).save(tmp_path)
    with SETTINGS[setting]():
        first = ELMoVectorizer(tmp_path).fit(common_texts)
        first.transform(common_texts)
    bilm = ELMoVectorizer(tmp_path).fit(common_texts).bilm_
    assert bilm is first.bilm_
    for weight in bilm.parameters():
        assert weight.dtype == torch.float32
        assert weight.device.type == "cpu"
        assert not weight.is_inference()
    state = initial_state(bilm, "warm")
    assert not any(tensor.is_inference() for pair in state for tensor in pair)
    train_bilm(common_texts, bilm=bilm, epochs=1, random_state=0)


def test_a_model_of_inference_tensors_is_read():
    expected = ELMoVectorizer(make_bilm(scale=0.4)).fit_transform(common_texts)
    bilm = make_bilm(scale=0.4)
    with torch.inference_mode():
        for module in bilm.modules():
            for name, weight in list(module.named_parameters(recurse=False)):
                setattr(module, name, torch.nn.Parameter(weight.clone(), False))
    assert all(weight.is_inference() for weight in bilm.parameters())
    np.testing.assert_array_equal(
        ELMoVectorizer(bilm).fit_transform(common_texts), expected
    )


def test_a_warning_of_a_training_names_the_line_that_trains():
    with pytest.warns(UserWarning, match="The biLM reached") as caught:
        train_bilm(common_texts, vector_size=2, hidden_size=1, epochs=1, random_state=0)
    assert caught[0].filename == __file__
