"""Training rows that are repeated teach what they would teach once."""

import numpy as np
import pyarrow as pa
import pytest
from processes import outputs_of
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.model_selection import (
    GroupKFold,
    LeaveOneGroupOut,
    cross_val_predict,
    cross_val_score,
)

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, text_pipeline
from skmeta._meta._tuned_ridge import TunedRidge
from skmeta.combine import _learned_weights
from skmeta.combine._copies import find_copies
from skmeta.combine._learned_weights import learn_weights
from skmeta.weighting import Correlation, FeatureWeighter, LogOdds
from skmeta.weighting._copies import hash_rows, leave_out_copies

WORDS = [f"w{i}" for i in range(60)]
VECTORS = dict(zip(WORDS, np.random.default_rng(0).standard_normal((60, 5))))


def draw(n=40, seed=0):
    """Draw counts of words and the documents, all different, and rows to repeat."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(0.2, (n, len(WORDS)))
    counts[:, 0] += 1  # no document is empty
    documents = [[w for w, k in zip(WORDS, row) for _ in range(k)] for row in counts]
    assert len(set(map(tuple, documents))) == n
    rows = np.concatenate([np.arange(n), rng.integers(0, n, 3 * n)])
    return counts, documents, rows


def label(kind, n):
    rng = np.random.default_rng(1)
    return {
        "classes": np.array(list("abc"))[rng.integers(3, size=n)],
        "several": rng.integers(2, size=(n, 3)),
        "sparse": csr_array(rng.integers(2, size=(n, 3))),
        "numbers": rng.standard_normal(n),
    }[kind]


KINDS = ["classes", "several", "sparse", "numbers"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("as_rows", [csr_array, np.asarray], ids=["sparse", "dense"])
def test_repeated_rows_are_weighted_as_if_they_were_not(kind, as_rows):
    counts, _, rows = draw()
    y = label(kind, len(counts))
    weighting = "correlation" if kind == "numbers" else "log_odds"
    once = FeatureWeighter(weighting)
    often = FeatureWeighter(weighting)
    expected = once.fit_transform(as_rows(counts), y)
    found = often.fit_transform(as_rows(counts[rows]), y[rows])
    as_dense = csr_array(found).toarray()
    np.testing.assert_allclose(as_dense, csr_array(expected).toarray()[rows])
    np.testing.assert_allclose(often.feature_weights_, once.feature_weights_)
    alone = FeatureWeighter(weighting).fit(as_rows(counts[rows]), y[rows])
    np.testing.assert_allclose(alone.feature_weights_, once.feature_weights_)


@pytest.mark.parametrize("kind", KINDS)
def test_repeated_documents_are_pooled_as_if_they_were_not(kind):
    _, documents, rows = draw()
    y = label(kind, len(documents))
    few = {word: VECTORS[word] for word in WORDS[:40]}
    weighting = Correlation() if kind == "numbers" else LogOdds()
    once = PretrainedVectorizer(few, weighting=weighting, scale=1)
    often = clone(once)
    expected = once.fit_transform(documents, y)
    repeated = [documents[row] for row in rows]
    found = often.fit_transform(repeated, y[rows])
    np.testing.assert_allclose(found, expected[rows], rtol=1e-5, atol=1e-6)
    weights = often.transform(documents), once.transform(documents)
    np.testing.assert_allclose(*weights, rtol=1e-5, atol=1e-6)
    index = dict(zip(few, range(40)))
    learned = [
        clone(weighting).fit(X, index, y=labels, keep_unknown=True)
        for X, labels in ((documents, y), (repeated, y[rows]))
    ]
    unknown = [fitted.weigh_unknown(WORDS[40:]) for fitted in learned]
    np.testing.assert_allclose(*unknown, rtol=1e-5)


def test_arrow_columns_and_other_forms_of_words():
    _, documents, rows = draw()
    y = label("classes", len(documents))
    shouted = [[t.upper() for t in document] for document in documents]
    both = documents + shouted  # the same words are found
    vectorizer = PretrainedVectorizer(
        VECTORS, weighting="log_odds", fallback=("lower",), scale=1
    )
    expected = vectorizer.fit_transform(documents, y)
    rows = np.tile(np.arange(len(documents)), 2)
    for X in (both, pa.array(both)):
        found = vectorizer.fit_transform(X, y[rows])
        np.testing.assert_allclose(found, expected[rows], rtol=1e-5, atol=1e-6)


def test_random_labels_of_repeated_texts_teach_nothing():
    """A text's label is random, and shared by its copies: others cannot predict it."""
    found, told = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        counts = rng.poisson(0.15, (100, 60))
        y = rng.permutation(np.arange(100) % 2)
        groups = np.repeat(np.arange(100), 4)
        X, labels = csr_array(counts[groups]), y[groups]
        known = FeatureWeighter().fit(X, labels).transform(X)
        for rows, scores in (
            (FeatureWeighter().fit_transform(X, labels), found),
            (known, told),  # by weights that know the labels, as copies would tell
        ):
            folds = GroupKFold(5, shuffle=True, random_state=0)
            accuracy = cross_val_score(
                RidgeClassifier(), rows.toarray(), labels, groups=groups, cv=folds
            )
            scores.append(accuracy.mean())
    assert np.mean(found) < 0.5  # 0.44, as what is left out of balanced classes
    assert np.mean(told) > 0.52


def test_a_row_is_a_copy_if_its_label_is_the_same():
    X = np.array([[1, 0], [1, 0], [0, 1], [1, 0], [0, 1], [2, 0]])
    y = [0, 1, 0, 0, 0, 0]
    targets = LogOdds().encode(y, 6)
    distinct, left = leave_out_copies(hash_rows(X), targets, y, LogOdds().encode)
    np.testing.assert_array_equal(left, targets[[0, 1, 2, 5]])
    assert distinct.rows.tolist() == [0, 1, 2, 5]
    assert distinct.places.tolist() == [0, 1, 2, 0, 2, 3]
    assert distinct.with_copies(np.array([2, 0])).tolist() == [0, 2, 3, 4]
    kernel = (X @ X.T).astype(np.float32)
    rows, counts = find_copies([kernel], targets)
    assert rows.tolist() == [0, 1, 2, 5]
    assert counts.tolist() == [2, 1, 2, 1]


@pytest.mark.parametrize("far", [0, 30, 500, 20_000])
def test_views_that_are_long_or_nearly_constant_make_no_copies(far):
    rng = np.random.default_rng(0)
    views = [rng.standard_normal((60, 20)), far + rng.standard_normal((60, 5))]
    labels = rng.integers(2, size=(60, 1)).astype(np.float64)
    kernels = [(view @ view.T).astype(np.float32) for view in views]
    for some in (kernels, kernels[::-1], kernels[1:]):
        rows, counts = find_copies(some, labels)
        assert rows.tolist() == [*range(60)]
        assert counts.tolist() == [1] * 60
    repeated = np.concatenate([np.arange(60), [7, 7, 30]])
    kernels = [kernel[np.ix_(repeated, repeated)] for kernel in kernels]
    rows, counts = find_copies(kernels, labels[repeated])
    assert rows.tolist() == [*range(60)]
    assert counts[[7, 30]].tolist() == [3, 2]


def test_stored_zeros_and_the_order_of_columns_do_not_matter():
    X = csr_array(
        ([1.0, 0.0, 2.0, 3.0, 3.0, 2.0], [0, 1, 0, 1, 1, 0], [0, 2, 4, 6]), (3, 2)
    )
    assert not X.has_sorted_indices
    hashes = hash_rows(X)
    assert hashes[1] == hashes[2] != hashes[0]
    X = csr_array(([1.0, 0.0, 0.0, 1.0] * 2, [0, 1] * 4, [0, 2, 4, 6, 8]), (4, 2))
    y = [0, 1, 0, 1]
    expected = FeatureWeighter("log_odds").fit(X.toarray(), y).feature_weights_
    found = FeatureWeighter("log_odds").fit(X, y).feature_weights_
    np.testing.assert_array_equal(found, expected)
    assert found[0] > 1


def test_equal_rows_are_found_wherever_they_are():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((50, 37)).astype(np.float32)
    rows = np.concatenate([np.arange(50), rng.integers(0, 50, 333)])
    for kind in (np.asarray, csr_array):
        hashes = hash_rows(kind(X[rows]))
        np.testing.assert_array_equal(hashes, hashes[:50][rows])
        assert len(set(hashes)) == 50


@pytest.mark.parametrize(
    ("X", "y"),
    [
        ([["a"]] * 6, [0, 1] * 3),
        ([["a"]] * 6, [1.5] * 6),
        ([["a"]] * 6, [1.5, 2.5] * 3),
        ([["a"]] * 5 + [["b"]] * 5, [0] * 5 + [1] * 5),
        ([["a", "b"]] * 4 + [["b"], ["c"], ["b", "c"]], [0] * 4 + [1] * 3),
        ([["a"], [], [], [], ["b"], []], [0, 1, 0, 1, 1, 0]),
    ],
    ids=["one text", "one number", "two numbers", "two texts", "a class", "empty"],
)
def test_few_distinct_texts_are_enough(X, y):
    vectors = {"a": [1.0, 0.0, 1.0], "b": [0.0, 1.0, 1.0], "c": [1.0, 1.0, 0.0]}
    weighting = "correlation" if isinstance(y[0], float) else "log_odds"
    words = PretrainedVectorizer(vectors, weighting=weighting)
    rows = words.fit_transform(X, y)
    assert np.isfinite(rows).all()
    counts = np.array([[d.count(w) for w in "abc"] for d in X])
    assert np.isfinite(FeatureWeighter(weighting).fit_transform(counts, y)).all()
    if len(set(y)) > 1:
        sources = [("one", words), ("other", PretrainedVectorizer(vectors))]
        meta = MetaEmbeddingVectorizer(sources, level="document", weights="learn")
        assert np.isfinite(meta.fit_transform(X, y)).all()
    if weighting == "correlation":
        assert np.isfinite(TunedRidge().fit(rows, y).predict(rows)).all()


def test_copies_do_not_predict_each_other():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 3
    signal = np.eye(3)[y] + rng.standard_normal((120, 3))
    noise = rng.standard_normal((120, 300))  # every text has its own direction
    blocks = [b / np.linalg.norm(b, axis=1, keepdims=True) for b in (signal, noise)]
    blocks = [block.astype(np.float32) for block in blocks]
    rows = np.repeat(np.arange(120), 4)
    for kind in (np.asarray, csr_array):
        views = [kind(block[rows]) for block in blocks]
        weights = learn_weights(views, y[rows])
        assert weights[0] == 1
        assert weights[1] <= 0.25


def test_predictions_are_those_of_regressions_without_the_copies():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((15, 4)).astype(np.float32)
    targets = rng.standard_normal((15, 2))
    groups = np.concatenate([np.arange(15), rng.integers(0, 15, 20)])
    kernel = (X @ X.T)[np.ix_(groups, groups)]
    rows, counts = find_copies([kernel], targets[groups])
    np.testing.assert_array_equal(counts, np.bincount(groups))
    judge = _learned_weights._Judge(
        [kernel[np.ix_(rows, rows)]], targets, 0.3 / counts, lambda p, _: p
    )
    energy = np.trace(X @ X.T) / 15
    inputs = np.column_stack([X / np.sqrt(energy), np.ones(15)])[groups]
    mean = targets.mean(axis=0)
    expected = cross_val_predict(
        Ridge(0.3, fit_intercept=False),
        inputs,
        targets[groups] - mean,
        groups=groups,
        cv=LeaveOneGroupOut(),
    )
    found = judge(np.ones(1))
    np.testing.assert_allclose(found, expected[:15] + mean, atol=1e-3)


@pytest.mark.parametrize("noise", [0.1, 1, 10])
def test_penalty_predicts_each_text_best_from_the_others(noise):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40, 60))
    y = X[:, :3].sum(axis=1) + noise * rng.standard_normal(40)
    rows = np.concatenate([np.arange(40), rng.integers(0, 40, 120)])
    alphas = (0.1, 1, 10, 100, 1_000)
    errors = []
    for alpha in alphas:
        predictions = cross_val_predict(
            Ridge(alpha), X[rows], y[rows], groups=rows, cv=LeaveOneGroupOut()
        )
        errors.append(np.mean((predictions[:40] - y) ** 2))
    found = TunedRidge(alphas).fit(X[rows], y[rows])
    assert found.alpha_ == alphas[np.argmin(errors)]


PROGRAM = """
from skmeta import text_pipeline
texts = ["a good film", "good fun", "a bad film", "bad acting", "dull fun"] * 4
y = [1, 1, 0, 0, 0] * 4
pipeline = text_pipeline(effort="fast", n_jobs=2).fit(texts, y)
rows = pipeline["features"].fit_transform(pipeline["tokens"].transform(texts), y)
print(rows.data.tobytes().hex(), pipeline["features"].weights_)
"""


def test_folds_do_not_depend_on_hashes_and_threads():
    assert len(outputs_of(PROGRAM)) == 1


def test_a_pipeline_learns_the_same_columns_of_repeated_texts():
    texts = ["a good film", "good fun", "a bad film", "bad acting", "so so", "dull"]
    y = [1, 1, 0, 0, 1, 0]
    once = text_pipeline(effort="fast").fit(texts, y)
    often = text_pipeline(effort="fast").fit(texts * 3, y * 3)
    for name in ("words", "characters"):
        weights = [
            p["features"].sources_[name][-1].feature_weights_ for p in (once, often)
        ]
        np.testing.assert_allclose(*weights)
