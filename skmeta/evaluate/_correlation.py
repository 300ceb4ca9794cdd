"""Correlate similarities with scores, for many bootstrap samples at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skmeta.evaluate._bootstrap import Bootstrap

__all__ = ["FEWEST", "MEASURES", "correlate"]

FEWEST = 2  # items that have a correlation


def correlate(
    measure: str, scores: np.ndarray, similarities: np.ndarray, bootstrap: Bootstrap
) -> tuple[np.ndarray, np.ndarray]:
    """Correlate the similarities of several models with the scores of the same items.

    Parameters
    ----------
    measure : {"spearman", "pearson"}
    scores : float64 ndarray of shape (n_items,)
    similarities : float64 ndarray of shape (n_models, n_items)
    bootstrap : Bootstrap

    Returns
    -------
    correlations : float64 ndarray of shape (n_models,)
        NaN where all scores or all similarities are equal.
    drawn : float64 ndarray of shape (n_bootstraps, n_models)
        The same for items drawn with replacement.
    """
    n_items = len(scores)
    if n_items < FEWEST:
        nothing = np.full((1 + bootstrap.n_bootstraps, len(similarities)), np.nan)
        return nothing[0], nothing[1:]
    of_scores = MEASURES[measure](scores)
    of_models = [MEASURES[measure](row) for row in similarities]

    def of(counts: np.ndarray) -> np.ndarray:
        x = of_scores(counts)
        return np.stack([_correlation(counts, x, y(counts)) for y in of_models], axis=1)

    drawn = [of(counts) for counts in bootstrap.resample(n_items)]
    empty = np.empty((0, len(similarities)))
    return of(np.ones((1, n_items)))[0], np.concatenate([empty, *drawn])


def _correlation(counts: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of items weighted by their counts."""
    n = counts.sum(axis=1, keepdims=True)
    x = x - (counts * x).sum(axis=1, keepdims=True) / n
    y = y - (counts * y).sum(axis=1, keepdims=True) / n
    weighted = counts * x
    covariance = (weighted * y).sum(axis=1)
    weighted *= x
    variances = weighted.sum(axis=1) * (counts * y * y).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = covariance / np.sqrt(variances)
    return np.clip(correlation, -1, 1)


def _rank(values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Rank items within samples, given their counts; ties share a rank."""
    different, places = np.unique(values, return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(different)))

    def ranks(counts: np.ndarray) -> np.ndarray:
        drawn = np.add.reduceat(counts[:, order], starts, axis=1)
        last = np.cumsum(drawn, axis=1)
        last -= (drawn - 1) / 2  # the mean rank of ties
        return last[:, places]

    return ranks


def _keep(values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return the centered values for any sample, zeros if all are equal."""
    centered = values - (values[0] if np.ptp(values) == 0 else values.mean())
    return lambda counts: centered[np.newaxis]


MEASURES: dict[str, Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "pearson": _keep,
    "spearman": _rank,
}
