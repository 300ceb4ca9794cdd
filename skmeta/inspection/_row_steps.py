"""Steps from rows to rows: scores of what they give as scores of what they take."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, issparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import Normalizer

from skmeta.inspection._score import Score
from skmeta.weighting import FeatureWeighter

__all__ = ["as_rows", "as_taken", "through_step"]

_ROWS_BLOCK_SIZE = 512
_TOLERANCE = 1e-4  # float32 rows, and sums of many of them


@singledispatch
def through_step(step: Any, rows: Any, score: Score) -> tuple[Score, np.ndarray | None]:
    """Return the score of a step's input, and what it adds to each document's scores.

    A step of any kind is seen to be affine: it is asked for the rows of a unit matrix
    and of zeros, and for the rows of the documents, which must agree.

    Parameters
    ----------
    step : fitted transformer
    rows : ndarray or sparse array of shape (n_documents, n_features)
        What it is given.
    score : Score
        Of what it returns.

    Returns
    -------
    score : Score
    offsets : float64 ndarray of shape (n_documents, n_outputs), or None

    Raises
    ------
    ValueError
        If the step is not linear.
    """
    n_features = rows.shape[1]
    sparse = issparse(rows)
    try:
        zeros = np.zeros((1, n_features))
        origin = np.asarray(_transform(step, zeros, sparse) @ score.coef)[0]
        coef = np.empty((n_features, score.coef.shape[1]))
        for start in range(0, n_features, _ROWS_BLOCK_SIZE):
            stop = min(start + _ROWS_BLOCK_SIZE, n_features)
            units = _transform(step, _unit_rows(start, stop, n_features), sparse)
            coef[start:stop] = units @ score.coef - origin
        result = _transform(step, rows, sparse)
    except (TypeError, ValueError) as error:
        raise _not_linear(step) from error
    given, mine = result @ score.coef, np.asarray(rows @ coef) + origin
    sizes = np.asarray(abs(rows) @ np.abs(coef)) + np.abs(origin)
    sizes += np.asarray(abs(result) @ np.abs(score.coef))
    scale = sizes.max(initial=0)
    if not np.abs(given - mine).max(initial=0) <= _TOLERANCE * scale:
        raise _not_linear(step)
    return Score(coef, score.factors), score.factors[:, np.newaxis] * origin


@through_step.register
def _(step: Normalizer, rows: Any, score: Score) -> tuple[Score, None]:
    return score.scaled(1 / _lengths(rows, step.norm)), None


@through_step.register
def _(step: FeatureWeighter, rows: Any, score: Score) -> tuple[Score, None]:
    return _through_weights(rows, step.feature_weights_, step.norm, score), None


@through_step.register
def _(step: TfidfTransformer, rows: Any, score: Score) -> tuple[Score, None]:
    if step.sublinear_tf:
        raise ValueError(
            f"Found {step!r}, whose logarithms of counts are not linear, expected "
            "sublinear_tf=False. Use TfidfVectorizer(sublinear_tf=True), which does "
            "the same."
        )
    idf = step.idf_ if step.use_idf else np.ones(rows.shape[1])
    return _through_weights(rows, idf, step.norm, score), None


def as_rows(X: Any) -> Any:
    """Return numeric rows as an array or CSR array; None for anything else."""
    if issparse(X):
        return csr_array(X)
    if isinstance(X, pd.DataFrame):
        kinds = {dtype.kind for dtype in X.dtypes if hasattr(dtype, "kind")}
        return X.to_numpy() if kinds <= set("biuf") else None
    is_matrix = isinstance(X, np.ndarray) and X.ndim == 2
    return X if is_matrix and X.dtype.kind in "biuf" else None


def as_taken(step: Any, rows: Any) -> Any:
    """Return rows as a step was fitted to them: in a data frame, if it was."""
    names = getattr(step, "feature_names_in_", None)
    if names is None or issparse(rows):
        return rows
    return pd.DataFrame(rows, columns=names)


def _transform(step: Any, rows: Any, sparse: bool) -> Any:
    """Transform rows in double precision."""
    rows = csr_array(rows, dtype=np.float64) if sparse else _as_double(rows)
    result = as_rows(step.transform(as_taken(step, rows)))
    if result is None:
        raise TypeError(f"{type(step).__name__} gives no rows of numbers")
    return result.astype(np.float64)


def _as_double(rows: Any) -> Any:
    return rows.astype(np.float64) if issparse(rows) else np.asarray(rows, np.float64)


def _unit_rows(start: int, stop: int, n_features: int) -> Any:
    """Return some rows of a unit matrix, dense where they are short."""
    units = csr_array(
        (
            np.ones(stop - start),
            np.arange(start, stop),
            np.arange(stop - start + 1),
        ),
        shape=(stop - start, n_features),
    )
    return units.toarray() if n_features <= 1 << 16 else units


def _through_weights(
    rows: Any, weights: np.ndarray, norm: str | None, score: Score
) -> Score:
    """Return the score of rows whose columns are weighted before rows are scaled."""
    weights = np.asarray(weights, np.float64)
    coef = weights[:, np.newaxis] * score.coef
    if norm is None:
        return Score(coef, score.factors)
    weighted = csr_array(rows, dtype=np.float64, copy=True)
    weighted.data *= weights[weighted.indices]
    return Score(coef, score.factors / _lengths(weighted, norm))


def _lengths(rows: Any, norm: str) -> np.ndarray:
    """Return the norm of each row, 1 for zeros."""
    sizes = abs(csr_array(rows, dtype=np.float64))
    if norm == "l1":
        lengths = np.asarray(sizes.sum(axis=1)).ravel()
    elif norm == "l2":
        sizes.data **= 2
        lengths = np.sqrt(np.asarray(sizes.sum(axis=1)).ravel())
    else:
        lengths = np.asarray(sizes.max(axis=1).todense()).ravel().astype(np.float64)
    lengths[lengths == 0] = 1
    return lengths


def _not_linear(step: Any) -> ValueError:
    return ValueError(
        f"Found the step {type(step).__name__}, whose rows are not a linear function "
        "of those it takes, expected one whose rows are. Use one that is, e.g. "
        "StandardScaler, Normalizer, PCA or TruncatedSVD, or leave it out."
    )
