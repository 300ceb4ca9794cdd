import numpy as np
import pytest
from scipy.optimize import minimize

from skmeta.combine import GeometryAware, Views
from skmeta.combine._pipeline import CombinerPipeline


def draw(dimensions=(4, 3), absent=0.0, seed=0, n_rows=50):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n_rows, 3))
    matrices = []
    for size in dimensions:
        matrix = z @ rng.standard_normal((3, size))
        matrices.append(matrix + 0.3 * rng.standard_normal(matrix.shape))
        matrices[-1][rng.random(n_rows) < absent] = 0
    return [matrix.astype(np.float32).astype(float) for matrix in matrices]


def share(first, second):
    """Return the rows that both know, and their Gram matrices."""
    both = first.any(axis=1) & second.any(axis=1)
    first, second = first[both], second[both]
    return first, second, first.T @ first, second.T @ second


def penalty_of(left, right, regularization):
    """Return the penalty: a share of the mean of what squares are multiplied with."""
    products = 2 * np.outer(np.linalg.eigvalsh(left), np.linalg.eigvalsh(right))
    return regularization * products.mean()


@pytest.mark.parametrize("regularization", [1e-4, 0.01, 10])
@pytest.mark.parametrize("absent", [0, 0.3])
def test_similarities_solve_the_normal_equations(regularization, absent):
    matrices = draw((4, 3, 5), absent)
    model = GeometryAware(regularization=regularization).fit(matrices)
    assert list(model.similarities_) == [(0, 1), (0, 2), (1, 2)]
    for (i, j), similarity in model.similarities_.items():
        first, second, left, right = share(matrices[i], matrices[j])
        penalty = penalty_of(left, right, regularization)
        rest = 2 * left @ similarity @ right + penalty * similarity
        rest -= 2 * first.T @ second
        assert np.abs(rest).max() < 1e-9 * np.abs(first.T @ second).max()


@pytest.mark.parametrize("regularization", [0.01, 1])
def test_similarities_minimise_the_loss_over_all_pairs_of_rows(regularization):
    matrices = draw()
    first, second, left, right = share(*matrices)
    penalty = penalty_of(left, right, regularization)

    def loss(similarity):
        similarity = similarity.reshape(4, 3)
        rest = first @ similarity @ second.T - np.eye(len(first))
        gradient = 2 * first.T @ rest @ second + penalty * similarity
        return np.sum(rest**2) + penalty / 2 * np.sum(similarity**2), gradient.ravel()

    found = minimize(loss, np.zeros(12), jac=True, options={"gtol": 1e-10})
    model = GeometryAware(regularization=regularization).fit(matrices)
    similarity = model.similarities_[0, 1]
    assert np.isclose(loss(similarity)[0], found.fun, rtol=1e-12)
    np.testing.assert_allclose(similarity.ravel(), found.x, atol=1e-7)


def test_maps_of_two_views_are_the_decomposition_of_their_similarity():
    matrices = draw()
    model = GeometryAware().fit(matrices)
    similarity = model.similarities_[0, 1]
    left, metric, right = np.linalg.svd(similarity, full_matrices=False)
    np.testing.assert_allclose(model.metric_, metric, rtol=1e-10)
    for projection, rotation in zip(model.projections_, (left, right.T)):
        expected = rotation * np.sqrt(metric)
        signs = np.sign(np.einsum("ij,ij->j", projection, expected))
        np.testing.assert_allclose(projection, expected * signs, atol=1e-6)
    first, second = (p.astype(float) for p in model.projections_)
    np.testing.assert_allclose(first @ second.T, similarity, atol=1e-6)


@pytest.mark.parametrize("output", ["average", "concatenate"])
def test_mapped_views_of_unit_length_are_averaged_or_put_side_by_side(output):
    matrices, weights = draw(absent=0.3), [1, 3]
    model = GeometryAware(2, output=output, weights=weights).fit(matrices)
    combined = model.transform(matrices)
    mapped, known = [], []
    for matrix, projection, weight in zip(matrices, model.projections_, weights):
        rows = matrix @ projection
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        mapped.append(weight * rows / np.where(lengths, lengths, 1))
        known.append(weight * matrix.any(axis=1))
    expected = np.hstack(mapped)
    if output == "average":
        expected = sum(mapped) / np.maximum(sum(known), 1e-9)[:, None]
    np.testing.assert_allclose(combined, expected, atol=1e-5)


def test_three_copies_of_a_view_agree():
    [matrix] = draw((4,))
    model = GeometryAware().fit([matrix] * 3)
    two = GeometryAware().fit([matrix] * 2)
    np.testing.assert_allclose(model.metric_, two.metric_, rtol=1e-9)
    np.testing.assert_allclose(
        model.transform([matrix] * 3), two.transform([matrix] * 2), atol=1e-5
    )


def test_maps_of_three_views_explain_their_pairs_best():
    """They do as well as any, found by a search over orthonormal columns."""
    matrices = draw((4, 3, 2))
    model = GeometryAware(2).fit(matrices)
    pairs = np.zeros((9, 9))
    columns = [slice(0, 4), slice(4, 7), slice(7, 9)]
    for (i, j), similarity in model.similarities_.items():
        pairs[columns[i], columns[j]] = similarity
        pairs[columns[j], columns[i]] = similarity.T
    values, _ = np.linalg.eigh(pairs)
    maps = np.vstack(model.projections_).astype(float)
    axes = maps / np.linalg.norm(maps, axis=0)
    np.testing.assert_allclose(axes.T @ axes, np.eye(2), atol=1e-6)
    assert np.isclose(np.trace(axes.T @ pairs @ axes), values[-2:].sum(), rtol=1e-6)
    np.testing.assert_allclose(model.metric_, values[::-1][:2] / 2, rtol=1e-9)


def test_pairs_that_share_no_row_are_left_out():
    matrices = draw((4, 3, 2))
    matrices[0][25:] = 0
    matrices[2][:25] = 0
    model = GeometryAware().fit(matrices)
    assert list(model.similarities_) == [(0, 1), (1, 2)]


def test_a_single_view_keeps_its_cosines():
    [matrix] = draw((4,))
    others = np.zeros((50, 3))
    rows = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    for views, weights in (
        ([matrix], None),
        ([matrix, others], None),
        ([matrix, others + 1], [1, 0]),
    ):
        combined = GeometryAware(weights=weights).fit_transform(views).astype(float)
        np.testing.assert_allclose(combined @ combined.T, rows @ rows.T, atol=1e-5)
    shorter = GeometryAware(2).fit([matrix])
    _, _, right = np.linalg.svd(matrix)
    plane = shorter.projections_[0] @ shorter.projections_[0].T
    np.testing.assert_allclose(plane, right[:2].T @ right[:2], atol=1e-5)


@pytest.mark.parametrize("regularization", [1e-300, 1e-15])
def test_views_of_low_rank_are_related_by_the_pseudo_inverse(regularization):
    matrices = draw((4, 3))
    first = np.hstack([matrices[0], matrices[0][:, :2]])
    model = GeometryAware(regularization=regularization).fit([first, matrices[1]])
    similarities = first @ model.similarities_[0, 1] @ matrices[1].T
    expected = first @ np.linalg.pinv(first) @ np.linalg.pinv(matrices[1].T)
    np.testing.assert_allclose(similarities, expected @ matrices[1].T, atol=1e-8)
    lengths = np.linalg.norm(model.transform([first, matrices[1]]), axis=1)
    assert lengths.max() <= 1 + 1e-6


def test_a_source_that_is_zeros_once_centred_changes_nothing():
    matrices = draw((4, 3))
    views = Views([*matrices, np.ones((50, 2))])
    with np.errstate(all="raise"):
        combined = CombinerPipeline("geometry_aware", center=True).fit(views)
    assert np.isfinite(combined.transform(views)).all()
