import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

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


def test_noise_beside_a_sparse_view_hardly_counts(data):
    blocks, y = data
    words = csr_array(np.hstack(blocks[:2]))
    weights = learn_weights([blocks[2], words], y)
    assert weights[0] <= 0.0625
    assert weights[1] == 1


def test_what_a_sparse_view_lacks_is_let_in(data):
    blocks, y = data
    weights = learn_weights([blocks[0], csr_array(blocks[1])], y)
    assert weights[0] >= 0.25
    assert weights[1] == 1


def predict_by_refitting(blocks, weights, targets, alpha):
    """Fit a ridge regression without each row in turn."""
    scaled = np.array(weights) / np.linalg.norm(weights)
    rows = np.hstack([w * block for w, block in zip(scaled, blocks)])
    rows = np.column_stack([rows, np.ones(len(rows))])  # the intercept
    mean, predictions = targets.mean(axis=0), np.empty_like(targets)
    for left_out in range(len(rows)):
        kept = np.arange(len(rows)) != left_out
        ridge = Ridge(alpha=alpha, fit_intercept=False)
        ridge.fit(rows[kept], targets[kept] - mean)
        predictions[left_out] = ridge.predict(rows[[left_out]])[0] + mean
    return predictions


@pytest.mark.parametrize("weights", [[1.0, 1.0], [0.5, 1.0], [0.0, 1.0]])
def test_predictions_are_those_of_ridge_regressions_without_the_row(data, weights):
    blocks, y = [block[:25] for block in data[0][:2]], data[1][:25]
    targets = _learned_weights._encode(y)
    kernels = [block @ block.T for block in blocks]
    judge = _learned_weights._Judge(kernels, targets, 0.3, lambda p, _: p)
    expected = predict_by_refitting(blocks, weights, targets, 0.3)
    np.testing.assert_allclose(judge(np.array(weights)), expected, atol=1e-3)


def test_losses_of_classes_are_those_at_the_best_temperature():
    rng = np.random.default_rng(0)
    targets = np.eye(3)[rng.integers(3, size=50)]
    predictions = 0.5 * targets + 0.3 * rng.standard_normal((50, 3))

    def measure(sharpness):
        powers = np.exp(sharpness * predictions)
        return -np.log(powers[targets == 1] / powers.sum(axis=1))

    losses = _learned_weights._log_losses(predictions, targets)
    best = min(measure(s).mean() for s in np.linspace(0, 40, 4_001))
    assert losses.shape == (50,)
    assert losses.mean() == pytest.approx(best, rel=1e-3)
    blind = _learned_weights._log_losses(-targets, targets)  # worse than no answer
    assert blind.mean() == pytest.approx(np.log(3), rel=0.05)


def test_noisy_copies_of_a_view_are_made_little_of(data):
    blocks, y = data
    rng = np.random.default_rng(1)
    worse = [unit(blocks[0] + s * rng.standard_normal(blocks[0].shape)) for s in (2, 3)]
    weights = learn_weights([worse[0], blocks[0], worse[1]], y)
    assert weights[1] == 1
    assert max(weights[0], weights[2]) <= 0.1


@pytest.mark.parametrize("kind", ["indicators", "sparse indicators", "numbers", "two"])
def test_other_labels(data, kind):
    blocks, y = data
    indicators = (y[:, np.newaxis] == np.array(list("abc"))).astype(int)
    labels = {
        "indicators": indicators,
        "sparse indicators": csr_array(indicators),
        "numbers": blocks[0][:, 0] + 0.5 * blocks[1][:, 2],
        "two": np.column_stack([blocks[0][:, 0], blocks[1][:, 2]]) + 0.25,
    }
    weights = learn_weights(blocks, labels[kind])
    assert weights[2] <= 0.25 * weights[:2].max()


def test_of_many_rows_a_sample_is_judged(data, monkeypatch):
    blocks, y = data
    monkeypatch.setattr(_learned_weights, "_N_ROWS", 200)
    weights = learn_weights(blocks, y)
    assert weights[2] <= 0.25 * weights[:2].max()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "no labels"),
        (np.ones(N_ROWS) / 3, "one label, "),
        (["same"] * N_ROWS, "one label, "),
        (np.array([["a", "b"]] * N_ROWS), "multiclass-multioutput"),
    ],
)
def test_what_are_no_labels_is_refused(data, y, message):
    with pytest.raises(ValueError, match=f"{message}.*(the weights|fit)"):
        learn_weights(data[0], y)


def test_small_classes_are_answered(data):
    blocks, _ = data
    few = [block[:7] for block in blocks]
    assert learn_weights(few, list("aabcdef")).max() == 1
    assert learn_weights([block[:2] for block in blocks], [0, 1]).max() == 1


@pytest.mark.parametrize("seed", range(4))
def test_rows_left_out_are_never_told_apart_better_by_one_view(seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(5, size=90)
    signals = [np.eye(5)[y] + s * rng.standard_normal((90, 5)) for s in (0.4, 0.5, 3)]
    blocks = [unit(signal) for signal in signals]
    weights = learn_weights(blocks, y)
    kernels, targets = [block @ block.T for block in blocks], np.eye(5)[y]
    judge = _learned_weights._Judge(
        kernels,
        targets,
        _learned_weights._ridge_of_classes(targets),
        _learned_weights._log_losses,
    )
    alone = [judge(single).mean() for single in np.eye(3)]
    assert judge(weights).mean() <= min(alone)


@pytest.mark.parametrize(("n_classes", "ridge"), [(2, 0.5), (8, 0.5), (20, 1.05263)])
def test_a_ridge_holds_back_many_classes(n_classes, ridge):
    targets = np.eye(n_classes)[np.arange(40) % n_classes]
    found = _learned_weights._ridge_of_classes(targets)
    assert found == pytest.approx(ridge, rel=1e-4)


def test_a_sparse_view_of_many_classes_counts_as_in_logistic_regression():
    """Words that tell 60 classes apart do not give way to a dense view of few numbers.

    A ridge of the same strength for any number of classes would halve their weight.
    """
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(60), 10)
    words = np.zeros((600, 660), np.float32)
    for row, label in enumerate(y):
        words[row, 60 + rng.integers(600, size=6)] = 1
        if rng.random() < 0.8:
            words[row, label] = 2
    dense = np.eye(60)[y] @ rng.standard_normal((60, 8))
    dense = unit(dense + 2.5 * rng.standard_normal(dense.shape))
    weights = learn_weights([csr_array(unit(words)), dense], y)
    assert weights[0] == 1
