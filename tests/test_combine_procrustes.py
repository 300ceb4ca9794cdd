import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes
from sklearn.exceptions import ConvergenceWarning

from skmeta.combine import Procrustes, Views


def draw(dimensions=(5, 5), absent=0.0, noise=0.3, seed=0, n_rows=60):
    """Draw rotated noisy copies of the same rows, zeros where they are absent."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n_rows, max(dimensions))) * np.linspace(
        2, 0.5, max(dimensions)
    )
    matrices = []
    for size in dimensions:
        turned = z @ np.linalg.qr(rng.standard_normal((max(dimensions), size)))[0]
        matrices.append(turned + noise * rng.standard_normal(turned.shape))
        matrices[-1][rng.random(n_rows) < absent] = 0
    return [matrix.astype(np.float32).astype(float) for matrix in matrices]


def agreement(matrices, rotations, weights):
    """Add up the squared lengths of weighted means times the weights they count."""
    total = 0.0
    for place in range(len(matrices[0])):
        here = [v for v, matrix in enumerate(matrices) if matrix[place].any()]
        if here:
            weight = sum(weights[v] for v in here)
            mean = sum(weights[v] * matrices[v][place] @ rotations[v] for v in here)
            total += weight * np.sum((mean / weight) ** 2)
    return total


def gower(matrices, weights, width, seed, n_sweeps=2000):
    """Rotate each view onto the mean of all, from a random start, until it rests."""
    rng = np.random.default_rng(seed)
    known = np.stack([m.any(axis=1) for m in matrices]) * np.reshape(weights, (-1, 1))
    rotations = [
        np.linalg.qr(rng.standard_normal((width, m.shape[1])))[0].T for m in matrices
    ]
    before = 0.0
    for _ in range(n_sweeps):
        turned = [w * m @ r for w, m, r in zip(weights, matrices, rotations)]
        mean = sum(turned) / np.maximum(known.sum(axis=0), 1e-9)[:, None]
        now = (known.sum(axis=0)[:, None] * mean**2).sum()
        if now - before < 1e-12 * now:
            break
        before = now
        for v, matrix in enumerate(matrices):
            left, _, right = np.linalg.svd(matrix.T @ mean, full_matrices=False)
            rotations[v] = left @ right
    return agreement(matrices, rotations, weights)


@pytest.mark.parametrize("absent", [0, 0.4])
def test_rotation_onto_a_target_is_that_of_scipy(absent):
    matrices = draw((5, 5, 5), absent)
    model = Procrustes(target=1).fit(matrices)
    for view in (0, 2):
        both = matrices[view].any(axis=1) & matrices[1].any(axis=1)
        expected, _ = orthogonal_procrustes(matrices[view][both], matrices[1][both])
        np.testing.assert_allclose(model.rotations_[view], expected, atol=1e-10)
    np.testing.assert_array_equal(model.rotations_[1], np.eye(5))
    alone = [np.zeros((60, 5)), matrices[1], np.zeros((60, 5))]
    np.testing.assert_allclose(model.transform(alone), matrices[1], rtol=1e-6)


def test_disparity_is_that_of_scipy_up_to_scaling():
    matrices = draw(noise=1.0)
    standard = []
    for matrix in matrices:
        centered = matrix - matrix.mean(axis=0)
        standard.append(centered / np.linalg.norm(centered))
    _, _, disparity = procrustes(*standard)
    rotation = Procrustes(target=0).fit(standard).rotations_[1]
    similarity = np.vdot(standard[0], standard[1] @ rotation)
    assert np.isclose(1 - similarity**2, disparity, rtol=1e-6)


def test_consensus_of_two_views_is_that_of_scipy_but_for_its_axes():
    matrices = draw()
    model = Procrustes().fit(matrices)
    onto, _ = orthogonal_procrustes(matrices[1], matrices[0])
    between = model.rotations_[1] @ model.rotations_[0].T
    np.testing.assert_allclose(between, onto, atol=1e-7)
    consensus = model.transform(matrices).astype(float)
    second = consensus.T @ consensus
    np.testing.assert_allclose(second, np.diag(np.diag(second)), atol=1e-3)
    assert (np.diff(np.diag(second)) <= 1e-3).all()


@settings(max_examples=15)
@given(
    dimensions=st.lists(st.integers(1, 5), min_size=1, max_size=4),
    absent=st.sampled_from([0, 0.3]),
    seed=st.integers(0, 100),
)
def test_rotations_keep_lengths_and_agree_as_the_loop_says(dimensions, absent, seed):
    matrices = draw(dimensions, absent, seed=seed)
    weights = np.linspace(0.5, 2, len(dimensions))
    model = Procrustes(weights=weights).fit(matrices)
    for matrix, rotation in zip(matrices, model.rotations_):
        assert rotation.shape == (matrix.shape[1], max(dimensions))
        np.testing.assert_allclose(
            rotation @ rotation.T, np.eye(len(rotation)), atol=1e-10
        )
    combined = model.transform(matrices).astype(float)
    counts = np.stack([m.any(axis=1) for m in matrices]).T @ weights
    np.testing.assert_allclose(
        agreement(matrices, model.rotations_, weights),
        (counts[:, None] * combined**2).sum(),
        rtol=1e-5,
    )


@pytest.mark.parametrize("dimensions", [(5, 5, 5), (6, 4, 2), (3, 3, 3, 3)])
@pytest.mark.parametrize("absent", [0, 0.3])
@pytest.mark.parametrize("noise", [0.2, 2.0])
def test_consensus_is_not_below_plain_loops(dimensions, absent, noise):
    matrices = draw(dimensions, absent, noise)
    weights = np.array([1, 2, 0.5, 1][: len(dimensions)])
    model = Procrustes(weights=weights, max_iter=2000, tol=1e-13).fit(matrices)
    found = agreement(matrices, model.rotations_, weights)
    best = max(gower(matrices, weights, max(dimensions), seed) for seed in range(6))
    assert found >= best * (1 - 1e-6)


@pytest.mark.filterwarnings("ignore:Procrustes stopped")
def test_no_sweep_makes_it_worse():
    matrices = draw((6, 4, 2, 5), 0.3, noise=3.0)
    agreements = []
    for sweeps in range(1, 12):
        model = Procrustes(max_iter=sweeps, tol=0).fit(matrices)
        assert model.n_iter_ == sweeps
        agreements.append(agreement(matrices, model.rotations_, np.ones(4)))
    assert agreements[-1] > agreements[0]
    assert (np.diff(agreements) >= -1e-9 * agreements[0]).all()


def test_exact_copies_are_found_whatever_their_widths():
    matrices = draw((5, 5, 5), noise=0)
    combined = Procrustes().fit_transform(matrices).astype(float)
    gram = matrices[0] @ matrices[0].T
    np.testing.assert_allclose(combined @ combined.T, gram, atol=1e-4)
    narrow = np.linalg.qr(np.random.default_rng(0).standard_normal((5, 3)))[0]
    low = [matrices[0] @ narrow, matrices[0] @ narrow @ narrow.T]
    combined = Procrustes().fit_transform(low).astype(float)
    np.testing.assert_allclose(combined @ combined.T, low[0] @ low[0].T, atol=1e-4)


def test_side_by_side_the_rotated_views_keep_their_cosines():
    matrices = draw((5, 3))
    combined = Procrustes(output="concatenate", weights=[1, 2]).fit_transform(matrices)
    assert combined.shape == (60, 10)
    stacked = np.hstack([matrices[0], 2 * matrices[1]])
    np.testing.assert_allclose(combined @ combined.T, stacked @ stacked.T, atol=1e-3)


def test_what_shared_rows_leave_open_does_not_depend_on_rounding():
    """Two views share one row; turning one of them beforehand changes nothing."""
    matrices = draw((4, 4), n_rows=21)
    matrices[0][:10] = 0
    matrices[1][11:] = 0
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((4, 4)))[0]
    one = Procrustes().fit_transform(matrices).astype(float)
    other = Procrustes().fit_transform([matrices[0], matrices[1] @ turn]).astype(float)
    np.testing.assert_allclose(one @ one.T, other @ other.T, atol=1e-4)


def test_a_target_goes_by_name_or_number():
    views = Views(draw(), names=["a", "b"])
    by_name = Procrustes(target="b").fit_transform(views)
    np.testing.assert_array_equal(by_name, Procrustes(target=1).fit_transform(views))
    for target in ("c", 2):
        with pytest.raises(ValueError, match=r"Found target=.*\['a', 'b'\]"):
            Procrustes(target=target).fit(views)


def test_a_source_that_shares_no_row_with_the_target_is_refused():
    matrices = draw((3, 3, 3))
    matrices[0][20:] = 0
    matrices[2][:20] = 0
    with pytest.raises(ValueError, match="'2' shares no row with the target '0'"):
        Procrustes(target=0).fit(matrices)
    Procrustes().fit(matrices)


def test_a_source_that_knows_nothing_or_does_not_count_needs_no_row_of_the_target():
    matrices = draw((3, 3, 3))
    matrices[0][20:] = 0
    matrices[2][:20] = 0
    expected = Procrustes(target=0).fit_transform(matrices[:2])
    for weights, last in ([1, 1, 0], matrices[2]), ([1, 1, 1], 0 * matrices[2]):
        views = [*matrices[:2], last]
        combined = Procrustes(target=0, weights=weights).fit_transform(views)
        np.testing.assert_allclose(combined, expected, rtol=1e-6)


def test_a_target_may_be_outside_the_mean():
    matrices = draw((4, 4, 4))
    model = Procrustes(target=2, weights=[1, 1, 0]).fit(matrices)
    turned = [orthogonal_procrustes(m, matrices[2])[0] for m in matrices[:2]]
    expected = sum(m @ r for m, r in zip(matrices, turned)) / 2
    np.testing.assert_allclose(model.transform(matrices), expected, atol=1e-5)


def test_too_few_improvements_are_told():
    rng = np.random.default_rng(0)
    matrices = [rng.standard_normal((50, 5)) for _ in range(3)]
    with pytest.warns(ConvergenceWarning, match="after max_iter=2 improvements"):
        Procrustes(max_iter=2).fit(matrices)
    with pytest.warns(ConvergenceWarning, match="after max_iter=1"):
        Procrustes(max_iter=1).fit([matrix * 1e-30 for matrix in matrices])
