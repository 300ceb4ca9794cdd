import numpy as np
import pytest
from scipy import stats

from skmeta.evaluate import corrected_t_test


def test_variance_is_that_of_independent_folds_times_a_factor():
    differences = np.array([0.01, 0.03, -0.01, 0.02, 0.04])
    plain = stats.ttest_1samp(differences, 0)
    corrected = plain.statistic / np.sqrt(1 + 5 / 4)
    expected = 2 * stats.t.sf(corrected, 4)
    assert corrected_t_test(differences) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("differences", "p"), [([0, 0, 0], 1), ([0.5, 0.5], 0), ([-0.5, -0.5], 0)]
)
def test_folds_that_agree(differences, p):
    assert corrected_t_test(differences) == p


def test_a_single_fold_says_nothing():
    assert np.isnan(corrected_t_test([0.5]))


def test_independent_noise_is_seldom_significant():
    rng = np.random.default_rng(0)
    found = [corrected_t_test(rng.standard_normal(5)) < 0.05 for _ in range(500)]
    assert np.mean(found) < 0.05
