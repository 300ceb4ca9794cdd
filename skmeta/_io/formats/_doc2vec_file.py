"""Read Doc2Vec models that gensim saved, without running code."""

from __future__ import annotations

import math
import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from gensim.models import Doc2Vec, KeyedVectors

from skmeta._disk._fingerprint import Fingerprint, fingerprint
from skmeta._documents._check import short_repr
from skmeta._fork_lock import ForkLock
from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._gensim_native import array_of
from skmeta._io.formats._stand_ins import resolve_array
from skmeta._io.formats._unpickler import unpickle
from skmeta._messages import count_of
from skmeta._reading._budget import Budget
from skmeta._reading._guard import reading

__all__ = ["ROW_MAP", "load_doc2vec"]

ROW_MAP = "skmeta_row_map"  # what rows are multiplied by; gensim has no such attribute

_INTEGERS = {  # and the smallest valid values
    **dict.fromkeys(["vector_size", "window", "epochs", "dm_tag_count"], 1),
    **dict.fromkeys(["layer1_size"], 1),
    **dict.fromkeys(["sg", "hs", "negative", "cbow_mean", "shrink_windows"], 0),
    **dict.fromkeys(["dbow_words", "dm_concat", "null_word", "min_count"], 0),
    **dict.fromkeys(["corpus_count", "corpus_total_words"], 0),
    "seed": -math.inf,
}
_REALS = {
    **dict.fromkeys(["alpha", "min_alpha", "sample"], 0),
    "ns_exponent": -math.inf,
}
_LEAST = -sys.float_info.max
_loading = ForkLock()


def load_doc2vec(path: str | os.PathLike[str]) -> Doc2Vec:
    """Load a model, once per process unless its file changes.

    Parameters
    ----------
    path : path
        What the ``save`` of gensim 4's Doc2Vec wrote: the file without ``.npy``.

    Returns
    -------
    model : gensim Doc2Vec
        The same object for every call: do not train it further.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    VectorFormatError
        If it is damaged, unsafe, not a Doc2Vec, or older than gensim 4.
    """
    path = Path(path).expanduser().absolute()
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no file '{path}' to read a Doc2Vec model from. Check the path."
        )
    with _loading.hold():  # threads that want the same file wait for the first
        return _load_unchanged(path, fingerprint(path))


@lru_cache(maxsize=4)
def _load_unchanged(path: Path, files: Fingerprint) -> Doc2Vec:
    """Load a file, cached by the fingerprint of its parts."""
    expected = "a Doc2Vec model whose parts fit together"
    with reading(path, expected, VectorFormatError, all_is_there=True):
        return _rebuild(_unpickle_model(path), path)


def _unpickle_model(path: Path) -> Any:
    """Unpickle the file of a model into stand-ins."""
    stored = unpickle(path, Budget(path))
    if type(stored).__name__ != "Doc2Vec" or not hasattr(stored, "dv"):
        raise VectorFormatError(
            f"'{path}' holds {type(stored).__name__[:60]!r}, expected a Doc2Vec that "
            "gensim 4 saved. Load older ones with gensim and save them again, or give "
            "the loaded model."
        )
    return stored


def _rebuild(stored: Any, path: Path) -> Doc2Vec:
    """Build a model from the stored parts."""
    model = Doc2Vec(seed=int(stored.seed))
    for name in (*_INTEGERS, *_REALS):
        setattr(model, name, _number(getattr(stored, name), name))
    if not (model.hs or model.negative):
        raise ValueError("neither hs nor negative, expected one to infer with")
    model.wv = _rebuild_vectors(stored.wv, path, "wv")
    model.dv = _rebuild_vectors(stored.dv, path, "dv")
    n_words, size = len(model.wv), model.layer1_size
    n_inputs = 1
    if model.dm_concat and not model.sg:
        n_inputs = model.dm_tag_count + 2 * model.window
    sizes = {model.vector_size, model.wv.vector_size, model.dv.vector_size}
    if sizes != {model.vector_size} or size != n_inputs * model.vector_size:
        raise ValueError(f"vectors of sizes {sorted(sizes)} and a layer of {size}")
    expected = {"syn1neg": (n_words, size)} if model.negative else {}
    if model.hs:
        expected["syn1"] = (n_words, size)
    for name, shape in expected.items():
        setattr(model, name, _writable(array_of(stored, path, (), name), shape, name))
    row_map = array_of(stored, path, (), ROW_MAP)
    if row_map is not None:
        shape = (model.vector_size, model.vector_size)
        setattr(model, ROW_MAP, _writable(row_map, shape, ROW_MAP))
    counts = stored.wv.expandos
    for name, dtype in (("count", np.int64), ("sample_int", np.uint32)):
        values = np.array(resolve_array(counts[name]), dtype)
        is_zero = name == "count" and not values.any()
        if values.shape != (n_words,) or values.min() < 0 or is_zero:
            raise ValueError(
                f"{name} of shape {values.shape}, expected "
                f"{count_of(n_words, 'non-negative number')}, not all 0"
            )
        model.wv.expandos[name] = values
    if model.hs:
        model.create_binary_tree()
    model.make_cum_table()
    return model


def _rebuild_vectors(stored: Any, path: Path, name: str) -> KeyedVectors:
    """Build KeyedVectors from the stored parts."""
    keys = list(stored.index_to_key)
    size = _number(stored.vector_size, "vector_size")
    vectors = KeyedVectors(size)
    vectors.index_to_key = keys
    vectors.key_to_index = dict(stored.key_to_index)
    rows = set(vectors.key_to_index.values())
    if not rows <= set(range(len(keys))):
        raise ValueError(
            f"row numbers of {name} beyond its {count_of(len(keys), 'row')}"
        )
    stored_vectors = array_of(stored, path, (name,), "vectors")
    vectors.vectors = _writable(stored_vectors, (len(keys), size), name)
    vectors.vectors_lockf = np.ones(1, np.float32)
    vectors.next_index = len(keys)
    return vectors


def _writable(array: Any, shape: tuple[int, int], name: str) -> np.ndarray:
    """Return a writable array, checked to have the shape that gensim expects."""
    if array is None or array.shape != shape:
        found = None if array is None else array.shape
        raise ValueError(f"{name} of shape {found} in place of {shape}")
    writable = np.array(array, np.float32, order="C")
    if not np.isfinite(writable).all():
        raise ValueError(f"{name} holds NaN or infinity, expected finite numbers")
    return writable


def _number(value: Any, name: str) -> Any:
    """Return a number, checked to lie in the range of its name."""
    lowest = _REALS.get(name, _INTEGERS.get(name, 0))
    kinds = int | float if name in _REALS else int
    if not isinstance(value, kinds) or not max(lowest, _LEAST) <= value < math.inf:
        of_kind = "a number" if name in _REALS else "an integer"
        raise ValueError(
            f"{name}={short_repr(value)}, expected {of_kind}"
            f"{'' if lowest < 0 else f' of at least {lowest}'}"
        )
    return value
