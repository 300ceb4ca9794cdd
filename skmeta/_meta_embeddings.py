"""Several sources of word vectors become one model with gensim's whole interface."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Container, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from gensim.models import KeyedVectors

from skmeta._documents import shorten
from skmeta._formats import SOURCE_KINDS, load_once
from skmeta._word_vectors import WordVectors
from skmeta.combine import Combiner, Views
from skmeta.combine._by_name import get_combiner

__all__ = ["VOCABULARIES", "MetaEmbeddings", "combine_words", "name_sources"]

VOCABULARIES = ("intersection", "union")

_NAME_ENDS = re.compile(
    r"(\.(txt|vec|bin|csv|tsv|npy|safetensors|model|kv|gz|bz2|xz|zip|skmeta))+$"
)


class MetaEmbeddings:
    """Combine several word-embedding models into one.

    Parameters
    ----------
    sources : sequence of WordVectors, gensim models, paths, dicts or DataFrames
        Whatever :func:`skmeta.load_vectors` takes, and fitted vectorizers that have
        word vectors.
    combiner : {"concatenate", "average"} or Combiner, default="concatenate"
        How the vectors that the sources have for a word become one.
    names : sequence of str, default=None
        What the sources are called; None: made from file names and types.
    vocabulary : {"union", "intersection"}, default="union"
        Whether the model has the words of any source or of every source. A source
        that lacks a word is absent for it: zeros where vectors are concatenated, left
        out where they are averaged.
    normalize : bool, default=True
        Scale the vectors of every source to unit length first, so that none outweighs
        the others by the size of its numbers alone.

    Attributes
    ----------
    wv : gensim.models.KeyedVectors
        The combined vectors: every method of gensim works.
    word_vectors : WordVectors of n_words x n_features_out
        The same, as this package speaks about them. The words stand in the order of
        their best place in any source; counts are added up where all sources have them.
    sources : dict of str to WordVectors
    combiner : Combiner
        Fitted.

    Raises
    ------
    ValueError
        If there is no source, names are no names, or sources share no word where
        ``vocabulary="intersection"``.

    See Also
    --------
    MetaEmbeddingVectorizer : The same for documents, in scikit-learn pipelines.

    Examples
    --------
    >>> from skmeta import MetaEmbeddings
    >>> taste = {"apple": [1.0, 0.0], "pear": [0.8, 0.6], "fish": [0.0, 1.0]}
    >>> looks = {"apple": [1.0, 0.0], "pear": [0.6, 0.8], "ball": [0.0, 1.0]}
    >>> meta = MetaEmbeddings([taste, looks], names=["taste", "looks"])
    >>> meta
    MetaEmbeddings(4 words x 4 of taste, looks; Concatenate())
    >>> meta.wv.most_similar("apple", topn=1)
    [('pear', 0.7...)]
    >>> meta.coverage()["words"].to_dict()
    {'taste': 3, 'looks': 3}
    """

    def __init__(
        self,
        sources: Sequence[Any],
        *,
        combiner: str | Combiner = "concatenate",
        names: Sequence[str] | None = None,
        vocabulary: str = "union",
        normalize: bool = True,
    ) -> None:
        if not isinstance(sources, list | tuple):
            raise TypeError(
                f"Found sources={shorten(sources)}, expected a list of sources, e.g. "
                "MetaEmbeddings([model, 'glove.txt'])."
            )
        names = name_sources(sources) if names is None else list(names)
        are_names = all(isinstance(name, str) for name in names)
        if (
            not are_names
            or len(names) != len(sources)
            or not names
            or len(set(names)) < len(names)
        ):
            raise ValueError(
                f"Found {len(sources)} sources and the names {names}, expected at "
                "least one source and a different name for each."
            )
        self.sources = {
            name: open_source(source) for name, source in zip(names, sources)
        }
        self.word_vectors, self.combiner = combine_words(
            self.sources, combiner, vocabulary, normalize
        )

    @cached_property
    def wv(self) -> KeyedVectors:
        """The combined vectors as gensim's KeyedVectors."""
        return self.word_vectors.to_gensim()

    def coverage(self) -> pd.DataFrame:
        """Tell which source knows how many of the words.

        Returns
        -------
        coverage : DataFrame with one row a source
            Columns ``words`` (of the model, known to the source), ``share`` (of all the
            model's words), ``shared_by_all`` and ``unique`` (known to no other source).
        """
        words = self.word_vectors.words
        known = np.array(
            [[word in source for word in words] for source in self.sources.values()]
        )
        n_sources = known.sum(axis=0)
        return pd.DataFrame(
            {
                "words": known.sum(axis=1),
                "share": known.mean(axis=1),
                "shared_by_all": (known & (n_sources == len(known))).sum(axis=1),
                "unique": (known & (n_sources == 1)).sum(axis=1),
            },
            index=pd.Index(self.sources, name="source"),
        )

    def __getitem__(self, key: str | Sequence[str]) -> np.ndarray:
        return self.word_vectors[key]

    def __contains__(self, word: object) -> bool:
        return word in self.word_vectors

    def __len__(self) -> int:
        return len(self.word_vectors)

    def __repr__(self) -> str:
        size = f"{len(self):,} words x {self.word_vectors.vector_size}"
        names = ", ".join(self.sources)
        return f"MetaEmbeddings({size} of {names}; {self.combiner})"


def combine_words(
    sources: dict[str, WordVectors],
    combiner: str | Combiner,
    vocabulary: str,
    normalize: bool,
) -> tuple[WordVectors, Combiner]:
    """Combine word vectors, word by word.

    Parameters
    ----------
    sources : dict of str to WordVectors
    combiner : str or Combiner
    vocabulary : {"union", "intersection"}
    normalize : bool

    Returns
    -------
    word_vectors : WordVectors
    combiner : Combiner
        Fitted to the words' views.
    """
    word_vectors = list(sources.values())
    words, rows = _align_words(word_vectors, vocabulary)
    views = Views(
        [source.vectors for source in word_vectors], rows, list(sources), normalize
    )
    combiner = get_combiner(combiner)
    vectors = combiner.fit_transform(views)
    return WordVectors(words, vectors, _add_counts(word_vectors, rows)), combiner


def open_source(source: Any) -> WordVectors:
    """Open a source of word vectors; a fitted vectorizer gives those it has."""
    if hasattr(source, "fit") and not hasattr(source, "word_vectors_"):
        raise TypeError(
            f"Found {shorten(source)}, which is not fitted or has no word vectors. Fit "
            f"it first, or give {SOURCE_KINDS}."
        )
    return load_once(getattr(source, "word_vectors_", source))


def _align_words(
    sources: list[WordVectors], vocabulary: str
) -> tuple[list[str], list[np.ndarray]]:
    """Give the common words, and the row of each in each source, -1 where it has none.

    Words come in the order of their best place in any source: frequent words first,
    where the sources have them so.
    """
    if vocabulary not in VOCABULARIES:
        raise ValueError(
            f"Found vocabulary={vocabulary!r}, expected one of "
            f"{', '.join(VOCABULARIES)}."
        )
    words = list(dict.fromkeys(word for source in sources for word in source.words))
    rows = [_rows_of(words, source) for source in sources]
    if vocabulary == "intersection":
        chosen = np.flatnonzero(np.min(rows, axis=0) >= 0)
        if not len(chosen):
            raise ValueError(
                f"The {len(sources)} sources share no word, expected some to combine "
                "where vocabulary='intersection'. Use 'union', or sources of the same "
                "language, case and tokens."
            )
    else:
        chosen = np.arange(len(words))
    place = np.where(np.stack(rows) < 0, len(words), rows).min(axis=0)
    chosen = chosen[np.argsort(place[chosen], kind="stable")]
    return [words[i] for i in chosen], [row_numbers[chosen] for row_numbers in rows]


def _rows_of(words: list[str], source: WordVectors) -> np.ndarray:
    """Look the row of each word up, -1 where the source lacks it."""
    get = source.key_to_index.get
    return np.fromiter((get(word, -1) for word in words), np.int32, len(words))


def _add_counts(
    sources: list[WordVectors], rows: list[np.ndarray]
) -> np.ndarray | None:
    """Add counts up, None where a source has none."""
    total = np.zeros(len(rows[0]), dtype=np.int64)
    for source, row_numbers in zip(sources, rows):
        if source.counts is None:
            return None
        total += np.where(row_numbers < 0, 0, source.counts[row_numbers])
    return total


def name_sources(sources: Sequence[Any], taken: Container[str] = ()) -> list[str]:
    """Name sources by their files or types, numbered where these are alike or taken."""
    plain = [
        _NAME_ENDS.sub("", Path(source).name).replace("__", "_")
        if isinstance(source, str | os.PathLike)
        else type(source).__name__.lower()
        for source in sources
    ]
    n_alike, n_seen = Counter(plain), Counter[str]()
    names = []
    for name in plain:
        n_seen[name] += 1
        is_clear = n_alike[name] == 1 and name not in taken
        names.append(name if is_clear else f"{name}-{n_seen[name]}")
    return names
