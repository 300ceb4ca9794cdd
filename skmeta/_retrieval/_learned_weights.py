"""Learn the weights of sources in a search from relevance judgements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import comb
from typing import NamedTuple

import numpy as np

from skmeta._retrieval._metrics import Metric, parse_metric

__all__ = ["METRIC", "LearnedWeights", "Pool", "learn_weights"]

METRIC = "ndcg@10"  # what weights are to make large
_MOST_CANDIDATES = 400
_MOST_STEPS = 20


class Pool(NamedTuple):
    """The candidate documents of one query, in their order."""

    scores: np.ndarray  # float64 of shape (n_documents, n_sources)
    relevant: np.ndarray  # int64 of shape (n_found,): rows of the relevant ones
    gains: np.ndarray  # float64 of shape (n_relevant,): theirs, then of unknown ones


class LearnedWeights(NamedTuple):
    """Weights, and their scores and those of others on held-out queries."""

    weights: np.ndarray
    held_out: float
    equal: float
    alone: np.ndarray  # of each source


def learn_weights(pools: Sequence[Pool], n_folds: int) -> LearnedWeights:
    """Choose weights by cross-validation over queries.

    In each fold, the best weights of a grid are those of the other folds' queries; the
    result is their mean. Equal weights stay where learned ones are no better on the
    queries that were held out.

    Parameters
    ----------
    pools : sequence of Pool
        One for each judged query.
    n_folds : int
    """
    n_sources = pools[0].scores.shape[1]
    candidates = np.array(list(_candidates(n_sources)))
    equal = np.full((1, n_sources), 1 / n_sources)
    metric = parse_metric(METRIC)
    values = np.array([_score(pool, candidates, metric) for pool in pools])
    of_equal = np.mean([_score(pool, equal, metric)[0] for pool in pools])
    folds = np.arange(len(pools)) % n_folds
    chosen, held_out = [], np.empty(len(pools))
    for fold in range(n_folds):
        tested = folds == fold
        best = values[~tested].mean(axis=0).argmax()
        chosen.append(candidates[best])
        held_out[tested] = values[tested, best]
    is_better = held_out.mean() > of_equal
    weights = np.mean(chosen, axis=0) if is_better else equal[0]
    alone = np.array(
        [
            np.mean([_score(pool, row[np.newaxis], metric)[0] for pool in pools])
            for row in np.eye(n_sources)
        ]
    )
    return LearnedWeights(weights, float(held_out.mean()), float(of_equal), alone)


def _candidates(n_sources: int) -> Iterator[tuple[float, ...]]:
    """Yield weights from 0 to 1 that add up to 1, in equal steps."""
    n_steps = max(
        (
            n
            for n in range(1, _MOST_STEPS + 1)
            if comb(n + n_sources - 1, n_sources - 1) <= _MOST_CANDIDATES
        ),
        default=1,
    )
    for parts in _split(n_steps, n_sources):
        yield tuple(part / n_steps for part in parts)


def _split(total: int, n_parts: int) -> Iterator[tuple[int, ...]]:
    """Yield all ways to write a number as a sum of some others."""
    if n_parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _split(total - first, n_parts - 1):
            yield (first, *rest)


def _score(pool: Pool, weights: np.ndarray, metric: Metric) -> np.ndarray:
    """Return the metric of a query for each of some weights."""
    scores = (weights @ pool.scores.T).round(9)
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty(scores.shape)
    np.put_along_axis(ranks, order, np.arange(1.0, scores.shape[1] + 1), axis=1)
    ranks[scores.max(axis=1) == scores.min(axis=1)] = np.inf  # nothing is found
    missing = np.full(len(pool.gains) - len(pool.relevant), np.inf)
    return np.array(
        [
            metric(np.concatenate([row, missing]), pool.gains)
            for row in ranks[:, pool.relevant]
        ]
    )
