"""Fitted sources and the rows of documents: queries to the documents they find."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from skmeta._messages import count_of
from skmeta._meta._token_input import check_takes_tokens
from skmeta._progress import progress
from skmeta._retrieval._candidates import (
    can_be_approximate,
    find_among_candidates,
    n_candidates_of,
)
from skmeta._retrieval._fusion import Fused, fuse_by_rank, fuse_by_sum, is_empty
from skmeta._retrieval._nearby import build_nearby
from skmeta._retrieval._rows import Rows, embed_queries, fit_documents

__all__ = ["Search", "fit_search"]

_BLOCK_SIZE = 1 << 25  # scores of queries and documents
_COST_OF_FOUND = 16  # of a document that is found, in scores
_COST_OF_SCORE = 4  # of a score among which candidates are found


@dataclass
class Search:
    """Sources that are fitted, and the rows of the documents by each of them."""

    sources: dict[str, Any]
    rows: dict[str, Rows]

    def __len__(self) -> int:
        return len(next(iter(self.rows.values())))

    def link(self, verbose: int = 0) -> Iterator[int]:
        """Build the graphs that are missing; yield the number of each source.

        Sparse rows have none, nor have few documents, which are searched exactly.
        """
        if not can_be_approximate(len(self)):
            return
        for number, rows in enumerate(self.rows.values()):
            found = np.flatnonzero(~rows.is_empty)
            if not rows.is_sparse and rows.nearby is None and len(found):
                rows.nearby = build_nearby(rows.rows, found, verbose)
                yield number

    def embed(
        self, tokens: list[Any], names: Sequence[str], cost: int
    ) -> Iterator[tuple[slice, list[Any]]]:
        """Yield the rows of queries by each source, some queries at a time.

        Parameters
        ----------
        tokens : list of token lists
        names : sequence of str
            Of sources.
        cost : int
            What a query takes, in scores.
        """
        at_once = max(_BLOCK_SIZE // cost, 1)
        rows = [embed_queries(self.sources[name], tokens) for name in names]
        for name, part in zip(names, rows):
            expected = self.rows[name].rows.shape[1]
            if part.shape[1] != expected:
                raise ValueError(
                    f"The source {name!r} returned "
                    f"{count_of(part.shape[1], 'column')} for queries and {expected} "
                    "for documents, expected the same number. Check its transform."
                )
        for start in range(0, len(tokens), at_once):
            block = slice(start, start + at_once)
            yield block, [part[block] for part in rows]

    def find(
        self,
        tokens: list[Any],
        n_neighbors: int,
        weights: Mapping[str, float],
        fusion: Literal["sum", "rank"],
        *,
        index: Literal["exact", "hnsw"] = "exact",
        verbose: int = 0,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the documents of the highest scores.

        Parameters
        ----------
        tokens : list of token lists
            The queries.
        n_neighbors : int
        weights : mapping of str to float
            Of the sources.
        fusion : {"sum", "rank"}
        index : {"exact", "hnsw"}
            "hnsw" searches graphs where there are some.
        verbose : int

        Returns
        -------
        scores : float64 ndarray of shape (n_queries, n_neighbors)
            In descending order; -inf where fewer documents are found.
        numbers : int64 ndarray of shape (n_queries, n_neighbors)
            Of the documents; -1 where fewer are found.
        """
        n_found = min(n_neighbors, len(self))
        scores = np.full((len(tokens), n_neighbors), -np.inf)
        numbers = np.full((len(tokens), n_neighbors), -1)
        used = [name for name in self.sources if weights[name] > 0]
        weights_used = np.array([weights[name] for name in used])
        rows = [self.rows[name] for name in used]
        n_candidates = 0 if index == "exact" else n_candidates_of(rows, n_found, fusion)
        cost = max(len(self), _COST_OF_FOUND * n_found)
        if n_candidates:
            n_exact = sum(part.nearby is None for part in rows)
            cost = _COST_OF_FOUND * n_candidates * len(rows)
            cost += _COST_OF_SCORE * len(self) * n_exact
        with progress("Searching", len(tokens), verbose, "queries") as advance:
            for block, parts in self.embed(tokens, used, cost):
                scores[block, :n_found], numbers[block, :n_found] = (
                    find_among_candidates(
                        rows, parts, weights_used, fusion, n_candidates, n_found
                    )
                    if n_candidates
                    else _find_exactly(rows, parts, weights_used, fusion, n_found)
                )
                advance(parts[0].shape[0])
        return scores, numbers


def _find_exactly(
    rows: Sequence[Rows],
    queries: Sequence[Any],
    weights: np.ndarray,
    fusion: Literal["sum", "rank"],
    n_neighbors: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the documents of the highest scores among all."""
    fuse = fuse_by_sum if fusion == "sum" else fuse_by_rank
    fused: Fused = fuse(rows, queries, weights)
    is_lost = np.logical_and.reduce([part.is_empty for part in rows])
    fused.scores[:, is_lost] = -np.inf
    scores, numbers = fused.find_top(n_neighbors)
    is_blank = np.logical_and.reduce([is_empty(part) for part in queries])
    scores[is_blank], numbers[is_blank] = -np.inf, -1
    return scores, numbers


def fit_search(sources: dict[str, Any], tokens: list[Any]) -> Search:
    """Fit sources to documents, and keep the documents' rows in memory."""
    rows = {}
    for name, source in sources.items():
        check_takes_tokens(name, source, tokens[0] if tokens else [])
        rows[name] = Rows(fit_documents(source, tokens))
    return Search(sources, rows)
