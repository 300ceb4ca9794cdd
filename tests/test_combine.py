from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.base import clone

from skmeta import combine
from skmeta.combine import Average, Concatenate, Views, _views
from skmeta.combine._by_name import COMBINERS, get_combiner


def cosine(a, b):
    return a @ b / np.sqrt(a @ a * (b @ b))


@pytest.fixture
def matrices():
    rng = np.random.default_rng(0)
    return [rng.standard_normal((30, size)) for size in (4, 7, 5)]


def test_cosine_of_a_concatenation_is_the_weighted_mean_of_cosines(matrices):
    weights = np.array([1.0, 2.0, 0.5])
    views = Views(matrices, normalize=True)
    combined = Concatenate(weights=weights).fit_transform(views)
    for i, j in [(0, 1), (3, 17), (29, 2)]:
        cosines = [cosine(matrix[i], matrix[j]) for matrix in matrices]
        expected = weights**2 @ cosines / (weights**2).sum()
        assert np.isclose(cosine(combined[i], combined[j]), expected, atol=1e-6)


def test_concatenation_is_the_columns_side_by_side(matrices):
    combined = Concatenate().fit_transform(matrices)
    np.testing.assert_array_equal(combined, np.hstack(matrices).astype(np.float32))


def test_average_is_the_mean_filled_up_with_zeros(matrices):
    combined = Average(weights=[1, 2, 1]).fit_transform(matrices)
    expected = np.zeros((30, 7))
    for weight, matrix in zip([0.25, 0.5, 0.25], matrices):
        expected[:, : matrix.shape[1]] += weight * matrix
    np.testing.assert_allclose(combined, expected, atol=1e-6)


@settings(max_examples=40)
@given(
    known=st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1),
    normalize=st.booleans(),
    seed=st.integers(0, 9),
)
def test_absent_rows_agree_with_a_loop(known, normalize, seed):
    """Rows may be absent by a row number of -1, or by being zeros."""
    rng = np.random.default_rng(seed)
    weights = [1.0, 3.0, 0.5]
    matrices = [rng.standard_normal((len(known) + 1, size)) for size in (2, 3, 1)]
    order = rng.permutation(len(known))
    rows = [np.where([k[v] for k in known], order, -1) for v in range(3)]
    by_zeros = []
    for matrix, row_numbers in zip(matrices, rows):
        by_zeros.append(np.where(row_numbers[:, None] < 0, 0, matrix[row_numbers]))
    for views in (
        Views(matrices, rows, normalize=normalize),
        Views(by_zeros, normalize=normalize),
    ):
        averages = Average(weights=weights).fit_transform(views)
        side_by_side = Concatenate(weights=weights).fit_transform(views)
        for place, known_here in enumerate(known):
            total, blocks, present = np.zeros(3), [], 0
            for v in range(3):
                row = matrices[v][order[place]] * known_here[v]
                if normalize and known_here[v]:
                    row = row / np.linalg.norm(row)
                blocks.append(weights[v] * row)
                total[: len(row)] += weights[v] * row
                present += weights[v] * known_here[v]
            np.testing.assert_allclose(
                averages[place], total / (present or 1), atol=1e-5
            )
            np.testing.assert_allclose(
                side_by_side[place], np.concatenate(blocks), atol=1e-5
            )
        np.testing.assert_array_equal(views.present(), known)


@pytest.mark.parametrize("combiner", [Average(), Concatenate()])
def test_result_does_not_depend_on_blocks_or_neighbours(combiner, matrices):
    whole = combiner.fit_transform(Views(matrices, normalize=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_views, "_ROWS_BLOCK_SIZE", 7)
        cut = combiner.fit_transform(Views(matrices, normalize=True))
    np.testing.assert_array_equal(whole, cut)
    rows = [matrix[[3, 1]] for matrix in matrices]
    np.testing.assert_array_equal(
        combiner.transform(Views(rows, normalize=True)), whole[[3, 1]]
    )


def test_weights_go_by_name_too(matrices):
    views = Views(matrices, names=["a", "b", "c"])
    named = Concatenate(weights={"c": 3, "a": 1, "b": 2}).fit_transform(views)
    in_order = Concatenate(weights=[1, 2, 3]).fit_transform(views)
    np.testing.assert_array_equal(named, in_order)


@pytest.mark.parametrize(
    "weights",
    [
        [1, 2],
        [1, 2, -1],
        [0, 0, 0],
        [1, np.nan, 1],
        [[1, 2, 3]],
        {"0": 1, "1": 1},
        "abc",
        [1, "x", 2],
    ],
)
@pytest.mark.parametrize("combiner", [Average, Concatenate])
def test_unsound_weights_are_refused(weights, combiner, matrices):
    with pytest.raises(ValueError, match=r"expected .* for each of the sources"):
        combiner(weights=weights).fit(matrices)


def test_a_view_of_weight_zero_does_not_matter(matrices):
    combined = Average(weights=[1, 0, 0]).fit_transform(matrices)
    expected = np.pad(matrices[0], ((0, 0), (0, 3)))
    np.testing.assert_allclose(combined, expected, rtol=1e-6)


def test_views_of_other_dimensions_are_refused(matrices):
    combiner = Concatenate().fit(matrices)
    with pytest.raises(ValueError, match=r"\(7, 4, 5\) dimensions, expected \(4, 7, 5"):
        combiner.transform([matrices[1], matrices[0], matrices[2]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "no view"),
        (([[1.0, 2.0]],), "rows and columns"),
        (([[["a"]]],), "expected numbers"),
        (([[[1.0]], [[1.0], [2.0]]],), "equally many"),
        (([[[1.0]]], None, ["a", "b"]), "2 names for 1 view"),
    ],
)
def test_unsound_views_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Views(*arguments)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e60, 1e200])
def test_numbers_that_are_not_finite_are_refused(value, matrices):
    matrices[1][7, 2] = value
    with pytest.raises(ValueError, match="Row 7 of the view '1' holds NaN, infinity"):
        Views(matrices)


def test_sparse_views_are_refused_where_dense_ones_are_needed():
    with pytest.raises(TypeError, match=r"The view 'b' is sparse.*TruncatedSVD"):
        Average().fit(Views([np.eye(3), csr_array(np.eye(3))], names=["a", "b"]))


def test_weights_by_name_may_hold_dropped_sources(matrices):
    weights = {"0": 1, "1": 2, "2": 3, "dropped": 4}
    assert Concatenate(weights=weights).fit(matrices).weights_.tolist() == [1, 2, 3]


def test_matrices_are_not_changed(matrices):
    before = [matrix.astype(np.float32) for matrix in matrices]
    for matrix in before:
        matrix.flags.writeable = False
    views = Views(before, normalize=True)
    Average().fit_transform(views)
    np.testing.assert_array_equal(before[0], matrices[0].astype(np.float32))


def test_every_name_gives_its_combiner():
    assert sorted(COMBINERS) == list(COMBINERS)
    for name, combiner in COMBINERS.items():
        assert combiner.__name__ in combine.__all__
        if name != "autoencoder" or find_spec("torch"):  # which it needs
            assert type(get_combiner(name)) is combiner


def test_a_given_combiner_is_cloned(matrices):
    given_combiner = Concatenate(weights=[1, 2, 3])
    combiner = get_combiner(given_combiner).fit(matrices)
    assert combiner is not given_combiner
    assert combiner.weights == [1, 2, 3]
    assert not hasattr(given_combiner, "weights_")
    assert clone(combiner).get_params() == {"weights": [1, 2, 3]}


def test_no_combiner_is_refused():
    with pytest.raises(ValueError, match="expected one of autoencoder, average, con"):
        get_combiner("median")
    with pytest.raises(TypeError, match="expected one of autoencoder, average, con"):
        get_combiner(Average)
