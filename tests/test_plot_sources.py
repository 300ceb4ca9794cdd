"""Displays of several sources: maps of words, coverage, agreement, searches."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

mpl.use("agg")

import matplotlib.pyplot as plt

from skmeta import MetaEmbeddingVectorizer, WordVectors
from skmeta.combine import SVD
from skmeta.plot import (
    AgreementDisplay,
    CombinerComparisonDisplay,
    CoverageDisplay,
    WordMapDisplay,
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def sources():
    """Return one source, the same turned, and one of other words by chance."""
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(60)]
    vectors = rng.standard_normal((60, 5))
    rotation = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    return {
        "one": WordVectors(words, vectors),
        "turned": WordVectors(words[::-1], 3 * vectors[::-1] @ rotation),
        "other": WordVectors([*words[:40], "new"], rng.standard_normal((41, 4))),
    }


def texts(labels):
    return [label.get_text() for label in labels]


# Word maps


def offsets(axis):
    points = [np.asarray(marks.get_offsets()) for marks in axis.collections]
    return np.concatenate(points)


def test_maps_of_the_same_vectors_turned_are_the_same(sources):
    words = [f"word{i}" for i in range(12)]
    display = WordMapDisplay.from_words(sources, words)
    assert [axis.get_title() for axis in display.axes_] == list(sources)
    assert display.ax_ is display.axes_[0]
    assert all(axis.figure is display.figure_ for axis in display.axes_)
    one, turned, other = (offsets(axis) for axis in display.axes_)
    np.testing.assert_allclose(turned, one, atol=1e-5)
    assert np.abs(other - one).max() > 0.1
    for axis in display.axes_:
        assert texts(axis.texts) == words
        assert texts([axis.xaxis.label]) == [""]


def test_unknown_words_are_named_under_the_map(sources):
    display = WordMapDisplay.from_words(sources, ["word1", "word2", "word50", "no"])
    labels = [axis.get_xlabel() for axis in display.axes_]
    assert labels == ["1 unknown: no", "1 unknown: no", "2 unknown: word50, no"]
    assert texts(display.axes_[2].texts) == ["word1", "word2"]


def test_neighbours_are_those_that_gensim_finds(sources):
    display = WordMapDisplay.from_neighbors(sources, "word0", n_neighbors=4)
    for name, table in display.points.items():
        similar = sources[name].to_gensim().most_similar("word0", topn=4)
        expected = {"word0", *(word for word, _ in similar)}
        assert set(table.index[table["near"]]) == expected
    own, others, word = display.axes_[2].collections
    assert len(own.get_offsets()) == 4
    assert len(others.get_offsets()) == len(display.points["other"]) - 5
    assert len(word.get_offsets()) == 1
    assert not np.array_equal(own.get_facecolor(), others.get_facecolor())
    assert "hollow: of other sources" in display.axes_[2].get_xlabel()


@pytest.mark.parametrize(
    ("n_maps", "shape"),
    [(1, (1, 1)), (3, (1, 3)), (4, (2, 2)), (5, (2, 3)), (7, (3, 3))],
)
def test_maps_stand_in_even_rows(n_maps, shape, sources):
    named = {str(number): sources["one"] for number in range(n_maps)}
    display = WordMapDisplay.from_words(named, ["word1", "word2"])
    grid = display.ax_.get_subplotspec().get_gridspec()
    assert (grid.nrows, grid.ncols) == shape


def test_many_neighbours_have_room_for_their_names():
    words = [f"neighbour{i}" for i in range(60)]
    rng = np.random.default_rng(0)
    named = {str(n): WordVectors(words, rng.standard_normal((60, 9))) for n in range(4)}
    display = WordMapDisplay.from_neighbors(named, words[0], n_neighbors=15)
    display.figure_.canvas.draw()
    renderer = display.figure_.canvas.get_renderer()
    for axis, table in zip(display.axes_, display.points.values()):
        near = set(table.index[table["near"]])
        boxes = [mpl.text.Text.get_window_extent(t, renderer) for t in axis.texts]
        for one, two in combinations(boxes, 2):
            assert not one.overlaps(two)
        colors = {t.get_text(): t.get_color() for t in axis.texts}
        assert len({colors[word] for word in near}) == 1
        assert colors[words[0]] not in {colors[w] for w in table.index if w not in near}
        assert [t.get_text() in near for t in axis.texts[:16]] == [True] * 16


@pytest.mark.parametrize("width", [3, 6])
def test_no_label_covers_another_or_leaves_the_map(width, sources):
    _, ax = plt.subplots(figsize=(width, width), layout="constrained")
    words = [f"word{i}" for i in range(6 * width)]
    display = WordMapDisplay.from_words([sources["one"]], words, ax=ax)
    assert display.ax_ is ax
    renderer = display.figure_.canvas.get_renderer()
    display.figure_.canvas.draw()
    boxes = []
    for text in ax.texts:
        without_leader = mpl.text.Text.get_window_extent(text, renderer)
        boxes.append(without_leader.extents)
    for one, two in combinations(boxes, 2):
        apart = one[2] <= two[0] or two[2] <= one[0]
        assert apart or one[3] <= two[1] or two[3] <= one[1]
    frame = ax.get_window_extent()
    for left, bottom, right, top in boxes:
        assert frame.x0 <= left
        assert right <= frame.x1
        assert frame.y0 <= bottom
        assert top <= frame.y1
    assert ax.viewLim.containsx(offsets(ax)[:, 0].min())
    scales = ax.transData.transform([[1, 1]]) - ax.transData.transform([[0, 0]])
    np.testing.assert_allclose(scales[0, 0], scales[0, 1], rtol=1e-3)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda s: WordMapDisplay.from_words(s, "word1"), TypeError, "a string"),
        (lambda s: WordMapDisplay.from_words(s, ["new", "no"]), ValueError, "0 of the"),
        (lambda s: WordMapDisplay.from_neighbors(s, "new"), ValueError, "'new' in"),
        (lambda s: WordMapDisplay.from_words([], ["a", "b"]), ValueError, "0 sources"),
        (lambda s: WordMapDisplay.from_words("a", ["a"]), TypeError, "a list of"),
        (
            lambda s: WordMapDisplay.from_words({"apple": [1.0]}, ["apple"]),
            TypeError,
            "Put one that is a dict",
        ),
        (
            lambda s: WordMapDisplay.from_words(
                s, ["word1", "word2"], ax=plt.subplots()[1]
            ),
            ValueError,
            "1 axes for 3 sources",
        ),
        (lambda s: AgreementDisplay.from_sources([s["one"]]), ValueError, "1 source,"),
        (
            lambda s: CoverageDisplay.from_sources(s, [["a"]], of="letters"),
            ValueError,
            "of='letters'",
        ),
        (lambda s: CoverageDisplay.from_sources(s, [[]]), ValueError, "a token"),
        (
            lambda s: CoverageDisplay.from_estimator(
                LogisticRegression().fit([[0], [1]], [0, 1]), [["a"]]
            ),
            TypeError,
            "expected a MetaEmbeddingVectorizer",
        ),
        (
            lambda s: CombinerComparisonDisplay.from_results({"mean_test_f1": []}),
            ValueError,
            r"expected one of \['f1'\]",
        ),
        (
            lambda s: CombinerComparisonDisplay.from_results(
                {"params": [{"C": 1}], "mean_test_score": [1], "std_test_score": [0]}
            ),
            ValueError,
            "'combiner'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(make, error, message, sources):
    with pytest.raises(error, match=message):
        make(sources)


# Coverage

FRUIT = {"apple": [1.0, 0.0], "pear": [1.0, 1.0], "plum": [0.0, 1.0]}
FOOD = {"apple": [1.0, 0.0], "pear": [0.0, 1.0], "fish": [1.0, 1.0]}
TREES = {"apple": [1.0, 0.0], "oak": [0.0, 1.0]}
X = [["apple", "apple", "pear", "oak"], ["fish", "soup", "plum", "and"], ["and"] * 2]


@pytest.mark.parametrize(
    ("of", "all_", "some", "alone"),
    [
        ("tokens", [2] * 4, [1, 1, 0, 1], [1, 1, 1, 3]),
        ("words", [1] * 4, [1, 1, 0, 1], [1, 1, 1, 3]),
    ],
)
def test_coverage_is_parted_by_how_many_know_a_word(of, all_, some, alone):
    sources = {"fruit": FRUIT, "food": FOOD, "trees": TREES}
    display = CoverageDisplay.from_sources(sources, X, of=of)
    total = {"tokens": 10, "words": 7}[of]
    bars = [[bar.get_width() for bar in box] for box in display.ax_.containers]
    expected = np.array([all_, some, alone]) / total
    np.testing.assert_allclose(bars[:3], expected)
    np.testing.assert_allclose(bars[3], 1 - expected.sum(axis=0))
    assert texts(display.ax_.get_yticklabels()) == [*sources, "(together)"]
    known = (expected.sum(axis=0) * 100).round(1)
    assert texts(display.ax_.texts) == [f"{share}%" for share in known]
    legend = texts(display.ax_.get_legend().get_texts())
    assert legend == ["known to all", "known to several", "known to one alone"]
    hatches = {box[0].get_hatch() for box in display.ax_.containers[:3]}
    assert len(hatches) == 3  # told apart without colour


def test_coverage_of_an_estimator_is_that_of_its_sources():
    meta = MetaEmbeddingVectorizer([("fruit", FRUIT), ("food", FOOD)]).fit(X)
    display = CoverageDisplay.from_estimator(meta, X)
    np.testing.assert_allclose(
        display.shares.sum(axis=1), meta.coverage(X)["token_share"]
    )
    legend = texts(display.ax_.get_legend().get_texts())
    assert legend == ["known to both", "known to one alone"]


# Agreement


def test_agreement_is_the_share_of_common_neighbours(sources):
    _, ax = plt.subplots()
    display = AgreementDisplay.from_sources(sources, n_neighbors=3, ax=ax)
    assert display.ax_ is ax
    table = display.agreement
    np.testing.assert_allclose(table.loc["one", "turned"], 1)
    one, other = (sources[name].to_gensim() for name in ("one", "other"))
    words = [f"word{i}" for i in range(40)]
    shares = []
    for word in words:
        near = []
        for model in (one, other):
            rest = [w for w in words if w != word]
            order = np.argsort(-model.distances(word, rest))[::-1]
            near.append({rest[i] for i in order[:3]})
        shares.append(len(near[0] & near[1]) / 3)
    np.testing.assert_allclose(table.loc["one", "other"], np.mean(shares))
    pd.testing.assert_frame_equal(table, table.T)
    drawn = display.ax_.images[0].get_array()
    assert np.ma.getmaskarray(drawn).diagonal().all()
    assert "1.00" in texts(display.ax_.texts)
    assert len(display.ax_.texts) == 6
    assert texts(display.ax_.get_xticklabels()) == list(sources)


def test_agreement_of_sources_that_share_too_few_words_is_left_blank(sources):
    sources["apart"] = WordVectors(["a", "b"], np.eye(2))
    display = AgreementDisplay.from_sources(sources)
    assert np.isnan(display.agreement.loc["one", "apart"])
    assert len(display.ax_.texts) == 6


# Searches


def test_a_search_is_drawn_by_combiner_and_dimensions():
    documents = [["apple", "pear"], ["fish"], ["plum"], ["oak", "fish"]] * 3
    meta = MetaEmbeddingVectorizer([("fruit", FRUIT), ("food", FOOD)])
    grid = [
        {
            "meta__combiner": [SVD()],
            "meta__combiner__n_components": [1, 2],
            "meta__level": ["word", "document"],
        },
        {"meta__combiner": ["average", "svd"]},
    ]
    pipeline = make_pipeline(meta, LogisticRegression())
    pipeline.steps[0] = ("meta", meta)
    search = GridSearchCV(pipeline, grid, cv=2).fit(documents, [1, 0, 1, 0] * 3)
    display = CombinerComparisonDisplay.from_search(search)
    results = pd.DataFrame(search.cv_results_)
    rows = display.table.set_index(["combiner", "dimensions"])["score"]
    assert len(rows) == 4
    by_hand = results.groupby("param_meta__combiner__n_components")["mean_test_score"]
    for size, best in by_hand.max().items():
        assert rows["svd", size] == best
    ax = display.ax_
    assert texts(ax.get_xticklabels()) == ["1", "2", "not set"]
    assert set(texts(ax.get_legend().get_texts())) == {"svd", "average"}
    assert len(ax.collections) == 3  # error bars: svd twice, set and not, and average


def test_means_and_deviations_are_drawn_and_the_best_named_first():
    sizes = [50, 100, 200]
    results = {
        "params": [
            {"combiner": name, "combiner__n_components": size}
            for name in ("gcca", "svd")
            for size in sizes
        ],
        "mean_test_f1": [0.5, 0.6, 0.4, 0.7, 0.9, 0.8],
        "std_test_f1": [0.1, 0.2, 0.3, 0.1, 0.1, 0.1],
    }
    display = CombinerComparisonDisplay.from_results(results, score="f1")
    assert texts(display.ax_.get_legend().get_texts()) == ["svd", "gcca"]
    assert texts(display.ax_.get_xticklabels()) == ["50", "100", "200"]
    assert "f1" in display.ax_.get_ylabel()
    best, other = display.ax_.containers
    np.testing.assert_allclose(best[0].get_xydata()[:, 1], [0.7, 0.9, 0.8])
    np.testing.assert_allclose(other[0].get_xydata()[:, 1], [0.5, 0.6, 0.4])
    ends = np.array([segment[:, 1] for segment in other[2][0].get_segments()])
    np.testing.assert_allclose(ends, [[0.4, 0.6], [0.4, 0.8], [0.1, 0.7]])
    assert (best[0].get_xydata() != other[0].get_xydata()).all()  # no bar hides another
    assert best[0].get_marker() != other[0].get_marker()
