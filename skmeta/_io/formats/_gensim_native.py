"""gensim's own files: pickles with .npy files beside them, read without running code.

The pickle is taken apart into plain containers, arrays and lifeless stand-ins for
gensim's objects; from these the words and vectors are picked out. No code of gensim,
nor of anybody who made the file, is run.
"""

from __future__ import annotations

import codecs
import io
import math
import pickle
import re
from collections import OrderedDict, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._io.formats._errors import UnsafeVectorFileError, VectorFormatError
from skmeta._io.formats._npy import read_array
from skmeta._io.formats._options import Options
from skmeta._io.formats._streams import open_stream
from skmeta._vectors._subwords import Subwords
from skmeta._vectors._word_vectors import WordVectors, counts_of_all

__all__ = ["array_of", "read_gensim_native", "unpickle"]


_NUMBERS = re.compile(r"[fiu][1248]|b1")


class _StandIn:
    """A lifeless object in place of one of gensim's: it only keeps its state."""

    def __new__(cls, *args: Any, **kwargs: Any) -> _StandIn:
        return object.__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2:  # with slots
            state = {**(state[0] or {}), **(state[1] or {})}
        if isinstance(state, dict):
            self.__dict__.update(state)


class _Dtype(_StandIn):
    """What a pickle says of a dtype: numpy itself could be crashed by a damaged one."""

    def __init__(self, *args: Any) -> None:
        self.code, self.order = args[0] if args else None, "|"

    def __setstate__(self, state: Any) -> None:
        self.order = state[1]

    def resolve(self) -> np.dtype:
        """Give the dtype, if it is one of numbers."""
        if not isinstance(self.code, str) or not _NUMBERS.fullmatch(self.code):
            raise ValueError(f"an array of dtype {self.code!r}")
        return np.dtype(self.code).newbyteorder(">" if self.order == ">" else "<")


class _Array(_StandIn):
    """What a pickle says of an array."""

    def __setstate__(self, state: Any) -> None:
        self.shape, self.dtype, self.is_fortran, self.data = state[-4:]

    def resolve(self) -> np.ndarray:
        """Give the array, if it is a sound one of numbers."""
        data = self.data.encode("latin1") if isinstance(self.data, str) else self.data
        dtype = self.dtype.resolve()
        if not isinstance(data, bytes) or min(self.shape, default=0) < 0:
            raise ValueError(f"an array of {type(data).__name__}")
        if math.prod(self.shape) * dtype.itemsize != len(data):
            raise ValueError(f"an array of shape {self.shape} in {len(data):,} bytes")
        order: Any = "F" if self.is_fortran else "C"
        return np.frombuffer(data, dtype).reshape(self.shape, order=order)


def _scalar(dtype: Any = None, data: Any = b"") -> Any:
    """Stand for numpy's scalar: a number."""
    data = data.encode("latin1") if isinstance(data, str) else data
    return np.frombuffer(data, dtype.resolve(), 1)[0].item()


def _object(*args: Any) -> Any:
    """Stand for copyreg's _reconstructor: objects as old protocols write them."""
    kind = args[0]
    if not (isinstance(kind, type) and issubclass(kind, _StandIn)):
        raise pickle.UnpicklingError(f"an object of {kind!r}")
    return kind()


def _container(kind: type) -> Any:
    """Make containers of lists only: a number could ask for any amount of memory."""

    def make(*args: Any) -> Any:
        if args and not isinstance(args[0], list | tuple | dict | type):
            raise pickle.UnpicklingError(f"{kind.__name__} of {type(args[0]).__name__}")
        if kind is defaultdict:
            return defaultdict(int)
        return kind(*args)

    return make


_NUMPY = ("numpy.core", "numpy._core")
_ALLOWED: dict[tuple[str, str], Any] = {
    **{(f"{m}.multiarray", "_reconstruct"): _Array for m in _NUMPY},
    **{(f"{m}.multiarray", "scalar"): _scalar for m in _NUMPY},
    ("numpy", "dtype"): _Dtype,
    ("copyreg", "_reconstructor"): _object,
    ("copy_reg", "_reconstructor"): _object,
    ("_codecs", "encode"): lambda text, encoding="latin1": codecs.encode(
        text, "latin1" if encoding not in ("latin1", "utf-8") else encoding
    ),
    ("collections", "defaultdict"): _container(defaultdict),
    ("UserString", "defaultdict"): _container(defaultdict),  # gensim's own old tests
    ("collections", "OrderedDict"): _container(OrderedDict),
    **{
        (module, kind.__name__): _container(kind)
        for module in ("builtins", "__builtin__")
        for kind in (set, frozenset, list, dict, tuple)
    },
}
_LIFELESS = {  # referred to, but not needed for the vectors
    (module, name)
    for module in ("builtins", "__builtin__", "numpy")
    for name in (
        *("hash", "int", "long", "float", "object"),
        *("ndarray", "memmap", "float32", "float64", "int64"),
    )
}


class _Unpickler(pickle._Unpickler):
    """Unpickles by an allow-list.

    It is Python's own in Python: the one in C takes memory that a file asks for (by the
    number of a memo), before it sees that the file is damaged.
    """

    path: Path
    dispatch = {
        code: load
        for code, load in pickle._Unpickler.dispatch.items()
        if code != pickle.BYTEARRAY8[0]  # takes what it claims, too
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        is_gensim = module.split(".")[0] == "gensim"
        is_random = module.startswith("numpy.random")
        if is_gensim or is_random or (module, name) in _LIFELESS:
            return type(name, (_StandIn,), {"__module__": module})
        raise UnsafeVectorFileError(
            f"'{self.path}' refers to {module}.{name}, which is none of the classes of "
            "numpy and gensim that files of word vectors are made of: loading it could "
            "run code. Nothing was run. If you trust whoever made the file, load it "
            "with trusted=True."
        )


def read_gensim_native(path: Path, options: Options) -> WordVectors:
    """Read the word vectors of a model that gensim saved.

    Parameters
    ----------
    path : Path
        The main file; ``.npy`` files that belong to it lie beside it.
    options : Options
        ``trusted`` lets gensim itself load the file.

    Raises
    ------
    UnsafeVectorFileError
        If the pickle refers to anything but numpy, gensim and plain containers.
    VectorFormatError
        If it is damaged, or holds no word vectors, or lacks a side file.
    """
    if options.trusted:
        from gensim.utils import SaveLoad

        return WordVectors.from_gensim(SaveLoad.load(str(path)))
    stored = unpickle(path)
    keeper: Any = stored
    names: tuple[str, ...] = ()
    for name in ("wv", "kv"):
        if isinstance(getattr(stored, name, None), _StandIn):
            keeper, names = getattr(stored, name), (name,)
            break
    try:
        return _word_vectors(keeper, stored, path, names)
    except (TypeError, AttributeError, LookupError, OverflowError) as error:
        raise VectorFormatError(
            f"'{path}' is a gensim file whose parts do not fit together: {error!r}. "
            "Save it again with gensim, or get it anew."
        ) from error


def unpickle(path: Path) -> Any:
    """Take a pickle apart."""
    with open_stream(path) as file:
        data = io.BytesIO(file.read())  # what is claimed beyond it is not allocated
    unpickler = _Unpickler(data, encoding="latin1")
    unpickler.path = path
    try:
        return unpickler.load()
    except VectorFormatError:
        raise
    except Exception as error:  # damaged pickles raise nearly everything
        raise VectorFormatError(
            f"'{path}' is a damaged pickle: {type(error).__name__}: {error}. Save it "
            "again with gensim, or get it anew."
        ) from error


def _word_vectors(
    keeper: Any, model: Any, path: Path, names: tuple[str, ...]
) -> WordVectors:
    """Pick words, vectors and counts out of what gensim 0.12 to 4.4 stored."""
    words = _first(keeper, "index_to_key", "index2word", "index2entity")
    if words is None:
        words = _first(model, "index_to_key", "index2word", "index2entity")
    subwords = _subwords(keeper, model, path, names)
    vectors = array_of(keeper, path, names, "vectors", "syn0")
    if vectors is None and keeper is not model:
        vectors = array_of(model, path, (), "vectors", "syn0")
    if vectors is None and words is not None and subwords is not None:
        own = array_of(keeper, path, names, "vectors_vocab")
        if own is not None and len(own) < len(words):
            raise VectorFormatError(
                f"'{path}' is a FastText model of {len(words):,} words that holds the "
                f"vectors of {len(own):,}: gensim leaves those out that were added by "
                f"add_vectors, here of {short_repr(words[len(own)])} and after. "
                "Expected all of them. Save the model's vectors with "
                "skmeta.save_vectors(skmeta.load_vectors(model), ...) in its place."
            )
        vectors = None if own is None else subwords.compose(words, own[: len(words)])
    if words is None or vectors is None:
        raise VectorFormatError(
            f"'{path}' is a pickle of {type(model).__name__!r} without words and "
            "vectors, expected gensim KeyedVectors, or a Word2Vec, FastText or Doc2Vec "
            "model. Check the path; of several files, name the one without .npy."
        )
    vectors = vectors[: len(words)]
    return WordVectors(words, vectors, _counts(keeper, model, words), subwords)


def _first(keeper: Any, *names: str) -> Any:
    """Give the first of some attributes that is there."""
    values = (getattr(keeper, name, None) for name in names)
    return next((value for value in values if value is not None), None)


def array_of(
    keeper: Any, path: Path, owners: tuple[str, ...], *names: str
) -> np.ndarray | None:
    """Give an array, from the pickle or from the file beside it."""
    array = _first(keeper, *names)
    if isinstance(array, _Array):
        return array.resolve()
    for name in names:
        if name in (getattr(keeper, "__numpys", None) or ()):
            beside = ".".join((str(path), *owners, name))
            return _load_beside(path, beside)
    return None


def _load_beside(path: Path, beside: str) -> np.ndarray:
    """Load an array that gensim put into a file of its own."""
    try:
        if Path(f"{beside}.npz").exists():
            return np.load(f"{beside}.npz", allow_pickle=False)["val"]
        return read_array(f"{beside}.npy")
    except FileNotFoundError:
        raise VectorFormatError(
            f"'{path}' keeps its vectors in '{beside}.npy', which is missing. Put all "
            "files of the model into one folder."
        ) from None
    except (ValueError, EOFError, OSError, KeyError) as error:
        raise VectorFormatError(
            f"'{beside}.npy', a part of '{path}', is damaged: {error}. Get it anew."
        ) from error


def _counts(keeper: Any, model: Any, words: list) -> np.ndarray | None:
    """Give how often each word occurred, None where the file does not tell."""
    counts = (getattr(keeper, "expandos", None) or {}).get("count")
    if isinstance(counts, _Array):
        counts = counts.resolve()
    else:
        vocabulary = _first(keeper, "vocab") or _first(model, "vocab")
        if not isinstance(vocabulary, dict):
            return None
        counts = [getattr(vocabulary.get(word), "count", None) for word in words]
        if None in counts:
            return None
    counts = counts_of_all(counts, len(words))
    made_up = keeper is model and np.array_equal(
        counts, np.arange(len(words), 0, -1)
    )  # which gensim gives to vectors without counts
    return None if made_up else np.asarray(counts, dtype=np.int64)


def _subwords(
    keeper: Any, model: Any, path: Path, owners: tuple[str, ...]
) -> Subwords | None:
    """Give the n-grams of a fastText model, None where it has none to use."""
    min_n, max_n = _first(keeper, "min_n"), _first(keeper, "max_n")
    bucket = _first(keeper, "bucket") or _first(model, "bucket")
    if not min_n or not max_n or not bucket:
        return None
    if not getattr(keeper, "compatible_hash", False):
        return None  # hashes of before gensim 3.8.1, which fastText does not share
    ngram_vectors = array_of(keeper, path, owners, "vectors_ngrams")
    if ngram_vectors is None or len(ngram_vectors) != bucket:
        return None
    return Subwords(np.asarray(ngram_vectors, np.float32), int(min_n), int(max_n))
