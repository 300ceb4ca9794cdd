import json
import os
import pickle
import subprocess
import sys
import threading
from functools import partial

import joblib
import numpy as np
import pandas as pd
import pytest
from encoder_models import (
    SIZE,
    TEXTS,
    WORDS,
    copy_minilm,
    embed,
    ids_of,
    make_folder,
    make_model,
    make_tokenizer,
    modules,
    onnx,
    token_vectors,
    tokenizers,
    weights,
)
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from skmeta import SentenceEncoderVectorizer

as_encoded = partial(SentenceEncoderVectorizer, scale=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("encoder"))


def test_rows_are_those_of_the_model_computed_by_hand(folder):
    rows = as_encoded(folder).fit_transform(TEXTS)
    assert rows.dtype == np.float32
    assert_allclose(rows, [embed(text) for text in TEXTS], atol=1e-6)


@pytest.mark.parametrize("quantized", [False, True])
@pytest.mark.parametrize("batch_size", [1, 3, 32])
def test_a_row_depends_on_its_text_alone(quantized, batch_size, tmp_path):
    folder = make_folder(tmp_path, quantized=quantized)
    texts = [" ".join(TEXTS[i:j]) for i in range(10) for j in range(i + 1, 11)]
    encoder = SentenceEncoderVectorizer(folder, batch_size=batch_size).fit(texts)
    together = encoder.transform(texts)
    alone = np.vstack([encoder.transform([text]) for text in texts])
    atol = 0 if quantized else 1e-6  # the model's sums depend on the batch's size
    assert_allclose(alone, together, rtol=0, atol=atol)
    order = np.random.default_rng(0).permutation(len(texts))
    permuted = encoder.transform([texts[i] for i in order])
    assert_allclose(permuted, together[order], rtol=0, atol=atol)
    threaded = clone(encoder).set_params(n_jobs=3).fit(texts).transform(texts)
    assert_array_equal(threaded, together)


def test_a_model_quantised_by_its_batch_would_mix_texts(tmp_path):
    """What the encoder avoids does happen in the bare session."""
    import onnxruntime

    path = make_folder(tmp_path, quantized=True) / "model.onnx"
    session = onnxruntime.InferenceSession(path)
    ids = np.array([ids_of(text) for text in TEXTS if len(ids_of(text)) == 5])
    mask = np.ones_like(ids)

    def run(n):
        fed = {"input_ids": ids[:n], "attention_mask": mask[:n]}
        return session.run(None, fed)

    together, alone = run(len(ids))[0][0], run(1)[0][0]
    assert np.abs(together - alone).max() > 1e-4
    encoder = as_encoded(tmp_path).fit(TEXTS)
    row = alone.mean(axis=0)
    found = encoder.transform(TEXTS)[0]
    assert_allclose(found, row / np.linalg.norm(row), atol=1e-6)


POOLED = {
    "cls": lambda tokens: tokens[0],
    "max": lambda tokens: tokens.max(axis=0),
    "mean": lambda tokens: tokens.mean(axis=0),
    "mean_sqrt_len_tokens": lambda t: t.sum(axis=0) / np.sqrt(len(t)),
    "weightedmean": lambda tokens: np.average(
        tokens, axis=0, weights=np.arange(1, len(tokens) + 1)
    ),
    "lasttoken": lambda tokens: tokens[-1],
}
KEYS = {
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}


@pytest.mark.parametrize("pooling", POOLED)
def test_poolings_are_those_of_sentence_transformers(pooling, folder, tmp_path):
    expected = [POOLED[pooling](token_vectors(ids_of(text))) for text in TEXTS]
    given = SentenceEncoderVectorizer(folder, pooling=pooling, normalize=False)
    assert_allclose(given.fit_transform(TEXTS), expected, atol=1e-6)
    settings = {key: name == pooling for name, key in KEYS.items()}
    for config in (settings, {"pooling_mode": pooling}):
        files = {"modules.json": modules("Transformer", "Pooling")}
        files["1_Pooling/config.json"] = config
        named = SentenceEncoderVectorizer(make_folder(tmp_path, files))
        assert_allclose(named.fit_transform(TEXTS), expected, atol=1e-6)


def test_several_poolings_stand_side_by_side(folder, tmp_path):
    expected = np.array(
        [[POOLED[p](token_vectors(ids_of(t))) for p in ("cls", "mean")] for t in TEXTS]
    ).reshape(len(TEXTS), -1)
    given = SentenceEncoderVectorizer(folder, pooling=("cls", "mean"), normalize=False)
    assert_allclose(given.fit_transform(TEXTS), expected, atol=1e-6)
    assert given.get_feature_names_out().shape == (2 * SIZE,)
    config = {KEYS["cls"]: True, KEYS["mean"]: True}
    folder = make_folder(tmp_path, {"1_Pooling/config.json": config})
    rows = SentenceEncoderVectorizer(folder, normalize=False).fit_transform(TEXTS)
    assert_allclose(rows, expected, atol=1e-6)


def test_dense_layers_and_normalization_follow_the_modules(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    rng = np.random.default_rng(1)
    tensors = {
        "linear.weight": rng.standard_normal((4, SIZE)).astype(np.float32),
        "linear.bias": rng.standard_normal(4).astype(np.float32),
    }
    files = {"modules.json": modules("Transformer", "Pooling", "Dense", "Normalize")}
    files["1_Pooling/config.json"] = {"pooling_mode": "mean"}
    files["2_Dense/config.json"] = {
        "activation_function": "torch.nn.modules.activation.Tanh"
    }
    folder = make_folder(tmp_path, files)
    safetensors.save_file(tensors, folder / "2_Dense" / "model.safetensors")
    pooled = np.array([token_vectors(ids_of(t)).mean(axis=0) for t in TEXTS])
    rows = np.tanh(pooled @ tensors["linear.weight"].T + tensors["linear.bias"])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = as_encoded(folder).fit_transform(TEXTS)
    assert_allclose(found, rows, atol=1e-6)


def test_without_a_module_that_normalizes_rows_keep_their_length(tmp_path):
    files = {"modules.json": modules("Transformer", "Pooling")}
    encoder = as_encoded(make_folder(tmp_path, files))
    expected = [token_vectors(ids_of(text)).mean(axis=0) for text in TEXTS]
    assert_allclose(encoder.fit_transform(TEXTS), expected, atol=1e-6)
    encoder.set_params(normalize=True)
    assert_allclose(encoder.fit_transform(TEXTS), [embed(t) for t in TEXTS], atol=1e-6)


def test_prompts_go_before_texts(tmp_path):
    prompts = {"prompts": {"query": "it was ", "other": "a "}}
    folder = make_folder(tmp_path, {"config_sentence_transformers.json": prompts})

    def rows(**parameters):
        encoder = as_encoded(folder, **parameters)
        return encoder.fit_transform(["good film"])[0]

    assert_allclose(rows(), embed("good film"), atol=1e-6)
    assert_allclose(rows(prompt="query"), embed("it was good film"), atol=1e-6)
    assert_allclose(rows(prompt="so "), embed("so good film"), atol=1e-6)
    prompts["default_prompt_name"] = "other"
    make_folder(tmp_path, {"config_sentence_transformers.json": prompts})
    assert_allclose(rows(), embed("a good film"), atol=1e-6)
    assert_allclose(rows(prompt=None), embed("good film"), atol=1e-6)
    files = {"1_Pooling/config.json": {"pooling_mode": "mean", "include_prompt": False}}
    files["modules.json"] = modules("Transformer", "Pooling")
    make_folder(tmp_path, files)
    tokens = token_vectors(ids_of("a good film"))[2:]  # without [CLS] and the prompt
    assert_allclose(rows(), tokens.mean(axis=0), atol=1e-6)


def test_texts_are_cut_where_the_folder_or_max_length_says(folder, tmp_path):
    text = "a good film it was so very bad"
    cut = as_encoded(folder, max_length=5).fit_transform([text])
    assert_allclose(cut[0], embed("a good film"), atol=1e-6)
    files = {"sentence_bert_config.json": {"max_seq_length": 4}}
    named = as_encoded(make_folder(tmp_path, files))
    assert_allclose(named.fit_transform([text])[0], embed("a good"), atol=1e-6)
    with pytest.raises(ValueError, match="more than the 2 special tokens"):
        as_encoded(folder, max_length=2).fit(TEXTS)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"tokenizer_config.json": {"model_max_length": 10**30}}, 512),
        ({"tokenizer_config.json": {"model_max_length": 128}}, 128),
        ({"config.json": {"max_position_embeddings": 514, "model_type": "mpnet"}}, 512),
        (
            {
                "sentence_bert_config.json": {"max_seq_length": 256},
                "tokenizer_config.json": {"model_max_length": 100},
            },
            256,
        ),
        (
            {
                "sentence_bert_config.json": {"max_seq_length": 900},
                "config.json": {"max_position_embeddings": 512},
            },
            512,
        ),
    ],
    ids=[
        "nothing sound",
        "tokenizer",
        "positions",
        "sentence first",
        "positions least",
    ],
)
def test_max_length_is_found_in_the_settings(limits, expected, tmp_path):
    from skmeta._encoders._folder import read_folder

    assert read_folder(make_folder(tmp_path, limits)).max_length == expected


def test_texts_without_a_character_are_rows_of_zeros(folder):
    encoder = SentenceEncoderVectorizer(folder)
    rows = encoder.fit_transform(["", "good", " \n", []])
    assert not rows[[0, 2, 3]].any()
    assert rows[1].any()
    assert encoder.fit(["", []]).vector_size_ == SIZE
    assert not encoder.transform([""]).any()


@pytest.mark.parametrize("fixed", [False, True])
def test_texts_of_which_no_token_is_left_are_rows_of_zeros(fixed, tmp_path):
    """Tokenizers drop some characters, and not all of them add special tokens."""
    shape = {"shape": ("batch", 8)} if fixed else {}
    folder = make_folder(tmp_path, **shape)
    tokenizer = make_tokenizer()
    tokenizer.normalizer = tokenizers.normalizers.Replace("\u200b", "")
    settings = {**json.loads(tokenizer.to_str()), "post_processor": None}
    (folder / "tokenizer.json").write_text(json.dumps(settings))
    encoder = SentenceEncoderVectorizer(folder)
    assert encoder.fit_transform(["\u200b"]).shape == (1, SIZE)
    rows = encoder.fit_transform(["\u200b", "good", "\u200b\u200b"])
    assert not rows[[0, 2]].any()
    assert rows[1].any()
    assert [len(v) for v in encoder.token_vectors(["\u200b", "so good"])] == [0, 2]
    assert encoder.tokenize(["\u200b"]) == [[]]


def test_lone_surrogates_are_refused_by_the_text_that_has_one(folder):
    encoder = SentenceEncoderVectorizer(folder).fit(TEXTS)
    for method in ("transform", "token_vectors", "tokenize"):
        with pytest.raises(ValueError, match=r"lone surrogate at 5.*'replace'"):
            getattr(encoder, method)(["ä", "good \ud800"])


@pytest.mark.parametrize("kind", ["folder", "function"])
def test_rows_with_nan_are_refused(kind, tmp_path):
    def model(texts):
        return np.array([[1.0, np.inf if "bad" in text else 2.0] for text in texts])

    model.fingerprint = "1"
    if kind == "folder":
        folder = make_folder(tmp_path / "m")
        graph = make_model()
        [words] = [w for w in graph.graph.initializer if w.name == "words"]
        values = onnx.numpy_helper.to_array(words).copy()
        values[WORDS.index("bad")] = np.nan
        words.CopyFrom(onnx.numpy_helper.from_array(values, "words"))
        (folder / "model.onnx").write_bytes(graph.SerializeToString())
        model = folder
    encoder = SentenceEncoderVectorizer(model, cache=tmp_path / "c").fit(["good"])
    for _ in range(2):  # nothing of it was kept
        with pytest.raises(ValueError, match="NaN for the text 'bad', expected finite"):
            encoder.transform(["good", "bad"])


KINDS_OF_TEXTS = {
    "list": lambda texts: texts,
    "generator": lambda texts: (text for text in texts),
    "object array": lambda texts: np.array(texts, dtype=object),
    "str array": lambda texts: np.array(texts),
    "column array": lambda texts: np.array(texts)[:, None],
    "series": lambda texts: pd.Series(texts, index=range(5, 5 + len(texts))),
    "token lists": lambda texts: [text.split() for text in texts],
    "some of each": lambda texts: [texts[0], *(text.split() for text in texts[1:])],
}


@pytest.mark.parametrize("kind", KINDS_OF_TEXTS)
def test_texts_and_token_lists_of_any_kind(kind, folder):
    expected = SentenceEncoderVectorizer(folder).fit_transform(TEXTS)
    encoder = SentenceEncoderVectorizer(folder)
    assert_array_equal(encoder.fit_transform(KINDS_OF_TEXTS[kind](TEXTS)), expected)
    assert_array_equal(encoder.transform(KINDS_OF_TEXTS[kind](TEXTS)), expected)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("a text", "expected a collection of texts"),
        ([None], r"Text 0 is None .*fillna"),
        (["a", float("nan")], "Text 1 is nan"),
        ([b"a"], "Decode it first"),
        ([["a", 1]], "Tokens are str"),
    ],
    ids=["text", "none", "nan", "bytes", "number"],
)
def test_what_is_no_text_is_refused(X, message, folder):
    with pytest.raises(TypeError, match=message):
        SentenceEncoderVectorizer(folder).fit(X)
    with pytest.raises(ValueError, match=r"0 sample\(s\)"):
        SentenceEncoderVectorizer(folder).fit([])


class Texts:
    """Texts that are read anew at each pass."""

    def __iter__(self):
        return iter(TEXTS * 60)


def test_texts_that_can_be_read_again_are_read_in_blocks(folder):
    encoder = SentenceEncoderVectorizer(folder)
    expected = encoder.fit_transform(TEXTS * 60)
    assert_array_equal(encoder.fit_transform(Texts()), expected)
    assert_array_equal(encoder.fit(Texts()).transform(Texts()), expected)
    blocks = np.vstack(list(encoder.iter_transform(Texts(), 7)))
    assert_allclose(blocks, expected, rtol=0, atol=1e-6)


def test_token_vectors_are_those_of_tokens_in_context(folder):
    encoder = SentenceEncoderVectorizer(folder).fit(TEXTS)
    assert encoder.tokenize(["unseen film"]) == [["un", "##seen", "film"]]
    by_hand = token_vectors(ids_of("unseen film"))[1:-1]
    [vectors] = encoder.token_vectors(["unseen film"])
    assert_allclose(vectors, by_hand, atol=1e-6)
    [words, empty] = encoder.token_vectors([["unseen", "film"], []])
    assert_allclose(words, [by_hand[:2].mean(axis=0), by_hand[2]], atol=1e-6)
    assert empty.shape == (0, SIZE)
    cut = SentenceEncoderVectorizer(folder, max_length=4, prompt="so ").fit(TEXTS)
    [words] = cut.token_vectors([["bad", "film"]])
    assert_allclose(words[0], token_vectors(ids_of("so bad"))[2], atol=1e-6)
    assert not words[1].any()


def test_models_of_fixed_shape_are_padded_to_it(tmp_path):
    encoder = as_encoded(make_folder(tmp_path, shape=(4, 8)))
    rows = encoder.fit_transform(TEXTS)
    assert_allclose(rows, [embed(text) for text in TEXTS], atol=1e-6)
    with pytest.raises(ValueError, match="set max_length=8"):
        encoder.transform(["a " * 20])


def test_a_model_that_pools_is_taken_at_its_word(tmp_path):
    encoder = as_encoded(make_folder(tmp_path, pooled=True))
    rows = encoder.fit_transform(TEXTS)
    assert_allclose(rows, [embed(text) for text in TEXTS], atol=1e-6)
    with pytest.raises(ValueError, match="one vector for a text"):
        encoder.token_vectors(TEXTS)
    with pytest.raises(ValueError, match="pooling='auto'"):
        encoder.set_params(pooling="max").fit(TEXTS)


def test_one_model_of_several_is_named_by_its_path(folder, tmp_path):
    whole = make_folder(tmp_path / "m")
    (whole / "onnx").mkdir()
    model = whole / "model.onnx"
    expected = SentenceEncoderVectorizer(folder).fit_transform(TEXTS)
    for place in ("onnx/model.onnx", "other.onnx", "onnx/other.onnx"):
        model = model.rename(whole / place)
        for path in (whole, str(model)):
            rows = SentenceEncoderVectorizer(path).fit_transform(TEXTS)
            assert_array_equal(rows, expected)
    (whole / "second.onnx").write_bytes(model.read_bytes())
    with pytest.raises(ValueError, match=r"several models, .*second\.onnx"):
        SentenceEncoderVectorizer(whole).fit(TEXTS)


def test_a_pickle_holds_the_path_and_opens_it_again(folder, tmp_path, monkeypatch):
    copied = make_folder(tmp_path / "a")
    monkeypatch.chdir(tmp_path)
    encoder = SentenceEncoderVectorizer("a").fit(TEXTS)
    expected = encoder.transform(TEXTS)
    data = pickle.dumps(encoder)
    assert len(data) < 2_000
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert_array_equal(pickle.loads(data).transform(TEXTS), expected)
    assert_array_equal(encoder.transform(TEXTS), expected)
    copied.rename(tmp_path / "elsewhere" / "a")  # found at the relative path
    assert_array_equal(pickle.loads(data).transform(TEXTS), expected)
    make_folder(tmp_path / "elsewhere" / "a", quantized=True)
    with pytest.raises(ValueError, match="another model at"):
        pickle.loads(data)
    (tmp_path / "elsewhere" / "a").rename(tmp_path / "gone")
    with pytest.raises(FileNotFoundError, match="Put it back, or fit again"):
        pickle.loads(data)


def test_a_folder_is_opened_once_a_process_and_again_when_it_changed(tmp_path):
    folder = make_folder(tmp_path)
    first = SentenceEncoderVectorizer(folder).fit(TEXTS)
    second = clone(first).fit(TEXTS)
    assert first._encoder is second._encoder
    make_folder(tmp_path, quantized=True)
    third = clone(first).fit(TEXTS)
    assert third._encoder is not first._encoder
    assert third.fingerprint_ != first.fingerprint_
    assert joblib.hash(first) != joblib.hash(third)


def test_fingerprints_depend_on_what_rows_depend_on(folder, tmp_path):
    def fingerprint(model=folder, **parameters):
        return SentenceEncoderVectorizer(model, **parameters).fit(TEXTS).fingerprint_

    assert fingerprint() == fingerprint(make_folder(tmp_path), batch_size=2, n_jobs=2)
    others = [{"pooling": "cls"}, {"normalize": False}, {"max_length": 9}]
    others += [{"prompt": "so "}, {"pooling": ("cls", "mean")}]
    assert len({fingerprint(), *(fingerprint(**other) for other in others)}) == 6


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_encodes_while_a_thread_of_its_parent_does(folder):
    encoder = SentenceEncoderVectorizer(folder, cache="memory").fit(TEXTS)
    expected = encoder.transform(TEXTS)
    texts = [f"{a} {b} {c}" for a in TEXTS for b in TEXTS for c in TEXTS]
    thread = threading.Thread(target=encoder.transform, args=(texts,))
    thread.start()
    child = os.fork()
    if child == 0:
        same = np.array_equal(
            clone(encoder).fit_transform(TEXTS + texts[:5])[:10], expected
        )
        os._exit(not same)
    thread.join()
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("cache", [None, "memory", "folder"])
def test_threads_with_copies_of_a_vectorizer_find_the_same_rows(
    cache, folder, tmp_path
):
    cache = str(tmp_path / "kept") if cache == "folder" else cache
    encoder = SentenceEncoderVectorizer(folder, cache=cache).fit(TEXTS)
    texts = [f"{text} {number}" for number in range(9) for text in TEXTS]
    expected = SentenceEncoderVectorizer(folder).fit(TEXTS).transform(texts)
    data, found = pickle.dumps(encoder), []

    def encode(number):
        copy = encoder if number % 2 else pickle.loads(data)
        found.append(copy.transform(texts[number:] + texts[:number])[-number:])

    threads = [threading.Thread(target=encode, args=(n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for rows in found:
        assert_array_equal(rows, expected[: len(rows)])


def test_extras_that_are_missing_are_named(folder):
    code = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "onnxruntime":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
from skmeta import SentenceEncoderVectorizer
SentenceEncoderVectorizer(len)
try:
    SentenceEncoderVectorizer({str(folder)!r}).fit(["a"])
except ModuleNotFoundError as error:
    print(error)
"""
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert 'needs onnxruntime. Install it with: pip install "skmeta[onnx]"' in out


def count_letters(texts):
    return [[text.count(letter) for letter in "aeg"] for text in texts]


class Encodes:
    """Encodes like other packages' models, with a method."""

    def encode(self, texts):
        return np.array(count_letters(texts), float)


@pytest.mark.parametrize("model", [count_letters, Encodes()], ids=["call", "encode"])
def test_functions_and_objects_encode(model):
    encoder = as_encoded(model, batch_size=3)
    assert_array_equal(encoder.fit_transform(TEXTS), count_letters(TEXTS))
    assert clone(encoder).model is model
    rows = encoder.set_params(normalize=True, prompt="e ").fit_transform(["ag", ""])
    assert_allclose(rows, [np.ones(3) / np.sqrt(3), np.zeros(3)], atol=1e-6)
    assert_array_equal(pickle.loads(pickle.dumps(encoder)).transform(["ag", ""]), rows)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"model": 3}, TypeError, "Found model=3 of type int"),
        ({"model": "no/such"}, FileNotFoundError, "There is no folder"),
        ({"model": len}, TypeError, "for 1 text, expected a matrix"),
        ({"model": lambda texts: [["a"]]}, TypeError, "expected a matrix"),
        ({"model": count_letters, "pooling": "max"}, ValueError, "decides that itself"),
        ({"model": count_letters, "max_length": 3}, ValueError, "decides that itself"),
        ({"model": count_letters, "cache": "memory"}, ValueError, "fingerprint"),
    ],
    ids=["number", "missing", "no rows", "letters", "pooling", "max length", "cache"],
)
def test_what_cannot_encode_is_refused(parameters, error, message):
    with pytest.raises(error, match=message):
        SentenceEncoderVectorizer(**parameters).fit(TEXTS)


def test_cuda_is_refused_where_there_is_none(folder, monkeypatch):
    import onnxruntime

    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"]
    )
    with pytest.raises(ValueError, match="no support for"):
        SentenceEncoderVectorizer(folder, device="cuda").fit(TEXTS)


def test_static_models_of_model2vec(tmp_path):
    model2vec = pytest.importorskip("model2vec")
    tokenizer = make_tokenizer()
    model = model2vec.StaticModel(
        weights()["words"], tokenizer, config={"normalize": True}
    )
    encoder = SentenceEncoderVectorizer(model, cache=tmp_path)
    rows = encoder.fit_transform(TEXTS)
    assert_allclose(rows, model.encode(TEXTS), atol=1e-6)
    assert_array_equal(encoder.transform(TEXTS[:3]), rows[:3])
    other = model2vec.StaticModel(
        weights()["words"] + 1, tokenizer, config={"normalize": True}
    )
    fitted = SentenceEncoderVectorizer(other, cache=tmp_path).fit(TEXTS)
    assert fitted.fingerprint_ != encoder.fingerprint_


def test_minilm_equals_a_session_by_hand(tmp_path):
    import onnxruntime
    from tokenizers import Tokenizer

    folder = copy_minilm(tmp_path / "minilm")
    texts = ["Who wrote Hamlet?", "What is an atom?", "서울은 어디에 있나요?"]
    encoder = as_encoded(folder)
    rows = encoder.fit_transform(texts)
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding()
    batch = tokenizer.encode_batch(texts)  # padded to the longest
    mask = np.array([e.attention_mask for e in batch])
    [hidden] = session.run(
        None,
        {
            "input_ids": np.array([e.ids for e in batch]),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        },
    )
    expected = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert_allclose(rows, expected, atol=1e-5)
    assert encoder._options == (None, True, 256, "")
    alone = np.vstack([encoder.transform([text]) for text in texts])
    assert_array_equal(alone, rows)


def test_rows_of_unit_length_are_scaled_for_linear_classifiers(folder, tmp_path):
    encoder = SentenceEncoderVectorizer(folder)
    rows = encoder.fit_transform([*TEXTS, ""])
    plain = as_encoded(folder).fit_transform(TEXTS)
    assert encoder.scale_ == np.float32(1.7)
    assert_allclose(rows[:-1], 1.7 * plain, rtol=1e-6)
    assert not rows[-1].any()
    assert_array_equal(encoder.fit(TEXTS).transform(TEXTS), rows[:-1])
    again = pickle.loads(pickle.dumps(encoder))
    assert_array_equal(again.transform(TEXTS), rows[:-1])
    doubled = SentenceEncoderVectorizer(folder, scale=2.0).fit_transform(TEXTS)
    assert_allclose(doubled, 2 * plain, rtol=1e-6)
    files = {"modules.json": modules("Transformer", "Pooling")}
    other = SentenceEncoderVectorizer(make_folder(tmp_path, files)).fit(TEXTS)
    assert other.scale_ == 1  # rows of other lengths stay as they come
    other.set_params(normalize=True).fit(TEXTS)
    assert other.scale_ == np.float32(1.7)


def test_the_cache_keeps_rows_before_they_are_scaled(folder, tmp_path):
    for cache in ("memory", tmp_path / "kept"):
        first = SentenceEncoderVectorizer(folder, cache=cache)
        rows = first.fit_transform(TEXTS)
        assert_array_equal(first.transform(TEXTS), rows)
        plain = as_encoded(folder, cache=cache)
        assert_allclose(plain.fit_transform(TEXTS) * 1.7, rows, rtol=1e-6)
        assert plain.fingerprint_ == first.fingerprint_


def test_encoders_pickled_before_there_was_a_scale_are_not_scaled(folder):
    encoder = SentenceEncoderVectorizer(folder).fit(TEXTS)
    del encoder.scale_, encoder.scale
    older = pickle.loads(pickle.dumps(encoder))
    expected = as_encoded(folder).fit_transform(TEXTS)
    assert_array_equal(older.transform(TEXTS), expected)


def test_objects_that_are_normalized_are_scaled_too():
    def count(texts):
        return np.array([[text.count("a") + 1, 2] for text in texts])

    as_it_comes = SentenceEncoderVectorizer(count).fit_transform(TEXTS)
    assert_array_equal(as_it_comes, count(TEXTS))
    rows = SentenceEncoderVectorizer(count, normalize=True).fit_transform(TEXTS)
    assert_allclose(np.linalg.norm(rows, axis=1), 1.7, rtol=1e-6)
