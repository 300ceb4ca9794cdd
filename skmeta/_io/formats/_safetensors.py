"""safetensors files, and the folders of model2vec: arrays with a JSON header.

Read here, because the format is a header and raw numbers, and the memory that a damaged
file may take must be limited.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from skmeta._disk._space import write_array
from skmeta._io._atomic import atomic_write
from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._options import Options
from skmeta._io.formats._words_beside import (
    read_json,
    read_words_beside,
    words_by_row,
)
from skmeta._messages import count_of
from skmeta._reading._budget import Budget, check_shape
from skmeta._reading._guard import check_regular
from skmeta._vectors._folder import words_from_bytes, words_to_bytes
from skmeta._vectors._word_vectors import WordVectors

__all__ = [
    "read_model2vec",
    "read_safetensors",
    "read_tensors",
    "read_token_vectors",
    "write_safetensors",
]

_DTYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2",
    "I8": "|i1", "U8": "|u1", "BF16": "<u2",
}  # fmt: skip
_LONGEST_HEADER = 100_000_000


def read_safetensors(path: Path) -> WordVectors:
    """Read a matrix from a safetensors file, and its words.

    The words are a tensor "words" of the same file, as :func:`write_safetensors` writes
    it, or lie beside it: one per line in a .txt file or as a list in a .json file of
    the same name, or in words.txt, vocab.txt, words.json or vocab.json.
    """
    tensors = read_tensors(path, _choose_matrix)
    counts = tensors.pop("counts", None)
    words: Sequence[str]
    if "words" in tensors:
        words = words_from_bytes(tensors.pop("words"))
    else:
        words, counts = read_words_beside(path), None
    matrices = [tensor for tensor in tensors.values() if tensor.ndim == 2]
    if len(matrices) != 1:
        raise VectorFormatError(
            f"'{path}' holds no matrix, or several, expected one with a row for each "
            "word, named 'vectors' or 'embeddings' if there are others."
        )
    return _make(words, matrices[0], counts)


def _choose_matrix(shapes: dict[str, tuple[int, ...]]) -> list[str]:
    """Choose the matrix to read, by its name if there are several."""
    matrices = [name for name, shape in shapes.items() if len(shape) == 2]
    if len(matrices) > 1:
        usual = ("vectors", "embeddings", "embedding.weight", "weight")
        matrices = [name for name in usual if name in matrices][:1]
    return [*matrices, "words", "counts"]


def read_model2vec(folder: Path, options: Options) -> WordVectors:
    """Read the token vectors of a folder that model2vec saved."""
    return read_token_vectors(
        folder / "model.safetensors", folder / "tokenizer.json", options
    )


def read_token_vectors(path: Path, tokenizer: Path, options: Options) -> WordVectors:
    """Read the vectors of the tokens of a tokenizer.json.

    Tokens stay as they are there ("##ing"). Where a mapping says which rows they share,
    or weights what they count, as in the files of model2vec, rows are repeated and
    multiplied accordingly.
    """
    tensors = read_tensors(path, _choose_token_tensors)
    vocabulary = read_json(tokenizer)["model"]["vocab"]
    if isinstance(vocabulary, dict):
        words = words_by_row(vocabulary)
    else:  # a Unigram model: pairs of token and score
        words = [entry[0] for entry in vocabulary]
    [name] = set(tensors) - {"mapping", "weights"}
    embeddings = tensors[name]
    if embeddings.ndim != 2:
        raise ValueError(f"embeddings of shape {embeddings.shape}, expected a matrix")
    if "mapping" in tensors:
        rows = tensors["mapping"].astype(np.int64)
        if rows.shape != (len(words),):
            raise ValueError(
                f"a mapping of shape {rows.shape} for {count_of(len(words), 'word')}"
            )
        budget = Budget(tokenizer, path, max_bytes=options.max_bytes)
        budget.spend(len(rows) * embeddings.shape[1] * 4)
        embeddings = embeddings[rows]
    if "weights" in tensors:
        weights = tensors["weights"]
        if weights.shape != (len(embeddings),):
            raise ValueError(
                f"weights of shape {weights.shape} for "
                f"{count_of(len(embeddings), 'embedding')}"
            )
        embeddings = embeddings * weights[:, np.newaxis]
    return _make(words, embeddings, None)


def _choose_token_tensors(shapes: dict[str, tuple[int, ...]]) -> list[str]:
    """Choose the matrix of tokens by its name, and what model2vec keeps beside it."""
    usual = ("embeddings", "embedding.weight", "vectors")
    name = next((name for name in usual if name in shapes), None)
    if name is None:
        raise ValueError(f"tensors {list(shapes)[:5]}, none named {' or '.join(usual)}")
    return [name, "mapping", "weights"]


def write_safetensors(word_vectors: WordVectors, path: Path) -> None:
    """Write word vectors as one safetensors file: vectors, words (JSON), counts."""
    arrays = {
        "vectors": np.asarray(word_vectors.vectors),
        "words": words_to_bytes(word_vectors.words),
    }
    if word_vectors.counts is not None:
        arrays["counts"] = np.asarray(word_vectors.counts)
    names = {np.dtype(kind): name for name, kind in _DTYPES.items() if name != "BF16"}
    header, offset = {}, 0
    for name, array in arrays.items():
        header[name] = {
            "dtype": names[array.dtype],
            "shape": array.shape,
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with atomic_write(path) as tmp_path, open(tmp_path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            write_array(file, array)


def _make(words: Any, matrix: np.ndarray, counts: Any) -> WordVectors:
    """Build word vectors from a matrix of any dtype."""
    return WordVectors(words, np.asarray(matrix, np.float32), counts)


def read_tensors(
    path: Path, choose: Callable[[dict[str, tuple[int, ...]]], Collection[str]]
) -> dict[str, np.ndarray]:
    """Read some tensors of a file into memory, aligned whatever their offsets are.

    Parameters
    ----------
    path : Path
    choose : callable
        Takes the shapes of all tensors, returns the names of those to read; missing
        ones are left out.
    """
    with open(check_regular(path), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        (length,) = struct.unpack("<Q", file.read(8))
        if length > min(size - 8, _LONGEST_HEADER):
            raise ValueError(f"a header of {length:,} bytes in a file of {size:,}")
        header = json.loads(file.read(length))
        places = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            kind = entry["dtype"]
            dtype = np.dtype(_DTYPES[kind])
            shape = check_shape(entry["shape"])
            start, stop = check_shape(entry["data_offsets"])
            n_bytes = math.prod(shape) * dtype.itemsize
            if not start <= stop <= size - 8 - length or stop - start != n_bytes:
                raise ValueError(
                    f"{name[:60]!r} of shape {shape} in bytes {start} to {stop}"
                )
            if n_bytes:
                places[name] = shape, dtype, 8 + length + start, kind == "BF16"
        tensors = {}
        for name in choose({name: place[0] for name, place in places.items()}):
            if name in places:
                shape, dtype, start, is_bfloat16 = places[name]
                file.seek(start)
                numbers = np.fromfile(file, dtype, math.prod(shape))
                if is_bfloat16:  # the upper half of a float32
                    numbers = (numbers.astype("<u4") << 16).view("<f4")
                tensors[name] = numbers.reshape(shape)
    return tensors
