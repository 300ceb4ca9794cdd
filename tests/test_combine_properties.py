"""What holds for every combiner."""

import hashlib
import os
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from skmeta.combine import (
    GCCA,
    SVD,
    Average,
    Concatenate,
    GeometryAware,
    OneToN,
    Procrustes,
    Views,
    _views,
)
from skmeta.combine._by_name import COMBINERS

# Iterative ones are run to the end, so that only rounding is left to differ.
EVERY = {
    "average": Average(),
    "concatenate": Concatenate(),
    "gcca": GCCA(3),
    "geometry_aware": GeometryAware(3),
    "one_to_n": OneToN(3, tol=1e-13, max_iter=5000),
    "procrustes": Procrustes(tol=1e-15, max_iter=5000),
    "svd": SVD(3),
}
VARIANTS = {
    **EVERY,
    "gcca, power 0": GCCA(3, power=0, regularization=0.1),
    "geometry_aware, concatenate": GeometryAware(3, output="concatenate"),
    "procrustes, concatenate": Procrustes(output="concatenate"),
    "procrustes, target": Procrustes(target=0),
    "svd, power 0": SVD(3, power=0),
}
EXAMINED_ALONE = {"autoencoder", "locally_linear"}  # in files of their own
BOUND_TO_AXES = {"average"}  # rotating a source changes the answer
NEEDS_SHARED_ROWS = {"gcca", "geometry_aware", "one_to_n", "procrustes"}
HAS_COMPONENTS = {"gcca", "geometry_aware", "one_to_n", "svd"}
NEEDS_ROWS = NEEDS_SHARED_ROWS | {"svd"}  # to learn from
NEEDS_VARIATION = {"gcca"}  # among rows
DIMENSIONS = (4, 6, 3)

every = pytest.mark.parametrize("name", EVERY)
every_variant = pytest.mark.parametrize("name", VARIANTS)


def draw(dimensions=DIMENSIONS, absent=0.3, seed=0, n_rows=60):
    """Draw views of the same latent rows, zeros where they are absent."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((n_rows, 3)) * [1.5, 1.0, 0.7]
    matrices = []
    for size in dimensions:
        matrix = z @ rng.standard_normal((3, size))
        matrix += 0.2 * rng.standard_normal(matrix.shape)
        matrices.append(matrix.astype(np.float32))
    for matrix in matrices:
        matrix[5:][rng.random(n_rows - 5) < absent] = 0
    return matrices


def combine(name, matrices, normalize=True, **parameters):
    combiner = clone(VARIANTS[name]).set_params(**parameters)
    return combiner.fit_transform(Views(matrices, normalize=normalize))


def cosines(combined):
    combined = combined.astype(np.float64)
    lengths = np.linalg.norm(combined, axis=1, keepdims=True)
    combined = combined / np.where(lengths, lengths, 1)
    return combined @ combined.T


def turn(size, seed=7):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0]


def expect_same_cosines(one, other, atol=2e-4):
    np.testing.assert_allclose(cosines(one), cosines(other), atol=atol)


def test_every_combiner_is_examined():
    assert EVERY.keys() | EXAMINED_ALONE == COMBINERS.keys()
    for name, combiner in EVERY.items():
        assert type(combiner) is COMBINERS[name]


# What does not matter


@every
@pytest.mark.parametrize("absent", [0, 0.3])
def test_order_of_sources_does_not_matter(name, absent):
    matrices, weights = draw(absent=absent), [1.0, 2.0, 0.5]
    one = combine(name, matrices, weights=weights)
    order = [2, 0, 1]
    other = combine(
        name, [matrices[i] for i in order], weights=[weights[i] for i in order]
    )
    expect_same_cosines(one, other)


@pytest.mark.parametrize("name", [name for name in EVERY if name not in BOUND_TO_AXES])
@pytest.mark.parametrize("absent", [0, 0.3])
def test_rotation_of_a_source_does_not_matter(name, absent):
    matrices = draw(absent=absent)
    turned = [matrices[0], matrices[1] @ turn(6), matrices[2]]
    expect_same_cosines(combine(name, matrices), combine(name, turned))


@every_variant
def test_scale_of_a_source_does_not_matter_for_unit_rows(name):
    matrices = draw()
    scaled = [matrices[0], 1000 * matrices[1], matrices[2] * 1e-3]
    expect_same_cosines(combine(name, matrices), combine(name, scaled))


@every_variant
@pytest.mark.parametrize("scale", [1e-20, 1e15])
@pytest.mark.parametrize("normalize", [False, True])
def test_scale_of_all_sources_does_not_matter(name, scale, normalize):
    matrices = draw()
    scaled = [scale * matrix.astype(np.float64) for matrix in matrices]
    with np.errstate(all="raise", under="ignore"):
        other = combine(name, scaled, normalize)
    other /= np.abs(other).max()
    expect_same_cosines(combine(name, matrices, normalize), other)


@every_variant
def test_order_of_rows_does_not_matter(name):
    matrices = draw()
    order = np.random.default_rng(0).permutation(60)
    one = combine(name, matrices)[order]
    other = combine(name, [matrix[order] for matrix in matrices])
    np.testing.assert_allclose(one, other, atol=1e-4 * np.abs(one).max())


@every_variant
def test_a_repeated_row_gets_the_same_vector(name):
    matrices = [np.vstack([matrix, matrix[[3, 3, 11]]]) for matrix in draw()]
    combined = combine(name, matrices)
    expected = combined[[3, 3, 11]]
    np.testing.assert_allclose(combined[60:], expected, rtol=1e-4, atol=1e-6)


@every_variant
@pytest.mark.parametrize("rows_at_a_time", [1, 7])
def test_size_of_blocks_does_not_matter(name, rows_at_a_time, monkeypatch):
    one = combine(name, draw())
    monkeypatch.setattr(_views, "_ROWS_BLOCK_SIZE", rows_at_a_time)
    other = combine(name, draw())
    np.testing.assert_allclose(one, other, atol=1e-5 * np.abs(one).max())


@every_variant
@settings(max_examples=8)
@given(
    known=st.lists(
        st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=8
    ),
    normalize=st.booleans(),
)
def test_new_rows_are_combined_each_on_its_own(name, known, normalize):
    """Whichever sources know them, also as no row did in fit."""
    fitted = clone(VARIANTS[name])
    if "max_iter" in fitted.get_params():
        fitted.set_params(max_iter=500, tol=1e-6)
    fitted.fit(Views(draw(absent=0), normalize=normalize))
    rows = [
        matrix * np.array(known, np.float32)[:, [view]]
        for view, matrix in enumerate(draw(n_rows=5 + len(known), seed=1))
        for matrix in [np.roll(matrix, -5, axis=0)[: len(known)]]
    ]
    combined = fitted.transform(Views(rows, normalize=normalize))
    assert combined.shape == (len(known), fitted.n_features_out_)
    assert np.isfinite(combined).all()
    for place in range(len(known)):
        row = Views([matrix[[place]] for matrix in rows], normalize=normalize)
        np.testing.assert_allclose(
            fitted.transform(row)[0], combined[place], rtol=1e-4, atol=1e-5
        )
        if not any(matrix[place].any() for matrix in rows):
            assert not combined[place].any()


@every_variant
def test_rows_that_one_view_alone_knows_are_combined(name):
    matrices = draw(absent=0)
    for matrix in (matrices[0], matrices[2]):
        matrix[50:] = 0
    combined = combine(name, matrices)
    assert np.isfinite(combined).all()
    assert (np.linalg.norm(combined[50:], axis=1) > 1e-3).all()


# Input and output


@every_variant
def test_input_is_left_as_it_is_and_may_be_read_only_or_on_disk(name, tmp_path):
    matrices = draw()
    expected = combine(name, matrices)
    mapped = []
    for view, matrix in enumerate(matrices):
        file = tmp_path / f"{view}"
        matrix.tofile(file)
        mapped.append(np.memmap(file, np.float32, "r", shape=matrix.shape))
        matrix.flags.writeable = False
    before = [matrix.copy() for matrix in matrices]
    np.testing.assert_array_equal(combine(name, matrices), expected)
    np.testing.assert_array_equal(combine(name, mapped), expected)
    for matrix, copy in zip(matrices, before):
        np.testing.assert_array_equal(matrix, copy)


@every_variant
@pytest.mark.parametrize("dtype", [np.float16, np.float64, np.int8, np.int64])
def test_numbers_of_any_kind_give_float32(name, dtype):
    matrices = [np.round(4 * matrix).astype(dtype) for matrix in draw()]
    combined = combine(name, matrices)
    assert combined.dtype == np.float32
    expected = combine(name, [matrix.astype(np.float32) for matrix in matrices])
    np.testing.assert_allclose(combined, expected, atol=1e-6)


@every_variant
def test_a_fitted_combiner_survives_pickling_and_a_clone_is_not_fitted(name):
    views = Views(draw())
    fitted = clone(VARIANTS[name]).fit(views)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.transform(views), fitted.transform(views))
    assert not hasattr(clone(fitted), "weights_")
    assert clone(fitted).get_params() == fitted.get_params()


@every_variant
def test_transform_changes_nothing_that_was_learned(name):
    views = Views(draw())
    fitted = clone(VARIANTS[name]).fit(views)
    before = pickle.dumps(fitted)
    fitted.transform(views)
    assert pickle.dumps(fitted) == before


@every_variant
def test_combined_rows_go_where_they_are_told(name):
    views = Views(draw())
    fitted = clone(VARIANTS[name]).fit(views)
    out = np.empty((60, fitted.n_features_out_), np.float32)
    assert fitted.transform(views, out) is out
    np.testing.assert_array_equal(out, fitted.transform(views))


def digest(seed=0):
    """Summarise what every combiner gives."""
    summary = hashlib.sha256()
    for name in VARIANTS:
        summary.update(combine(name, draw(seed=seed)).tobytes())
    return summary.hexdigest()


def test_every_run_and_every_process_gives_the_same():
    assert digest() == digest()
    script = (
        f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "from test_combine_properties import digest; print(digest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert elsewhere.stdout == digest() + "\n"


# Degenerate input


def answer(name, matrices, normalize=True, **parameters):
    """Combine; no number may overflow or be undefined on the way."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        combined = combine(name, matrices, normalize, **parameters)
    assert combined.dtype == np.float32
    assert combined.shape[0] == np.shape(matrices[0])[0]
    assert combined.shape[1]
    assert np.isfinite(combined).all()
    return combined


@every_variant
@pytest.mark.parametrize("absent", [0, 0.3])
@pytest.mark.parametrize("size", [1, 4])
def test_one_source_is_enough(name, absent, size):
    matrices = draw((size,), absent)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        combined = answer(name, matrices)
    known = matrices[0].any(axis=1)
    assert not combined[~known].any()
    assert combined[known].any(axis=1).all()


@every_variant
@pytest.mark.parametrize("n_copies", [2, 3])
def test_copies_of_a_source_say_no_more_than_one(name, n_copies):
    [matrix] = draw((4,))
    combined = answer(name, [matrix] * n_copies)
    if name.startswith("geometry_aware"):  # weighs axes by what two views share
        one = combine(name, [matrix, matrix])
    else:
        one = combine(name, [matrix])
    expect_same_cosines(combined, one)


@every_variant
@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("absent", [0, 0.3])
def test_sources_of_low_rank_are_combined(name, absent, normalize):
    matrices = draw(absent=absent)
    matrices[1][:, 3] = 2 * matrices[1][:, 0]
    matrices[1][:, 4] = 0
    answer(name, matrices, normalize)


@every_variant
@pytest.mark.parametrize("value", [1.0, 1e4])
@pytest.mark.parametrize("normalize", [False, True])
def test_a_constant_column_is_borne(name, value, normalize):
    matrices = draw()
    known = matrices[1].any(axis=1)
    matrices[1][known, 2] = value
    answer(name, matrices, normalize)


@pytest.mark.parametrize("name", sorted(HAS_COMPONENTS))
def test_asking_for_too_many_columns_gives_fewer_and_a_warning(name):
    matrices = draw(absent=0)
    combiner = clone(EVERY[name]).set_params(n_components=14)
    with pytest.warns(
        UserWarning, match=rf"{type(combiner).__name__}\(n_components=14"
    ):
        combined = combiner.fit_transform(matrices)
    assert 3 <= combined.shape[1] == combiner.n_features_out_ <= 13
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        combiner.set_params(n_components=None).fit(matrices)
    assert combiner.n_features_out_ <= 6


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
@pytest.mark.parametrize("name", sorted(HAS_COMPONENTS))
def test_warnings_name_the_line_of_the_user(name, method):
    combiner = clone(EVERY[name]).set_params(n_components=14)
    with pytest.warns(UserWarning, match=r"returns .* columns") as record:
        getattr(combiner, method)(draw(absent=0))
    assert {warning.filename for warning in record} == {__file__}


@every
def test_sources_without_a_shared_row_are_refused_or_combined(name):
    matrices = draw(absent=0)
    matrices[0][30:] = 0
    for matrix in matrices[1:]:
        matrix[:30] = 0
    if name in NEEDS_SHARED_ROWS:
        message = r"\['0'\] and \['1', '2'\] share no row, .* Use Concatenate"
        with pytest.raises(ValueError, match=message):
            combine(name, matrices)
    else:
        assert answer(name, matrices).any(axis=1).all()


@every
def test_views_without_rows_teach_nothing(name):
    empty = [np.zeros((0, size)) for size in DIMENSIONS]
    if name in NEEDS_ROWS:
        with pytest.raises(ValueError, match=r"None of the views .* knows any row"):
            combine(name, empty)
    fitted = clone(EVERY[name]).fit(draw())
    assert fitted.transform(empty).shape == (0, fitted.n_features_out_)


@every_variant
@pytest.mark.parametrize("absent", [0, 0.3])
def test_views_of_one_column_are_combined(name, absent):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        answer(name, draw((1, 1, 1), absent), normalize=False)
        answer(name, draw((1, 4, 1), absent))


@every_variant
@pytest.mark.parametrize("n_rows", [1, 2, 3])
def test_few_rows_are_combined(name, n_rows):
    matrices = [matrix[:n_rows] for matrix in draw(absent=0)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        if n_rows == 1 and name.partition(",")[0] in NEEDS_VARIATION:
            with pytest.raises(ValueError, match="no column that distinguishes rows"):
                answer(name, matrices)
        else:
            assert answer(name, matrices).any()


@every_variant
@pytest.mark.parametrize("absent", [0, 0.3])
def test_a_source_that_knows_nothing_is_as_if_it_was_not_there(name, absent):
    matrices = draw((6, 4), absent)
    for nothing in (np.zeros((60, 3)), np.zeros((60, 0))):
        combined = answer(name, [matrices[0], matrices[1], nothing])
        expect_same_cosines(combined, combine(name, matrices), atol=1e-5)
    rows = [np.arange(60)] * 2 + [np.full(60, -1)]
    empty = Views([*matrices, np.zeros((0, 3))], rows, normalize=True)
    combined = clone(VARIANTS[name]).fit_transform(empty)
    expect_same_cosines(combined, combine(name, matrices), atol=1e-5)


@every_variant
@pytest.mark.parametrize("absent", [0, 0.3])
def test_a_source_of_weight_zero_is_as_if_it_was_not_there(name, absent):
    """Also for rows that it alone knows: they are zeros."""
    matrices = draw((6, 4, 3), absent)
    matrices[0][50:] = 0
    matrices[1][50:] = 0
    combined = answer(name, matrices, weights=[2, 1, 0])
    expected = combine(name, matrices[:2], weights=[2, 1])
    expect_same_cosines(combined, expected, atol=1e-5)
    size = min(combined.shape[1], expected.shape[1])
    np.testing.assert_allclose(  # but for signs
        np.abs(combined[:, :size]),
        np.abs(expected[:, :size]),
        atol=1e-5 * np.abs(expected).max(),
    )
    assert not combined[~matrices[0].any(axis=1) & ~matrices[1].any(axis=1)].any()


@every_variant
def test_a_single_source_that_counts_is_as_if_it_was_alone(name):
    matrices = draw((6, 4, 3))
    combined = answer(name, matrices, weights=[1, 0, 0])
    expect_same_cosines(combined, combine(name, matrices[:1]), atol=1e-5)


@every
def test_weights_of_sources_that_know_nothing_teach_nothing(name):
    matrices = draw((6, 4))
    matrices[0][:] = 0
    if name in NEEDS_ROWS:
        with pytest.raises(ValueError, match=r"None of the views \['0'\] knows any"):
            combine(name, matrices, weights=[1, 0])
    else:
        assert not answer(name, matrices, weights=[1, 0]).any()


@every_variant
@pytest.mark.parametrize("scale", [1e-20, 1e15])
def test_a_source_of_another_scale_is_borne(name, scale):
    matrices = draw()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        answer(name, [matrices[0], scale * matrices[1], matrices[2]], normalize=False)
