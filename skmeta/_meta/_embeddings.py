"""Combine sources of word vectors to a model with gensim's interface."""

from __future__ import annotations

import html
import os
import re
from collections import Counter
from collections.abc import Container, Sequence
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from gensim.models import KeyedVectors

from skmeta._disk._new_folder import check_folder
from skmeta._documents._check import short_repr
from skmeta._estimator._versions import add_version, pop_version
from skmeta._io.formats import SOURCE_KINDS, load_once
from skmeta._messages import count_of
from skmeta._meta._align_words import align_words, fallback_of_any, view_words
from skmeta._progress import progress
from skmeta._reading._guard import reading
from skmeta._vectors import _folder
from skmeta._vectors._word_vectors import (
    WordVectors,
    save_with,
    saved_array,
    saved_settings,
)
from skmeta.combine import Combiner, Imputer
from skmeta.combine._by_name import CombinerName, MissingName
from skmeta.combine._combiner import Weights
from skmeta.combine._pipeline import CombinerPipeline
from skmeta.combine._views import CountRows

__all__ = ["MetaEmbeddings", "name_sources"]

_UNDERSCORES = re.compile("_{2,}")  # which separate nested parameters
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
    combiner : str or Combiner, default="svd"
        How the sources' vectors of a word are combined: "autoencoder", "average",
        "concatenate", "gcca", "geometry_aware", "locally_linear", "one_to_n",
        "procrustes", "svd" with their defaults, or an object, see
        :mod:`skmeta.combine`. "svd" has as many columns as the widest source, agrees
        better with human judgements of words than "concatenate", and classifies as
        well; "gcca" agrees best, but needs sources that share words. "concatenate"
        keeps the sources unchanged: cosines are the means of theirs.
    names : sequence of str, default=None
        The names of the sources; None: from file names and types.
    vocabulary : {"union", "intersection"}, default="union"
        Whether the model has the words of any source or of every source.
    missing : {"zero", "mean", "neighbors", "regress"} or Imputer, default="zero"
        How to impute the vector of a word that a source lacks. "zero": not at all; the
        source is absent: zeros in a concatenation, left out of an average. "mean": the
        source's mean vector. "neighbors": the mean of the word's nearest neighbors in
        a source that has it. "regress": a prediction from the sources that have it.
        Nothing is learned from generated vectors; :meth:`coverage` counts them.
    normalize : bool, default=True
        Whether to scale the vectors of every source to unit length first, so that none
        outweighs the others by the size of its numbers alone.
    center : bool, default=False
        Whether to subtract each source's mean vector, after ``normalize``, and to scale
        to unit length again.
    weights : sequence of float, or dict of source name to float, default=None
        The weight of each source, in place of the weights of the combiner.
    out : path, default=None
        A folder to write the combined vectors to, block by block, as :meth:`save` does.
        They are then memory-mapped, and may be larger than memory.
    verbose : int, default=0
        1 shows progress bars.

    Attributes
    ----------
    wv : gensim.models.KeyedVectors
        The combined vectors, with all of gensim's methods. Those that change vectors
        change the model, but not the folder that it was loaded from.
    word_vectors : WordVectors of n_words x n_features_out
        The same as WordVectors. Words are ordered by their best rank in any source;
        counts are summed if all sources have them.
    names : tuple of str
    sources : dict of str to WordVectors
        Empty for a model that was loaded.
    combiner : Combiner or None
        Fitted; None for a model that was loaded.
    generated : bool ndarray of shape (n_sources, n_words)
        Which vectors were generated, because the source lacks the word.
    settings : dict
        ``combiner`` and ``missing`` (as text), ``vocabulary``, ``normalize`` and
        ``center``.

    Raises
    ------
    ValueError
        If there is no source, names are invalid, or sources share no word and
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
    MetaEmbeddings(4 words x 2 of taste, looks; SVD())
    >>> meta.wv.most_similar("apple", topn=1)
    [('pear', 0.5...)]
    >>> meta.coverage()["words"].to_dict()
    {'taste': 3, 'looks': 3}
    """

    def __init__(
        self,
        sources: list[Any] | tuple[Any, ...],
        *,
        combiner: CombinerName | Combiner = "svd",
        names: Sequence[str] | None = None,
        vocabulary: Literal["union", "intersection"] = "union",
        missing: MissingName | Imputer = "zero",
        normalize: bool = True,
        center: bool = False,
        weights: Weights = None,
        out: str | os.PathLike[str] | None = None,
        verbose: int = 0,
    ) -> None:
        if not isinstance(sources, list | tuple):
            raise TypeError(
                f"Found sources={short_repr(sources)}, expected a list of sources, "
                "e.g. MetaEmbeddings([model, 'glove.txt'])."
            )
        if out is not None:
            check_folder(Path(out).expanduser())
        names = name_sources(sources) if names is None else list(names)
        are_names = all(isinstance(name, str) for name in names)
        if (
            not are_names
            or len(names) != len(sources)
            or not names
            or len(set(names)) < len(names)
        ):
            raise ValueError(
                f"Found {count_of(len(sources), 'source')} and the names {names}, "
                "expected at least one source and a different name for each."
            )
        combination = CombinerPipeline(
            combiner, missing=missing, center=center, weights=weights
        )
        self.sources = {
            name: open_source(source) for name, source in zip(names, sources)
        }
        self.names = tuple(names)
        self._combination: CombinerPipeline | None = combination
        words, views, self._known, counts = align_words(
            self.sources, vocabulary, normalize
        )
        n_rows = views.n_rows
        with progress("Learning to combine", n_rows, verbose, "words") as advance:
            counted = views.with_step(CountRows(advance)) if verbose else views
            combination.fit(counted)
        self.combiner: Combiner | None = combination.combiner_
        self.generated = combination.generated(views.present()).T
        self.settings: dict[str, Any] = {
            "combiner": str(self.combiner),
            "vocabulary": vocabulary,
            "missing": str(missing),
            "normalize": normalize,
            "center": center,
        }

        def combine(out: np.ndarray | None = None) -> np.ndarray:
            with progress("Combining words", n_rows, verbose, "words") as advance:
                counted = views.with_step(CountRows(advance)) if verbose else views
                return combination.transform(counted, out)

        fallback = fallback_of_any(self.sources)
        if out is None:
            self._vectors = combine()
            word_vectors = WordVectors(words, self._vectors, counts)
            self.word_vectors = word_vectors.with_fallback(fallback)
        else:
            shape = views.n_rows, self.combiner.n_features_out_
            arrays = {} if counts is None else {"counts": counts}
            vectors = {"vectors": _folder.DeferredArray(shape, combine)}
            settings = self._saved()
            if fallback:
                settings["fallback"] = list(fallback)
            _folder.write(out, words, {**vectors, **arrays, **self._masks()}, settings)
            self.word_vectors = WordVectors.open(out)
            self._vectors = saved_array(self.word_vectors, "vectors", True)

    @cached_property
    def wv(self) -> KeyedVectors:
        """The combined vectors as gensim's KeyedVectors."""
        keyed_vectors = self.word_vectors.to_gensim()
        if self._vectors is not None:
            keyed_vectors.vectors = self._vectors  # gensim may write to them
            keyed_vectors.vectors_lockf = np.ones(len(self), dtype=np.float32)
        return keyed_vectors

    def vector(self, word: str) -> np.ndarray:
        """Return the vector of a word, composed of its n-grams if it is unknown.

        Parameters
        ----------
        word : str
            If the model does not know it, the sources that have vectors of character
            n-grams (fastText's) compose one each, and these are combined.

        Returns
        -------
        vector : float32 ndarray of shape (n_features_out,)

        Raises
        ------
        KeyError
            If the word is unknown, and no source can compose a vector for it.
        """
        if word in self:
            return self[word]
        if self._combination is not None:
            normalize = bool(self.settings["normalize"])
            views = view_words([word], self.sources, normalize)
            if views.present().any():
                return self._combination.transform(views)[0]
        raise KeyError(
            f"{word!r} is not among the {count_of(len(self), 'word')}, and no source "
            "can make a vector for it. A model that was loaded has no sources."
        )

    def coverage(self) -> pd.DataFrame:
        """Count the words that each source knows.

        Returns
        -------
        coverage : DataFrame with one row a source
            Columns ``words`` (of the model, known to the source), ``share`` (of all the
            model's words), ``shared_by_all``, ``unique`` (known to no other source)
            and ``generated`` (unknown to the source; their vectors were generated).
        """
        known = self._known
        n_sources = known.sum(axis=0)
        return pd.DataFrame(
            {
                "words": known.sum(axis=1),
                "share": known.mean(axis=1),
                "shared_by_all": (known & (n_sources == len(known))).sum(axis=1),
                "unique": (known & (n_sources == 1)).sum(axis=1),
                "generated": self.generated.sum(axis=1),
            },
            index=pd.Index(self.names, name="source"),
        )

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the combined model to a folder, without pickle.

        The folder holds the combined vectors, which source knows which word, the
        sources' names and the settings, but not the sources. :meth:`WordVectors.open`
        reads it, too. Whenever the write stops, the folder has either its old content
        or the new.

        Parameters
        ----------
        folder : path
            Created if it does not exist; a model saved in it is replaced.
        """
        save_with(self.word_vectors, folder, self._masks(), self._saved())

    def _masks(self) -> dict[str, np.ndarray]:
        """Return the masks to save: which source knows which word."""
        masks = {"known": self._known, "generated": self.generated}
        return {name: mask.astype(np.uint8) for name, mask in masks.items()}

    def _saved(self) -> dict[str, Any]:
        """Return the settings to save."""
        return {"meta_embeddings": {"names": self.names, **self.settings}}

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> MetaEmbeddings:
        """Open a saved model, memory-mapped.

        Parameters
        ----------
        folder : path
            Written by :meth:`save`.

        Returns
        -------
        meta : MetaEmbeddings
            Without ``sources``, and with ``combiner`` None: it composes no vectors of
            unknown words.

        Raises
        ------
        FileNotFoundError, ValueError
            If the folder does not hold such a model.
        """
        word_vectors = WordVectors.open(folder)
        settings = saved_settings(word_vectors).get("meta_embeddings")
        known = saved_array(word_vectors, "known")
        if not settings or not isinstance(settings, dict) or known is None:
            raise ValueError(
                f"'{folder}' holds word vectors but no meta-embeddings. Use "
                "WordVectors.open, or save with MetaEmbeddings.save."
            )
        with reading(folder, "a folder that MetaEmbeddings.save wrote"):
            return cls._from_saved(word_vectors, settings, known)

    @classmethod
    def _from_saved(
        cls, word_vectors: WordVectors, settings: dict[str, Any], known: np.ndarray
    ) -> MetaEmbeddings:
        """Restore a model from its folder's content."""
        names = settings.pop("names")
        is_sound = isinstance(names, list) and all(isinstance(n, str) for n in names)
        if not is_sound or not names or len(set(names)) < len(names):
            raise ValueError(f"names of sources {short_repr(names)}")
        if not isinstance(settings["combiner"], str):
            raise ValueError(f"a combiner {short_repr(settings['combiner'])}")
        generated = saved_array(word_vectors, "generated")
        shape = len(names), len(word_vectors)
        for mask in (known, generated):
            if mask is not None and (mask.shape != shape or mask.dtype != np.uint8):
                raise ValueError(
                    f"marks of dtype {mask.dtype} and shape {mask.shape} for "
                    f"{count_of(shape[0], 'source')} and {count_of(shape[1], 'word')}"
                )
        self = cls.__new__(cls)
        self.word_vectors, self.sources = word_vectors, {}
        self.combiner = self._combination = None
        self.names = tuple(names)
        self.settings = settings
        self._known = np.asarray(known, dtype=bool)
        none = np.zeros_like(self._known)
        self.generated = none if generated is None else np.asarray(generated, bool)
        self._vectors = saved_array(word_vectors, "vectors", copy_on_write=True)
        return self

    def __getstate__(self) -> dict[str, Any]:
        state = {**vars(self), "_vectors": None}
        state.pop("wv", None)
        return add_version(state)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(pop_version(state, type(self).__name__))

    def __getitem__(self, key: str | Sequence[str]) -> np.ndarray:
        return self.word_vectors[key]

    def __contains__(self, word: object) -> bool:
        return word in self.word_vectors

    def __len__(self) -> int:
        return len(self.word_vectors)

    def __repr__(self) -> str:
        size = f"{count_of(len(self), 'word')} x {self.word_vectors.vector_size}"
        names = ", ".join(self.names)
        return f"MetaEmbeddings({size} of {names}; {self.settings['combiner']})"

    def _repr_html_(self) -> str:
        table = self.coverage().to_html(float_format="{:.1%}".format)
        return f"<p>{html.escape(repr(self))}</p>{table}"


def open_source(source: Any) -> WordVectors:
    """Open a source of word vectors, which may be a fitted vectorizer."""
    if hasattr(source, "fit") and not hasattr(source, "word_vectors_"):
        raise TypeError(
            f"Found {short_repr(source)}, which is not fitted or has no word vectors. "
            f"Fit it first, or pass {SOURCE_KINDS}."
        )
    return load_once(getattr(source, "word_vectors_", source))


def name_sources(sources: Sequence[Any], taken: Container[str] = ()) -> list[str]:
    """Name sources by their files or types, numbered if equal or taken."""
    plain = [
        _UNDERSCORES.sub("_", _NAME_ENDS.sub("", Path(source).name)) or "source"
        if isinstance(source, str | os.PathLike)
        else type(source).__name__.lower()
        for source in sources
    ]
    n_alike = Counter(plain)
    names: list[str] = []
    for name in plain:
        numbered = (f"{name}-{number}" for number in count(1))
        candidates = chain([name] if n_alike[name] == 1 else [], numbered)
        names.append(next(c for c in candidates if c not in taken and c not in names))
    return names
