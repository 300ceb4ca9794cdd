"""Static models: texts split by the model's own tokenizer, and pooled."""

import inspect
import json
import pickle
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, WordVectors
from skmeta._io import formats
from skmeta._io.formats import VectorFormatError

tokenizers = pytest.importorskip("tokenizers", reason="splits texts into sub-words")
from encoder_models import wheel_folder

WORDS = ["[PAD]", "[UNK]", "good", "film", "un", "##seen", "a", "##s"]
ROWS = np.random.default_rng(0).integers(-9, 9, (4, 3)).astype(np.int8)
MAPPING = np.array([0, 0, 1, 2, 3, 1, 2, 3])
WEIGHTS = np.linspace(0.5, 2, len(WORDS), dtype=np.float32)
VECTORS = ROWS[MAPPING].astype(np.float32) * WEIGHTS[:, np.newaxis]
TEXTS = ["a good film", "unseen films", "good good odd", "", "Odd", "a film"]
TOKENS = [  # by hand
    ["a", "good", "film"],
    ["un", "##seen", "film", "##s"],
    ["good", "good"],
    [],
    [],
    ["a", "film"],
]


def write_tensors(path, tensors):
    kinds = {"float32": "F32", "float16": "F16", "int8": "I8", "int64": "I64"}
    header, offset = {}, 0
    for name, array in tensors.items():
        header[name] = {
            "dtype": kinds[array.dtype.name],
            "shape": array.shape,
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(header).encode()
    content = b"".join(array.tobytes() for array in tensors.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + content)


@pytest.fixture
def folder(tmp_path):
    """Write a model as model2vec does, of shared rows in int8, and of weights."""
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    model = tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[PAD] $A", special_tokens=[("[PAD]", 0)]
    )
    tokenizer.enable_truncation(2)
    tokenizer.enable_padding(length=9)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    tensors = {"embeddings": ROWS, "mapping": MAPPING, "weights": WEIGHTS}
    write_tensors(tmp_path / "model.safetensors", tensors)
    return tmp_path


def mean_of(tokens):
    rows = [VECTORS[WORDS.index(token)] for token in tokens]
    return np.mean(rows, axis=0) if rows else np.zeros(3)


EXPECTED = np.array([mean_of(tokens) for tokens in TOKENS])


def test_rows_are_means_of_the_models_tokens(folder):
    vectorizer = PretrainedVectorizer(folder, tokenizer="model", scale=1)
    rows = vectorizer.fit_transform(TEXTS)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows, EXPECTED, rtol=1e-6)
    ways = [
        TEXTS,
        [text.split() for text in TEXTS],
        iter(TEXTS),
        np.array(TEXTS),
        pd.Series(TEXTS),
        pd.DataFrame({"text": TEXTS}),
    ]
    for X in ways:
        np.testing.assert_array_equal(vectorizer.transform(X), rows)
    np.testing.assert_array_equal(np.vstack([*vectorizer.iter_transform(TEXTS)]), rows)
    for text, row in zip(TEXTS, rows):
        np.testing.assert_array_equal(vectorizer.transform([text])[0], row)
    with pytest.raises(TypeError, match="For one text pass a list"):
        vectorizer.transform("a good film")


@pytest.mark.parametrize("weighting", ["idf", "sif", "log_odds"])
def test_everything_else_is_as_for_token_lists(folder, weighting):
    y = [0, 1, 0, 1, 0, 1]
    options = {"weighting": weighting, "pooling": ("mean", "max")}
    found = PretrainedVectorizer(folder, tokenizer="model", **options)
    given = PretrainedVectorizer(WordVectors(WORDS, VECTORS), **options)
    np.testing.assert_array_equal(
        found.fit_transform(TEXTS, y), given.fit_transform(TOKENS, y)
    )
    np.testing.assert_array_equal(found.transform(TEXTS), given.transform(TOKENS))
    pd.testing.assert_frame_equal(found.coverage(TEXTS), given.coverage(TOKENS))


def test_streams_of_texts_are_split_in_each_pass(folder):
    class Stream:
        def __iter__(self):
            return iter(TEXTS)

    vectorizer = PretrainedVectorizer(folder, tokenizer="model", weighting="idf")
    expected = vectorizer.fit(TEXTS).transform(TEXTS)
    found = vectorizer.fit(Stream()).transform(Stream())
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert vectorizer.coverage(Stream())["tokens"].item() == sum(map(len, TOKENS))


def test_lone_surrogates_are_refused(folder):
    static = PretrainedVectorizer(folder, tokenizer="model").fit(["a film"])
    with pytest.raises(ValueError, match="lone surrogate at 2, expected Unicode text"):
        static.transform(["a film", "a \udcff"])


def test_a_source_beside_others_is_given_texts(folder):
    static = PretrainedVectorizer(folder, tokenizer="model")
    meta = MetaEmbeddingVectorizer(
        [("static", static), ("tfidf", TfidfVectorizer()), ("words", {"film": [1.0]})],
        level="document",
        weights=[1, 1, 1],
        normalize=False,
        scale=1,
    )
    rows = meta.fit_transform(TEXTS)
    np.testing.assert_allclose(rows[:, :3].toarray(), static.fit_transform(TEXTS))
    assert meta.coverage(TEXTS)["known_words"].to_dict() == {
        "tfidf": len(meta.sources_["tfidf"].vocabulary_),
        "words": 1,
        "(together)": len(meta.sources_["tfidf"].vocabulary_),
    }  # of words; the model knows parts of them
    joined = meta.transform([text.split() for text in TEXTS])
    np.testing.assert_array_equal(joined.toarray(), meta.transform(TEXTS).toarray())
    again = pickle.loads(pickle.dumps(meta))
    np.testing.assert_array_equal(again.transform(TEXTS).toarray(), rows.toarray())


def test_a_model_is_read_once_and_pickles_need_no_file(folder, monkeypatch):
    read = []
    monkeypatch.setattr(
        formats._load,
        "read_token_vectors",
        lambda *args: read.append(args) or WordVectors(WORDS, VECTORS),
    )
    vectorizer = PretrainedVectorizer(str(folder), tokenizer="model")
    for _ in range(3):
        fitted = clone(vectorizer).fit(TEXTS)
    assert len(read) == 1
    data = pickle.dumps(fitted)
    skops = pytest.importorskip("skops.io")
    from skmeta._io._saved_models import trusted_types

    kept = skops.dumps(fitted)
    expected = fitted.transform(TEXTS)
    for path in list(folder.iterdir()):
        path.unlink()
    np.testing.assert_array_equal(pickle.loads(data).transform(TEXTS), expected)
    loaded = skops.loads(kept, trusted=trusted_types())
    np.testing.assert_array_equal(loaded.transform(TEXTS), expected)


def test_a_tokenizer_elsewhere_names_the_rows(folder, tmp_path):
    write_tensors(
        tmp_path / "w.safetensors", {"embedding.weight": VECTORS.astype(np.float16)}
    )
    other = tmp_path / "other_name.json"
    (folder / "tokenizer.json").rename(other)
    for words in (tmp_path / "w.safetensors", WordVectors(WORDS, VECTORS)):
        vectorizer = PretrainedVectorizer(words, tokenizer=other, scale=1)
        rows = vectorizer.fit(TEXTS).transform(TEXTS)
        np.testing.assert_allclose(rows, EXPECTED, atol=1e-2)
    with pytest.raises(
        FileNotFoundError, match=r"no file '.*tokenizer\.json' to split"
    ):
        PretrainedVectorizer(folder, tokenizer="model").fit(TEXTS)
    with pytest.raises(ValueError, match=r"with word_vectors=.* expected a path"):
        PretrainedVectorizer({"a": [1.0]}, tokenizer="model").fit(TEXTS)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[" * 100_000, b'{"model": {"vocab": {}}}', b"\xff\xfe{"],
    ids=["empty", "cut", "nested", "no tokens", "bytes"],
)
def test_damaged_tokenizers_are_refused(folder, content):
    (folder / "tokenizer.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"tokenizer\.json"):
        PretrainedVectorizer(folder, tokenizer="model").fit(TEXTS)


def test_large_tokenizers_and_tensors_without_names_are_refused(folder):
    with (folder / "tokenizer.json").open("r+b") as file:
        file.truncate(1 << 30)  # sparse: takes no room
    with pytest.raises(ValueError, match="1,073,741,824 bytes, expected at most"):
        PretrainedVectorizer(folder, tokenizer="model").fit(TEXTS)


def test_tensors_without_a_known_name_are_refused(folder):
    write_tensors(folder / "model.safetensors", {"x": VECTORS})
    with pytest.raises(VectorFormatError, match="none named embeddings or"):
        PretrainedVectorizer(folder, tokenizer="model").fit(TEXTS)


def test_the_message_without_tokenizers_names_the_extra(folder, monkeypatch):
    for name in [n for n in sys.modules if n.startswith("tokenizers")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "skmeta._io._tokenizer_file", raising=False)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ModuleNotFoundError, match=r"tokenizer\.json needs tokenizers"):
        PretrainedVectorizer(folder, tokenizer="model").fit(TEXTS)


def sentences():
    """Return 200 sentences of numpy's documentation."""
    text = " ".join(
        inspect.getdoc(getattr(np, name)) or "" for name in sorted(np.__all__)
    )
    found = [" ".join(sentence.split()) for sentence in text.split(". ")]
    return [s for s in found if 20 < len(s) < 300][:200]


def test_a_published_model_of_model2vec_encodes_the_same():
    folder = wheel_folder("static_model") / "model"
    model2vec = pytest.importorskip("model2vec", reason="its own encode is the judge")
    model = model2vec.StaticModel.from_pretrained(str(folder))
    vectorizer = PretrainedVectorizer(folder, tokenizer="model", scale=1)
    rows = vectorizer.fit_transform(sentences())
    assert rows.shape == (200, 64)
    expected = model.encode(sentences(), normalize=False)
    np.testing.assert_allclose(rows, expected, atol=1e-5 * np.abs(expected).max())
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    np.testing.assert_allclose(unit, model.encode(sentences()), atol=1e-5)
    assert vectorizer.coverage(sentences())["token_share"].item() == 1


def test_wordllama_is_the_mean_of_its_tokens():
    wheel = wheel_folder("wordllama")
    path = wheel / "weights" / "l2_supercat_256.safetensors"
    tokenizer = wheel / "tokenizers" / "l2_supercat_tokenizer_config.json"
    vectorizer = PretrainedVectorizer(path, tokenizer=tokenizer, scale=1)
    rows = vectorizer.fit_transform(sentences())
    assert rows.shape == (200, 256)
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    matrix = np.frombuffer(content[start:], np.float16).reshape(32_000, 256)
    opened = tokenizers.Tokenizer.from_file(str(tokenizer))
    expected = [
        matrix[opened.encode(text, add_special_tokens=False).ids]
        .astype(np.float32)
        .mean(axis=0)
        for text in sentences()
    ]
    np.testing.assert_allclose(rows, expected, atol=1e-5)
