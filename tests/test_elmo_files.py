"""biLMs in files: the published format, incomplete and wrong ones."""

import json
import zipfile

import numpy as np
import pytest

torch = pytest.importorskip("torch")
h5py = pytest.importorskip("h5py")

from elmo_models import KINDS, make_bilm, make_options

from skmeta.elmo import load_bilm


@pytest.fixture
def folder(tmp_path):
    make_bilm().save(tmp_path / "model")
    return tmp_path / "model"


def same(one, other):
    pairs = zip(one.state_dict().items(), other.state_dict().items(), strict=True)
    return all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)


@pytest.mark.parametrize("kind", KINDS)
def test_loaded_is_what_was_saved(kind, tmp_path):
    bilm = make_bilm(**KINDS[kind])
    bilm.save(tmp_path / "model")
    loaded = load_bilm(tmp_path / "model")
    assert same(bilm, loaded)
    assert loaded.options == bilm.options
    loaded.save(tmp_path / "again")
    with (
        h5py.File(tmp_path / "model" / "weights.hdf5") as one,
        h5py.File(tmp_path / "again" / "weights.hdf5") as other,
    ):
        names = []
        one.visit(names.append)
        for name in names:
            if isinstance(one[name], h5py.Dataset):
                np.testing.assert_array_equal(one[name], other[name])


def test_files_have_the_published_names_and_shapes(folder):
    shapes = {}
    with h5py.File(folder / "weights.hdf5") as file:
        file.visititems(
            lambda name, item: (
                shapes.update({name: (item.shape, item.dtype)})
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    expected = {
        "char_embed": (261, 3),
        "CNN_proj/W_proj": (15, 6),
        "CNN_proj/b_proj": (6,),
    }
    for i, n in enumerate([4, 5, 6]):
        expected[f"CNN/W_cnn_{i}"] = (1, i + 1, 3, n)
        expected[f"CNN/b_cnn_{i}"] = (n,)
    for i in range(2):
        for name in ("carry", "transform"):
            expected[f"CNN_high_{i}/W_{name}"] = (15, 15)
            expected[f"CNN_high_{i}/b_{name}"] = (15,)
        for direction in range(2):
            cell = f"RNN_{direction}/RNN/MultiRNNCell/Cell{i}/LSTMCell"
            expected[f"{cell}/W_0"] = (12, 40)
            expected[f"{cell}/B"] = (40,)
            expected[f"{cell}/W_P_0"] = (10, 6)
    assert shapes == {name: (shape, np.float32) for name, shape in expected.items()}
    options = json.loads((folder / "options.json").read_text())
    assert options == make_options()  # nothing that other programs do not know


def test_published_file_is_saved_as_it_was(data, tmp_path):
    published = data / "elmo"
    load_bilm(published).save(tmp_path / "saved")
    with (
        h5py.File(published / "lm_weights.hdf5") as one,
        h5py.File(tmp_path / "saved" / "weights.hdf5") as other,
    ):
        names = []
        one.visit(names.append)
        for name in names:
            if isinstance(one[name], h5py.Dataset):
                np.testing.assert_array_equal(one[name], other[name])


def test_zip_and_pair_and_strings_are_paths_too(folder, tmp_path):
    expected = load_bilm(folder)
    pair = folder / "options.json", folder / "weights.hdf5"
    assert same(load_bilm(pair), expected)
    assert same(load_bilm(str(folder)), expected)
    # as NLPL packs them
    path = tmp_path / "203.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(pair[0], "options.json")
        archive.write(pair[1], "model.hdf5")
        archive.writestr("meta.json", "{}")
        archive.writestr("vocab.txt", "<S>")
    assert same(load_bilm(path), expected)


def test_loading_leaves_the_random_numbers_of_callers_alone(folder):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    load_bilm(folder)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("n_characters", [261, 262])
def test_either_number_of_characters_is_taken(folder, n_characters):
    options = make_options(n_characters=n_characters)
    (folder / "options.json").write_text(json.dumps(options))
    assert same(load_bilm(folder), make_bilm())


def test_half_precision_is_saved_in_full(folder, tmp_path):
    half = load_bilm(folder, dtype="bfloat16")
    assert half.layers[0].from_input.dtype == torch.bfloat16
    half.save(tmp_path / "half")
    assert load_bilm(tmp_path / "half").layers[0].from_input.dtype == torch.float32


def change(folder, name, value=None):
    with h5py.File(folder / "weights.hdf5", "r+") as file:
        del file[name]
        if value is not None:
            file[name] = value


def test_messages_name_the_array_and_its_shape(folder):
    change(folder, "CNN_high_1/W_carry")
    with pytest.raises(ValueError, match=r"no array 'CNN_high_1/W_carry'.*\(15, 15\)"):
        load_bilm(folder)
    change(folder, "CNN_proj/b_proj", np.zeros(7, np.float32))
    make_bilm().save(folder)
    change(folder, "CNN_proj/b_proj", np.zeros(7, np.float32))
    with pytest.raises(ValueError, match=r"'CNN_proj/b_proj' of shape \(7,\).*\(6,\)"):
        load_bilm(folder)


def test_values_that_are_no_numbers_are_refused(folder):
    change(folder, "char_embed", np.full((261, 3), np.nan, np.float32))
    with pytest.raises(ValueError, match="not finite in the array 'char_embed'"):
        load_bilm(folder)


WRONG_OPTIONS = {
    "no lstm": ({"char_cnn": {}}, "lstm"),
    "words": ({"lstm": make_options()["lstm"]}, "whole words"),
    "a list": ([], "lstm"),
    "filters": (make_options(filters=[[0, 4]]), "filters"),
    "alphabet": (make_options(n_characters=500), "n_characters=500"),
    "activation": (make_options(activation="gelu"), "gelu"),
    "size": (make_options(projection_dim="6"), "projection_dim"),
    "short": (make_options(max_characters_per_token=2), "max_characters_per_token"),
}


@pytest.mark.parametrize("kind", WRONG_OPTIONS)
def test_wrong_options_are_refused(kind, folder):
    options, message = WRONG_OPTIONS[kind]
    (folder / "options.json").write_text(json.dumps(options))
    with pytest.raises(ValueError, match=message):
        load_bilm(folder)


def test_damaged_files_are_refused(folder):
    weights = folder / "weights.hdf5"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="whole HDF5 file"):
        load_bilm(folder)
    weights.write_bytes(whole)
    (folder / "options.json").write_text("{")
    with pytest.raises(ValueError, match="options in JSON"):
        load_bilm(folder)


def test_missing_files_are_told(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="not downloaded"):
        load_bilm(tmp_path / "nowhere")
    (folder / "weights.hdf5").unlink()
    with pytest.raises(ValueError, match="weights"):
        load_bilm(folder)
    (tmp_path / "text").write_text("text")
    with pytest.raises(ValueError, match="no zip file"):
        load_bilm(tmp_path / "text")
    with pytest.raises(ValueError, match="pair"):
        load_bilm((folder,))
    with pytest.raises(TypeError, match="path"):
        load_bilm(7)


def test_unknown_device_and_type_are_refused(folder):
    with pytest.raises(ValueError, match="device='tpu9'"):
        load_bilm(folder, device="tpu9")
    with pytest.raises(ValueError, match="dtype='int8'"):
        load_bilm(folder, dtype="int8")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="CUDA"):
            load_bilm(folder, device="cuda")
