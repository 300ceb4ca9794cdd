"""How well the likeness of words' vectors agrees with what people say."""

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
from skmeta.evaluate._bootstrap import check_bootstrap
from skmeta.evaluate._models import name_models
from skmeta.evaluate._scored_pairs import correlate_pairs
from skmeta.evaluate._sets import gensim_file, open_sets

__all__ = ["open_word_pairs", "word_similarity"]

_COLUMNS = ("word1", "word2", "score")
_PATTERNS = ("*.tsv", "*.csv", "*.txt")
_DECIMALS = 12  # of cosines: words are as like themselves as any other words are


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
    """Correlate the cosines of word vectors with the scores that people gave.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
        A model is whatever :func:`skmeta.load_vectors` takes, a
        :class:`skmeta.MetaEmbeddings`, or a fitted vectorizer that has word vectors. A
        model that is a dict goes into a list. Put first the one that the others are
        compared with.
    pairs : path, DataFrame, list of triples, or dict of those, default=None
        Pairs of words and their scores: a file that
        :func:`skmeta.datasets.load_word_pairs` reads, a folder of such files (.tsv,
        .csv, .txt, plain or compressed), a list of paths, a DataFrame with the columns
        ``word1``, ``word2``, ``score`` (or three in this order), a list of such
        triples; a dict gives the sets their names. None: WordSim-353 and SimLex-999,
        which come with gensim.
    common : bool, default=True
        Judge all models on the pairs that every one covers. A model that knows more
        words would else be asked about rarer ones, and seem worse. False: each on its
        own pairs, without differences.
    ignore_case : bool, default=True
        Look a word up as it is written, and if it is not there take the first of the
        words that differ from it in capitals only: "Jerusalem" is found in lower-cased
        models, "paris" in others.
    n_bootstraps : int, default=1000
        How often pairs are drawn with replacement for the intervals, the same for all
        models; 0: no intervals (NaN).
    confidence : float, default=0.95
        The share of the draws that lies in an interval, which leaves out as many below
        as above (percentile bootstrap).
    random_state : int, RandomState or None, default=0
        The same number gives the same intervals.
    verbose : int, default=0
        1 shows a progress bar.

    Returns
    -------
    table : DataFrame with one row a set of pairs and model
        ``spearman``: Spearman's rank correlation, NaN where all cosines are equal;
        ``low``, ``high``: its interval; ``difference``, ``difference_low``,
        ``difference_high``: to the first model, on the same draws, so that an interval
        without 0 speaks for a true difference; ``pairs``: how many were used;
        ``covered``: share of all pairs that the model has vectors for, other than
        zeros. Vectors made of n-grams are left out.

    Raises
    ------
    FileNotFoundError
        If a file is not there.
    TypeError, ValueError
        If pairs are no pairs, or models have too few of all pairs in common.

    Warns
    -----
    UserWarning
        If they have too few pairs of one of several sets in common.

    See Also
    --------
    analogies, document_similarity : Other ways to judge vectors.

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
    """Return sets of scored pairs of words by name; those of gensim for None."""
    if given is None:
        given = [gensim_file("wordsim353.tsv"), gensim_file("simlex999.txt")]
    return open_sets(given, _COLUMNS, load_word_pairs, _PATTERNS)


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
    """Return the cosine of each pair, NaN where a word is not covered."""
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
