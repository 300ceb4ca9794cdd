import numpy as np
import pytest

from skmeta.combine import SVD, Views
from skmeta.combine._linear import check_overlap, flip_signs
from skmeta.combine._moments import compute_moments


def knowing_rows(known):
    """Return the moments of views of one column that know these rows."""
    known = np.array(known, dtype=float)
    return compute_moments(Views([known[:, [view]] for view in range(known.shape[1])]))


def test_sources_may_be_connected_by_others():
    check_overlap(knowing_rows([[1, 1, 0], [0, 1, 1]]), "abc", "GCCA")
    check_overlap(knowing_rows([[1, 0, 0], [0, 1, 1], [1, 1, 0]]), "abc", "GCCA")
    check_overlap(knowing_rows([[1, 1, 0], [1, 0, 0]]), "abc", "GCCA")


def test_sources_that_are_not_connected_are_named():
    moments = knowing_rows([[1, 0, 0, 1], [0, 1, 1, 0], [1, 0, 0, 0]])
    with pytest.raises(
        ValueError, match=r"\['a', 'd'\] and \['b', 'c'\] share no row, and GCCA needs"
    ):
        check_overlap(moments, "abcd", "GCCA")


def test_signs_are_fixed_by_the_largest_entry():
    vectors = np.array([[1.0, -3.0], [-2.0, 2.0]])
    np.testing.assert_array_equal(flip_signs(vectors), [[-1, 3], [2, -2]])
    np.testing.assert_array_equal(flip_signs(-vectors), flip_signs(vectors))


def test_columns_that_are_zero_but_for_rounding_are_left_out():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((100, 2)).astype(np.float32).astype(float)
    views = [z, 0.25 * z, z[:, :1] * [1, 2, 4]]
    assert SVD().fit(views).n_features_out_ == 2
