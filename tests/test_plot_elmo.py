"""Displays of what a contextual vectorizer knows, tried on a stand-in for one."""

import matplotlib as mpl
import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

mpl.use("agg")

import matplotlib.pyplot as plt

from skmeta.plot import LayerWeightsDisplay, SenseMapDisplay


class Contextual(BaseEstimator):
    """Adds half of its neighbours' vectors to each token's vector."""

    def fit(self, X, y=None):
        rng = np.random.default_rng(0)
        words = sorted({token for document in X for token in document})
        self.words_ = {w: rng.standard_normal(8, dtype=np.float32) for w in words}
        self.layer_weights_ = np.array([0.1, 0.6, 0.3], np.float32)
        return self

    def token_vectors(self, X):
        found = []
        for document in X:
            own = np.array([self.words_[token] for token in document])
            around = np.zeros_like(own)
            around[1:] += own[:-1]
            around[:-1] += own[1:]
            found.append(own + around / 2)
        return found


RIVER = [["the", "bank", "river"], ["river", "bank"], ["steep", "bank", "river"]]
MONEY = [["money", "bank"], ["bank", "money", "the"], ["loan", "bank", "money"]]
X = RIVER + MONEY
POSITIONS = [document.index("bank") for document in X]
SENSES = ["shore"] * 3 + ["firm"] * 3


@pytest.fixture
def estimator():
    yield Contextual().fit(X)
    plt.close("all")


def test_layer_weights_are_bars_from_the_input_up(estimator):
    display = LayerWeightsDisplay.from_estimator(estimator)
    bars = display.ax_.patches
    np.testing.assert_allclose([bar.get_width() for bar in bars], [0.1, 0.6, 0.3])
    heights = [bar.get_y() for bar in bars]
    assert heights == sorted(heights)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["layer 0 (input)", "layer 1", "layer 2"]
    assert [text.get_text() for text in display.ax_.texts] == [
        "0.100",
        "0.600",
        "0.300",
    ]
    [alike] = display.ax_.lines
    np.testing.assert_allclose(alike.get_xdata(), 1 / 3)


def test_layer_weights_of_numbers_go_to_given_axes(estimator):
    _, ax = plt.subplots()
    display = LayerWeightsDisplay.from_weights([0.5, 0.5], ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert display.plot() is display
    assert display.ax_ is not ax


@pytest.mark.parametrize("weights", [[0.5, 0.6], [1.5, -0.5], [], [[1.0]], [np.nan]])
def test_what_are_no_layer_weights_is_refused(weights):
    with pytest.raises(ValueError, match="Found weights "):
        LayerWeightsDisplay.from_weights(weights)


def test_layer_weights_need_a_fitted_estimator():
    with pytest.raises(NotFittedError):
        LayerWeightsDisplay.from_estimator(Contextual())


def drawn(display):
    """Return points by sense, as they stand in the picture."""
    return {
        marks.get_label(): np.asarray(marks.get_offsets())
        for marks in display.ax_.collections
    }


def test_sense_map_draws_principal_components_by_sense(estimator):
    display = SenseMapDisplay.from_estimator(estimator, X, POSITIONS, SENSES)
    vectors = [
        rows[place] for rows, place in zip(estimator.token_vectors(X), POSITIONS)
    ]
    expected = PCA(2).fit_transform(np.asarray(vectors, np.float64))
    points = drawn(display)
    assert list(points) == ["firm (3)", "shore (3)"]
    found = np.concatenate([points["shore (3)"], points["firm (3)"]])
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-6)
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["firm (3)", "shore (3)"]
    assert "of variance" in display.ax_.get_xlabel()


def test_senses_are_told_apart_without_colour():
    rng = np.random.default_rng(0)
    senses = np.repeat(np.arange(12), 4)
    vectors = rng.standard_normal((48, 5))
    display = SenseMapDisplay.from_vectors(vectors, senses)
    looks = {
        (marks.get_facecolor().tobytes(), marks.get_paths()[0].vertices.tobytes())
        for marks in display.ax_.collections
    }
    assert len(looks) == 12
    display.figure_.canvas.draw()
    box = display.figure_.get_tightbbox()
    assert box.x1 <= display.figure_.get_size_inches()[0]
    plt.close("all")


@pytest.mark.parametrize("n_senses", [2, 3])
def test_lda_sets_senses_apart_that_pca_does_not(n_senses):
    rng = np.random.default_rng(0)
    senses = np.arange(90) % n_senses
    vectors = rng.standard_normal((90, 10)) * [9, 9, 9, 9, 9, 9, 9, 9, 1, 1]
    vectors[:, 8] += 8 * (senses == 1)
    vectors[:, 9] += 8 * (senses == 2)

    def spread(display):
        points = display.points
        means = np.array([points[senses == s].mean(axis=0) for s in range(n_senses)])
        within = points - means[senses]
        return np.var(means, axis=0)[0] / np.var(within, axis=0)[0]

    lda = SenseMapDisplay.from_vectors(vectors, senses, projection="lda")
    pca = SenseMapDisplay.from_vectors(vectors, senses)
    assert spread(lda) > 5 > 1 > spread(pca)
    assert "by sense" in lda.ax_.get_xlabel()
    plt.close("all")


def test_the_same_vectors_give_a_map_of_one_point():
    display = SenseMapDisplay.from_vectors(np.ones((3, 4)), ["a", "b", "a"])
    np.testing.assert_array_equal(display.points, 0)
    plt.close("all")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"positions": POSITIONS[:-1]}, "5 positions for 6 documents"),
        ({"positions": [*POSITIONS[:-1], 3]}, "position 3 in document 5"),
        ({"positions": [-1, *POSITIONS[1:]]}, "position -1 in document 0"),
        ({"senses": SENSES[:-1]}, "senses of shape \\(5,\\) for 6 vectors"),
        ({"projection": "tsne"}, "projection='tsne', expected 'pca' or 'lda'"),
        ({"senses": ["a"] * 6, "projection": "lda"}, "the sense 'a' alone"),
        (
            {"X": X[:1], "positions": [1], "senses": ["a"]},
            "vectors of shape \\(1, 8\\)",
        ),
    ],
)
def test_what_is_no_sense_map_is_refused(change, message, estimator):
    given = {"X": X, "positions": POSITIONS, "senses": SENSES, **change}
    with pytest.raises(ValueError, match=message):
        SenseMapDisplay.from_estimator(estimator, **given)
