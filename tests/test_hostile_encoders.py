"""Damaged and hostile folders of encoders: an error, no read outside, little memory."""

import json
import os
import random
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from encoder_models import TEXTS, embed, make_folder, make_model, modules
from onnx import TensorProto, helper, numpy_helper

from skmeta import SentenceEncoderVectorizer
from skmeta._encoders import _folder, _onnx_file
from skmeta._encoders._onnx_file import inspect_onnx


def encode(folder):
    return SentenceEncoderVectorizer(folder, scale=1).fit_transform(TEXTS)


def make_external(folder, location, name="model.onnx"):
    """Write a model whose word vectors lie in a file."""
    make_folder(folder)
    model = make_model()
    words = model.graph.initializer[0]
    data = numpy_helper.to_array(words).tobytes()
    words.ClearField("raw_data")
    words.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, "length": str(len(data))}.items():
        entry = words.external_data.add()
        entry.key, entry.value = key, value
    (folder / name).write_bytes(model.SerializeToString())
    return data


def test_weights_in_a_file_beside_the_model_are_read_and_hashed(tmp_path):
    data = make_external(tmp_path, "words.data")
    (tmp_path / "words.data").write_bytes(data)
    np.testing.assert_allclose(encode(tmp_path), [embed(t) for t in TEXTS], atol=1e-6)
    first = SentenceEncoderVectorizer(tmp_path).fit(TEXTS).fingerprint_
    (tmp_path / "words.data").write_bytes(data[::-1])
    later = os.stat(tmp_path / "words.data").st_mtime_ns + 10**9
    os.utime(tmp_path / "words.data", ns=(later, later))
    assert SentenceEncoderVectorizer(tmp_path).fit(TEXTS).fingerprint_ != first


@pytest.mark.parametrize("kind", ["above", "absolute", "link", "windows", "through"])
def test_weights_outside_the_folder_are_not_read(kind, tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside.data"
    location = {
        "above": "../outside.data",
        "absolute": str(outside),
        "link": "link.data",
        "windows": "C:\\outside.data",
        "through": "1_Pooling/../../outside.data",
    }[kind]
    outside.write_bytes(make_external(inside, location))
    (inside / "1_Pooling").mkdir()
    (inside / "link.data").symlink_to(outside)
    with pytest.raises(ValueError, match="expected a file in its own folder"):
        encode(inside)


def test_weights_that_were_not_downloaded_are_named(tmp_path):
    (tmp_path / "onnx").mkdir()
    data = make_external(tmp_path, "model.onnx_data", "onnx/model.onnx")
    (tmp_path / "model.onnx").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"no '.*model\.onnx_data', which holds weights of"
    ):
        encode(tmp_path)
    (tmp_path / "onnx" / "model.onnx_data").write_bytes(data)
    np.testing.assert_allclose(encode(tmp_path), [embed(t) for t in TEXTS], atol=1e-6)


def test_links_of_a_hub_are_followed(tmp_path):
    """A model and its weights are links to files in one other folder."""
    files, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "1"
    data = make_external(files, "words.data")
    (files / "5eed").write_bytes(data)
    (files / "model.onnx").rename(files / "0dd")
    snapshot.mkdir(parents=True)
    links = {"model.onnx": "0dd", "words.data": "5eed"}
    links["tokenizer.json"] = "tokenizer.json"
    for name, target in links.items():
        (snapshot / name).symlink_to(os.path.join("..", "..", "blobs", target))
    np.testing.assert_allclose(encode(snapshot), [embed(t) for t in TEXTS], atol=1e-6)


def test_references_in_subgraphs_and_functions_are_found(tmp_path):
    tensor = numpy_helper.from_array(np.ones(2, np.float32), "t")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.value, entry.key = "../secret", "location"
    constant = helper.make_node("Constant", [], ["c"], value=tensor)
    quantize = helper.make_node("DynamicQuantizeLinear", ["c"], ["q", "s", "z"])
    inner = helper.make_graph([constant, quantize], "inner", [], [])
    outer = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    opsets = [helper.make_opsetid("", 17)]
    function = helper.make_function("own", "f", [], ["c"], [constant, quantize], opsets)
    plain = helper.make_node("f", [], ["c"], domain="own")
    for nodes, functions in (([outer], []), ([plain], [function])):
        graph = helper.make_graph(nodes, "g", [], [])
        model = helper.make_model(graph, functions=functions)
        (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
        with pytest.raises(ValueError, match="secret"):
            inspect_onnx(tmp_path / "m.onnx")
    entry.value = "beside"
    (tmp_path / "beside").write_bytes(bytes(8))
    graph = helper.make_graph(
        [helper.make_node("Constant", [], ["c"], value=tensor)], "g", [], []
    )
    (tmp_path / "m.onnx").write_bytes(helper.make_model(graph).SerializeToString())
    assert inspect_onnx(tmp_path / "m.onnx").external_files == (tmp_path / "beside",)


def test_operators_of_real_files_are_those_that_onnx_reads(tmp_path):
    for quantized in (False, True):
        model = make_model(quantized=quantized)
        (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
        content = inspect_onnx(tmp_path / "m.onnx")
        assert content.op_types == {node.op_type for node in model.graph.node}
        assert content.external_files == ()


def test_damaged_models_are_refused_or_read_as_they_are(tmp_path):
    folder = make_folder(tmp_path / "m")
    path, rng = folder / "model.onnx", random.Random(0)
    whole = path.read_bytes()
    n_refused = 0
    for number in range(150):
        data = bytearray(whole)
        if number % 3 == 0:
            del data[rng.randrange(len(data)) :]
        else:
            for _ in range(rng.randint(1, 8)):
                data[rng.randrange(min(len(data), 900))] = rng.randrange(256)
        path.write_bytes(data)
        os.utime(path, ns=(number, number))
        try:
            content = inspect_onnx(path)
        except ValueError:
            n_refused += 1
        else:
            assert len(content.op_types) < 200
    assert n_refused > 50
    for cut in (0, 20, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        os.utime(path, ns=(1000 + cut, 1000 + cut))
        with pytest.raises(ValueError, match=r"model\.onnx"):
            encode(folder)


@pytest.mark.parametrize("kind", ["nested", "many fields", "endless integer", "group"])
def test_files_that_claim_much_take_little(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(_onnx_file, "_MOST_FIELDS", 100_000)
    data = {
        "nested": b"",
        "many fields": b"\x3a\x00" * 150_000,
        "endless integer": b"\x3a" + b"\xff" * 20,
        "group": b"\x0b" * 100,
    }[kind]
    if kind == "nested":  # an attribute with a graph with a node with an attribute ...
        for _ in range(3_000):
            for tag in (0x32, 0x2A, 0x0A):
                data = bytes([tag]) + encode_varint(len(data)) + data
        data = b"\x3a" + encode_varint(len(data)) + data
    (tmp_path / "m.onnx").write_bytes(data)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"nested too deeply|fields|end|wire type"):
        inspect_onnx(tmp_path / "m.onnx")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30e6


def encode_varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


NESTED = """
import resource, sys
from skmeta import SentenceEncoderVectorizer
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    SentenceEncoderVectorizer(sys.argv[1]).fit(["a"])
except ValueError as error:
    print(str(error)[:300])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_tokenizer_of_a_gigabyte_is_refused_unread(tmp_path):
    folder = make_folder(tmp_path)
    with open(folder / "tokenizer.json", "wb") as file:
        file.write(b"[" * 1_000)
        file.truncate(1 << 30)  # takes no room on the disk
    command = [sys.executable, "-c", NESTED, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    message, grown = done.stdout.strip().rsplit("\n", 1)
    assert "tokenizer.json' has 1,073,741,824 bytes, expected at most" in message
    assert int(grown) < 300_000  # kilobytes, most of them of libraries


HOSTILE_FILES = {
    "tokenizer nested": ("tokenizer.json", "[" * 500_000),
    "tokenizer cut off": ("tokenizer.json", '{"version": "1.0", "model": {'),
    "tokenizer without model": ("tokenizer.json", "{}"),
    "modules nested": ("modules.json", "[" * 500_000),
    "modules of a number": ("modules.json", "3"),
    "modules without type": ("modules.json", "[{}]"),
    "module above": (
        "modules.json",
        json.dumps([{"type": "x.Transformer"}, {"type": "x.Pooling", "path": "../x"}]),
    ),
    "unknown module": (
        "modules.json",
        json.dumps([{"type": "x.Transformer"}, {"type": "x.CNN", "path": "1"}]),
    ),
    "unknown pooling": ("1_Pooling/config.json", '{"pooling_mode": "median"}'),
    "no pooling": ("1_Pooling/config.json", '{"pooling_mode_mean_tokens": false}'),
    "pooling of a list": ("1_Pooling/config.json", "[]"),
    "prompts of numbers": (
        "config_sentence_transformers.json",
        '{"prompts": {"a": 1}}',
    ),
    "default prompt unknown": (
        "config_sentence_transformers.json",
        '{"default_prompt_name": "a"}',
    ),
    "settings of many bytes": ("config.json", " " * 5_000_000),
    "settings of a number": ("config.json", "1"),
}


@pytest.mark.parametrize("name", HOSTILE_FILES)
def test_hostile_settings_raise_one_error(name, tmp_path):
    place, content = HOSTILE_FILES[name]
    folder = make_folder(tmp_path)
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text(content)
    with pytest.raises(ValueError, match=str(tmp_path)) as raised:
        encode(folder)
    assert len(str(raised.value)) < 2_500


def test_a_dense_layer_without_safe_weights_is_refused(tmp_path):
    files = {"modules.json": modules("Transformer", "Pooling", "Dense")}
    files["2_Dense/config.json"] = {}
    folder = make_folder(tmp_path, files)
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ValueError, match="pickled weights are not read"):
        encode(folder)


def test_what_is_missing_is_named(tmp_path):
    folder = make_folder(tmp_path)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"no 'tokenizer\.json' in"):
        encode(folder)
    (folder / "model.onnx").rename(folder / "model.safetensors")
    with pytest.raises(ValueError, match=r"It has model\.safetensors: export it"):
        encode(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ValueError, match="has no ONNX model"):
        encode(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_pipes_are_not_waited_for(tmp_path):
    folder = make_folder(tmp_path)
    for name in ("tokenizer.json", "model.onnx", "modules.json"):
        content = (folder / name).read_bytes() if (folder / name).exists() else None
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)
        with pytest.raises(ValueError, match=r"regular file|no ONNX model"):
            encode(folder)
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_bytes(content)


def test_models_with_other_inputs_or_outputs_are_refused(tmp_path):
    folder = make_folder(tmp_path, inputs=4)
    with pytest.raises(ValueError, match=r"inputs .*'more'"):
        encode(folder)
    model = make_model()
    model.graph.output[0].name = "product"
    del model.graph.output[0].type.tensor_type.shape.dim[:]
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match="no output of two or three dimensions"):
        encode(folder)


def test_types_of_inputs_and_outputs_follow_the_model(tmp_path):
    """Masks of numbers and flags, numbers of 32 bits, and outputs of 16."""
    folder = make_folder(tmp_path)
    for kind in ("FLOAT", "BOOL", "INT32"):
        model = make_model()
        model.graph.input[1].type.tensor_type.elem_type = getattr(TensorProto, kind)
        (folder / "model.onnx").write_bytes(model.SerializeToString())
        np.testing.assert_allclose(encode(folder), [embed(t) for t in TEXTS], atol=1e-6)
    model = make_model()
    model.graph.node[-1].output[0] = "wide"
    narrow = helper.make_node("Cast", ["wide"], ["last_hidden_state"], to=10)
    model.graph.node.append(narrow)
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    rows = encode(folder)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, [embed(t) for t in TEXTS], atol=1e-3)
    model = make_model(inputs=3)
    model.graph.input[2].type.tensor_type.elem_type = TensorProto.STRING
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match=r"token_type_ids of type tensor\(string\)"):
        encode(folder)


def test_tokens_that_the_model_does_not_know_are_an_error(tmp_path):
    folder = make_folder(tmp_path)
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["vocab"]["good"] = 99_999
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(ValueError, match=r"model\.onnx' is not a sentence encoder"):
        encode(folder)


def test_a_panic_of_the_tokenizer_is_an_error(tmp_path, monkeypatch):
    from skmeta._io import _tokenizer_file

    class PanicException(BaseException):
        pass

    class Panics:
        @staticmethod
        def from_file(path):
            raise PanicException("index out of bounds")

    monkeypatch.setattr(_tokenizer_file, "Tokenizer", Panics)
    with pytest.raises(ValueError, match="tokenizer failed: index out of bounds"):
        encode(make_folder(tmp_path))


def test_large_tokenizers_are_measured_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(_folder, "_LARGEST_TOKENIZER", 1_000)
    with pytest.raises(ValueError, match="expected at most 1,000"):
        encode(make_folder(tmp_path))


def test_models_compiled_for_a_device_are_refused(tmp_path):
    node = helper.make_node("EPContext", [], ["c"], domain="com.microsoft")
    graph = helper.make_graph([node], "g", [], [])
    (make_folder(tmp_path) / "model.onnx").write_bytes(
        helper.make_model(graph).SerializeToString()
    )
    with pytest.raises(ValueError, match="compiled for one device"):
        encode(tmp_path)
