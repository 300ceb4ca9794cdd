"""Files of arrays: .npy, safetensors, gensim's side files. What is loaded is ours."""

import codecs
import json
import os
import tracemalloc

import numpy as np
import pytest
from gensim.models import FastText, Word2Vec
from gensim.test.utils import common_texts

from skmeta import (
    PretrainedVectorizer,
    VectorFormatError,
    WordVectors,
    load_vectors,
    save_vectors,
)


def save_npy(word_vectors, folder):
    np.save(folder / "matrix.npy", word_vectors.vectors)
    (folder / "matrix.txt").write_text("\n".join(word_vectors.words) + "\n")
    return folder / "matrix.npy", folder / "matrix.npy"


def save_safetensors(word_vectors, folder):
    save_vectors(word_vectors, folder / "v.safetensors", format="safetensors")
    return folder / "v.safetensors", folder / "v.safetensors"


def save_gensim(word_vectors, folder):
    word_vectors.to_gensim().save(str(folder / "v.kv"), sep_limit=1)
    return folder / "v.kv", folder / "v.kv.vectors.npy"


def save_model2vec(word_vectors, folder):
    write_safetensors(
        folder / "model.safetensors", {"embeddings": word_vectors.vectors}
    )
    vocabulary = {word: row for row, word in enumerate(word_vectors.words)}
    tokenizer = json.dumps({"model": {"vocab": vocabulary}})
    (folder / "tokenizer.json").write_text(tokenizer)
    return folder, folder / "model.safetensors"


def write_safetensors(path, tensors, padding=0):
    """Write float32 tensors, the first of them any number of bytes off."""
    header, data = {}, bytes(padding)
    for name, tensor in tensors.items():
        stop = len(data) + tensor.nbytes
        offsets = [len(data), stop]
        entry = {"dtype": "F32", "shape": tensor.shape, "data_offsets": offsets}
        header[name] = entry
        data += tensor.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


SAVERS = [save_npy, save_safetensors, save_gensim, save_model2vec]


@pytest.mark.parametrize("save", SAVERS)
def test_loaded_vectors_do_not_follow_their_file(save, word_vectors, tmp_path):
    path, data_file = save(word_vectors, tmp_path)
    loaded = load_vectors(path)
    fitted = PretrainedVectorizer(path, scale=1).fit([["word1"]])
    for vectors in (loaded.vectors, fitted.word_vectors_.vectors):
        while vectors is not None:  # a mapped file would end the process below
            assert not isinstance(vectors, np.memmap)
            vectors = getattr(vectors, "base", None)
    size = data_file.stat().st_size
    with open(data_file, "r+b") as file:
        file.seek(size // 2)
        file.write(b"\x00" * (size // 2))
    np.testing.assert_array_equal(loaded.vectors, word_vectors.vectors)
    os.truncate(data_file, 0)
    np.testing.assert_array_equal(loaded.vectors, word_vectors.vectors)
    expected = word_vectors[["word1", "word79"]].mean(axis=0)
    row = fitted.transform([["word1", "word79"]])[0]
    np.testing.assert_allclose(row, expected, rtol=1e-6)


@pytest.mark.parametrize("padding", range(8))
def test_unaligned_safetensors_are_aligned_in_memory(padding, word_vectors, tmp_path):
    path = tmp_path / "v.safetensors"
    write_safetensors(path, {"vectors": word_vectors.vectors}, padding)
    (tmp_path / "v.txt").write_text("\n".join(word_vectors.words))
    loaded = load_vectors(path)
    assert loaded.vectors.flags.aligned
    np.testing.assert_array_equal(loaded.vectors, word_vectors.vectors)


def test_the_usual_name_among_several_matrices(word_vectors, tmp_path):
    others = {"a": np.ones((9, 2), np.float32), "weight": word_vectors.vectors}
    write_safetensors(tmp_path / "v.safetensors", others)
    (tmp_path / "v.txt").write_text("\n".join(word_vectors.words))
    np.testing.assert_array_equal(
        load_vectors(tmp_path / "v.safetensors").vectors, word_vectors.vectors
    )
    others["b"] = others.pop("weight")
    write_safetensors(tmp_path / "v.safetensors", others)
    with pytest.raises(VectorFormatError, match="no matrix, or several, expected one"):
        load_vectors(tmp_path / "v.safetensors")


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f8", "<f2", "<i2", "|u1", "|b1"])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_npy_of_every_real_dtype(order, dtype, version, tmp_path):
    matrix = np.asarray([[1, 0, 3], [0, 5, 1]], dtype, order=order)
    with open(tmp_path / "m.npy", "wb") as file:
        np.lib.format.write_array(file, matrix, version)
    (tmp_path / "m.txt").write_text("a\nb\n")
    np.testing.assert_array_equal(
        load_vectors(tmp_path / "m.npy").vectors, matrix.astype(np.float32)
    )


@pytest.mark.parametrize(
    "matrix",
    [
        np.ones((2, 2), np.complex64),
        np.ones((2, 2), "M8[s]"),
        np.ones((2, 2), "m8[s]"),
        np.ones((2, 2), [("a", "<f4")]),
        np.ones((2, 2), [("a", "<f4"), ("b", "<i4")]),
        np.array([["1", "2"], ["3", "4"]]),
        np.array([[b"1", b"2"], [b"3", b"4"]]),
        np.array([[1, 2], [3, None]], object),
    ],
    ids=[
        "complex",
        "datetime",
        "timedelta",
        "record",
        "records",
        "str",
        "bytes",
        "obj",
    ],
)
def test_npy_of_other_dtypes_is_refused(matrix, tmp_path):
    np.save(tmp_path / "m.npy", matrix, allow_pickle=True)
    (tmp_path / "m.txt").write_text("a\nb\n")
    with pytest.raises(VectorFormatError, match=r"m\.npy.* dtype .*, expected real"):
        load_vectors(tmp_path / "m.npy")


def test_other_dtypes_beside_gensims_models_are_refused(tmp_path):
    sizes = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
    model = FastText(common_texts, bucket=20, **sizes)
    for name in ("vectors_vocab", "vectors_ngrams"):
        model.save(str(tmp_path / "model"), sep_limit=1)
        path = tmp_path / f"model.wv.{name}.npy"
        np.save(path, np.load(path).astype(np.complex64))
        with pytest.raises(VectorFormatError, match=f"{name}.npy.* dtype complex64"):
            load_vectors(tmp_path / "model")


def test_npy_that_was_cut_off(word_vectors, tmp_path):
    path, _ = save_npy(word_vectors, tmp_path)
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(VectorFormatError, match=r"shape \(80, 6\) .* It was cut off"):
        load_vectors(path)


@pytest.mark.parametrize("version", [b"\x01\x00", b"\x02\x00", b"\x09\x09"])
def test_npy_headers_that_claim_memory_get_none(version, tmp_path):
    path = tmp_path / "m.npy"
    path.write_bytes(b"\x93NUMPY" + version + b"\xff" * 60)
    tracemalloc.start()
    with pytest.raises(VectorFormatError, match=r"not a valid \.npy file"):
        load_vectors(path)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("suffix", [".txt", ".json"])
def test_byte_order_marks_of_words_beside_a_matrix(suffix, tmp_path):
    np.save(tmp_path / "m.npy", np.ones((2, 2)))
    text = "a\r\nb\r\n" if suffix == ".txt" else '["a", "b"]'
    beside = tmp_path / f"m{suffix}"
    beside.write_bytes(codecs.BOM_UTF8 + text.encode())
    assert load_vectors(tmp_path / "m.npy").words == ("a", "b")
    for encoding in ("utf-16", "utf-16-be", "utf-32"):
        beside.write_bytes(text.encode(encoding))
        with pytest.raises(VectorFormatError, match=f"text in {encoding.upper()}"):
            load_vectors(tmp_path / "m.npy")


@pytest.mark.parametrize("missing", ["vectors", "syn1neg"])
def test_side_files_of_models_are_read_whole(missing, tmp_path):
    model = Word2Vec(common_texts, vector_size=4, min_count=1, workers=1)
    model.save(str(tmp_path / "model"), sep_limit=1)
    name = "model.wv.vectors.npy" if missing == "vectors" else "model.syn1neg.npy"
    (tmp_path / name).unlink()
    if missing == "vectors":
        with pytest.raises(VectorFormatError, match="is missing"):
            load_vectors(tmp_path / "model")
    else:  # which is not needed
        assert isinstance(load_vectors(tmp_path / "model"), WordVectors)
