"""Read gensim's own files, pickles with .npy files beside them, without running code.

The pickle is parsed into plain containers, arrays and stand-ins, from which words and
vectors are extracted. Neither gensim's code nor any from the file is run.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._npy import read_array
from skmeta._io.formats._options import Options
from skmeta._io.formats._stand_ins import StandIn, resolve_array
from skmeta._io.formats._streams import open_zip
from skmeta._io.formats._subword_limits import check_ngrams
from skmeta._io.formats._unpickler import unpickle
from skmeta._messages import count_of
from skmeta._reading._budget import Budget, check_shape
from skmeta._reading._guard import check_regular
from skmeta._vectors._gensim_vectors import counts_of_all
from skmeta._vectors._subwords import Subwords
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["array_of", "read_gensim_native"]


def read_gensim_native(path: Path, options: Options) -> WordVectors:
    """Read the word vectors of a model that gensim saved.

    Parameters
    ----------
    path : Path
        The main file, with its ``.npy`` files beside it.
    options : Options
        With ``trusted``, gensim itself loads the file.

    Raises
    ------
    UnsafeVectorFileError
        If the pickle refers to anything but NumPy, gensim and plain containers.
    VectorFormatError
        If it is damaged, holds no word vectors, or lacks a file beside it.
    """
    if options.trusted:
        from gensim.utils import SaveLoad

        return WordVectors.from_gensim(SaveLoad.load(str(path)))
    budget = Budget(path, max_bytes=options.max_bytes)
    stored = unpickle(path, budget)
    keeper: Any = stored
    names: tuple[str, ...] = ()
    for name in ("wv", "kv"):
        if isinstance(getattr(stored, name, None), StandIn):
            keeper, names = getattr(stored, name), (name,)
            break
    return _word_vectors(keeper, stored, path, names, budget)


def _word_vectors(
    keeper: Any, model: Any, path: Path, names: tuple[str, ...], budget: Budget
) -> WordVectors:
    """Extract words, vectors and counts as gensim 0.12 to 4.4 stored them."""
    words = _first(keeper, "index_to_key", "index2word", "index2entity")
    if words is None:
        words = _first(model, "index_to_key", "index2word", "index2entity")
    if words is not None and not (
        isinstance(words, list) and all(isinstance(word, str) for word in words)
    ):
        raise VectorFormatError(
            f"'{path}' has the words {short_repr(words)}, expected strings. Save it "
            "again with gensim, or get it again."
        )
    subwords = _subwords(keeper, model, path, names)
    vectors = array_of(keeper, path, names, "vectors", "syn0")
    if vectors is None and keeper is not model:
        vectors = array_of(model, path, (), "vectors", "syn0")
    if vectors is None and words is not None and subwords is not None:
        own = array_of(keeper, path, names, "vectors_vocab")
        if own is not None and len(own) < len(words):
            raise VectorFormatError(
                f"'{path}' is a FastText model of {count_of(len(words), 'word')} that "
                f"holds the vectors of {len(own):,}: gensim leaves those out that were "
                f"added by add_vectors, here of {short_repr(words[len(own)])} and "
                "after. Expected all of them. Save the model's vectors with "
                "skmeta.save_vectors(skmeta.load_vectors(model), ...) in its place."
            )
        if own is not None:
            check_ngrams(words, subwords.min_n, subwords.max_n, budget)
            vectors = subwords.compose(words, own[: len(words)])
    if words is None or vectors is None:
        raise VectorFormatError(
            f"'{path}' is a pickle of {short_repr(type(model).__name__)} without words "
            "and vectors, expected gensim KeyedVectors, or a Word2Vec, FastText or "
            "Doc2Vec model. Check the path; of several files, name the one without "
            ".npy."
        )
    vectors = vectors[: len(words)]
    return WordVectors(words, vectors, _counts(keeper, model, words), subwords)


def _first(keeper: Any, *names: str) -> Any:
    """Return the first of several attributes that exists."""
    values = (getattr(keeper, name, None) for name in names)
    return next((value for value in values if value is not None), None)


def array_of(
    keeper: Any, path: Path, owners: tuple[str, ...], *names: str
) -> np.ndarray | None:
    """Return an array, from the pickle or from the file beside it."""
    array = resolve_array(_first(keeper, *names))
    if array is not None:
        return array
    for name in names:
        if name in (getattr(keeper, "__numpys", None) or ()):
            beside = ".".join((str(path), *owners, name))
            return _load_beside(path, beside)
    return None


def _load_beside(path: Path, beside: str) -> np.ndarray:
    """Load an array that gensim saved in a separate file."""
    try:
        if Path(f"{beside}.npz").exists():
            return _load_compressed(Path(f"{beside}.npz"))
        return read_array(check_regular(f"{beside}.npy"))
    except FileNotFoundError:
        raise VectorFormatError(
            f"'{path}' keeps its vectors in '{beside}.npy', which is missing. Put all "
            "files of the model into one folder."
        ) from None
    except ValueError as error:
        raise VectorFormatError(
            f"'{beside}.npy', a part of '{path}', is damaged: {error}. Get it again."
        ) from error


def _load_compressed(path: Path) -> np.ndarray:
    """Load the array of a NumPy archive; memory grows with the data, not its claims."""
    with (
        zipfile.ZipFile(check_regular(path)) as archive,
        open_zip(archive, "val.npy", Budget(path)) as file,
    ):
        major, _ = np.lib.format.read_magic(file)
        read_header = (
            np.lib.format.read_array_header_1_0
            if major == 1
            else np.lib.format.read_array_header_2_0
        )
        shape, is_fortran, dtype = read_header(file)
        check_shape(shape)
        if dtype.kind not in "fiu":
            raise ValueError(f"an array of {dtype}, expected one of numbers")
        data = np.frombuffer(file.read(), dtype)
    return data.reshape(shape, order="F" if is_fortran else "C")


def _counts(keeper: Any, model: Any, words: list) -> np.ndarray | None:
    """Return the count of each word, None where the file has no counts."""
    counts = (getattr(keeper, "expandos", None) or {}).get("count")
    counts = resolve_array(counts)
    if counts is None:
        vocabulary = _first(keeper, "vocab") or _first(model, "vocab")
        if not isinstance(vocabulary, dict):
            return None
        counts = [getattr(vocabulary.get(word), "count", None) for word in words]
        if None in counts:
            return None
    counts = counts_of_all(counts, len(words))
    made_up = keeper is model and np.array_equal(
        counts, np.arange(len(words), 0, -1)
    )  # that gensim makes up for vectors without counts
    return None if made_up else np.asarray(counts, dtype=np.int64)


def _subwords(
    keeper: Any, model: Any, path: Path, owners: tuple[str, ...]
) -> Subwords | None:
    """Return the n-grams of a fastText model, None where it has no usable ones."""
    min_n, max_n = _first(keeper, "min_n"), _first(keeper, "max_n")
    bucket = _first(keeper, "bucket") or _first(model, "bucket")
    if not min_n or not max_n or not bucket:
        return None
    if not getattr(keeper, "compatible_hash", False):
        return None  # hashes before gensim 3.8.1, which differ from fastText's
    ngram_vectors = array_of(keeper, path, owners, "vectors_ngrams")
    if ngram_vectors is None or len(ngram_vectors) != bucket:
        return None
    check_ngrams((), min_n, max_n)
    return Subwords(np.asarray(ngram_vectors, np.float32), min_n, max_n)
