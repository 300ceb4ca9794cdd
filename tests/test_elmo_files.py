"""biLMs in files: the published format, incomplete and wrong ones."""

import json
import os
import zipfile

import numpy as np
import pytest

torch = pytest.importorskip("torch")
h5py = pytest.importorskip("h5py")

from elmo_models import KINDS, make_bilm, make_options

from skmeta.elmo import load_bilm, train_bilm
from skmeta.elmo._checkpoint import read_checkpoint
from skmeta.elmo._options import complete_options, count_bytes


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
    "long": (make_options(max_characters_per_token=10**9), "max_characters_per_token"),
    "clip": (make_options(cell_clip="3"), "cell_clip"),
    "layers": (make_options(n_layers=10**9), "takes more than"),
    "highways": (make_options(n_highway=10**9), "takes more than"),
    "cells": (make_options(dim=10**9), "takes more than"),
    "projection": (make_options(projection_dim=10**9), "takes more than"),
    "characters": (make_options(embedding={"dim": 10**9}), "takes more than"),
    "number": (make_options(filters=[[1, 10**9]]), "takes more than"),
    "many filters": (make_options(filters=[[1, 1]] * 10**5), "takes more than"),
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
    with pytest.raises(ValueError, match="not a zip file"):
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


def test_sizes_of_models_are_known_before_they_are_made():
    for kind in KINDS.values():
        bilm = make_bilm(**kind)
        n_bytes = sum(4 * parameter.numel() for parameter in bilm.parameters())
        options = complete_options(make_options(**kind))
        n_modules = options["lstm"]["n_layers"] + options["char_cnn"]["n_highway"]
        n_modules += len(options["char_cnn"]["filters"])
        assert count_bytes(options) - 10_000 * n_modules == n_bytes


@pytest.mark.parametrize("kind", ["external", "virtual", "link", "soft link", "group"])
def test_weights_in_other_files_are_not_read(kind, folder, tmp_path):
    name, secret = "CNN_proj/W_proj", tmp_path / "secret"
    with h5py.File(folder / "weights.hdf5", "r+") as file:
        values = file[name][()]
        shape, dtype = values.shape, values.dtype
        secret.write_bytes(values.tobytes())
        with h5py.File(tmp_path / "other.hdf5", "w") as other:
            other[name] = values
        del file[name]
        if kind == "external":
            external = [(str(secret), 0, h5py.h5f.UNLIMITED)]
            file.create_dataset(name, shape, dtype, external=external)
        elif kind == "virtual":
            layout = h5py.VirtualLayout(shape, dtype)
            source = h5py.VirtualSource(tmp_path / "other.hdf5", name, shape)
            layout[:] = source
            file.create_virtual_dataset(name, layout)
        elif kind == "link":
            file[name] = h5py.ExternalLink(tmp_path / "other.hdf5", name)
        elif kind == "soft link":
            file[name] = h5py.SoftLink("/char_embed")
        else:
            del file["CNN_proj"]
            file["CNN_proj"] = h5py.ExternalLink(tmp_path / "other.hdf5", "CNN_proj")
    with pytest.raises(ValueError, match=f"'{name}' in .* with values in another file"):
        load_bilm(folder)


@pytest.mark.parametrize("dtype", ["i4", "c8", "S3"])
def test_weights_that_are_no_floats_are_refused(dtype, folder):
    change(folder, "CNN_proj/b_proj", np.zeros(6).astype(dtype))
    with pytest.raises(ValueError, match="expected floating-point numbers"):
        load_bilm(folder)


def test_weights_that_expand_are_refused(folder):
    with h5py.File(folder / "weights.hdf5", "r+") as file:
        del file["CNN_proj/b_proj"]
        file.create_dataset(
            *("CNN_proj/b_proj", (6,), "f4"),
            chunks=(10**8,),
            maxshape=(None,),
            compression="gzip",
        )
    with pytest.raises(ValueError, match="takes more than"):
        load_bilm(folder)


def test_archives_that_expand_are_refused(folder, tmp_path):
    path = tmp_path / "bilm.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "options.json", "options.json")
        archive.writestr("weights.hdf5", bytes(2_000_000))
    with pytest.raises(ValueError, match="takes more than 1,000,000 bytes"):
        load_bilm(path, max_bytes=1_000_000)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_are_not_waited_for(folder, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for pair in ((pipe, folder / "weights.hdf5"), (folder / "options.json", pipe)):
        with pytest.raises(ValueError, match="not a regular file"):
            load_bilm(pair)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {"settings": 5, "state": {}},
        {"settings": {"seed": [1]}, "state": {}},
        {"settings": {"seed": "0"}, "state": 5},
    ],
)
def test_damaged_checkpoints_are_refused(content, tmp_path):
    path = tmp_path / "checkpoint"
    torch.save(content, path)
    with pytest.raises(ValueError, match="not a complete checkpoint of a training"):
        read_checkpoint(path, {"seed": "0"})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match="not a complete checkpoint of a training"):
        read_checkpoint(path, {"seed": "0"})


def test_checkpoints_of_other_models_are_refused(tmp_path):
    documents = [["a", "cat"], ["sat", "on", "a", "mat"]] * 20
    sizes = {"vector_size": 4, "hidden_size": 4, "random_state": 0}
    path = tmp_path / "checkpoint"
    train_bilm(documents, epochs=1, checkpoint=path, **sizes)
    kept = torch.load(path, weights_only=True)
    for name in ("model", "records", "state", "optimizer"):
        torch.save({**kept, "state": {**kept["state"], name: {"a": 1}}}, path)
        with pytest.raises(ValueError, match="checkpoint' is not a checkpoint of this"):
            train_bilm(documents, epochs=1, checkpoint=path, **sizes)
