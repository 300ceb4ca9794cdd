"""How well the likeness of texts' vectors agrees with what people say."""

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
from skmeta._progress import progress
from skmeta.datasets._benchmarks import load_sts
from skmeta.evaluate._bootstrap import check_bootstrap
from skmeta.evaluate._correlation import FEWEST, correlate
from skmeta.evaluate._coverage import tabulate
from skmeta.evaluate._models import name_models
from skmeta.evaluate._sets import gensim_file, open_sets
from skmeta.tokenize import Tokenizer

__all__ = ["document_similarity", "open_text_pairs"]

_COLUMNS = ("text1", "text2", "score")
_PATTERNS = ("*.tsv", "*.csv", "similarities*.txt")
_DECIMALS = 6  # of cosines: vectors are float32, and the same text is as like itself


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
    """Correlate the cosines of documents' vectors with the scores that people gave.

    Parameters
    ----------
    models : model, list of models, or dict of str to model
        A model is a fitted transformer of token lists (a vectorizer, a pipeline, with
        dense or sparse output), or word vectors, of which the mean over a document's
        tokens is taken: whatever :func:`skmeta.load_vectors` takes, or a
        :class:`skmeta.MetaEmbeddings`. A model that is a dict goes into a list. Put
        first the one that the others are compared with.
    pairs : path, DataFrame, list of triples, or dict of those, default=None
        Pairs of texts and their scores: a file that :func:`skmeta.datasets.load_sts`
        reads, a folder of such files (.tsv, .csv, plain or compressed), a list of
        paths, a DataFrame with the columns ``text1``, ``text2``, ``score`` (or three in
        this order), a list of such triples; a dict gives the sets their names. A text
        is a list of tokens, or a string: strings are split by
        :class:`skmeta.Tokenizer`, which lower-cases them. None: Lee's 50 news
        documents, which come with gensim.
    common : bool, default=True
        Judge all models on the pairs that every one covers: both documents have a
        vector other than zeros. False: each on its own pairs, without differences.
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
        ``pearson`` and ``spearman``, each with its interval (``pearson_low``,
        ``pearson_high``, ...): Pearson's and Spearman's correlation, NaN where all
        cosines are equal; ``difference``, ``difference_low``, ``difference_high``: of
        Pearson's to that of the first model, on the same draws; ``pairs``: how many
        were used; ``covered``: share of all pairs that the model covers.

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
    compare_vectorizers : Judge vectors of documents by a classifier.

    Notes
    -----
    Where the same documents stand in many pairs, as in Lee's, pairs are not
    independent, and intervals are too narrow.

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
    cosines: dict[str, list[np.ndarray]] = {name: [] for name in sets}
    n_steps = len(named) + len(sets) * (1 if common else len(named))
    with progress("Document similarity", n_steps, verbose) as advance:
        for model in named.values():
            rows = _embedding_of(model)(token_lists)
            for name, numbers in numbers_of.items():
                cosines[name].append(_cosines(rows, *numbers))
            advance()

        def score_subset(name: str, numbers: np.ndarray, used: np.ndarray) -> dict:
            scores = sets[name]["score"].to_numpy()[used]
            similarities = similarity[name][numbers][:, used]
            pearson = correlate("pearson", scores, similarities, bootstrap)
            spearman = correlate("spearman", scores, similarities, bootstrap)
            advance()
            return {
                **bootstrap.columns("pearson", *pearson, prefix="pearson_"),
                **bootstrap.columns("spearman", *spearman, prefix="spearman_"),
                **bootstrap.differences(*pearson, paired=common),
            }

        similarity = {name: np.stack(rows) for name, rows in cosines.items()}
        return tabulate(
            {name: ~np.isnan(rows) for name, rows in similarity.items()},
            list(named),
            score_subset,
            common=common,
            items="pairs",
            level="dataset",
            fewest=FEWEST,
        )


def open_text_pairs(given: Any) -> dict[str, pd.DataFrame]:
    """Return sets of scored pairs of texts by name; those of Lee for None."""
    if given is None:
        given = {"lee": gensim_file("similarities0-1.txt")}
    return open_sets(given, _COLUMNS, load_sts, _PATTERNS)


def _number(
    pairs: pd.DataFrame, documents: dict[tuple[str, ...], int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the documents of pairs; new ones are added."""
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
    """Return the cosine of each pair, NaN where a document has no vector."""
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
