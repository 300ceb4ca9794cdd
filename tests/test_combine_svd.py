import numpy as np
import pytest

from skmeta.combine import SVD, Views


def draw(seed=0, absent=0.0):
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((60, 3))
    matrices = [
        z @ rng.standard_normal((3, size)) + 0.5 * rng.standard_normal((60, size))
        for size in (4, 7, 5)
    ]
    for matrix in matrices:
        matrix[rng.random(60) < absent] = 0
    return [matrix.astype(np.float32) for matrix in matrices]


@pytest.mark.parametrize("power", [0, 0.5, 1])
@pytest.mark.parametrize("absent", [0, 0.3])
@pytest.mark.parametrize("n_components", [None, 1, 5, 16])
def test_scores_are_those_of_numpy(power, absent, n_components):
    matrices, weights = draw(absent=absent), [1.0, 2.0, 0.5]
    n_rows = np.any([matrix.any(axis=1) for matrix in matrices], axis=0).sum()
    stacked = np.hstack([w * m.astype(float) for w, m in zip(weights, matrices)])
    left, values, _ = np.linalg.svd(stacked, full_matrices=False)
    size = n_components or 7
    svd = SVD(n_components, power=power, weights=weights).fit(matrices)
    np.testing.assert_allclose(
        svd.singular_values_, values[:size] / np.sqrt(n_rows), rtol=1e-9
    )
    scores = left[:, :size] * np.sqrt(n_rows)
    scores *= (values[:size] / np.sqrt(n_rows)) ** power
    combined = svd.transform(matrices)
    signs = np.sign(np.einsum("ij,ij->j", combined, scores))
    np.testing.assert_allclose(combined, scores * signs, atol=2e-5)


def test_the_largest_entry_of_each_axis_is_positive():
    for projection in np.vstack(SVD().fit(draw()).projections_).T:
        assert projection[np.abs(projection).argmax()] > 0


def test_all_columns_keep_the_cosines_of_the_concatenation():
    matrices = draw(absent=0.2)
    combined = SVD(power=1, n_components=16).fit_transform(matrices).astype(float)
    stacked = np.hstack(matrices).astype(float)
    np.testing.assert_allclose(combined @ combined.T, stacked @ stacked.T, atol=1e-4)


def test_the_size_does_not_depend_on_the_number_of_rows():
    matrices = draw()
    once = SVD(3, power=0.5).fit_transform(matrices)
    twice = SVD(3, power=0.5).fit_transform([np.vstack([m, m]) for m in matrices])
    np.testing.assert_allclose(twice[:60], once, atol=1e-5)


def test_rows_absent_everywhere_change_nothing():
    matrices = draw()
    once = SVD(3, power=0).fit_transform(matrices)
    more = [np.vstack([m, np.zeros((7, m.shape[1]))]) for m in matrices]
    combined = SVD(3, power=0).fit_transform(more)
    np.testing.assert_allclose(combined[:60], once, atol=1e-6)
    assert not combined[60:].any()


def test_fewer_columns_come_out_of_views_of_low_rank_with_a_warning():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((50, 2))
    matrices = [z @ rng.standard_normal((2, 5)), z @ rng.standard_normal((2, 6))]
    for views in (Views(matrices), Views(matrices, normalize=True)):
        with pytest.warns(UserWarning, match=r"SVD\(n_components=9\) returns"):
            svd = SVD(9, power=0).fit(views)
        assert svd.n_features_out_ == len(svd.singular_values_)
        assert svd.n_features_out_ == (2 if not views.normalized else 4)


def test_nothing_to_tell_rows_apart_is_refused():
    views = Views([np.zeros((4, 2)), np.zeros((4, 3))], names=["a", "b"])
    with pytest.raises(ValueError, match=r"None of the views \['a', 'b'\] knows"):
        SVD().fit(views)
