"""Metrics of rankings, against trec_eval, scikit-learn and hand-written loops."""

import numpy as np
import pytest
from sklearn.metrics import ndcg_score

from skmeta._retrieval._metrics import parse_metric, parse_metrics

TREC_NAMES = {
    "ndcg@10": "ndcg_cut_10",
    "ndcg": "ndcg",
    "map": "map",
    "map@5": "map_cut_5",
    "recall@5": "recall_5",
    "recall@100": "recall_100",
    "precision@5": "P_5",
    "mrr": "recip_rank",
}


def random_ranking(seed, n_documents=60):
    """Return scores with many ties, and graded relevance of some documents."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(6, size=n_documents).astype(float)
    relevance = rng.integers(-1, 4, size=n_documents) * rng.integers(2, size=60)
    relevance[rng.integers(n_documents)] = 3
    return scores, relevance.astype(float)


def ranks_and_gains(scores, relevance):
    order = np.lexsort((np.arange(len(scores)), -scores))
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    relevant = relevance > 0
    return ranks[relevant], relevance[relevant], ranks


@pytest.mark.parametrize("seed", range(8))
def test_metrics_are_those_of_trec_eval(seed):
    pytrec_eval = pytest.importorskip("pytrec_eval")
    scores, relevance = random_ranking(seed)
    ranks, gains, all_ranks = ranks_and_gains(scores, relevance)
    judgements = {f"d{i}": int(value) for i, value in enumerate(relevance)}
    run = {f"d{i}": float(-rank) for i, rank in enumerate(all_ranks)}
    measures = {"ndcg_cut.10", "ndcg", "map", "map_cut.5", "recall.5,100", "P.5"}
    evaluator = pytrec_eval.RelevanceEvaluator(
        {"q": judgements}, measures | {"recip_rank"}
    )
    expected = evaluator.evaluate({"q": run})["q"]
    for name, trec_name in TREC_NAMES.items():
        found = parse_metric(name)(ranks, gains)
        assert found == pytest.approx(expected[trec_name], abs=1e-9), name


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("depth", [1, 10, None])
def test_ndcg_is_that_of_scikit_learn(seed, depth):
    scores, relevance = random_ranking(seed)
    ranks, gains, all_ranks = ranks_and_gains(scores, relevance)
    expected = ndcg_score([np.maximum(relevance, 0)], [-all_ranks], k=depth)
    metric = parse_metric("ndcg" if depth is None else f"ndcg@{depth}")
    assert metric(ranks, gains) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_metrics_are_those_of_loops(seed):
    scores, relevance = random_ranking(seed)
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    hits = [relevance[i] > 0 for i in order]
    n_relevant = sum(hits)
    precisions = [sum(hits[: k + 1]) / (k + 1) for k in range(len(hits)) if hits[k]]
    ranks, gains, _ = ranks_and_gains(scores, relevance)
    expected = {
        "map": sum(precisions) / n_relevant,
        "recall@7": sum(hits[:7]) / n_relevant,
        "precision@7": sum(hits[:7]) / 7,
        "mrr@3": next((1 / (k + 1) for k in range(3) if hits[k]), 0),
    }
    for name, value in expected.items():
        assert parse_metric(name)(ranks, gains) == pytest.approx(value, abs=1e-12)


def test_documents_that_are_not_found_count_as_relevant():
    ranks, gains = np.array([1, np.inf]), np.array([2.0, 1.0])
    assert parse_metric("recall@100")(ranks, gains) == 0.5
    assert parse_metric("map")(ranks, gains) == 0.5
    expected = 2 / (2 + 1 / np.log2(3))
    assert parse_metric("ndcg@10")(ranks, gains) == pytest.approx(expected)
    nothing = np.array([np.inf, np.inf])
    for name in ("ndcg", "map", "mrr", "recall@3", "precision@3"):
        assert parse_metric(name)(nothing, gains) == 0


@pytest.mark.parametrize("name", ["recall", "ndcg@0", "ndcg@", "NDCG@10", "bleu", 3])
def test_unknown_metrics_are_refused(name):
    with pytest.raises(ValueError, match=r"Found the metric .* expected 'ndcg'"):
        parse_metric(name)


def test_a_metric_counts_once_and_one_is_needed():
    assert [m.name for m in parse_metrics(["map", "mrr", "map"])] == ["map", "mrr"]
    assert [m.name for m in parse_metrics("map")] == ["map"]
    with pytest.raises(ValueError, match="Found no metric"):
        parse_metrics([])
