import os
import pickle
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.utils._param_validation import InvalidParameterError

from skmeta import MetaEmbeddings, MetaEmbeddingVectorizer, combine
from skmeta.combine import Autoencoder, Views, _autoencoder, _views

torch = pytest.importorskip("torch")

KINDS = ["aaeme", "caeme", "daeme"]
ACTIVATIONS = ["identity", "relu", "tanh"]
SIZES = (5, 7, 3)


@pytest.fixture
def matrices():
    """Return three views of ninety rows, a few of them absent, of low noisy rank."""
    rng = np.random.default_rng(0)
    truth = rng.standard_normal((90, 4))
    matrices = [
        truth @ rng.standard_normal((4, size)) + rng.standard_normal((90, size)) + 0.5
        for size in SIZES
    ]
    matrices[0][:20] = 0
    matrices[1][10:30] = 0
    matrices[2][[15, 40, 41]] = 0
    return matrices


@pytest.fixture
def full():
    """Return three views that know all of eighty rows."""
    rng = np.random.default_rng(1)
    truth = rng.standard_normal((80, 4))
    return [
        truth @ rng.standard_normal((4, size)) + rng.standard_normal((80, size)) + 0.5
        for size in SIZES
    ]


def small(kind="aaeme", **parameters):
    settings = {"max_iter": 4, "batch_size": 16, "random_state": 0, **parameters}
    return Autoencoder(kind, **settings)


def linear(kind, **parameters):
    """Return a linear autoencoder that sees all rows as they are at every step."""
    return Autoencoder(
        kind,
        activation="identity",
        noise=0,
        validation_fraction=0,
        batch_size=1000,
        random_state=0,
        **parameters,
    )


def scaled(matrices):
    """Divide matrices by the root mean square of their rows that are not zeros."""
    return [m / np.sqrt((m**2).sum() / m.any(axis=1).sum()) for m in matrices]


def tail_of_spectrum(matrix, n_components):
    """Return the mean squared distance of rows to their best affine subspace."""
    values = np.linalg.svd(matrix - matrix.mean(axis=0), compute_uv=False)
    return (values[n_components:] ** 2).sum() / len(matrix)


def restart_at_random(monkeypatch):
    """Make training start at small random numbers in place of components."""

    def draw(shapes, seed):
        rng = np.random.default_rng(seed)
        return [(0.1 * rng.standard_normal(s), np.zeros(s[1])) for s in shapes]

    def encoders(blocks, present, weights, widths, together, rng):
        return draw([(b.shape[1], k) for b, k in zip(blocks, widths)], 2)

    def decoders(blocks, present, encode):
        codes = encode([block[:1] for block in blocks], present[:1])
        return draw([(c.shape[1], b.shape[1]) for c, b in zip(codes, blocks)], 3)

    monkeypatch.setattr(_autoencoder, "start_encoders", encoders)
    monkeypatch.setattr(_autoencoder, "start_decoders", decoders)


@pytest.mark.parametrize("n_components", [1, 4, 14, 15])
def test_linear_average_starts_at_the_error_of_principal_components(full, n_components):
    weights = [1.0, 2.0, 0.5]
    combiner = linear("aaeme", n_components=n_components, weights=weights, max_iter=1)
    code = combiner.fit_transform(full)
    side_by_side = np.hstack(
        [np.sqrt(weight) * m for weight, m in zip(weights, scaled(full))]
    )
    best = tail_of_spectrum(side_by_side, n_components)
    np.testing.assert_allclose(combiner.losses_[0], best, rtol=1e-6, atol=1e-7)
    # what an independent least squares rebuilds from the code
    inputs = np.column_stack([code, np.ones(len(code))])
    residual = side_by_side - inputs @ np.linalg.lstsq(inputs, side_by_side)[0]
    np.testing.assert_allclose(
        (residual**2).sum() / len(code), best, rtol=1e-5, atol=1e-7
    )


@pytest.mark.parametrize("kind", ["caeme", "daeme"])
def test_linear_codes_side_by_side_lose_nothing_at_full_width(full, kind):
    combiner = linear(kind, max_iter=1).fit(full[:1] if kind == "daeme" else full)
    assert combiner.losses_[0] < 1e-10


@pytest.mark.parametrize("kind", KINDS)
def test_linear_autoencoder_of_one_source_is_its_principal_components(full, kind):
    combiner = linear(kind, n_components=3, max_iter=1).fit(full[1:2])
    best = tail_of_spectrum(scaled(full[1:2])[0], 3)
    np.testing.assert_allclose(min(combiner.losses_), best, rtol=1e-6)


def test_training_from_anywhere_finds_principal_components(full, monkeypatch):
    restart_at_random(monkeypatch)
    combiner = linear(
        "aaeme",
        n_components=4,
        max_iter=1000,
        learning_rate=0.05,
        n_iter_no_change=1000,
    ).fit(full)
    best = tail_of_spectrum(np.hstack(scaled(full)), 4)
    assert combiner.losses_[0] > 2 * best
    np.testing.assert_allclose(combiner.losses_[-1], best, rtol=1e-5)


def error_in_numpy(parameters, shapes, combiner, matrices):
    """Return the error as the documentation words it, row by row."""
    layers, start = [], 0
    for shape in shapes:
        size = int(np.prod(shape))
        layers.append(parameters[start : start + size].reshape(shape))
        start += size
    n_sources, total = len(matrices), 0.0
    known_rows = np.flatnonzero(np.hstack(matrices).any(axis=1))
    for row in known_rows:
        codes = {}
        for i in range(n_sources):
            x = matrices[i][row]
            if x.any():
                weights, biases = layers[4 * i : 4 * i + 2]
                code = x @ weights + biases
                codes[i] = {
                    "tanh": np.tanh(code),
                    "identity": code,
                    "relu": np.maximum(code, 0),
                }[combiner.activation]
        if combiner.kind == "aaeme":
            joint = sum(codes.values()) / len(codes)
        else:
            zeros = [np.zeros(layers[4 * i].shape[1]) for i in range(n_sources)]
            joint = np.concatenate([codes.get(i, zeros[i]) for i in range(n_sources)])
        if combiner.normalize_code:
            joint = joint / np.sqrt(joint @ joint)
        for i in codes:
            x = matrices[i][row]
            weights, biases = layers[4 * i + 2 : 4 * i + 4]
            y = (codes[i] if combiner.kind == "daeme" else joint) @ weights + biases
            if combiner.loss == "cosine":
                error = 1 - x @ y / np.sqrt(x @ x * (y @ y))
            else:
                error = (x - y) @ (x - y)
            total += combiner.weights_[i] * error
        if combiner.kind == "daeme":
            for i, j in combinations(codes, 2):
                width = min(len(codes[i]), len(codes[j]))
                apart = codes[i][:width] - codes[j][:width]
                total += apart @ apart
    return total / len(known_rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"loss": "cosine", "activation": "relu"},
        {"normalize_code": True},
        {"weights": [1, 3, 0.5], "activation": "identity"},
    ],
)
def test_error_agrees_with_a_loop(matrices, kind, parameters, monkeypatch):
    """The network's error before training, absent rows and all."""
    network = None

    def train(given, *arguments):
        nonlocal network
        network = given
        return original(given, *arguments)

    from skmeta.combine import _autoencoder_network

    original = _autoencoder_network.train
    monkeypatch.setattr(_autoencoder_network, "train", train)
    restart_at_random(monkeypatch)
    combiner = small(kind, noise=0, validation_fraction=0, n_components=3, **parameters)
    combiner.fit(matrices)
    arrays = [array.detach().numpy() for array in network.parameters()]
    error = error_in_numpy(
        np.concatenate([array.ravel() for array in arrays]).astype(np.float64),
        [array.shape for array in arrays],
        combiner,
        scaled(matrices),
    )
    np.testing.assert_allclose(min(combiner.losses_), error, rtol=1e-5)


def test_training_with_absent_rows_is_as_good_as_another_optimizer(matrices):
    one, two = scaled([matrix[:45, :2] for matrix in matrices[:2]])
    present = np.column_stack([one.any(axis=1), two.any(axis=1)])
    shapes = [(2, 1), (1,), (1, 2), (2,)] * 2
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]

    def error(parameters):
        a, b, c, d, e, f, g, h = (
            part.reshape(shape)
            for part, shape in zip(np.split(parameters, ends), shapes)
        )
        codes = np.tanh(np.stack([one @ a + b, two @ e + f], axis=1)[:, :, 0])
        code = (codes * present).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
        squares = [
            ((one - code[:, None] @ c - d) ** 2).sum(axis=1),
            ((two - code[:, None] @ g - h) ** 2).sum(axis=1),
        ]
        return (np.stack(squares, axis=1) * present).sum() / present.any(axis=1).sum()

    combiner = Autoencoder(
        n_components=1,
        noise=0,
        validation_fraction=0,
        batch_size=1000,
        max_iter=500,
        n_iter_no_change=500,
        learning_rate=0.05,
        random_state=0,
    ).fit([one, two])
    rng = np.random.default_rng(0)
    starts = 0.3 * rng.standard_normal((2, ends[-1] + 2))
    found = min(minimize(error, start).fun for start in starts)
    assert combiner.losses_[0] > 1.05 * found
    assert combiner.losses_[-1] <= 1.005 * found  # its valley is flat


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("normalize_code", [True, False])
def test_result_is_what_the_encoders_say(matrices, kind, activation, normalize_code):
    combiner = small(kind, activation=activation, normalize_code=normalize_code)
    combined = combiner.fit_transform(matrices)
    activate = {"identity": lambda c: c, "relu": lambda c: c.clip(0), "tanh": np.tanh}
    for row in range(90):
        known = [matrix[row].any() for matrix in matrices]
        codes = [
            is_known * activate[activation](matrix[row] @ weights + biases)
            for is_known, matrix, (weights, biases) in zip(
                known, matrices, combiner.encoders_
            )
        ]
        if kind == "aaeme":
            expected = sum(codes) / max(sum(known), 1)
        else:
            expected = np.concatenate(codes)
        length = np.linalg.norm(expected)
        if normalize_code and length:
            expected = expected / length
        np.testing.assert_allclose(combined[row], expected, atol=1e-5)
    assert combined.dtype == np.float32
    assert combined.shape == (90, combiner.n_features_out_)
    assert all(
        array.dtype == np.float32 for layer in combiner.encoders_ for array in layer
    )


def test_width_of_the_result_is_as_documented(full):
    widths = [
        small(kind, n_components=n).fit(full).n_features_out_
        for kind in KINDS
        for n in (None, 4, 9)
    ]
    assert widths == [7, 4, 9, 15, 12, 27, 15, 12, 27]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_absent_from_every_view_are_zeros(matrices, kind):
    combined = small(kind).fit_transform(matrices)
    assert not combined[15].any()
    assert combined[16].any()


@pytest.mark.parametrize("kind", ["caeme", "daeme"])
def test_code_of_an_absent_source_is_zeros(matrices, kind):
    combined = small(kind).fit_transform(matrices)
    assert not combined[:20, :5].any()
    assert not combined[10:30, 5:12].any()
    assert combined[:10, 5:12].all()


def test_average_leaves_absent_sources_out(matrices):
    """A row of one source only has the code that this source alone gives."""
    combiner = small().fit(matrices)
    alone = [np.zeros((90, 5)), np.zeros((90, 7)), matrices[2]]
    combined = combiner.transform(matrices)
    np.testing.assert_allclose(
        combiner.transform(alone)[10:15], combined[10:15], atol=1e-6
    )
    assert not np.allclose(combiner.transform(alone)[50:], combined[50:], atol=1e-2)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_no_view_knows_do_not_change_the_training(full, kind):
    padded = [np.vstack([np.zeros((7, m.shape[1])), m]) for m in full]
    np.testing.assert_allclose(
        small(kind).fit(full).transform(full),
        small(kind).fit(padded).transform(full),
        atol=1e-5,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_transformed_each_on_its_own(matrices, kind):
    combiner = small(kind).fit(matrices)
    whole = combiner.transform(matrices)
    order = np.random.default_rng(0).permutation(90)
    permuted = combiner.transform([matrix[order] for matrix in matrices])
    np.testing.assert_array_equal(permuted, whole[order])
    one = combiner.transform([matrix[[3]] for matrix in matrices])
    np.testing.assert_array_equal(one, whole[[3]])
    nothing = combiner.transform([matrix[:0] for matrix in matrices])
    assert nothing.shape == (0, combiner.n_features_out_)


@pytest.mark.parametrize("kind", KINDS)
def test_result_does_not_depend_on_blocks(matrices, kind, monkeypatch):
    views = Views(matrices, normalize=True)
    whole = small(kind).fit_transform(views)
    monkeypatch.setattr(_views, "_ROWS_BLOCK_SIZE", 7)
    np.testing.assert_allclose(small(kind).fit_transform(views), whole, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [2**-9, 2**9])
def test_scale_of_a_source_does_not_matter(full, kind, factor):
    as_they_are = small(kind).fit_transform(full)
    rescaled = small(kind).fit_transform([full[0], factor * full[1], full[2]])
    np.testing.assert_allclose(rescaled, as_they_are, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_order_of_sources_matters_little(full, kind):
    """Exactly so where nothing random is drawn; noise falls on other entries."""
    settings = {"noise": 0, "max_iter": 3, "batch_size": 100, "random_state": 0}
    one = Autoencoder(kind, **settings).fit(full)
    other = Autoencoder(kind, **settings).fit(full[::-1])
    np.testing.assert_allclose(one.losses_, other.losses_, rtol=1e-3)
    a, b = one.transform(full), other.transform(full[::-1])
    np.testing.assert_allclose(a @ a.T, b @ b.T, atol=2e-2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_source_of_weight_zero_is_left_out(full, kind):
    combined = small(kind, weights=[1, 1, 0]).fit_transform(full)
    other = [*full[:2], np.random.default_rng(9).standard_normal((80, 3))]
    np.testing.assert_array_equal(
        small(kind, weights=[1, 1, 0]).fit_transform(other), combined
    )
    if kind != "aaeme":
        assert not combined[:, 12:].any()


def test_a_heavier_source_is_rebuilt_better(full):
    def error_of_first(weights):
        combiner = linear("aaeme", n_components=2, weights=weights, max_iter=1)
        code = combiner.fit_transform(full)
        inputs = np.column_stack([code, np.ones(80)])
        return np.linalg.lstsq(inputs, full[0])[1].sum()

    assert error_of_first([9, 1, 1]) < error_of_first([1, 1, 1])


def test_daeme_brings_the_codes_of_sources_near_each_other(full):
    def distance(kind):
        combiner = small(kind, n_components=3, max_iter=40, learning_rate=0.03)
        combiner.fit(full)
        codes = np.split(combiner.transform(full), 3, axis=1)
        lengths = sum((code**2).sum() for code in codes)
        return sum(((a - b) ** 2).sum() for a, b in combinations(codes, 2)) / lengths

    assert distance("daeme") < 0.7 * distance("caeme")


def test_noise_and_loss_and_batches_change_the_training(full):
    as_usual = small().fit_transform(full)
    for parameters in (
        {"noise": 0.5},
        {"loss": "cosine"},
        {"batch_size": 8},
        {"learning_rate": 0.01},
        {"validation_fraction": 0.5},
        {"max_iter": 2},
        {"random_state": 1},
    ):
        other = small(**parameters).fit_transform(full)
        assert not np.allclose(other, as_usual, atol=1e-6), parameters


@pytest.mark.parametrize("kind", KINDS)
def test_training_lowers_the_error(matrices, kind):
    combiner = small(kind, max_iter=30, learning_rate=0.003, validation_fraction=0)
    combiner.fit(matrices)
    assert min(combiner.losses_) < 0.98 * combiner.losses_[0]


def test_training_stops_where_the_error_does_not_fall(full):
    combiner = linear("caeme", max_iter=50, n_iter_no_change=3).fit(full)
    assert combiner.n_iter_ == 3  # it starts at an error of zero
    greedy = small(max_iter=50, n_iter_no_change=2, tol=0.9).fit(full)
    assert greedy.n_iter_ == 2
    patient = small(max_iter=6, n_iter_no_change=6, tol=0.9).fit(full)
    assert patient.n_iter_ == 6
    assert len(patient.losses_) == 7


def test_the_best_state_is_kept(full):
    start = linear("aaeme", n_components=3, max_iter=1, learning_rate=1e-9)
    worse = linear("aaeme", n_components=3, max_iter=5, learning_rate=0.5)
    expected = start.fit_transform(full)
    np.testing.assert_allclose(worse.fit_transform(full), expected, atol=1e-5)
    assert min(worse.losses_) == worse.losses_[0]


def test_training_that_diverges_warns_and_keeps_finite_numbers(full):
    combiner = small(activation="identity", learning_rate=1e30)
    with pytest.warns(ConvergenceWarning, match="Lower learning_rate=1e\\+30"):
        combined = combiner.fit_transform(full)
    assert np.isfinite(combined).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_extreme_views_give_finite_numbers(kind, activation):
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((30, 4))
    constant = np.column_stack([matrix, np.ones(30)])
    one_dimension = rng.standard_normal((30, 1))
    for views in (
        [matrix],
        [matrix, matrix, matrix],
        [constant, matrix],
        [matrix, one_dimension],
        [one_dimension, np.ones((30, 1))],
        [matrix, np.zeros((30, 3))],
        [np.zeros((30, 2)), np.zeros((30, 3))],
        [matrix[:1], constant[:1]],
        [matrix[:3], constant[:3]],
        [matrix[:0], constant[:0]],
        [matrix * 1e-12, constant * 1e12],
        [np.diag([1.0, 2, 3]), np.diag([0.0, 1, 0])],
    ):
        for n_components in (None, 2, 11):
            combiner = small(kind, activation=activation, n_components=n_components)
            combined = combiner.fit_transform(views)
            assert combined.shape == (len(views[0]), combiner.n_features_out_)
            assert np.isfinite(combined).all()
            again = combiner.transform([rng.standard_normal(v.shape) for v in views])
            assert np.isfinite(again).all()


def test_columns_beyond_the_rank_are_not_all_alike(full):
    combined = small(n_components=20).fit_transform(full)
    assert np.linalg.matrix_rank(combined[:, 15:] - combined[:, 15:].mean(0)) == 5


@pytest.mark.parametrize("kind", KINDS)
def test_identical_sources_are_not_better_than_one(full, kind):
    one = linear(kind, n_components=2, max_iter=1).fit(full[:1])
    three = linear(kind, n_components=2, max_iter=1).fit([full[0]] * 3)
    if kind != "caeme":  # which could spread what one source says over three codes
        np.testing.assert_allclose(three.losses_[0], 3 * one.losses_[0], rtol=1e-5)
    a, b = one.transform(full[:1]), three.transform([full[0]] * 3)
    cosines = np.corrcoef(np.vstack([a.T, b.T]))[:2, 2:]
    np.testing.assert_allclose(np.abs(cosines).max(axis=1), 1, atol=1e-3)


def test_read_only_and_memory_mapped_views_are_not_changed(full, tmp_path):
    expected = small().fit_transform([m.astype(np.float32) for m in full])
    mapped = []
    for number, matrix in enumerate(full):
        np.save(tmp_path / f"{number}.npy", matrix.astype(np.float32))
        mapped.append(np.load(tmp_path / f"{number}.npy", mmap_mode="r"))
    np.testing.assert_array_equal(small().fit_transform(mapped), expected)
    for matrix, given in zip(full, mapped):
        np.testing.assert_array_equal(given, matrix.astype(np.float32))


def test_same_seed_gives_the_same_result_and_leaves_torch_alone(full):
    torch.manual_seed(5)
    state, threads = torch.random.get_rng_state(), torch.get_num_threads()
    numpy_state = np.random.get_state()[1].copy()  # noqa: NPY002
    combiner = small()
    first, second = combiner.fit_transform(full), combiner.fit_transform(full)
    np.testing.assert_array_equal(first, second)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    seeded = small(random_state=np.random.RandomState(0)).fit_transform(full)
    np.testing.assert_array_equal(seeded, first)


IN_ANOTHER_PROCESS = """
import numpy as np
from skmeta.combine import Autoencoder
rng = np.random.default_rng(0)
views = [rng.standard_normal((40, size)) for size in (4, 6)]
combined = Autoencoder(max_iter=3, random_state=0).fit_transform(views)
print(combined.tobytes().hex())
"""


def test_result_is_the_same_in_any_process(capsys):
    exec(IN_ANOTHER_PROCESS, {})
    here = capsys.readouterr().out
    there = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert there.stdout == here


WITHOUT_TORCH = """
import pickle, sys

class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, NotInstalled())
with open(sys.argv[1], "rb") as file:
    combiner, views, expected = pickle.load(file)
assert (combiner.transform(views) == expected).all()
try:
    combiner.fit(views)
except ImportError as error:
    print(error)
"""


def test_fitted_autoencoder_needs_no_torch(full, tmp_path):
    combiner = small()
    expected = combiner.fit_transform(full)
    path = tmp_path / "combiner.pickle"
    path.write_bytes(pickle.dumps((combiner, full, expected)))
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, path],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(
        'Autoencoder needs torch. Install it with: pip install "skmeta[autoencoder]"'
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {"kind": "geme"},
        {"n_components": 0},
        {"n_components": 2.5},
        {"activation": "sine"},
        {"loss": "mse"},
        {"noise": 1},
        {"noise": -0.1},
        {"normalize_code": "yes"},
        {"max_iter": 0},
        {"batch_size": 0},
        {"learning_rate": 0},
        {"validation_fraction": 1},
        {"n_iter_no_change": 0},
        {"tol": -1},
        {"device": "tpu"},
        {"random_state": "seed"},
        {"verbose": -1},
    ],
)
def test_unsound_parameters_are_refused(full, parameters):
    [name] = parameters
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter of Autoenc"):
        Autoencoder(**parameters).fit(full)


def test_unsound_weights_are_refused(full):
    with pytest.raises(ValueError, match=r"expected .* for each of the sources"):
        Autoencoder(weights=[1, 2]).fit(full)


def test_transform_before_fit_is_refused(full):
    with pytest.raises(NotFittedError):
        Autoencoder().transform(full)


def test_clone_and_parameters_are_those_of_scikit_learn(full):
    combiner = small("daeme", n_components=2).fit(full)
    cloned = clone(combiner)
    assert cloned.get_params() == combiner.get_params()
    assert not hasattr(cloned, "encoders_")
    assert set(combiner.get_params()) == set(Autoencoder._parameter_constraints)


def test_progress_is_shown_when_asked_for(full, capsys):
    small().fit(full)
    assert not capsys.readouterr().err
    small(verbose=1).fit(full)
    assert "Training autoencoder: 100%" in capsys.readouterr().err


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_missing_device_is_refused(full):
    with pytest.raises(ValueError, match=r"finds 0 CUDA devices .* Set device='cpu'"):
        Autoencoder(device="cuda").fit(full)


@pytest.mark.parametrize("combiner", [small("caeme"), small("daeme"), "autoencoder"])
def test_meta_embeddings_take_it(combiner):
    rng = np.random.default_rng(0)
    one = {f"word{i}": rng.standard_normal(4) for i in range(30)}
    two = {f"word{i}": rng.standard_normal(3) for i in range(20, 60)}
    meta = MetaEmbeddings([one, two], combiner=combiner)
    assert meta.wv.vectors.shape == (60, 4 if combiner == "autoencoder" else 7)
    assert np.isfinite(meta.wv.vectors).all()
    assert len(meta.wv.most_similar("word3", topn=3)) == 3


@pytest.mark.parametrize("level", ["word", "document"])
def test_vectorizers_take_it(level, documents, word_vectors):
    other = {word: word_vectors[word][:3] for word in word_vectors.words[:50]}
    meta = MetaEmbeddingVectorizer(
        [("one", word_vectors), ("other", other)], level=level, combiner=small()
    )
    vectors = meta.fit_transform(documents)
    assert vectors.shape == (40, 6)
    assert not vectors[-1].any()  # the document without words
    np.testing.assert_allclose(meta.transform(documents), vectors, atol=1e-6)
    meta.set_params(combiner__n_components=2)
    assert meta.fit_transform(documents).shape == (40, 2)


def test_it_goes_by_its_name():
    assert combine.Autoencoder is Autoencoder
