import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from skmeta.evaluate._bootstrap import Bootstrap, check_bootstrap
from skmeta.evaluate._correlation import MEASURES, correlate

THEIRS = {"pearson": stats.pearsonr, "spearman": stats.spearmanr}
N_ITEMS = 60


@pytest.fixture
def sample():
    """Return scores with ties, and the similarities of three models."""
    rng = np.random.default_rng(0)
    scores = rng.integers(0, 8, N_ITEMS).astype(float)
    noise = rng.normal(size=(3, N_ITEMS)) * [[1], [4], [20]]
    return scores, (scores + noise).round(1)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_draw_is_correlated_as_scipy_does(measure, sample):
    scores, similarities = sample
    bootstrap = Bootstrap(25, 0.95, 3)
    correlations, drawn = correlate(measure, scores, similarities, bootstrap)
    theirs = [THEIRS[measure](scores, row).statistic for row in similarities]
    np.testing.assert_allclose(correlations, theirs, atol=1e-12)
    counts = np.concatenate(list(bootstrap.resample(N_ITEMS)))
    assert counts.shape == (25, N_ITEMS)
    assert (counts.sum(axis=1) == N_ITEMS).all()
    for weights, row in zip(counts, drawn, strict=True):
        items = np.repeat(np.arange(N_ITEMS), weights.astype(int))
        theirs = [
            THEIRS[measure](scores[items], model[items]).statistic
            for model in similarities
        ]
        np.testing.assert_allclose(row, theirs, atol=1e-12)


@given(st.lists(st.tuples(st.integers(-3, 3), st.floats(-2, 2)), min_size=3))
def test_spearman_is_scipys_whatever_the_ties(pairs):
    scores, similarities = np.array(pairs, dtype=float).T
    [ours], _ = correlate("spearman", scores, similarities[None], Bootstrap(0, 0.9, 0))
    if np.ptp(scores) == 0 or np.ptp(similarities) == 0:
        assert np.isnan(ours)
    else:
        theirs = stats.spearmanr(scores, similarities).statistic
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_intervals_are_those_of_scipys_percentile_bootstrap(sample):
    scores, similarities = sample
    bootstrap = Bootstrap(4_000, 0.9, 0)
    _, drawn = correlate("spearman", scores, similarities[1:2], bootstrap)
    theirs = stats.bootstrap(
        (scores, similarities[1]),
        lambda x, y: stats.spearmanr(x, y).statistic,
        paired=True,
        vectorized=False,
        n_resamples=4_000,
        confidence_level=0.9,
        method="percentile",
        random_state=1,
    ).confidence_interval
    np.testing.assert_allclose(np.ravel(bootstrap.interval(drawn)), theirs, atol=0.02)


def test_draws_are_the_same_in_every_call_and_block(monkeypatch):
    bootstrap = check_bootstrap(7, 0.95, 5)
    counts = np.concatenate(list(bootstrap.resample(10)))
    monkeypatch.setattr("skmeta.evaluate._bootstrap._BLOCK_SIZE", 25)
    blocks = list(bootstrap.resample(10))
    assert [len(block) for block in blocks] == [2, 2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(blocks), counts)
    assert not np.array_equal(
        np.concatenate(list(check_bootstrap(7, 0.95, 6).resample(10))), counts
    )


def test_nothing_is_drawn_of_one_item():
    assert list(Bootstrap(10, 0.95, 0).resample(1)) == []


@pytest.mark.parametrize(
    ("n_bootstraps", "confidence", "message"),
    [
        (-1, 0.95, "n_bootstraps=-1"),
        (1.5, 0.95, r"n_bootstraps=1\.5"),
        (True, 0.95, "n_bootstraps=True"),
        (10, 95, "confidence=95"),
        (10, 0, "confidence=0"),
    ],
)
def test_what_cannot_be_meant_is_refused(n_bootstraps, confidence, message):
    with pytest.raises(ValueError, match=message):
        check_bootstrap(n_bootstraps, confidence, 0)
