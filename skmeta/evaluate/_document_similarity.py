"""Evaluate document vectors against human scores of similarity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.preprocessing import normalize

from skmeta._documents._check import check_documents
from skmeta._meta._embeddings import open_source
from skmeta._pooling._pool import pool
from skmeta.datasets._benchmarks import load_sts
from skmeta.datasets._pair_files import TEXT_PAIRS
from skmeta.evaluate._bootstrap import check_bootstrap
from skmeta.evaluate._models import name_models
from skmeta.evaluate._scored_pairs import correlate_pairs
from skmeta.evaluate._sets import gensim_file, open_sets
from skmeta.tokenize import Tokenizer

__all__ = ["document_similarity", "open_text_pairs"]

_COLUMNS = ("text1", "text2", "score")
_DECIMALS = 6  # of cosines of float32 vectors, so that ties are exact


def document_similarity(
    models: Any,
    pairs: Any = None,
    *,
    common: bool = True,
    n_bootstraps: int = 1_000,
    confidence: float = 0.95,
    random_state: int | np.random.RandomState | None = 0,
    verbose: int = 0,
) -> pd.DataFrame:
    """Correlate the cosines of document vectors with human scores of similarity.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
        A model is a fitted transformer of token lists (a vectorizer, a pipeline, with
        dense or sparse output), or word vectors, which are averaged over a document's
        tokens: whatever :func:`skmeta.load_vectors` takes, or a
        :class:`skmeta.MetaEmbeddings`. Pass a model that is a dict in a list. The first
        model is the one that the others are compared with.
    pairs : path, DataFrame, list of triples, or dict of those, default=None
        Pairs of texts and their scores: a file that :func:`skmeta.datasets.load_sts`
        reads, a folder of such files (.tsv, .csv, plain or compressed), a list of
        paths, a DataFrame with the columns ``text1``, ``text2``, ``score`` (or three in
        this order), a list of such triples; a dict gives the sets their names. A text
        is a list of tokens, or a string: strings are split by
        :class:`skmeta.Tokenizer`, which lower-cases them. None: Lee's 50 news
        documents, which come with gensim.
    common : bool, default=True
        Evaluate all models on the pairs that every model covers: both documents have a
        nonzero vector. False: each on its own pairs, without differences.
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
        ``pearson`` and ``spearman``, each with its interval (``pearson_low``,
        ``pearson_high``, ...): Pearson's and Spearman's correlation, NaN if all cosines
        are equal; ``difference``, ``difference_low``, ``difference_high``: of Pearson's
        correlation to that of the first model, on the same samples; ``pairs``: the
        number used; ``covered``: share of all pairs that the model covers.

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
    compare_vectorizers : Evaluate document vectors by a classifier.

    Notes
    -----
    If the same documents are in many pairs, as in Lee's, pairs are not independent, so
    that intervals are too narrow.

    Examples
    --------
    >>> from skmeta.evaluate import document_similarity
    >>> fruit = {"apple": [1.0, 0.0], "pear": [0.9, 0.3], "car": [0.0, 1.0]}
    >>> pairs = [
    ...     ("An apple.", "A pear.", 4),
    ...     ("Apple, pear", "apple car", 3),
    ...     ("A car.", "An apple!", 0),
    ... ]
    >>> table = document_similarity({"fruit": fruit}, pairs)
    >>> table["spearman"].to_list()
    [1.0]
    """
    bootstrap = check_bootstrap(n_bootstraps, confidence, random_state)
    named = name_models(models)
    sets = open_text_pairs(pairs)
    documents: dict[tuple[str, ...], int] = {}
    numbers_of = {name: _number(table, documents) for name, table in sets.items()}
    token_lists = [list(document) for document in documents]

    def find_cosines(model: Any) -> dict[str, np.ndarray]:
        rows = _embedding_of(model)(token_lists)
        return {name: _cosines(rows, *pair) for name, pair in numbers_of.items()}

    return correlate_pairs(
        sets,
        named,
        find_cosines,
        bootstrap,
        measures=["pearson", "spearman"],
        common=common,
        task="Document similarity",
        verbose=verbose,
    )


def open_text_pairs(given: Any) -> dict[str, pd.DataFrame]:
    """Return sets of scored pairs of texts by name; None: Lee's."""
    if given is None:
        given = {"lee": gensim_file("similarities0-1.txt")}
    return open_sets(given, _COLUMNS, load_sts, TEXT_PAIRS)


def _number(
    pairs: pd.DataFrame, documents: dict[tuple[str, ...], int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the pairs' documents; new ones are added."""
    numbers = []
    for column in _COLUMNS[:2]:
        texts = pairs[column].to_list()
        if all(isinstance(text, str) for text in texts):
            tokens = Tokenizer().transform(texts)
        else:
            tokens = check_documents(texts)
        numbers.append(
            np.array([documents.setdefault(tuple(t), len(documents)) for t in tokens])
        )
    return numbers[0], numbers[1]


def _embedding_of(model: Any) -> Callable[[list[list[str]]], Any]:
    """Return a function from documents to rows of unit length, dense or sparse."""
    if hasattr(model, "transform"):
        transform = model.transform
    else:
        word_vectors = open_source(model)

        def transform(documents: list[list[str]]) -> np.ndarray:
            return pool(documents, word_vectors.vectors, word_vectors.index)

    def embed(documents: list[list[str]]) -> Any:
        rows = transform(documents)
        return normalize(
            rows.tocsr() if issparse(rows) else np.asarray(rows, dtype=np.float64)
        )

    return embed


def _cosines(rows: Any, firsts: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Return the cosine of each pair, NaN if a document has no vector."""
    x, y = rows[firsts], rows[seconds]
    if issparse(rows):
        cosines = np.asarray(x.multiply(y).sum(axis=1)).ravel().astype(np.float64)
        has_vector = np.asarray(abs(rows).sum(axis=1)).ravel() > 0
    else:
        cosines = np.einsum("ij,ij->i", x, y)
        has_vector = rows.any(axis=1)
    cosines = cosines.round(_DECIMALS)
    cosines[~(has_vector[firsts] & has_vector[seconds])] = np.nan
    return cosines
