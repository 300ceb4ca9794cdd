"""How much vectors and predictions depend on the random seed."""

from __future__ import annotations

from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import normalize
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skmeta._documents._check import short_repr
from skmeta._documents._types import Documents
from skmeta._warnings import WithWarnings, repeat_warnings

__all__ = ["stability"]

_ROWS_BLOCK_SIZE = 512
_INT32_MAX = np.iinfo(np.int32).max


class _Fit(NamedTuple):
    """What is compared of one fit."""

    words: dict[str, int] | None  # the rows of word_vectors
    word_vectors: Any
    rows: Any
    predictions: np.ndarray | None


def stability(
    vectorizer: Any,
    X: Documents,
    y: ArrayLike | None = None,
    *,
    X_test: Documents | None = None,
    n_fits: int = 5,
    n_neighbors: int = 10,
    n_words: int = 1_000,
    random_state: int | np.random.RandomState | None = 0,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Measure how much vectors and predictions depend on the random seed.

    The same estimator is fitted to the same documents with several seeds, and every two
    fits are compared. Nearest neighbors of trained words can differ much between
    seeds [1]_, and so do predictions that use them, the more, the fewer the dimensions
    [2]_. What is published should hold for more than one seed.

    Parameters
    ----------
    vectorizer : vectorizer or Pipeline
        With a parameter ``random_state``, its own or of a part; all of them are set. Of
        a Pipeline that ends in a classifier or regressor, predictions are compared too.
    X : iterable of documents
        What it is fitted to.
    y : array-like of shape (n_documents,), default=None
        Labels; a classifier needs them.
    X_test : iterable of documents, default=None
        Whose vectors and predictions are compared. None: those of X, which for
        predictions are too good.
    n_fits : int, default=5
        The number of seeds.
    n_neighbors : int, default=10
        How many nearest neighbors by cosine are compared.
    n_words : int, default=1_000
        Neighbors of words are searched among that many, the first that both fits know.
    random_state : int, RandomState instance or None, default=0
        Draws the seeds.
    n_jobs : int, default=None
        The number of fits to run at the same time, in processes; -1: one per core.

    Returns
    -------
    comparison : DataFrame with one row for each two fits
        Its index holds the numbers of the fits. All values are from 0 to 1, which means
        that the fits are alike; ``comparison.mean()`` sums up. NaN where there is
        nothing to compare.

        - ``word_neighbors``: the mean over words of the Jaccard index of their sets of
          neighbors, if the vectorizer has ``word_vectors_``;
        - ``document_neighbors``: the same of documents;
        - ``predictions``: the share of documents with the same prediction, for
          classifiers; the squared correlation, for regressors.

    Raises
    ------
    ValueError
        If nothing in the estimator is random, or ``n_fits`` is below 2.

    See Also
    --------
    compare_vectorizers : Differences between vectorizers, with their spread over folds.

    References
    ----------
    .. [1] L. Wendlandt, J. K. Kummerfeld, R. Mihalcea (2018). Factors influencing the
       surprising instability of word embeddings. NAACL.
    .. [2] M. Leszczynski, A. May, J. Zhang, S. Wu, C. R. Aberger, C. Re (2020).
       Understanding the downstream instability of word embeddings. MLSys.

    Examples
    --------
    >>> from gensim.test.utils import common_texts
    >>> from skmeta import Word2VecVectorizer
    >>> from skmeta.evaluate import stability
    >>> w2v = Word2VecVectorizer(vector_size=8, min_count=1, epochs=1)
    >>> comparison = stability(w2v, common_texts, n_fits=3, n_neighbors=2)
    >>> comparison.shape
    (3, 3)
    """
    names = [
        name
        for name in vectorizer.get_params(deep=True)
        if name == "random_state" or name.endswith("__random_state")
    ]
    if not names:
        raise ValueError(
            f"Found {short_repr(vectorizer)}, which has no random_state, expected an "
            "estimator that depends on a seed. All of its fits are the same."
        )
    if n_fits < 2 or n_neighbors < 1:
        raise ValueError(
            f"Found n_fits={n_fits!r} and n_neighbors={n_neighbors!r}, expected at "
            "least 2 fits and 1 neighbor. Raise them."
        )
    documents = X if hasattr(X, "__len__") else list(X)
    tested = documents if X_test is None else X_test
    tested = tested if hasattr(tested, "__len__") else list(tested)
    random = check_random_state(random_state)
    seeds = random.randint(_INT32_MAX, size=n_fits).tolist()
    runs = Parallel(n_jobs=n_jobs)(
        delayed(WithWarnings(_fit))(
            vectorizer, dict.fromkeys(names, seed), documents, y, tested
        )
        for seed in seeds
    )
    fits = list(repeat_warnings(runs))
    pairs = list(combinations(range(n_fits), 2))
    return pd.DataFrame(
        [
            _compare(fits[one], fits[other], n_neighbors, n_words)
            for one, other in pairs
        ],
        index=pd.MultiIndex.from_tuples(pairs, names=["fit", "other"]),
    )


def _fit(
    estimator: Any, seeds: dict[str, int], documents: Any, y: Any, tested: Any
) -> _Fit:
    """Fit with a seed, and return what is compared."""
    fitted = clone(estimator).set_params(**seeds).fit(documents, y)
    predictions, vectorizer = None, fitted
    if isinstance(fitted, Pipeline) and hasattr(fitted, "predict"):
        predictions = np.asarray(fitted.predict(tested))
        vectorizer = fitted[:-1]
    rows = vectorizer.transform(tested)
    steps = [step for _, step in getattr(vectorizer, "steps", [("", vectorizer)])]
    found = [s.word_vectors_ for s in steps if hasattr(s, "word_vectors_")]
    if not found:
        return _Fit(None, None, rows, predictions)
    return _Fit(found[0].key_to_index, found[0].vectors, rows, predictions)


def _compare(one: _Fit, other: _Fit, n_neighbors: int, n_words: int) -> dict:
    """Compare two fits."""
    of_words = np.nan
    if one.words is not None and other.words is not None:
        shared = [word for word in one.words if word in other.words][:n_words]
        of_words = _overlap(
            one.word_vectors[[one.words[word] for word in shared]],
            other.word_vectors[[other.words[word] for word in shared]],
            n_neighbors,
        )
    return {
        "word_neighbors": of_words,
        "document_neighbors": _overlap(one.rows, other.rows, n_neighbors),
        "predictions": _agreement(one.predictions, other.predictions),
    }


def _overlap(one: Any, other: Any, n_neighbors: int) -> float:
    """Return the mean Jaccard index of the sets of neighbors of the same rows."""
    units = [normalize(rows) for rows in (one, other)]
    n_rows = units[0].shape[0]
    if n_rows <= n_neighbors:
        return float("nan")
    total = 0.0
    for start in range(0, n_rows, _ROWS_BLOCK_SIZE):
        masks = [_find_neighbors(rows, start, n_neighbors) for rows in units]
        common = np.count_nonzero(masks[0] & masks[1], axis=1)
        total += float((common / (2 * n_neighbors - common)).sum())
    return total / n_rows


def _find_neighbors(units: Any, start: int, n_neighbors: int) -> np.ndarray:
    """Mark the nearest neighbors of some rows, except themselves."""
    products = units[start : start + _ROWS_BLOCK_SIZE] @ units.T
    cosines = products.toarray() if hasattr(products, "toarray") else products
    own = np.arange(len(cosines))
    cosines[own, own + start] = -np.inf
    nearest = np.argpartition(-cosines, n_neighbors - 1, axis=1)[:, :n_neighbors]
    marked = np.zeros(cosines.shape, dtype=bool)
    marked[own[:, np.newaxis], nearest] = True
    return marked


def _agreement(one: np.ndarray | None, other: np.ndarray | None) -> float:
    """Return how far two fits predict the same."""
    if one is None or other is None:
        return float("nan")
    if one.dtype.kind != "f":
        same = one == other
        return float((same if same.ndim == 1 else same.all(axis=1)).mean())
    if not one.std() or not other.std():
        return float(np.allclose(one, other))
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1] ** 2)
