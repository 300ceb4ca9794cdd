"""Load WordVectors from any kind of source."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from gensim.models import KeyedVectors

from skmeta._disk._fingerprint import (
    FileState,
    Fingerprint,
    file_state,
    fingerprint,
)
from skmeta._documents._check import short_repr
from skmeta._fork_lock import ForkLock
from skmeta._io.formats._cache import load_cached
from skmeta._io.formats._check_path import check_path
from skmeta._io.formats._errors import VectorFormatError
from skmeta._io.formats._fasttext import read_fasttext
from skmeta._io.formats._gensim_native import read_gensim_native
from skmeta._io.formats._npy import read_npy
from skmeta._io.formats._options import ERRORS, Options, wanted_words
from skmeta._io.formats._safetensors import (
    read_model2vec,
    read_safetensors,
    read_token_vectors,
)
from skmeta._io.formats._sniff import PEEK, sniff
from skmeta._io.formats._streams import is_compressed, peek
from skmeta._io.formats._text import read_text
from skmeta._io.formats._types import Errors, Format, VectorSource
from skmeta._io.formats._word2vec_binary import read_word2vec_binary
from skmeta._reading._budget import check_max_bytes
from skmeta._reading._guard import reading
from skmeta._vectors._fallback import Fallback, add_forms, check_fallback
from skmeta._vectors._word_vectors import WordVectors

__all__ = [
    "SOURCE_KINDS",
    "detect_format",
    "load_once",
    "load_token_vectors",
    "load_vectors",
]

SOURCE_KINDS = (
    "a WordVectors, gensim KeyedVectors or a gensim model, a path, a dict of word to "
    "vector, a pair (words, vectors), or a DataFrame with the words as its index"
)
_Reader = Callable[[Path, bytes, Options], WordVectors]
_READERS: dict[str, _Reader] = {
    "word2vec": read_text,
    "glove": read_text,
    "word2vec_binary": read_word2vec_binary,
    "gensim": lambda path, start, options: read_gensim_native(path, options),
    "fasttext": read_fasttext,
    "safetensors": lambda path, start, options: read_safetensors(path),
    "npy": lambda path, start, options: read_npy(path),
    "model2vec": lambda path, start, options: read_model2vec(path, options),
    "skmeta": lambda path, start, options: WordVectors.open(path),
}
_STREAMED = ("word2vec", "glove", "word2vec_binary")  # drop unwanted rows while reading
_PLAIN = ("safetensors", "npy")  # compressed ones are not read
_EXPECTED = "a file of word vectors"


def load_vectors(
    source: VectorSource,
    *,
    format: Format | Literal["auto"] = "auto",
    limit: int | None = None,
    vocabulary: Iterable | None = None,
    encoding: str = "utf-8",
    errors: Errors = "strict",
    cache: bool = False,
    trusted: bool = False,
    max_bytes: int | None = None,
    fallback: Fallback | None = None,
    verbose: int = 0,
) -> WordVectors:
    """Load word vectors from a file, a folder, or an object in memory.

    Parameters
    ----------
    source : path, gensim model, WordVectors, dict, DataFrame or pair
        The path of a file, whose format is detected from its content: text of word2vec
        (with a header line "words dimensions"), GloVe or fastText's .vec; word2vec's
        binary format; files of gensim's ``save`` (KeyedVectors, Word2Vec, FastText,
        Doc2Vec, since gensim 0.12); fastText's .bin; safetensors and .npy with their
        words (in the file, or beside it in a .txt file, one per line); plain or
        compressed (gzip, bz2, xz, a zip archive of one file). The file is read into
        memory, so later changes to it have no effect. Or the path of a folder: of
        :meth:`WordVectors.save`, which is memory-mapped, or of model2vec.
        In memory: a gensim model, whose vectors are shared, not copied; a dict of words
        to vectors; a DataFrame with the words as its index; a pair (words, vectors); a
        fitted vectorizer, whose ``word_vectors_`` are used.
    format : str, default="auto"
        "auto" detects the format. Else "word2vec", "glove", "word2vec_binary",
        "gensim", "fasttext", "safetensors", "npy", "model2vec" or "skmeta".
    limit : int, default=None
        The maximum number of rows to read: the most frequent words in most files.
    vocabulary : iterable of words or of documents, default=None
        The words to keep; None keeps all.
    encoding : str, default="utf-8"
        The encoding of words in text and binary files.
    errors : {"strict", "ignore", "replace", "skip"}, default="strict"
        How to handle a word that is not valid text: raise, or drop or replace its
        invalid bytes. "skip" drops such rows, and those with missing or invalid
        numbers, NaN or infinity; a warning says how many.
    cache : bool, default=False
        Keep a converted copy in a folder beside the file (its name and ".skmeta"),
        which opens at once, memory-mapped. It is used as long as the file has the same
        size and modification time.
    trusted : bool, default=False
        Files that gensim saved are pickles, and pickles can run code. They are read
        without running any, by a list of allowed classes. True lets gensim unpickle the
        file: use it only for files from a source that you trust.
    max_bytes : int, default=None
        The maximum number of bytes to decompress and construct while reading a file.
        None: 64 MiB plus 50 times the size of the file, which valid files do not reach;
        a small file that demands more raises before it fills the memory.
    fallback : {"lower", "title", "upper"} or sequence of them, default=None
        How a word is written instead, when it is looked up, if it is unknown as it is,
        see :meth:`WordVectors.with_fallback`. Words of ``vocabulary`` are kept in these
        forms as well. None: as the source does.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    word_vectors : WordVectors
        With counts if the file has them, and with subwords if it is fastText's.

    Raises
    ------
    FileNotFoundError
        If the path does not exist.
    TypeError
        If the source is of another kind.
    VectorFormatError
        If a file is damaged, unsafe, or of an unknown format; it is a ValueError.

    Warns
    -----
    UserWarning
        If a word occurs twice in a file: the first row is kept.

    See Also
    --------
    save_vectors : Write word vectors to a file.

    Examples
    --------
    >>> from skmeta import load_vectors
    >>> load_vectors({"apple": [1.0, 0.0], "pear": [0.6, 0.8]})
    WordVectors(2 words x 2)
    >>> load_vectors((["apple", "pear", "plum"], [[1.0], [2.0], [3.0]]), limit=2).words
    ('apple', 'pear')
    """
    forms = None if fallback is None else check_fallback(fallback)
    options = _check_options(
        format, limit, vocabulary, encoding, errors, trusted, max_bytes, verbose
    )
    if forms:
        options = replace(options, wanted=add_forms(options.wanted, forms))
    word_vectors = _load(source, format, cache, options)
    return word_vectors if forms is None else word_vectors.with_fallback(forms)


def _load(
    source: VectorSource, format: str, cache: bool, options: Options
) -> WordVectors:
    """Load word vectors with checked options."""
    if not isinstance(source, str | os.PathLike):
        return _select(_take(source), options)
    path = check_path(source)
    if cache:
        everything = replace(options, limit=None, wanted=None)
        key = (format, options.encoding, options.errors)
        read = lambda: _read(path, format, everything)  # noqa: E731
        return _select(load_cached(path, key, read), options)
    return _read(path, format, options)


def load_once(source: Any) -> WordVectors:
    """Load a source; a path only once per process, unless its file changes."""
    if not isinstance(source, str | os.PathLike):
        if hasattr(source, "get_params"):  # its clones have no word vectors
            raise TypeError(
                f"Found the estimator {short_repr(source)}, expected {SOURCE_KINDS}. "
                "Fit it first and give its attribute word_vectors_."
            )
        return load_vectors(source)
    path = Path(source).expanduser().absolute()
    if not path.is_file():
        return load_vectors(path)
    with _loading.hold():  # threads that want the same file wait for the first
        return _load_unchanged(path, fingerprint(path))


def load_token_vectors(path: Path, tokenizer: Path) -> WordVectors:
    """Load the vectors of the tokens of a tokenizer.json, once per process.

    Parameters
    ----------
    path : Path
        A file of safetensors.
    tokenizer : Path
    """
    with _loading.hold():
        states = file_state(path), file_state(tokenizer)
        return _load_tokens_unchanged(path, tokenizer, states)


@lru_cache(maxsize=4)
def _load_tokens_unchanged(
    path: Path, tokenizer: Path, states: tuple[FileState, FileState]
) -> WordVectors:
    """Load the vectors of tokens, cached by the states of both files."""
    with reading(path, "vectors of tokens in safetensors", VectorFormatError):
        return read_token_vectors(path, tokenizer, Options())


_loading = ForkLock()


@lru_cache(maxsize=8)
def _load_unchanged(path: Path, files: Fingerprint) -> WordVectors:
    """Load a file, cached by the fingerprint of its parts."""
    return load_vectors(path)


def detect_format(path: str | os.PathLike[str]) -> str:
    """Detect the format of a file or a folder from its content."""
    checked = check_path(path)
    with reading(checked, _EXPECTED, VectorFormatError):
        return sniff(checked, b"" if checked.is_dir() else peek(checked, PEEK))


def _read(path: Path, format: str, options: Options) -> WordVectors:
    """Read a file or a folder."""
    with reading(path, _EXPECTED, VectorFormatError):
        start = b"" if path.is_dir() else peek(path, PEEK)
        if format == "auto":
            format = sniff(path, start)
    expected = f"valid word vectors of format={format!r}"
    with reading(path, expected, VectorFormatError, all_is_there=True):
        return _read_as(path, start, format, options)


def _read_as(path: Path, start: bytes, format: str, options: Options) -> WordVectors:
    """Read a file or a folder of a known format."""
    if format in _PLAIN and is_compressed(path):
        raise VectorFormatError(
            f"'{path}' is a compressed {format} file, expected a plain one. Decompress "
            "it first."
        )
    word_vectors = _READERS[format](path, start, options)
    return word_vectors if format in _STREAMED else _select(word_vectors, options)


def _take(source: Any) -> WordVectors:
    """Convert an object in memory to word vectors."""
    if isinstance(source, WordVectors):
        return source
    if isinstance(source, pd.DataFrame):
        odd = [dtype for dtype in source.dtypes if dtype.kind in "cmMV"]
        if odd:
            raise TypeError(
                f"Found a DataFrame with columns of dtype {odd[0]}, expected real "
                "numbers. Drop or convert those columns."
            )
        try:
            return WordVectors(source.index, source.to_numpy(np.float32))
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            raise kind(
                f"Found a DataFrame with columns {short_repr(list(source.columns))}: "
                f"{error} Expected words as the index and numbers as columns; set it "
                "with source.set_index('word')."
            ) from error
    if isinstance(source, Mapping):
        return _stack(source)
    if isinstance(source, tuple) and len(source) == 2:
        return WordVectors(*source)
    if isinstance(getattr(source, "wv", source), KeyedVectors):
        return WordVectors.from_gensim(source)
    learned = getattr(source, "word_vectors_", None)
    if isinstance(learned, WordVectors):
        return learned
    if hasattr(source, "get_params"):
        raise TypeError(
            f"Found the estimator {short_repr(source)} without word_vectors_, expected "
            f"a fitted one that has them, or {SOURCE_KINDS}. Fit it first."
        )
    raise TypeError(
        f"Found {short_repr(source)} of type {type(source).__name__}, expected "
        f"{SOURCE_KINDS}."
    )


def _stack(vectors_of_words: Mapping[str, Any]) -> WordVectors:
    """Stack the vectors of a dict."""
    if not vectors_of_words:
        raise ValueError("Found an empty dict, expected word vectors: {word: vector}.")
    vectors = [np.asarray(vector) for vector in vectors_of_words.values()]
    shapes = {vector.shape for vector in vectors}
    if len(shapes) > 1 or vectors[0].ndim != 1:
        raise ValueError(
            f"Found vectors of shapes {short_repr(sorted(shapes))} in the dict, "
            "expected one row of numbers for every word, all of one length."
        )
    return WordVectors(vectors_of_words, np.stack(vectors))


def _select(word_vectors: WordVectors, options: Options) -> WordVectors:
    """Keep the wanted words among the first rows."""
    if options.limit is None and options.wanted is None:
        return word_vectors
    words = word_vectors.words[: options.limit]
    wanted = add_forms(options.wanted, word_vectors.fallback)
    kept = [i for i, word in enumerate(words) if wanted is None or word in wanted]
    if len(kept) == len(word_vectors):
        return word_vectors
    if not kept:
        raise VectorFormatError(
            f"{word_vectors} has none of the wanted words, expected at least one. "
            "Check vocabulary and limit."
        )
    counts = None if word_vectors.counts is None else word_vectors.counts[kept]
    some = WordVectors(
        [words[i] for i in kept],
        word_vectors.vectors[kept],
        counts,
        word_vectors.subwords,
    )
    return some.with_fallback(word_vectors.fallback)


def _check_options(
    format: str,
    limit: int | None,
    vocabulary: Iterable | None,
    encoding: str,
    errors: str,
    trusted: bool,
    max_bytes: int | None,
    verbose: int,
) -> Options:
    """Check the options, and raise for invalid ones."""
    check_max_bytes(max_bytes)
    if format != "auto" and format not in _READERS:
        raise ValueError(
            f"Found format={format!r}, expected 'auto' or one of {', '.join(_READERS)}."
        )
    try:
        "a".encode(encoding)
    except LookupError:
        raise ValueError(
            f"Found encoding={encoding!r}, expected the name of an encoding that "
            "Python knows, e.g. 'utf-8' or 'latin-1'."
        ) from None
    if errors not in ERRORS:
        raise ValueError(
            f"Found errors={errors!r}, expected one of {', '.join(ERRORS)}."
        )
    if limit is not None and (not isinstance(limit, int | np.integer) or limit < 1):
        raise ValueError(
            f"Found limit={limit!r}, expected a positive integer, or None."
        )
    if trusted:
        warnings.warn(
            "trusted=True lets a file run code when it is loaded.", stacklevel=3
        )
    wanted = wanted_words(vocabulary)
    return Options(limit, wanted, encoding, errors, trusted, verbose, max_bytes)
