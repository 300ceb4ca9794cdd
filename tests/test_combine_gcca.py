import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import block_diag, eigh, subspace_angles

from skmeta.combine import GCCA, Views


def draw(dimensions=(4, 6, 3), absent=0.0, seed=0, n_rows=80):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n_rows, 3))
    matrices = []
    for size in dimensions:
        matrix = z @ rng.standard_normal((3, size)) + 1
        matrices.append(matrix + rng.standard_normal(matrix.shape))
        matrices[-1][rng.random(n_rows) < absent] = 0
    return [matrix.astype(np.float32).astype(float) for matrix in matrices]


def center(matrices):
    """Subtract from known rows their means; tell which are known."""
    known = np.stack([matrix.any(axis=1) for matrix in matrices], axis=1)
    centered = [
        np.where(here[:, None], matrix - matrix[here].mean(axis=0), 0)
        for matrix, here in zip(matrices, known.T)
    ]
    return centered, known


def regularize(centered, regularization):
    """Return each view's Gram matrix plus its ridge."""
    grams = [matrix.T @ matrix for matrix in centered]
    return [g + regularization * g.trace() / len(g) * np.eye(len(g)) for g in grams]


@pytest.mark.parametrize("regularization", [0, 0.01, 1.0])
@pytest.mark.parametrize("n_components", [2, 6])
def test_agreements_are_those_of_the_generalised_eigenproblem(
    regularization, n_components
):
    matrices = draw()
    centered, _ = center(matrices)
    stacked = np.hstack(centered)
    blocks = block_diag(*regularize(centered, regularization))
    values, vectors = eigh(stacked.T @ stacked / 3, blocks)
    model = GCCA(n_components, regularization=regularization).fit(matrices)
    np.testing.assert_allclose(
        model.agreements_, values[::-1][:n_components], rtol=1e-9
    )
    expected = stacked @ vectors[:, ::-1][:, :n_components]
    combined = model.transform(matrices).astype(float)
    assert subspace_angles(expected, combined).max() < 1e-5
    lengths = np.linalg.norm(combined, axis=0)
    cosines = np.einsum("ij,ij->j", expected, combined) / lengths
    cosines /= np.linalg.norm(expected, axis=0)
    np.testing.assert_allclose(np.abs(cosines), 1, atol=1e-6)


@settings(max_examples=25)
@given(
    absent=st.sampled_from([0, 0.2, 0.5]),
    regularization=st.sampled_from([0, 0.01, 1.0]),
    power=st.sampled_from([0, 0.5, 1.0]),
    weights=st.tuples(*[st.sampled_from([0.5, 1.0, 3.0])] * 3),
    seed=st.integers(0, 20),
)
def test_missing_rows_take_part_as_in_multiview_lsa(
    absent, regularization, power, weights, seed
):
    """The answer is that of the projections as matrices of n x n."""
    matrices = draw(absent=absent, seed=seed)
    centered, known = center(matrices)
    counts = known @ np.array(weights)
    seen = counts > 0
    roots = np.where(seen, 1 / np.sqrt(np.where(seen, counts, 1)), 0)
    total = np.zeros((80, 80))
    ridged = regularize(centered, regularization)
    for weight, matrix, gram in zip(weights, centered, ridged):
        projection = matrix @ np.linalg.solve(gram, matrix.T)
        total += weight * roots[:, None] * projection * roots
    values, vectors = np.linalg.eigh(total)
    values, vectors = values[::-1][:4], vectors[:, ::-1][:, :4]
    model = GCCA(4, regularization=regularization, power=power, weights=weights).fit(
        matrices
    )
    np.testing.assert_allclose(model.agreements_, values, rtol=1e-8)
    columns = roots[:, None] * vectors * np.sqrt(counts.sum()) * values**power
    combined = model.transform(matrices).astype(float)
    signs = np.sign(np.einsum("ij,ij->j", combined, columns))
    gap = np.min(-np.diff(values), initial=1)
    np.testing.assert_allclose(combined, columns * signs, atol=1e-5 + 1e-6 / gap)


def test_columns_of_power_zero_are_of_equal_size():
    matrices = draw(absent=0.3)
    weights = [1, 2, 0.5]
    combined = GCCA(4, power=0, weights=weights).fit_transform(matrices).astype(float)
    counts = np.stack([matrix.any(axis=1) for matrix in matrices], axis=1) @ weights
    second = combined.T * counts @ combined / counts.sum()
    np.testing.assert_allclose(second, np.eye(4), atol=1e-5)


def test_views_of_the_same_columns_agree_fully_whatever_their_size():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((50, 2)) * [1, 1e-3]
    matrices = [z @ rng.standard_normal((2, 2)) + 5 for _ in range(3)]
    np.testing.assert_allclose(
        GCCA(regularization=0).fit(matrices).agreements_, 1, atol=1e-3
    )


@pytest.mark.parametrize("n_rows", [50, 20_000])
@pytest.mark.parametrize("size", [1.0, 1234.567, 1e6])
def test_a_constant_column_says_nothing_however_large(size, n_rows):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((n_rows, 2))
    plain = z + rng.standard_normal((n_rows, 2))
    constant = np.column_stack([z, np.full(n_rows, size)])
    model = GCCA(4, regularization=0).fit([plain, constant])
    expected = GCCA(4, regularization=0).fit([plain, z])
    np.testing.assert_allclose(model.agreements_, expected.agreements_, rtol=1e-8)
    assert not np.abs(model.projections_[1][2]).max() > 1e-3


@pytest.mark.parametrize("seed", range(12, 20))
def test_a_constant_column_says_nothing_where_rows_are_absent(seed):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((1000, 2))
    constant = np.column_stack([z, np.full(1000, rng.uniform(1, 1e5))])
    views = [z + rng.standard_normal((1000, 2)), constant]
    constant[rng.random(1000) < 0.3] = 0
    with pytest.warns(UserWarning, match="returns 4 columns"):
        GCCA(5, regularization=0).fit(views)


def test_a_large_constant_column_does_not_hide_small_ones():
    rng = np.random.default_rng(0)
    z = 0.01 * rng.standard_normal((300, 2))
    plain = z + 0.01 * rng.standard_normal((300, 2))
    large = np.column_stack([z, np.full(300, 1e6)])
    expected = GCCA(2, regularization=0).fit([plain, z]).agreements_
    found = GCCA(2, regularization=0).fit([plain, large]).agreements_
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_a_view_of_low_rank_counts_once_without_regularization():
    matrices = draw()
    doubled = [np.hstack([matrices[0], matrices[0][:, :2]]), *matrices[1:]]
    plain = GCCA(4, regularization=0).fit(matrices)
    model = GCCA(4, regularization=0).fit(doubled)
    np.testing.assert_allclose(model.agreements_, plain.agreements_, rtol=1e-9)
    one = plain.transform(matrices).astype(float)
    other = model.transform(doubled).astype(float)
    np.testing.assert_allclose(one @ one.T, other @ other.T, atol=1e-4)


def test_rows_that_are_all_alike_are_refused():
    with pytest.raises(ValueError, match="GCCA found no column that dist"):
        GCCA().fit(Views([[[1.0, 2.0]] * 5, [[3.0]] * 5]))
