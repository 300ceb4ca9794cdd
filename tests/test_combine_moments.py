import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skmeta.combine import Views, _views
from skmeta.combine._center import Center
from skmeta.combine._moments import Moments, compute_moments, knowing

presences = st.lists(st.lists(st.booleans(), min_size=3, max_size=3), max_size=20)


def draw(known, dimensions, seed=0):
    """Draw matrices whose rows are zeros where they are not known."""
    rng = np.random.default_rng(seed)
    known = np.array(known, dtype=bool).reshape(-1, len(dimensions))
    return [
        (rng.standard_normal((len(known), size)) * known[:, [view]]).astype(np.float32)
        for view, size in enumerate(dimensions)
    ]


def expect_equal(one, other):
    assert one.patterns == other.patterns
    assert one.n_rows == other.n_rows
    for pattern in one.patterns:
        np.testing.assert_allclose(
            one.gram_of(pattern), other.gram_of(pattern), rtol=1e-12, atol=1e-12
        )
    np.testing.assert_allclose(one.means(), other.means(), rtol=1e-12, atol=1e-12)


@settings(max_examples=60)
@given(
    known=presences,
    dimensions=st.tuples(*[st.integers(1, 4)] * 3),
    rows_at_a_time=st.integers(1, 30),
)
def test_moments_are_those_of_each_pattern(known, dimensions, rows_at_a_time):
    matrices = draw(known, dimensions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_views, "_ROWS_BLOCK_SIZE", rows_at_a_time)
        moments = compute_moments(Views(matrices))
    patterns = [tuple(np.flatnonzero(row).tolist()) for row in known]
    assert moments.patterns == sorted(set(patterns) - {()})
    assert moments.n_rows == sum(map(bool, patterns))
    for pattern in moments.patterns:
        rows = [place for place, one in enumerate(patterns) if one == pattern]
        stacked = np.hstack([matrices[view][rows] for view in pattern]).astype(float)
        np.testing.assert_allclose(moments.gram_of(pattern), stacked.T @ stacked)
        assert moments.n_rows_of(lambda one, here=pattern: one == here) == len(rows)
    everything = np.hstack(matrices).astype(float)
    np.testing.assert_allclose(moments.gram(), everything.T @ everything, atol=1e-12)


@settings(max_examples=40)
@given(known=presences, cut=st.integers(0, 20))
def test_moments_of_two_halves_add_up_to_those_of_the_whole(known, cut):
    matrices = draw(known, (2, 3, 1))
    whole = compute_moments(Views(matrices))
    first = compute_moments(Views([matrix[:cut] for matrix in matrices]))
    second = compute_moments(Views([matrix[cut:] for matrix in matrices]))
    before = {pattern: first.gram_of(pattern).copy() for pattern in first.patterns}
    expect_equal(first + second, whole)
    for pattern, gram in before.items():
        np.testing.assert_array_equal(first.gram_of(pattern), gram)


@settings(max_examples=40)
@given(known=presences)
def test_centred_moments_are_those_of_centred_rows(known):
    matrices = draw(known, (2, 3, 1))
    moments = compute_moments(Views(matrices))
    means = []
    for view, matrix in enumerate(matrices):
        here = np.array([row[view] for row in known], bool)
        mean = matrix[here].astype(float).mean(axis=0) if here.any() else 0
        means.append(np.broadcast_to(mean, matrix.shape[1]))
        matrices[view] = np.where(here[:, None], matrix - mean, 0).astype(float)
    np.testing.assert_allclose(moments.means(), np.concatenate(means), atol=1e-12)
    centered = moments.center()
    assert centered.patterns == moments.patterns
    everything = np.hstack(matrices)
    np.testing.assert_allclose(centered.gram(), everything.T @ everything, atol=1e-6)
    np.testing.assert_allclose(centered.means(), 0, atol=1e-6)


@settings(max_examples=40)
@given(known=presences, views=st.sets(st.integers(0, 2)))
def test_moments_of_some_views_are_as_if_the_others_knew_nothing(known, views):
    matrices = draw(known, (2, 3, 1))
    left = [matrix * (view in views) for view, matrix in enumerate(matrices)]
    expect_equal(
        compute_moments(Views(matrices)).select(views), compute_moments(Views(left))
    )


def test_weights_leave_rows_out_or_make_them_count():
    known = [[1, 1, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1], [1, 1, 1]]
    matrices = draw(known, (2, 3, 1))
    moments = compute_moments(Views(matrices))
    both = np.hstack(matrices)[[0, 1, 4]].astype(float)
    weigh = knowing(0, 1)
    assert moments.n_rows_of(weigh) == 3
    np.testing.assert_allclose(
        moments.means(weigh)[:5], both.mean(axis=0)[:5], rtol=1e-6
    )
    np.testing.assert_allclose(moments.gram(weigh), both.T @ both, atol=1e-6)
    shares = 0.1 * np.sum(known, axis=1)
    everything = np.hstack(matrices).astype(float)
    np.testing.assert_allclose(
        moments.gram(lambda pattern: 0.1 * len(pattern)),
        everything.T * shares @ everything,
        atol=1e-12,
    )
    np.testing.assert_allclose(
        moments.means(lambda pattern: 0.1 * len(pattern)),
        shares @ everything / np.repeat(shares @ np.array(known), (2, 3, 1)),
        rtol=1e-12,
    )


def test_moments_are_measured_once_and_anew_after_a_step():
    views = Views(draw([[1, 1, 1]] * 5, (2, 3, 1)))
    moments = compute_moments(views)
    assert compute_moments(views) is moments
    stepped = views.with_step(Center().fit(views))
    assert compute_moments(stepped) is not moments
    np.testing.assert_allclose(compute_moments(stepped).means(), 0, atol=1e-6)


def test_more_than_eight_views_keep_their_patterns_apart():
    known = np.eye(10, dtype=bool)
    known[0] = True
    moments = compute_moments(Views(draw(known, (1,) * 10)))
    assert moments.patterns == sorted(
        [tuple(range(10)), *((view,) for view in range(1, 10))]
    )


def test_columns_of_a_pattern_are_those_of_its_views():
    moments = Moments((2, 3, 1))
    assert moments.columns == [slice(0, 2), slice(2, 5), slice(5, 6)]
    assert moments.columns_of((0, 2)).tolist() == [0, 1, 5]
