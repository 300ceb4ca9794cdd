import copy
import zlib
from dataclasses import replace

import numpy as np
import pytest
from gensim.models import doc2vec
from gensim.models.doc2vec import Doc2Vec, TaggedDocument
from scipy.optimize import minimize

from skmeta import Doc2VecVectorizer
from skmeta._doc2vec.inference import MAPInference, SGDInference
from skmeta._doc2vec.inference._dbow_objectives import dbow_objectives
from skmeta._doc2vec.inference._frozen_model import FrozenModel
from skmeta._doc2vec.inference._lengths import batches, pad, padded_lengths
from skmeta._doc2vec.inference._newton import (
    maximize,
    maximize_with_numpy,
)
from skmeta._doc2vec.inference._noise import cluster_noise_distribution
from skmeta._doc2vec.inference._sgd import infer_sampled
from skmeta._doc2vec.inference._windows import windows
from skmeta._native import doc2vec_kernels
from skmeta._vectors._word_index import row_numbers

EVERY_WORD = 10**6  # points: noise is then exact
VARIANTS = {
    "dbow": {"dm": 0},
    "dbow, all kept": {"dm": 0, "sample": 0},
    "dbow, exponent": {"dm": 0, "ns_exponent": -0.5, "negative": 2},
    "dbow, words": {"dm": 0, "dbow_words": 1},
    "dbow, softmax": {"dm": 0, "hs": 1, "negative": 0},
    "dbow, both": {"dm": 0, "hs": 1},
    "mean": {"dm": 1},
    "mean, all kept": {"dm": 1, "sample": 0},
    "mean, whole windows": {"dm": 1, "shrink_windows": False, "window": 3},
    "mean, softmax": {"dm": 1, "hs": 1, "negative": 0},
    "mean, both": {"dm": 1, "hs": 1},
    "sum": {"dm": 1, "dm_mean": 0, "sample": 0},
    "sum, skipped": {"dm": 1, "dm_mean": 0, "window": 2},
    "sum, softmax": {"dm": 1, "dm_mean": 0, "hs": 1, "negative": 0},
}


def train(documents, **parameters):
    parameters = {"vector_size": 8, "min_count": 1, "sample": 0.02, **parameters}
    corpus = [TaggedDocument(document, [i]) for i, document in enumerate(documents)]
    return Doc2Vec(corpus * 10, epochs=10, seed=1, workers=1, **parameters)


@pytest.fixture(params=VARIANTS)
def model(request, documents):
    return train(documents, **VARIANTS[request.param])


def log_s(x):
    return -np.logaddexp(0, -x)


def posterior(model, document, d, variance):
    """Compute by loops the objective that an inferred vector maximises."""
    words = [model.wv.get_index(word) for word in document if word in model.wv]
    keep = np.ones(len(model.wv))
    if model.sample:
        keep = model.wv.expandos["sample_int"] / (2**32 - 1)
    if model.negative:
        noise = np.diff(model.cum_table.astype(float), prepend=0)
        noise /= noise.sum()
    total = -d @ d / (2 * variance)
    for i, word in enumerate(words):
        context, size = np.zeros(len(d)), 1.0
        for j, neighbor in enumerate(words):
            between = sum(keep[w] for w in words[min(i, j) + 1 : max(i, j)])
            near = (
                1 - between / model.window
                if model.shrink_windows
                else model.window - between
            )
            near = min(max(near, 0), 1) * keep[neighbor]
            if model.dm and i != j:
                context += near * model.wv.vectors[neighbor]
                size += near
        hidden, weight = d, 1.0
        if model.dm:
            hidden = (context + d) / size if model.cbow_mean else context + d
            weight = size if model.cbow_mean else 1 / size
        gain = 0.0
        if model.negative:
            gain += log_s(hidden @ model.syn1neg[word])
            gain += model.negative * (noise @ log_s(-(model.syn1neg @ hidden)))
        if model.hs:
            signs = 1 - 2.0 * model.wv.expandos["code"][word]
            nodes = model.syn1[model.wv.expandos["point"][word]]
            gain += log_s(signs * (nodes @ hidden)).sum()
        total += keep[word] * weight * gain
    return total


def frozen(model, n_points=EVERY_WORD):
    return FrozenModel(model, model.epochs, model.alpha, n_points)


def objectives(model, documents):
    return (windows if model.dm else dbow_objectives)(
        model, *row_numbers(documents, model.words)
    )


def test_gradient_is_that_of_the_posterior(model, documents):
    known = frozen(model)
    rng = np.random.default_rng(0)
    checked = 0
    for numbers, objective in objectives(known, documents[:12]):
        d = rng.normal(size=(len(numbers), 8)).astype(np.float32)
        slopes, _ = objective.derive(objective.multiply(d))
        gradient = objective.collect(slopes) - d / known.variance
        for number, at, found in zip(numbers, d.astype(float), gradient):
            steps = 1e-5 * np.eye(8)
            expected = [
                posterior(model, documents[number], at + step, known.variance)
                - posterior(model, documents[number], at - step, known.variance)
                for step in steps
            ]
            np.testing.assert_allclose(
                found, np.array(expected) / 2e-5, rtol=1e-3, atol=1e-3
            )
            checked += 1
    assert checked == 12


def test_curvature_is_that_of_the_posterior(model, documents):
    known = frozen(model)
    rng = np.random.default_rng(0)
    for _, objective in objectives(known, documents[:12]):
        d, step = rng.normal(size=(2, len(objective.weights), 8)).astype(np.float32)
        _, curvatures = objective.derive(objective.multiply(d))
        products = objective.multiply(step)
        curved = objective.collect(tuple(c * p for c, p in zip(curvatures, products)))
        after, before = (
            objective.collect(objective.derive(objective.multiply(d + h * step))[0])
            for h in (0.01, -0.01)
        )
        np.testing.assert_allclose(curved, (before - after) / 0.02, rtol=0.01, atol=0.1)


def test_optimum_is_that_of_a_general_solver(model, documents):
    known = frozen(model)
    for numbers, objective in objectives(known, documents[:4]):
        found = maximize(objective, known.preconditioner, (4, 6, 8, 8, 8))
        for number, d in zip(numbers, found):
            best = minimize(
                lambda d, number=number: (
                    -posterior(model, documents[number], d, known.variance)
                ),
                np.zeros(8),
                method="L-BFGS-B",
                options={"ftol": 1e-14, "gtol": 1e-7},
            )
            np.testing.assert_allclose(d, best.x, atol=2e-3 * abs(best.x).max())


def test_usual_steps_come_near_the_optimum(model, documents):
    usual = MAPInference(model, model.epochs, model.alpha)
    usual.model = known = frozen(model)
    found = usual.infer(documents, None, 0)
    for numbers, objective in objectives(known, documents):
        best = maximize(objective, known.preconditioner, (4, 6, 8, 8, 8))
        errors = np.linalg.norm(found[numbers] - best, axis=1)
        assert np.all(errors < 0.03 * np.linalg.norm(best, axis=1))


@pytest.mark.skipif(doc2vec_kernels is None, reason="installed without a compiler")
@pytest.mark.parametrize("scale", [1, 10])
def test_native_steps_are_those_of_numpy(model, documents, scale):
    for name in {"syn1", "syn1neg"} & set(vars(model)):
        setattr(model, name, scale * getattr(model, name))
    known = frozen(model, 20)
    known.points.flags.writeable = False  # as memory-mapped ones are
    for _, objective in objectives(known, documents):
        for steps in [(1,), (2, 3, 4)]:
            expected = maximize_with_numpy(objective, known.preconditioner, steps)
            found = doc2vec_kernels.maximize(objective, known.preconditioner, steps)
            close = 1e-4 * scale * abs(expected).max()
            np.testing.assert_allclose(found, expected, atol=close)


@pytest.mark.skipif(doc2vec_kernels is None, reason="installed without a compiler")
@pytest.mark.parametrize(
    "name", ["weights", "points", "point_shares", "position_weights", "position_slopes"]
)
def test_native_steps_refuse_arrays_that_do_not_fit(name, documents):
    known = frozen(train(documents, **VARIANTS["mean"]))
    _, objective = next(iter(objectives(known, documents)))
    changed = replace(objective, **{name: getattr(objective, name)[..., :-1]})
    with pytest.raises(ValueError, match=r"of shape .*expected|broadcast"):
        doc2vec_kernels.maximize(changed, known.preconditioner, (1,))


def test_points_keep_the_mean_of_noise_words():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(500, 6)).astype(np.float32)
    shares = rng.random(500) / 250
    shares /= shares.sum()
    points, point_shares, spread = cluster_noise_distribution(vectors, shares, 20)
    assert points.shape == (20, 6)
    np.testing.assert_allclose(point_shares.sum(), 1, rtol=1e-5)
    np.testing.assert_allclose(point_shares @ points, shares @ vectors, atol=1e-5)
    around = (shares @ np.square(vectors) - point_shares @ np.square(points)).mean()
    np.testing.assert_allclose(spread, around, rtol=1e-4)


def test_as_many_points_as_words_lose_nothing():
    vectors = np.eye(5, dtype=np.float32)
    points, shares, spread = cluster_noise_distribution(vectors, np.full(5, 0.2), 5)
    np.testing.assert_array_equal(points, vectors)
    np.testing.assert_allclose(shares, 0.2)
    assert spread == 0


def test_batches_hold_every_document_once_but_the_empty_ones():
    lengths = np.random.default_rng(0).integers(0, 400, 300)
    seen = []
    for numbers, padded in batches(lengths, 1_000):
        assert len(numbers) * padded <= max(1_000, padded)
        assert np.all(lengths[numbers] <= padded)
        assert np.all((padded <= 1.26 * lengths[numbers]) | (padded <= 8))
        seen.extend(numbers)
    assert sorted(seen) == np.flatnonzero(lengths).tolist()


def test_padded_lengths_are_few():
    padded = padded_lengths(np.arange(1, 100_000))
    assert np.all(padded >= np.arange(1, 100_000))
    assert len(np.unique(padded)) < 70


def test_filling_repeats_the_last_entry():
    places, real = pad(np.array([0, 2, 2, 5]), np.array([0, 2]), 4)
    np.testing.assert_array_equal(places, [[0, 1, 1, 1], [2, 3, 4, 4]])
    np.testing.assert_array_equal(real, [[1, 1, 0, 0], [1, 1, 1, 0]])


@pytest.mark.parametrize("parameters", [*VARIANTS.values(), {"dm_concat": 1}])
def test_sampled_inference_is_that_of_gensim(parameters, documents, monkeypatch):
    model = train(documents, **parameters)
    start = np.random.default_rng(0).random(8, dtype=np.float32) - 0.5
    monkeypatch.setattr(
        doc2vec, "pseudorandom_weak_vector", lambda *args, **kwargs: start.copy()
    )
    for epochs, alpha in [(10, 0.025), (1, 0.1)]:
        model.random = np.random.RandomState(3)
        expected = model.infer_vector(documents[0], epochs=epochs, alpha=alpha)
        model.random = np.random.RandomState(3)
        found = start.copy()
        infer_sampled(model, documents[0], found, epochs, alpha)
        np.testing.assert_array_equal(found, expected)


def test_sampled_inference_leaves_the_model_alone(documents):
    model = train(documents)
    state, vectors = copy.deepcopy(model.random.get_state()), model.syn1neg.copy()
    sampled = SGDInference(model, 5, 0.025, 0)
    found = sampled.infer(documents, None, 0)
    assert str(model.random.get_state()) == str(state)
    np.testing.assert_array_equal(model.syn1neg, vectors)
    np.testing.assert_array_equal(found, sampled.infer(documents, 2, 0))


def test_sampled_inference_starts_from_a_stable_hash(documents):
    model = train(documents)
    [found] = SGDInference(model, 1, 1e-9, 7).infer([["word1", "word2"]], None, 0)
    random = np.random.RandomState([7, zlib.crc32(b"word1\0word2")])
    np.testing.assert_allclose(found, (random.random_sample(8) - 0.5) / 8, atol=1e-6)


@pytest.mark.parametrize("vector_size", [3, 16, 37, 100])
@pytest.mark.parametrize("dm", [0, 1])
def test_a_document_alone_has_the_bits_it_has_among_others(dm, vector_size):
    rng = np.random.default_rng(vector_size)
    words = [f"word{i}" for i in range(300)]
    documents = [rng.choice(words, n).tolist() for n in rng.integers(1, 40, size=60)]
    vectorizer = Doc2VecVectorizer(
        dm=dm, vector_size=vector_size, min_count=1, epochs=2, random_state=0
    ).fit(documents)
    together = vectorizer.transform(documents)
    for n in (1, 2, 3, 4, 5, 7):
        parts = [documents[i : i + n] for i in range(0, 60, n)]
        apart = np.vstack([vectorizer.transform(part) for part in parts])
        np.testing.assert_array_equal(apart, together)


def test_sampled_inference_draws_alike_after_other_documents():
    documents = [["human", "trees", "graph"], ["graph", "minors"], ["trees"]] * 4
    vectorizer = Doc2VecVectorizer(
        inference="sgd", vector_size=4, min_count=1, epochs=2, random_state=0
    ).fit(documents)
    together = vectorizer.transform(documents)
    apart = [vectorizer.transform([document])[0] for document in documents[::-1]]
    np.testing.assert_array_equal(apart[::-1], together)
