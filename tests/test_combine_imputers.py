import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from skmeta.combine import (
    MeanImputer,
    NeighborsImputer,
    RegressionImputer,
    Views,
    _views,
)

IMPUTERS = [MeanImputer(), RegressionImputer(), NeighborsImputer(3)]


def draw(known, dimensions=(3, 4, 2), seed=0):
    rng = np.random.default_rng(seed)
    known = np.asarray(known, dtype=bool)
    z = rng.standard_normal((len(known), 3))
    matrices = []
    for view, size in enumerate(dimensions):
        matrix = z @ rng.standard_normal((3, size)) + 1
        matrix += 0.3 * rng.standard_normal(matrix.shape)
        matrices.append(matrix.astype(np.float32).astype(float))
        matrices[-1][~known[:, view]] = 0
    return matrices


def some_absent(n_rows=80, share=0.3, seed=0):
    known = np.random.default_rng(seed).random((n_rows, 3)) >= share
    known[:20] = True
    return known


def fill(imputer, views):
    """Return the filled views whole, and which rows are present then."""
    filled = views.with_step(imputer.fit(views))
    parts = list(filled.blocks())
    blocks = [np.concatenate(rows) for rows in zip(*(blocks for _, blocks, _ in parts))]
    return blocks, np.concatenate([present for _, _, present in parts])


def test_means_are_those_of_the_known_rows():
    known = some_absent()
    matrices = draw(known)
    blocks, present = fill(MeanImputer(), Views(matrices))
    for view, (matrix, block) in enumerate(zip(matrices, blocks)):
        here = known[:, view]
        np.testing.assert_array_equal(block[here], matrix[here].astype(np.float32))
        filled = present[:, view] & ~here
        np.testing.assert_allclose(
            block[filled],
            np.tile(matrix[here].mean(axis=0), (filled.sum(), 1)),
            rtol=1e-6,
        )
    np.testing.assert_array_equal(present, known.any(axis=1)[:, None] & [True] * 3)


@pytest.mark.parametrize("regularization", [0, 0.01, 10])
def test_regressions_are_those_of_scikit_learn(regularization):
    known = some_absent(150)
    matrices = draw(known)
    imputer = RegressionImputer(regularization=regularization)
    blocks, _ = fill(imputer, Views(matrices))
    compared = 0
    for pattern in np.unique(known, axis=0):
        rows = (known == pattern).all(axis=1)
        predictors = np.flatnonzero(pattern)
        for view in np.flatnonzero(~pattern) if pattern.any() else []:
            shared = known[:, [*predictors, view]].all(axis=1)
            X = np.hstack([matrices[one] for one in predictors])
            variance = np.sum((X[shared] - X[shared].mean(axis=0)) ** 2)
            ridge = Ridge(alpha=regularization * variance / X.shape[1])
            ridge.fit(X[shared], matrices[view][shared])
            expected = ridge.predict(X[rows]).reshape(rows.sum(), -1)
            np.testing.assert_allclose(
                blocks[view][rows], expected, rtol=1e-5, atol=1e-5
            )
            compared += 1
    assert compared == 9


def test_where_few_rows_are_shared_some_views_are_left_out():
    """Two views know the last row, but one shares too little with the third."""
    known = np.ones((40, 3), bool)
    known[3:20, 0] = False  # the first and the others share few
    known[20:, 2] = False
    matrices = draw(known)
    blocks, _ = fill(RegressionImputer(regularization=0), Views(matrices))
    shared = known[:, 1] & known[:, 2]
    ridge = Ridge(alpha=0).fit(matrices[1][shared], matrices[2][shared])
    np.testing.assert_allclose(
        blocks[2][20:], ridge.predict(matrices[1][20:]), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("seed", range(12))
def test_regressions_on_columns_that_do_not_vary_stay_sound(seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((40, 3))
    x[:, 1] = rng.uniform(1, 1e5)
    x[:, 0] += 1e3
    x = x.astype(np.float32).astype(float)
    y = x[:, [0, 2]] @ rng.standard_normal((2, 2))
    views = Views([x, np.where(np.arange(40)[:, None] < 30, y, 0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        blocks, _ = fill(RegressionImputer(regularization=0), views)
    np.testing.assert_allclose(blocks[1][30:], y[30:], rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("regularization", [0, 0.01])
@pytest.mark.parametrize("n_shared", [1, 2, 5])
def test_regressions_on_rows_that_are_all_alike_give_their_mean(
    n_shared, regularization
):
    rng = np.random.default_rng(0)
    x = np.tile(rng.standard_normal((1, 3)), (n_shared + 2, 1))
    y = rng.standard_normal((n_shared + 2, 2))
    x[n_shared:] += 1
    y[n_shared:] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        blocks, _ = fill(
            RegressionImputer(regularization=regularization), Views([x, y])
        )
    expected = np.tile(y[:n_shared].mean(axis=0), (2, 1))
    np.testing.assert_allclose(blocks[1][n_shared:], expected, rtol=1e-5)


@settings(max_examples=40)
@given(
    known=st.lists(
        st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=15
    ),
    normalize=st.booleans(),
    seed=st.integers(0, 9),
)
@pytest.mark.parametrize("imputer", IMPUTERS, ids=str)
def test_known_rows_stay_and_no_row_comes_out_of_nothing(
    imputer, known, normalize, seed
):
    views = Views(draw(known, seed=seed), normalize=normalize)
    [(_, plain, present)] = views.blocks()
    blocks, then = fill(imputer, views)
    np.testing.assert_array_equal(then, present | imputer.fills(present))
    assert not then[~present.any(axis=1)].any()
    assert not then[:, ~present.any(axis=0)].any()
    for view, (before, after) in enumerate(zip(plain, blocks)):
        here = present[:, view]
        np.testing.assert_array_equal(after[here], before[here])
        assert after.dtype == np.float32
        assert np.isfinite(after).all()
        assert not after[~then[:, view]].any()
        made = then[:, view] & ~here
        if normalize and not isinstance(imputer, MeanImputer):
            lengths = np.linalg.norm(after[made], axis=1)
            np.testing.assert_allclose(lengths, 1, atol=1e-5)


@pytest.mark.parametrize("imputer", IMPUTERS, ids=str)
def test_filling_in_does_not_depend_on_blocks(imputer):
    views = Views(draw(some_absent()))
    whole, present = fill(imputer, views)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_views, "_ROWS_BLOCK_SIZE", 7)
        cut, present_too = fill(imputer, views)
    np.testing.assert_array_equal(present, present_too)
    for one, other in zip(whole, cut):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize("imputer", IMPUTERS, ids=str)
def test_views_without_rows_teach_nothing(imputer):
    views = Views([np.zeros((0, 2)), np.zeros((0, 3))])
    imputer.fit(views)
    [(_, blocks, present)] = (
        Views([[[1.0, 2]], [[0.0] * 3]]).with_step(imputer).blocks()
    )
    assert present.tolist() == [[True, False]]
    assert not blocks[1].any()


@pytest.mark.parametrize("imputer", IMPUTERS, ids=str)
def test_sparse_views_are_refused(imputer):
    views = Views([np.eye(3), csr_array(np.eye(3))], names=["a", "b"])
    with pytest.raises(TypeError, match="'b' is sparse, expected dense rows"):
        imputer.fit(views)


def test_a_pattern_never_seen_is_filled_in_too():
    known = np.ones((30, 3), bool)
    known[25:, 2] = False
    matrices = draw(known)
    imputer = RegressionImputer(regularization=0).fit(Views(matrices))
    row = [matrix[:1].copy() for matrix in matrices]
    row[1][:] = 0
    row[2][:] = 0
    [(_, blocks, _)] = Views(row).with_step(imputer).blocks()
    shared = slice(0, 25)
    ridge = Ridge(alpha=0).fit(matrices[0][shared], matrices[2][shared])
    np.testing.assert_allclose(blocks[2], ridge.predict(row[0]), rtol=1e-4, atol=1e-5)
