import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array

from skmeta.combine import SVD, Average, MeanImputer, NeighborsImputer, Views
from skmeta.combine._by_name import MISSING
from skmeta.combine._pipeline import CombinerPipeline


@pytest.fixture
def matrices():
    rng = np.random.default_rng(0)
    matrices = [rng.standard_normal((30, size)) + 1 for size in (3, 4)]
    matrices[0][:5] = 0
    matrices[1][25:] = 0
    return matrices


def test_the_combiner_learns_from_known_rows_alone(matrices):
    views = Views(matrices)
    alone = SVD(3).fit(views)
    combination = CombinerPipeline(SVD(3), missing="regress").fit(views)
    np.testing.assert_array_equal(
        combination.combiner_.singular_values_, alone.singular_values_
    )
    combined, plain = combination.transform(views), alone.transform(views)
    np.testing.assert_allclose(combined[5:25], plain[5:25], rtol=1e-6)
    assert (combined[:5] != plain[:5]).any(axis=1).all()


def test_views_are_centred_then_filled_then_combined(matrices):
    combined = CombinerPipeline(Average(), missing="mean", center=True).fit(
        views := Views(matrices)
    )
    centered = [
        np.where(m.any(axis=1)[:, None], m - m[m.any(axis=1)].mean(axis=0), 0)
        for m in matrices
    ]
    expected = np.zeros((30, 4))
    expected[:, :3] += centered[0] / 2
    expected += centered[1] / 2  # means of centred rows are zero
    np.testing.assert_allclose(combined.transform(views), expected, atol=1e-6)


def test_new_rows_are_treated_like_those_fitted(matrices):
    combination = CombinerPipeline("svd", missing="neighbors", center=True)
    views = Views(matrices, normalize=True)
    whole = combination.fit(views).transform(views)
    for place in (0, 10, 29):
        row = Views([matrix[[place]] for matrix in matrices], normalize=True)
        np.testing.assert_allclose(
            combination.transform(row)[0], whole[place], atol=1e-5
        )


@pytest.mark.parametrize("missing", MISSING)
def test_generated_tells_which_rows_are_filled_in(matrices, missing):
    views = Views(matrices)
    combination = CombinerPipeline("average", missing=missing).fit(views)
    present = views.present()
    expected = ~present if missing != "zero" else np.zeros_like(present)
    np.testing.assert_array_equal(combination.generated(present), expected)


def test_weights_take_the_place_of_the_combiners(matrices):
    views = Views(matrices, names=["a", "b"])
    given = Average(weights=[1, 2])
    combination = CombinerPipeline(given, weights={"b": 3, "a": 5}).fit(views)
    assert combination.combiner_.weights_.tolist() == [5, 3]
    assert given.weights == [1, 2]
    assert CombinerPipeline(given).fit(views).combiner_.weights_.tolist() == [1, 2]


def test_given_imputers_are_cloned(matrices):
    imputer = NeighborsImputer(3)
    CombinerPipeline("average", missing=imputer).fit(Views(matrices))
    assert not hasattr(imputer, "anchors_")


def test_combined_rows_go_where_they_are_told(matrices):
    views = Views(matrices)
    combination = CombinerPipeline("average", missing="mean").fit(views)
    out = np.empty((30, 4), np.float32)
    assert combination.transform(views, out) is out
    np.testing.assert_array_equal(out, combination.transform(views))


def test_a_combination_survives_pickling(matrices):
    views = Views(matrices)
    for missing in MISSING:
        combination = CombinerPipeline("gcca", missing=missing, center=True).fit(views)
        again = pickle.loads(pickle.dumps(combination))
        np.testing.assert_array_equal(
            again.transform(views), combination.transform(views)
        )


def test_sparse_views_cannot_be_filled_in():
    views = Views([csr_array(np.eye(3)), np.eye(3)], names=["a", "b"])
    with pytest.raises(TypeError, match=r"'a' is sparse.*missing='zero'"):
        CombinerPipeline("concatenate", missing="mean").fit(views)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="expected one of mean, neighbors"):
        CombinerPipeline("average", missing="median")
    with pytest.raises(TypeError, match="expected one of mean, neighbors"):
        CombinerPipeline("average", missing=MeanImputer)
