"""Evaluate word vectors against human scores of similarity."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from skmeta._documents._check import short_repr
from skmeta._meta._embeddings import open_source
from skmeta._vectors._lookup import find_words
from skmeta._vectors._word_vectors import WordVectors
from skmeta.datasets._benchmarks import load_word_pairs
from skmeta.datasets._pair_files import WORD_PAIRS
from skmeta.evaluate._bootstrap import check_bootstrap
from skmeta.evaluate._models import name_models
from skmeta.evaluate._scored_pairs import correlate_pairs
from skmeta.evaluate._sets import gensim_file, open_sets

__all__ = ["open_word_pairs", "word_similarity"]

_COLUMNS = ("word1", "word2", "score")
_DECIMALS = 12  # of cosines, so that ties are exact


def word_similarity(
    models: Any,
    pairs: Any = None,
    *,
    common: bool = True,
    ignore_case: bool = True,
    n_bootstraps: int = 1_000,
    confidence: float = 0.95,
    random_state: int | np.random.RandomState | None = 0,
    verbose: int = 0,
) -> pd.DataFrame:
    """Correlate the cosines of word vectors with human scores of similarity.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
        A model is whatever :func:`skmeta.load_vectors` takes, a
        :class:`skmeta.MetaEmbeddings`, or a fitted vectorizer that has word vectors.
        Pass a model that is a dict in a list. The first model is the one that the
        others are compared with.
    pairs : path, DataFrame, list of triples, or dict of those, default=None
        Pairs of words and their scores: a file that
        :func:`skmeta.datasets.load_word_pairs` reads, a folder of such files (.tsv,
        .csv, .txt, plain or compressed), a list of paths, a DataFrame with the columns
        ``word1``, ``word2``, ``score`` (or three in this order), a list of such
        triples; a dict gives the sets their names. None: WordSim-353 and SimLex-999,
        which come with gensim.
    common : bool, default=True
        Evaluate all models on the pairs that every model covers. Otherwise a model that
        knows more words is tested on rarer ones, and seems worse. False: each on its
        own pairs, without differences.
    ignore_case : bool, default=True
        Whether a word that is missing as it is written matches the first word that
        differs from it in case only: "Jerusalem" is found in lower-cased models,
        "paris" in others.
    n_bootstraps : int, default=1000
        The number of bootstrap samples of pairs for the intervals, the same for all
        models; 0: no intervals (NaN).
    confidence : float, default=0.95
        The confidence level of the intervals (percentile bootstrap).
    random_state : int, RandomState or None, default=0
        Seed of the bootstrap.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    table : DataFrame with one row a set of pairs and model
        ``spearman``: Spearman's rank correlation, NaN if all cosines are equal;
        ``low``, ``high``: its interval; ``difference``, ``difference_low``,
        ``difference_high``: to the first model, on the same samples, so that an
        interval without 0 indicates a true difference; ``pairs``: the number used;
        ``covered``: share of all pairs for which the model has nonzero vectors. Vectors
        composed of n-grams are not used.

    Raises
    ------
    FileNotFoundError
        If a file does not exist.
    TypeError, ValueError
        If pairs are invalid, or models have too few of all pairs in common.

    Warns
    -----
    UserWarning
        If models have too few pairs of one of several sets in common.

    See Also
    --------
    analogies, document_similarity : Other evaluations of vectors.

    Examples
    --------
    >>> from skmeta.evaluate import word_similarity
    >>> fruit = {"apple": [1.0, 0.0], "pear": [0.9, 0.3], "car": [0.0, 1.0]}
    >>> pairs = [("apple", "pear", 9), ("pear", "car", 2), ("Apple", "car", 1)]
    >>> table = word_similarity({"fruit": fruit}, pairs)
    >>> table.loc[("pairs", "fruit"), ["spearman", "pairs", "covered"]].to_list()
    [1.0, 3.0, 1.0]
    """
    bootstrap = check_bootstrap(n_bootstraps, confidence, random_state)
    named = name_models(models)
    sets = open_word_pairs(pairs)
    words = _words_of(sets)

    def find_cosines(model: Any) -> dict[str, np.ndarray]:
        word_vectors = open_source(model)
        rows = find_words(word_vectors, words, ignore_case)
        return {name: _cosines(word_vectors, rows, t) for name, t in sets.items()}

    return correlate_pairs(
        sets,
        named,
        find_cosines,
        bootstrap,
        measures=["spearman"],
        common=common,
        task="Word similarity",
        verbose=verbose,
    )


def open_word_pairs(given: Any) -> dict[str, pd.DataFrame]:
    """Return sets of scored pairs of words by name; None: those of gensim."""
    if given is None:
        given = [gensim_file("wordsim353.tsv"), gensim_file("simlex999.txt")]
    return open_sets(given, _COLUMNS, load_word_pairs, WORD_PAIRS)


def _words_of(sets: dict[str, pd.DataFrame]) -> list[str]:
    """List the words of all pairs."""
    columns = ((name, table[c]) for name, table in sets.items() for c in _COLUMNS[:2])
    words = []
    for name, column in columns:
        for word in column:
            if not isinstance(word, str):
                raise TypeError(
                    f"Found {short_repr(word)} of type {type(word).__name__} in the "
                    f"pairs of {name!r}, expected words (str). Drop such pairs; texts "
                    "go to document_similarity."
                )
        words.append(column)
    return list(chain.from_iterable(words))


def _cosines(
    word_vectors: WordVectors, rows: dict[str, int], pairs: pd.DataFrame
) -> np.ndarray:
    """Return the cosine of each pair, NaN if a word is not covered."""
    firsts, seconds = (
        np.array([rows.get(word, -1) for word in pairs[column]], np.int64)
        for column in _COLUMNS[:2]
    )
    cosines = np.full(len(pairs), np.nan)
    known = (firsts >= 0) & (seconds >= 0)
    x, y = (
        word_vectors.vectors[numbers[known]].astype(np.float64)
        for numbers in (firsts, seconds)
    )
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    cosines[known] = (np.einsum("ij,ij->i", x, y) / lengths).round(_DECIMALS)
    return cosines
