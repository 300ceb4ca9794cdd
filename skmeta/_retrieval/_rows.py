"""Rows of documents and of queries, and the scores of their products."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse
from sklearn.preprocessing import normalize

from skmeta._documents._check import short_repr
from skmeta._messages import count_of
from skmeta._retrieval._nearby import Nearby
from skmeta._retrieval._top import round_scores

__all__ = ["Rows", "embed_documents", "embed_queries", "fit_documents"]

_BLOCK_SIZE = 1 << 22  # numbers: of pairs that are multiplied at once
_DOCUMENTS_BLOCK_SIZE = 8_192  # of those multiplied in float64
_DIGITS = 12  # of float64 that equal documents share, wherever they stand


def embed_documents(model: Any, documents: Any) -> Any:
    """Return rows of documents whose products with those of queries are scores.

    Where a model has no rows of its own for queries, they are of unit length.
    """
    rows = _as_rows(model, model.transform(documents), len(documents))
    return rows if _query_steps(model) is not None else _unit(rows)


def fit_documents(model: Any, documents: Any) -> Any:
    """Fit a model to documents, and return their rows."""
    if hasattr(model, "fit_transform"):
        rows = _as_rows(model, model.fit_transform(documents), len(documents))
        return rows if _query_steps(model) is not None else _unit(rows)
    return embed_documents(model.fit(documents, None), documents)


def embed_queries(model: Any, queries: Any) -> Any:
    """Return rows of queries, by ``transform_queries`` where a model has it."""
    steps = _query_steps(model)
    if steps is None:
        return _unit(_as_rows(model, model.transform(queries), len(queries)))
    n_queries = len(queries)
    for step in steps[:-1]:
        queries = step.transform(queries)
    return _as_rows(model, steps[-1].transform_queries(queries), n_queries)


def _query_steps(model: Any) -> Sequence[Any] | None:
    """Return the steps if the last has rows of its own for queries."""
    steps = [step for _, step in getattr(model, "steps", [("", model)])]
    steps = [step for step in steps if step is not None and step != "passthrough"]
    return steps if steps and hasattr(steps[-1], "transform_queries") else None


def _as_rows(model: Any, found: Any, n_rows: int) -> Any:
    """Return a matrix as float32, a sparse one in rows."""
    what = None
    try:
        rows = (
            csr_array(found, dtype=np.float32)
            if issparse(found)
            else np.ascontiguousarray(found, dtype=np.float32)
        )
    except (TypeError, ValueError):
        what = short_repr(found)
    else:
        if rows.ndim != 2 or rows.shape[0] != n_rows:
            what = f"an array of shape {rows.shape}"
        elif not _is_finite(rows.data if issparse(rows) else rows):
            what = "numbers that are not finite"
    if what is not None:
        raise ValueError(
            f"The source {short_repr(model)} returned {what} for "
            f"{count_of(n_rows, 'document or query', 'documents or queries')}, "
            "expected a matrix with one row for each. Check its transform."
        )
    return rows


def _is_finite(numbers: Any) -> bool:
    """Return whether all numbers are finite, without an array of answers."""
    ends = numbers.min(initial=0), numbers.max(initial=0)  # NaN if there is one
    return bool(np.isfinite(ends).all())


def _unit(rows: Any) -> Any:
    """Return rows of unit length; those of zeros stay."""
    rows = normalize(rows)
    return csr_array(rows) if issparse(rows) else rows


class Rows:
    """The rows of documents, to be multiplied with those of queries.

    Parameters
    ----------
    rows : float32 ndarray or csr_array of shape (n_documents, n_features)
    nearby : Nearby, default=None
        In which rows near to a query are found approximately.
    """

    def __init__(self, rows: Any, nearby: Nearby | None = None) -> None:
        self.rows, self.nearby = rows, nearby
        self.is_sparse = issparse(rows)
        self._columns: Any = rows.T.tocsr() if self.is_sparse else None
        if self.is_sparse:
            self.is_empty = np.diff(rows.indptr) == 0
        else:
            self.is_empty = ~rows.any(axis=1)

    def __len__(self) -> int:
        return self.rows.shape[0]

    @cached_property
    def _exact_columns(self) -> csr_array:
        """The columns in float64, made when they are first used."""
        columns = self._columns
        data = columns.data.astype(np.float64)
        return csr_array((data, columns.indices, columns.indptr), shape=columns.shape)

    def scores(self, queries: Any) -> np.ndarray:
        """Multiply rows of queries with those of all documents.

        Parameters
        ----------
        queries : float32 ndarray or csr_array of shape (n_queries, n_features)

        Returns
        -------
        scores : float32 ndarray of shape (n_queries, n_documents)
        """
        if self.is_sparse:
            return (queries @ self._columns).toarray()
        return queries @ self.rows.T

    def exact_scores(self, queries: Any) -> np.ndarray:
        """Multiply in float64, rounded to the digits that equal documents share.

        Parameters and result are those of ``scores``, but for the dtype.
        """
        if self.is_sparse:
            scores = (queries.astype(np.float64) @ self._exact_columns).toarray()
        else:
            queries = queries.astype(np.float64)
            scores = np.empty((len(queries), len(self)))
            for start in range(0, len(self), _DOCUMENTS_BLOCK_SIZE):
                part = slice(start, start + _DOCUMENTS_BLOCK_SIZE)
                scores[:, part] = queries @ self.rows[part].astype(np.float64).T
        return round_scores(scores, _DIGITS)

    def pair_scores(
        self,
        scores: np.ndarray,
        queries: Any,
        query_numbers: np.ndarray,
        numbers: np.ndarray,
    ) -> np.ndarray:
        """Return scores of pairs that are the same for equal documents.

        A product of dense matrices adds up in an order that depends on the place of a
        row, so it is computed anew for these pairs, in float64. That of sparse ones
        adds up in the order of the query's columns.

        Parameters
        ----------
        scores : float32 ndarray of shape (n_queries, n_documents)
            What the method ``scores`` returned for the queries.
        queries : float32 ndarray or csr_array of shape (n_queries, n_features)
        query_numbers, numbers : int64 ndarrays of shape (n_pairs,)
            Of queries and documents.

        Returns
        -------
        scores : float64 ndarray of shape (n_pairs,)
        """
        if self.is_sparse:
            return scores[query_numbers, numbers].astype(np.float64)
        if 2 * len(numbers) > queries.shape[0] * len(self):
            return self.exact_scores(queries)[query_numbers, numbers]
        return self.pair_products(queries, query_numbers, numbers)

    def pair_products(
        self, queries: np.ndarray, query_numbers: np.ndarray, numbers: np.ndarray
    ) -> np.ndarray:
        """Multiply dense rows of pairs in float64; parameters as ``pair_scores``."""
        pairs = np.empty(len(numbers))
        at_once = max(_BLOCK_SIZE // max(self.rows.shape[1], 1), 1)
        for start in range(0, len(numbers), at_once):
            part = slice(start, start + at_once)
            x, y = queries[query_numbers[part]], self.rows[numbers[part]]
            pairs[part] = np.einsum("ij,ij->i", x, y, dtype=np.float64)
        return pairs
