"""A collection of documents, queries and relevance judgements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from skmeta._documents._check import short_repr
from skmeta._messages import count_of

__all__ = ["COLUMNS", "Collection", "check_relevance", "open_collection"]

COLUMNS = ("query", "document", "relevance")


class Collection(NamedTuple):
    """Documents, queries with relevant documents, and counts of what was left out."""

    documents: list[Any]
    queries: list[Any]
    positions: list[np.ndarray]  # of the relevant documents of each query that exist
    gains: list[np.ndarray]  # how relevant they are; those that do not exist last
    counts: dict[str, int]


def open_collection(given: Any) -> Collection:
    """Check a collection, and number its documents.

    Parameters
    ----------
    given : Bunch, mapping or object with ``documents``, ``queries``, ``relevance``

    Returns
    -------
    collection : Collection
        Of documents and queries with the same id the first is kept, of judgements of
        the same pair the highest. Relevant documents that do not exist count as not
        found. Queries without a relevant document are left out.

    Raises
    ------
    TypeError
        If a part is missing or of another type.
    ValueError
        If no query has a relevant document, or none of these exists.
    """
    documents, n_duplicates = _first_of_each(_part(given, "documents"), "documents")
    queries, n_more = _first_of_each(_part(given, "queries"), "queries")
    judged = check_relevance(_part(given, "relevance"))
    relevant = judged[judged["relevance"] > 0]
    is_known_query = relevant["query"].isin(queries.index)
    relevant = relevant[is_known_query]
    position_of = pd.Series(np.arange(len(documents)), index=documents.index)
    places = position_of.reindex(relevant["document"]).to_numpy(np.float64)
    kept, positions, gains = [], [], []
    rows_of = relevant.groupby("query", sort=False).indices
    for query in queries.index:
        if query not in rows_of:
            continue
        rows = np.sort(rows_of[query])
        exists = np.isfinite(places[rows])
        rows = np.concatenate([rows[exists], rows[~exists]])
        kept.append(query)
        positions.append(places[rows[: exists.sum()]].astype(np.int64))
        gains.append(relevant["relevance"].to_numpy(np.float64)[rows])
    if not kept:
        raise ValueError(
            "Found no query with a relevant document among "
            f"{count_of(len(queries), 'query', 'queries')} and "
            f"{count_of(len(judged), 'judgement')}, expected some. Check that the ids "
            "in relevance are those that index documents and queries."
        )
    if not any(len(places) for places in positions):
        raise ValueError(
            f"Found none of the {count_of(sum(map(len, gains)), 'relevant document')} "
            f"among {count_of(len(documents), 'document')}, expected some. Check that "
            "the ids in relevance are those that index documents, also their type."
        )
    counts = {
        "queries": len(kept),
        "unjudged": len(queries) - len(kept),
        "unknown_documents": int(np.isnan(places).sum()),
        "unknown_queries": int((~is_known_query).sum()),
        "duplicates": n_duplicates + n_more,
    }
    return Collection(
        documents.to_list(), queries.loc[kept].to_list(), positions, gains, counts
    )


def check_relevance(given: Any) -> pd.DataFrame:
    """Return the judgements, the highest of each pair.

    Parameters
    ----------
    given : DataFrame with the columns ``query``, ``document``, ``relevance``

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If a relevance is not a finite number.
    """
    if not isinstance(given, pd.DataFrame) or not set(COLUMNS) <= set(given.columns):
        raise TypeError(
            f"Found the relevance {short_repr(given)} of type {type(given).__name__}, "
            f"expected a DataFrame with the columns {', '.join(COLUMNS)}."
        )
    numbers = pd.to_numeric(given["relevance"], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if len(wrong):
        raise ValueError(
            f"Judgement {wrong[0]} has the relevance "
            f"{short_repr(given['relevance'].to_list()[wrong[0]])}, expected a finite "
            "number, above 0 where a document is relevant. Fix or drop it."
        )
    table = given[list(COLUMNS)].assign(relevance=numbers)
    return table.groupby(
        list(COLUMNS[:2]), sort=False, as_index=False, dropna=False
    ).max()


def _part(given: Any, name: str) -> Any:
    """Return a part of a collection."""
    part = given.get(name) if isinstance(given, Mapping) else getattr(given, name, None)
    if part is None:
        raise TypeError(
            f"Found a {type(given).__name__} without {name!r}, expected what "
            "load_retrieval returns: documents, queries and relevance."
        )
    return part


def _first_of_each(given: Any, name: str) -> tuple[pd.Series, int]:
    """Return the first item of each id, and how many others there are."""
    series = pd.Series(given, dtype=object) if isinstance(given, Mapping) else given
    if not isinstance(series, pd.Series):
        raise TypeError(
            f"Found {name} of type {type(given).__name__}, expected a Series or a dict "
            "of ids and texts."
        )
    if series.empty:
        raise ValueError(f"Found no {name}, expected at least one.")
    is_repeated = series.index.duplicated()
    return series[~is_repeated], int(is_repeated.sum())
