import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import RidgeClassifier

from skmeta.combine import _learned_weights
from skmeta.combine._learned_weights import learn_weights

N_ROWS, CLASSES = 400, 4


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def data():
    """Two views that tell the classes apart, each some of them, and one of noise."""
    rng = np.random.default_rng(0)
    y = rng.integers(CLASSES, size=N_ROWS)
    noise = rng.standard_normal
    one = unit(np.eye(CLASSES)[np.where(y < 2, y, 2)] + 0.5 * noise((N_ROWS, CLASSES)))
    other = unit(np.eye(CLASSES)[np.where(y < 2, 2, y)] + 0.5 * noise((N_ROWS, 4)))
    return [one, other, unit(noise((N_ROWS, 300)))], np.array(list("abcd"))[y]


def test_a_useless_view_is_made_little_of(data):
    blocks, y = data
    weights = learn_weights(blocks, y)
    assert weights.shape == (3,)
    assert weights.max() == 1
    assert weights[2] <= 0.25 * min(weights[:2])
    assert weights[:2].min() >= 0.5


def test_weights_belong_to_their_views_in_any_order(data):
    blocks, y = data
    turned = learn_weights(blocks[::-1], y)
    assert turned[0] <= 0.25 * min(turned[1:])


def test_the_same_weights_every_time(data):
    blocks, y = data
    before = [block.copy() for block in blocks]
    np.testing.assert_array_equal(learn_weights(blocks, y), learn_weights(blocks, y))
    for block, copied in zip(blocks, before):
        np.testing.assert_array_equal(block, copied)


def test_a_single_view_counts_one(data):
    blocks, y = data
    assert learn_weights(blocks[:1], y).tolist() == [1]
    assert learn_weights([csr_array(blocks[0])], y).tolist() == [1]


def test_noise_beside_a_sparse_view_is_left_out(data):
    blocks, y = data
    words = csr_array(np.hstack(blocks[:2]))
    weights = learn_weights([blocks[2], words], y)
    assert weights.tolist() == [0, 1]


def test_what_a_sparse_view_lacks_is_let_in(data):
    blocks, y = data
    weights = learn_weights([blocks[0], csr_array(blocks[1])], y)
    assert weights[0] >= 0.25
    assert weights[1] == 1


def test_the_fold_problem_is_scikit_learns_ridge_classifier(data):
    blocks, y = data
    rows = np.hstack(blocks[:2])
    codes = np.unique(y, return_inverse=True)[1]
    train, test = _learned_weights._make_folds(codes)[0]
    factors = np.repeat([1.0, 0.5], CLASSES)
    targets = _learned_weights._one_hot(codes)
    fold = _learned_weights._Fold(rows, targets, (train, test))
    ridge = RidgeClassifier(alpha=_learned_weights._RIDGE)
    ridge.fit(rows[train] * factors, codes[train])
    expected = ridge.predict(rows[test] * factors)
    found = fold.predict(rows, factors).argmax(axis=1)
    np.testing.assert_array_equal(found, expected)


def test_conjugate_gradients_solve_the_ridge(data):
    blocks, y = data
    targets = np.eye(CLASSES, dtype=np.float32)[np.unique(y, return_inverse=True)[1]]
    weights = np.array([1.0, 0.5])
    some = [csr_array(blocks[0]), blocks[1]]
    parts = _learned_weights._ridge(some, weights, targets)
    whole = np.hstack([w * b for w, b in zip(weights, blocks[:2])]).astype(np.float64)
    gram = whole.T @ whole + _learned_weights._RIDGE * np.eye(whole.shape[1])
    expected = np.linalg.solve(gram, whole.T @ targets)
    scaled = np.vstack([w * part for w, part in zip(weights, parts)])
    again = np.vstack([w * e for w, e in zip(weights, np.split(expected, 2))])
    np.testing.assert_allclose(scaled, again, atol=0.02 * np.abs(again).max())


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, r"no labels.*fit\(X, y\)"),
        (np.linspace(0, 1, N_ROWS), "Unknown label type: continuous"),
        (["same"] * N_ROWS, "one class, .*Give"),
        (np.eye(N_ROWS, 3, dtype=int), "y should be a 1d array"),
        (np.arange(N_ROWS - 1) % 2, "inconsistent numbers of samples"),
        (np.arange(N_ROWS + 1) % 2, "inconsistent numbers of samples"),
        (np.where(np.arange(N_ROWS) % 2, 1.0, np.nan), "NaN"),
    ],
    ids=["none", "continuous", "one class", "multilabel", "short", "long", "nan"],
)
def test_what_are_no_classes_is_refused(data, y, message):
    with pytest.raises(ValueError, match=message):
        learn_weights(data[0], y)


@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
@pytest.mark.parametrize(
    "shaped",
    [
        lambda y: y[:, np.newaxis],
        lambda y: pd.DataFrame({"label": y}),
        lambda y: pd.Series(y, index=y[::-1]),
        lambda y: y.tolist(),
        lambda y: np.array([f"class {label}" for label in y], dtype=object),
    ],
    ids=["column", "frame", "series", "list", "strings"],
)
def test_labels_of_any_shape_give_the_same_weights(data, shaped):
    blocks, y = data
    np.testing.assert_array_equal(
        learn_weights(blocks, shaped(np.asarray(y))), learn_weights(blocks, y)
    )


def test_small_classes_are_answered(data):
    blocks, _ = data
    few = [block[:7] for block in blocks]
    assert learn_weights(few, list("aabcdef")).max() == 1
    assert learn_weights([block[:2] for block in blocks], [0, 1]).max() == 1
