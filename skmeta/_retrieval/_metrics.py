"""Metrics of rankings, from the ranks of the relevant documents alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from skmeta._documents._check import short_repr

__all__ = ["METRICS", "Metric", "parse_metric", "parse_metrics"]

_NAME = re.compile(r"(?P<kind>[a-z]+)(?:@(?P<depth>[1-9][0-9]{0,8}))?")


def _ndcg(ranks: np.ndarray, gains: np.ndarray, depth: float) -> float:
    """Return the discounted gain, divided by that of the ideal ranking."""
    found = ranks <= depth
    ideal = np.sort(gains)[::-1][: int(min(depth, len(gains)))]
    gain = (gains[found] / np.log2(ranks[found] + 1)).sum()
    return float(gain / (ideal / np.log2(np.arange(2, len(ideal) + 2))).sum())


def _average_precision(ranks: np.ndarray, gains: np.ndarray, depth: float) -> float:
    """Return the mean precision at the ranks of the relevant documents."""
    found = np.sort(ranks[ranks <= depth])
    return float((np.arange(1, len(found) + 1) / found).sum() / len(ranks))


def _recall(ranks: np.ndarray, gains: np.ndarray, depth: float) -> float:
    """Return the share of the relevant documents that is found."""
    return float(np.mean(ranks <= depth))


def _precision(ranks: np.ndarray, gains: np.ndarray, depth: float) -> float:
    """Return the share of relevant documents among the first ones."""
    return float(np.count_nonzero(ranks <= depth) / depth)


def _reciprocal_rank(ranks: np.ndarray, gains: np.ndarray, depth: float) -> float:
    """Return one divided by the rank of the first relevant document."""
    first = ranks.min()
    return float(1 / first) if first <= depth else 0.0


METRICS: dict[str, Callable[[np.ndarray, np.ndarray, float], float]] = {
    "ndcg": _ndcg,
    "map": _average_precision,
    "recall": _recall,
    "precision": _precision,
    "mrr": _reciprocal_rank,
}
_NEED_A_DEPTH = ("recall", "precision")


class Metric(NamedTuple):
    """A metric by its name, and how many documents of a ranking it reads."""

    name: str
    compute: Callable[[np.ndarray, np.ndarray, float], float]
    depth: float  # inf: the whole ranking

    def __call__(self, ranks: np.ndarray, gains: np.ndarray) -> float:
        """Compute the metric for one query.

        Parameters
        ----------
        ranks : float64 ndarray of shape (n_relevant,)
            The ranks of all relevant documents, from 1; inf where one is not found.
        gains : float64 ndarray of shape (n_relevant,)
            How relevant they are, above 0.
        """
        return self.compute(ranks, gains, self.depth)


def parse_metric(name: str) -> Metric:
    """Return the metric of a name such as "ndcg@10".

    Raises
    ------
    ValueError
        If there is no such metric.
    """
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    kind = match["kind"] if match else ""
    depth = match["depth"] if match else None
    if kind not in METRICS or (depth is None and kind in _NEED_A_DEPTH):
        raise ValueError(
            f"Found the metric {short_repr(name)}, expected 'ndcg', 'map', 'mrr', "
            "'recall' or 'precision', with '@' and how many documents of a ranking "
            "count, which the last two need. Write 'ndcg@10', for instance."
        )
    return Metric(name, METRICS[kind], float(depth) if depth else np.inf)


def parse_metrics(names: Sequence[str] | str) -> list[Metric]:
    """Return metrics by name, each once; one name is a list of one."""
    several = [names] if isinstance(names, str) else list(names)
    metrics = [parse_metric(name) for name in dict.fromkeys(several)]
    if not metrics:
        raise ValueError("Found no metric, expected at least one, e.g. 'ndcg@10'.")
    return metrics
