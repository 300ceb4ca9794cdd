import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import subspace_angles
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning

from skmeta.combine import OneToN, Views
from skmeta.combine._factorization import MaskedFactorization, solve_ridge
from skmeta.combine._moments import compute_moments

DIMENSIONS = (3, 4, 2)


def draw(absent=0.0, seed=0, n_rows=40, rank=3, noise=0.3):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n_rows, rank))
    known = rng.random((n_rows, 3)) >= absent
    known[~known.any(axis=1), 1] = True
    known[0] = True
    return [
        (
            z @ rng.standard_normal((rank, size))
            + noise * rng.standard_normal((n_rows, size))
        ).astype(np.float32)
        * known[:, [view]].astype(float)
        for view, size in enumerate(DIMENSIONS)
    ]


def lay_out(matrices, weights):
    """Return the weighted concatenation, and 1 where it is known, 0 elsewhere."""
    factors = np.repeat(np.sqrt(weights), DIMENSIONS)
    known = [np.tile(m.any(axis=1)[:, None], m.shape[1]) for m in matrices]
    return np.hstack(matrices) * factors, np.hstack(known).astype(float)


def loss_of(parameters, stacked, mask, ridge):
    """Return the loss of vectors and maps, and its gradient."""
    n_rows, n_columns = stacked.shape
    size = len(parameters) // (n_rows + n_columns)
    vectors = parameters[: n_rows * size].reshape(n_rows, size)
    maps = parameters[n_rows * size :].reshape(size, n_columns)
    rest = mask * (vectors @ maps - stacked)
    loss = np.sum(rest**2) / n_rows
    loss += ridge * (np.sum(vectors**2) / n_rows + np.sum(maps**2))
    by_vectors = rest @ maps.T / n_rows + ridge * vectors / n_rows
    by_maps = vectors.T @ rest / n_rows + ridge * maps
    return loss, 2 * np.concatenate([by_vectors.ravel(), by_maps.ravel()])


def unpack(model, matrices, weights):
    """Return a model's vectors and weighted maps as parameters of the loss."""
    vectors = model.transform(matrices).astype(float)
    maps = np.hstack(model.maps_) * np.repeat(np.sqrt(weights), DIMENSIONS)
    return np.concatenate([vectors.ravel(), maps.ravel()])


def alternate(stacked, mask, ridge, size, seed, n_sweeps=300):
    """Solve for one row, then for one column, at a time, from a random start."""
    rng = np.random.default_rng(seed)
    n_rows, n_columns = stacked.shape
    maps, vectors = rng.standard_normal((size, n_columns)), np.zeros((n_rows, size))
    before = np.inf
    for _ in range(n_sweeps):
        for i in range(n_rows):
            known = maps * mask[i]
            vectors[i] = np.linalg.solve(
                known @ known.T + ridge * np.eye(size), known @ stacked[i]
            )
        for j in range(n_columns):
            known = vectors * mask[:, [j]]
            maps[:, j] = np.linalg.solve(
                known.T @ known / n_rows + ridge * np.eye(size),
                known.T @ stacked[:, j] / n_rows,
            )
        together = np.concatenate([vectors.ravel(), maps.ravel()])
        now, _ = loss_of(together, stacked, mask, ridge)
        if before - now < 1e-12 * now:
            break
        before = now
    return now


def test_without_ridge_it_is_the_truncated_decomposition():
    matrices, weights = draw(), [1.0, 4.0, 0.5]
    stacked, _ = lay_out(matrices, weights)
    left, values, _ = np.linalg.svd(stacked, full_matrices=False)
    model = OneToN(3, regularization=0, weights=weights).fit(matrices)
    combined = model.transform(matrices).astype(float)
    assert subspace_angles(left[:, :3], combined).max() < 1e-6
    assert np.isclose(model.loss_, np.sum(values[3:] ** 2) / 40, rtol=1e-9)
    assert model.n_iter_ == 0


@pytest.mark.parametrize("regularization", [0.01, 0.1, 0.5])
def test_with_ridge_singular_values_are_made_smaller_by_it(regularization):
    matrices, weights = draw(), [1.0, 4.0, 0.5]
    stacked, mask = lay_out(matrices, weights)
    left, values, _ = np.linalg.svd(stacked / np.sqrt(40), full_matrices=False)
    ridge = regularization * values[0]
    kept = np.maximum(values[:4] - ridge, 0)
    model = OneToN(4, regularization=regularization, weights=weights).fit(matrices)
    combined = model.transform(matrices).astype(float)
    expected = left[:, :4] * kept @ left[:, :4].T
    np.testing.assert_allclose(combined @ combined.T / 40, expected, atol=1e-6)
    loss = np.sum((values[:4] - kept) ** 2) + np.sum(values[4:] ** 2)
    loss += 2 * ridge * kept.sum()
    assert np.isclose(model.loss_, loss, rtol=1e-9)
    found, _ = loss_of(unpack(model, matrices, weights), stacked, mask, ridge)
    assert np.isclose(found, loss, rtol=1e-6)


@pytest.mark.parametrize("regularization", [0.01, 0.3])
@pytest.mark.parametrize("seed", range(3))
def test_where_rows_are_absent_no_other_solver_finds_less(regularization, seed):
    matrices, weights = draw(0.4, seed), [1.0, 4.0, 0.5]
    stacked, mask = lay_out(matrices, weights)
    model = OneToN(
        2, regularization=regularization, weights=weights, tol=1e-12, max_iter=5000
    ).fit(matrices)
    top = np.linalg.svd(stacked / np.sqrt(40), compute_uv=False)[0]
    ridge = regularization * top
    loss, gradient = loss_of(unpack(model, matrices, weights), stacked, mask, ridge)
    assert np.isclose(loss, model.loss_, rtol=1e-6)
    assert np.abs(gradient).max() < 1e-5 * loss
    found = []
    for start in range(4):
        rng = np.random.default_rng(start)
        size = 2 * sum(stacked.shape)
        found.append(
            minimize(
                loss_of,
                rng.standard_normal(size),
                (stacked, mask, ridge),
                jac=True,
                options={"maxiter": 5000, "maxfun": 10_000, "ftol": 1e-15},
                method="L-BFGS-B",
            ).fun
        )
    assert np.isclose(model.loss_, min(found), rtol=1e-6)


def test_where_rows_are_absent_it_finds_what_a_plain_loop_finds():
    matrices = draw(0.4)
    stacked, mask = lay_out(matrices, [1, 1, 1])
    model = OneToN(2, regularization=0.05, tol=1e-12, max_iter=5000).fit(matrices)
    ridge = 0.05 * np.linalg.svd(stacked / np.sqrt(40), compute_uv=False)[0]
    found = [alternate(stacked, mask, ridge, 2, seed) for seed in range(4)]
    assert np.isclose(model.loss_, min(found), rtol=1e-6)


@pytest.mark.parametrize("regularization", [0, 1e-9, 0.01])
@pytest.mark.parametrize("n_components", [2, 6])
def test_losses_fall_with_every_sweep(regularization, n_components):
    views = Views(draw(0.4))
    moments = compute_moments(views)
    columns = {pattern: moments.columns_of(pattern) for pattern in moments.patterns}
    grams = {pattern: moments.gram_of(pattern) / 40 for pattern in moments.patterns}
    start = np.random.default_rng(0).standard_normal((n_components, 9))
    factorization = MaskedFactorization(grams, columns, regularization)
    maps, losses, done = factorization.solve(start, moments.columns, 60, 1e-6)
    assert len(losses) == 61 or done
    falls = -np.diff(losses)
    assert (falls >= -1e-13 * losses[0]).all()
    seconds, _, loss = factorization.solve_rows(maps)
    assert loss <= losses[-1] * (1 + 1e-9) + 1e-12
    if regularization == 0.01:  # balanced, sorted
        second = np.sum(list(seconds.values()), axis=0)
        np.testing.assert_allclose(second, maps @ maps.T, atol=1e-2)
        assert (np.diff(np.diag(maps @ maps.T)) <= 1e-9).all()


@settings(max_examples=25)
@given(
    absent=st.sampled_from([0.1, 0.6]),
    regularization=st.sampled_from([0, 1e-12, 1e-3]),
    n_components=st.integers(1, 9),
    seed=st.integers(0, 50),
)
def test_views_of_low_rank_and_short_patterns_stay_finite(
    absent, regularization, n_components, seed
):
    matrices = draw(absent, seed, rank=2, noise=0, n_rows=15)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("error", RuntimeWarning)
        model = OneToN(n_components, regularization=regularization).fit(matrices)
        combined = model.transform(matrices)
    assert np.isfinite(combined).all()
    assert model.loss_ >= 0
    assert model.loss_ <= sum(np.sum(m**2) for m in matrices) / 15 * (1 + 1e-9)


def test_what_is_absent_is_completed():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((60, 2))
    whole = [z @ rng.standard_normal((2, size)) for size in DIMENSIONS]
    matrices = [matrix.copy() for matrix in whole]
    matrices[0][:15] = 0
    matrices[1][40:] = 0
    model = OneToN(2, regularization=1e-7, tol=1e-10, max_iter=5000).fit(matrices)
    combined = model.transform(matrices)
    for matrix, maps in zip(whole, model.maps_):
        np.testing.assert_allclose(combined @ maps, matrix, atol=1e-3)


def test_an_exact_answer_ends_the_sweeps():
    matrices = draw(0.3, noise=0, rank=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = OneToN(2, regularization=0, tol=0, max_iter=3000).fit(matrices)
    assert model.n_iter_ < 3000
    assert model.loss_ < 1e-12


def test_too_few_sweeps_are_told_of():
    with pytest.warns(ConvergenceWarning, match="stopped after max_iter=2 sweeps"):
        model = OneToN(2, max_iter=2, tol=1e-9).fit(draw(0.4))
    assert model.n_iter_ == 2


def test_a_source_that_knows_nothing_changes_nothing():
    matrices = draw(0.3)
    nothing = np.zeros((40, 5))
    one = OneToN(2).fit_transform(matrices)
    model = OneToN(2).fit([*matrices, nothing])
    np.testing.assert_allclose(model.transform([*matrices, nothing]), one, atol=1e-5)
    assert not model.maps_[3].any()


def test_too_large_a_ridge_is_refused():
    with pytest.raises(ValueError, match="With regularization=1 nothing is left"):
        OneToN(regularization=1).fit(draw())


@pytest.mark.parametrize("ridge", [0, 1e-20, 1e-3])
@pytest.mark.parametrize("scale", [1e-20, 1.0, 1e15])
def test_ridge_solutions_are_those_of_the_pseudo_inverse(ridge, scale):
    rng = np.random.default_rng(0)
    roots = rng.standard_normal((5, 3)) * scale
    right = roots @ rng.standard_normal((3, 2))
    gram = roots @ roots.T
    expected = np.linalg.pinv(gram + ridge * scale**2 * np.eye(5), rcond=1e-10) @ right
    solved = solve_ridge(gram, ridge * scale**2, right)
    np.testing.assert_allclose(
        solved, expected, rtol=1e-6, atol=1e-9 * np.abs(expected).max()
    )
