"""The ridge regression of text_pipeline, which chooses its penalty."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmeta._meta._tuned_ridge import TunedRidge

ALPHAS = (0.1, 1, 10, 100, 1_000)


@parametrize_with_checks([TunedRidge()])
def test_contract(estimator, check):
    check(estimator)


def make_rows(noise, n_targets=None, n_rows=40):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n_rows, 60))
    X[rng.random(X.shape) < 0.5] = 0
    shape = (n_rows,) if n_targets is None else (n_rows, n_targets)
    coef = np.zeros((60, *shape[1:]))
    coef[:3] = 1
    return X, X @ coef + 5 + noise * rng.normal(size=shape)


@pytest.mark.parametrize("noise", [0.1, 1, 10])
@pytest.mark.parametrize("kind", [np.asarray, csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("n_targets", [None, 2])
def test_penalty_predicts_each_row_best_from_the_others(noise, kind, n_targets):
    X, y = make_rows(noise, n_targets)
    fitted = TunedRidge(ALPHAS).fit(kind(X), y)
    scaled = y / y.std(axis=0)
    errors = []
    for alpha in ALPHAS:
        found = cross_val_predict(Ridge(alpha), X, scaled, cv=LeaveOneOut())
        errors.append(mean_squared_error(scaled, found))
    assert fitted.alpha_ == ALPHAS[np.argmin(errors)]
    expected = Ridge(fitted.alpha_).fit(X, y)
    predictions = fitted.predict(kind(X))
    np.testing.assert_allclose(predictions, expected.predict(X), rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(fitted.coef_, expected.coef_, rtol=1e-3, atol=1e-2)


def test_noise_is_predicted_by_its_mean():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(150, 200)), rng.normal(size=150)
    X *= 3 / np.linalg.norm(X, axis=1, keepdims=True)
    assert TunedRidge().fit(X, y).alpha_ >= 100
    assert Ridge(1).fit(X, y).score(X, y) > 0.5  # what a fixed penalty learns


def test_two_rows_are_enough_and_one_penalty_is_taken():
    X, y = make_rows(1, n_rows=2)
    assert TunedRidge().fit(X, y).alpha_ == 3  # the fourth of eight
    assert TunedRidge([7]).fit(*make_rows(1)).alpha_ == 7


def test_all_rows_are_fitted_however_many_are_used_to_choose(monkeypatch):
    monkeypatch.setattr("skmeta.combine._learned_weights._N_ROWS", 30)
    X, y = make_rows(1)
    fitted = TunedRidge().fit(X, y)
    np.testing.assert_allclose(fitted.coef_, Ridge(fitted.alpha_).fit(X, y).coef_)


@pytest.mark.parametrize("alphas", [(), (-1, 1), (0,)], ids=str)
def test_penalties_are_positive(alphas):
    with pytest.raises(ValueError, match="expected at least one penalty, all of them"):
        TunedRidge(alphas).fit(*make_rows(1))
