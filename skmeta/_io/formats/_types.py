"""The types of what is loaded and saved, for annotations."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol

import pandas as pd
from numpy.typing import ArrayLike

from skmeta._io.formats._format_to_save import FormatToSave
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["Errors", "Format", "VectorSource"]

Errors = Literal["strict", "ignore", "replace", "skip"]
Format = FormatToSave | Literal["glove", "fasttext", "npy", "model2vec"]


class _GensimModel(Protocol):
    """A gensim model: Word2Vec, FastText, Doc2Vec."""

    wv: Any


class _GensimVectors(Protocol):
    """gensim's KeyedVectors."""

    key_to_index: Any
    vectors: Any


class _WithWordVectors(Protocol):
    """A fitted vectorizer that has word vectors."""

    @property
    def word_vectors_(self) -> WordVectors: ...


VectorSource = (
    WordVectors
    | str
    | os.PathLike[str]
    | Mapping[str, ArrayLike]
    | pd.DataFrame
    | tuple[Iterable[str], ArrayLike]
    | _GensimModel
    | _GensimVectors
    | _WithWordVectors
)
