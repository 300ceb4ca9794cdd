"""Find out what a source of word vectors is, and make WordVectors of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from gensim.models import KeyedVectors

from skmeta._documents import shorten
from skmeta._formats._word2vec_text import read_word2vec_text
from skmeta._word_vectors import WordVectors

__all__ = ["SOURCE_KINDS", "load_once", "load_vectors"]

SOURCE_KINDS = (
    "a WordVectors, gensim KeyedVectors or a gensim model, the path of a word2vec or "
    "GloVe text file or of a folder written by WordVectors.save, a dict of word to "
    "vector, or a DataFrame with the words as its index"
)


def load_vectors(source: Any) -> WordVectors:
    """Make word vectors of whatever holds some.

    Parameters
    ----------
    source : path, gensim model, WordVectors, dict or DataFrame
        A path leads to a text file of word vectors, as word2vec (with a first line
        "words dimensions") and GloVe (without) write them, plain or compressed
        (.gz, .bz2, .xz), or to a folder written by :meth:`WordVectors.save`, which is
        memory-mapped. The vectors of gensim models are shared, not copied. A dict maps
        words to vectors; a DataFrame has the words as its index.

    Returns
    -------
    word_vectors : WordVectors

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    TypeError
        If the source is of none of these kinds.
    ValueError
        If a file is not in a format that is read, or a word's vector is unsound.

    Examples
    --------
    >>> from skmeta import load_vectors
    >>> load_vectors({"apple": [1.0, 0.0], "pear": [0.6, 0.8]})
    WordVectors(2 words x 2)
    """
    if isinstance(source, WordVectors):
        return source
    if isinstance(source, str | os.PathLike):
        return _load_path(Path(source))
    if isinstance(source, pd.DataFrame):
        return WordVectors(source.index, source.to_numpy(np.float32))
    if isinstance(source, Mapping):
        return _load_mapping(source)
    if isinstance(getattr(source, "wv", source), KeyedVectors):
        return WordVectors.from_gensim(source)
    raise TypeError(
        f"Found {shorten(source)} of type {type(source).__name__}, expected "
        f"{SOURCE_KINDS}."
    )


def load_once(source: Any) -> WordVectors:
    """Load a source, a path only once a process while the file stays as it is."""
    if not isinstance(source, str | os.PathLike):
        return load_vectors(source)
    path = Path(source).absolute()
    if not path.is_file():
        return load_vectors(path)
    status = path.stat()
    return _load_unchanged(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=8)
def _load_unchanged(path: Path, size: int, mtime: int) -> WordVectors:
    """Load a file; its size and time are what the cache knows it by."""
    return load_vectors(path)


def _load_path(path: Path) -> WordVectors:
    """Load a folder or a file."""
    if path.is_dir():
        return WordVectors.open(path)
    if not path.exists():
        raise FileNotFoundError(
            f"There is no file '{path}' to read word vectors from (the current folder "
            f"is '{Path.cwd()}'). Check the path."
        )
    return read_word2vec_text(path)


def _load_mapping(vectors_of_words: Mapping[str, Any]) -> WordVectors:
    """Stack the vectors of a dict."""
    if not vectors_of_words:
        raise ValueError("Found an empty dict, expected word vectors: {word: vector}.")
    vectors = [np.asarray(vector) for vector in vectors_of_words.values()]
    shapes = {vector.shape for vector in vectors}
    if len(shapes) > 1 or vectors[0].ndim != 1:
        raise ValueError(
            f"Found vectors of shapes {shorten(sorted(shapes))} in the dict, expected "
            "one row of numbers for every word, all of one length."
        )
    return WordVectors(vectors_of_words, np.stack(vectors))
