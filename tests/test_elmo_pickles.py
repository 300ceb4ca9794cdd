"""Pickles of biLMs are not tied to the folder or the device they were made in."""

import pickle
import shutil
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("h5py")

from elmo_models import make_bilm
from test_elmo_network import DOCUMENTS

from skmeta import ELMoVectorizer
from skmeta.elmo import _network

BILM = make_bilm(scale=0.4)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A model in a folder below the current one."""
    BILM.save(tmp_path / "model")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "model", ["model", ("model/options.json", "model/weights.hdf5")], ids=["one", "two"]
)
def test_a_relative_path_is_found_from_another_folder(folder, monkeypatch, model):
    elmo = ELMoVectorizer(model).fit(DOCUMENTS)
    pickled, expected = pickle.dumps(elmo), elmo.transform(DOCUMENTS)
    monkeypatch.chdir(folder / "elsewhere")
    again = pickle.loads(pickled)
    np.testing.assert_array_equal(again.transform(DOCUMENTS), expected)
    assert again.model == model
    assert again.bilm_ is elmo.bilm_


def test_a_relative_path_is_found_where_everything_was_moved(folder, monkeypatch):
    elmo = ELMoVectorizer("model").fit(DOCUMENTS)
    pickled, expected = pickle.dumps(elmo), elmo.transform(DOCUMENTS)
    shutil.move(folder / "model", folder / "elsewhere" / "model")
    with pytest.raises(FileNotFoundError, match="Found nothing at"):
        pickle.loads(pickled)
    monkeypatch.chdir(folder / "elsewhere")
    np.testing.assert_array_equal(pickle.loads(pickled).transform(DOCUMENTS), expected)


def test_other_files_at_a_relative_path_are_refused(folder, monkeypatch):
    pickled = pickle.dumps(ELMoVectorizer("model").fit(DOCUMENTS))
    make_bilm(seed=1, n_layers=1).save(folder / "elsewhere" / "model")
    monkeypatch.chdir(folder / "elsewhere")
    pickle.loads(pickled)  # the old files are there
    shutil.rmtree(folder / "model")
    with pytest.raises(ValueError, match="other files"):
        pickle.loads(pickled)


def test_a_device_that_is_missing_becomes_the_cpu_with_a_warning(folder):
    device = f"cuda:{torch.cuda.device_count()}"
    rebuild, (*parts, _, training) = BILM.__reduce__()
    with pytest.warns(UserWarning, match=f"pickled on device='{device}'"):
        bilm = rebuild(*parts, device, training)
    assert bilm.device.type == "cpu"
    expected = ELMoVectorizer(BILM).fit_transform(DOCUMENTS)
    np.testing.assert_array_equal(
        ELMoVectorizer(bilm).fit_transform(DOCUMENTS), expected
    )
    elmo = ELMoVectorizer("model").fit(DOCUMENTS)
    elmo.device = device  # as it was fitted where the device is
    with pytest.warns(UserWarning, match=f"pickled on device='{device}'"):
        again = pickle.loads(pickle.dumps(elmo))
    assert again.device == device
    np.testing.assert_array_equal(again.transform(DOCUMENTS), expected)
    with pytest.raises(ValueError, match="expected it among them"):
        again.fit(DOCUMENTS)


def test_a_device_that_is_there_is_no_matter():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pickle.loads(pickle.dumps(BILM)).device == BILM.device
    assert BILM.__reduce__()[0] is _network._rebuild
