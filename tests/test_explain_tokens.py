"""Contributions have their places in documents, and displays show them."""

import re
from html.parser import HTMLParser

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    text_pipeline,
)
from skmeta.evaluate import corrected_t_test, stability
from skmeta.inspection import explain, source_importance
from skmeta.inspection._tokens import (
    cut_text,
    find_tokens,
    place_contributions,
    show_edges,
)

GOOD = {"good": [1.0, 0.0], "bad": [-1.0, 0.1], "film": [0.1, 1.0]}
FINE = {"good": [0.5], "fine": [1.0], "bad": [-1.0]}
DOCUMENTS = [["good", "film"], ["bad", "film"], ["fine", "good"], ["bad"]] * 6
LABELS = ["yes", "no", "yes", "no"] * 6
TEXTS = [" ".join(document) for document in DOCUMENTS]


@pytest.fixture(scope="module")
def pipeline():
    meta = MetaEmbeddingVectorizer([("one", GOOD), ("two", FINE)])
    return make_pipeline(meta, RidgeClassifier()).fit(DOCUMENTS, LABELS)


def frame(*rows):
    return pd.DataFrame(rows, columns=["word", "source", "contribution"])


def test_words_are_placed_where_they_stand():
    rows = frame(
        ("a", "s", 1.0), ("a b", "t", 3.0), (" b", "t", 4.0), ("lost", "s", 5.0),
        (None, "s", 2.0), ("aB", "t", 6.0),
    )  # fmt: skip
    placed, left = place_contributions(rows, ["a", "b", "A", "bb"])
    assert placed["s"].tolist() == [1.0, 0, 0, 0]
    # "a b" at the first two; " b" begins the second and the last; "ab" is nowhere
    assert placed["t"].tolist() == [1.5, 1.5 + 2, 0, 2]
    assert left.to_dict() == {"s": 7.0, "t": 6.0}
    assert placed.to_numpy().sum() + left.sum() == rows["contribution"].sum()


def test_letters_that_overlap_count_each_time():
    placed, _ = place_contributions(frame(("aa", "s", 3.0)), ["aaa", "baa"])
    assert placed["s"].tolist() == [2.0, 1.0]


@pytest.mark.parametrize(
    ("text", "tokens", "parts"),
    [
        ("A  good film!", ["a", "good", "film"], ["A", "good", "film"]),
        ("x y", ["y", "x"], ["y", "x"]),
        ("İyi film", ["iyi", "film"], ["iyi", "film"]),
        ("영화 좋다", ["영화", "좋다"], ["영화", "좋다"]),
        ("", [], []),
    ],
)
def test_texts_are_cut_into_tokens(text, tokens, parts):
    cut = list(cut_text(text, tokens))
    assert [part for part, place in cut if place is not None] == parts
    assert [place for _, place in cut if place is not None] == [*range(len(tokens))]
    whole = "".join(part for part, _ in cut)
    assert whole in (text, " ".join(tokens))


def test_edges_of_ngrams_are_shown():
    assert [show_edges(word) for word in (" ab", "b ", "a b")] == ["_ab", "b_", "a b"]


def test_tokens_are_those_before_vectors(pipeline):
    assert find_tokens(pipeline, DOCUMENTS[:2]) == DOCUMENTS[:2]
    texts = ["Good film.", "bad"]
    vectorizer = make_pipeline(Tokenizer(), PretrainedVectorizer(GOOD))
    for first in (vectorizer, TfidfVectorizer()):
        steps = first.steps if hasattr(first, "steps") else [("tfidf", first)]
        model = make_pipeline(*(step for _, step in steps), RidgeClassifier())
        found = find_tokens(model.fit(TEXTS, LABELS), texts)
        assert found == [["good", "film"], ["bad"]]


class Reader(HTMLParser):
    """Collect marked words, and check that what is opened is closed."""

    def __init__(self, page):
        super().__init__()
        self.open, self.marks, self.text = [], [], ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "mark":
            self.marks.append(["", dict(attributes)])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self.open and self.open[-1] == "mark":
            self.marks[-1][0] += data


def marks_of(display):
    return [
        (word, float(attributes["title"]), "0,114,178" in attributes["style"])
        for word, attributes in Reader(display._repr_html_()).marks
    ]


def make_display(*arguments, **options):
    pytest.importorskip("matplotlib")
    from skmeta.plot import ExplanationDisplay

    return ExplanationDisplay.from_estimator(*arguments, **options)


def test_words_have_the_colour_of_their_contribution(pipeline):
    document = ["good", "film", "bad", "unknown"]
    display = make_display(pipeline, [document])
    sums = explain(pipeline, [document]).dropna().groupby("word", observed=True)
    sums = sums["contribution"].sum()
    whole = marks_of(display)[:3]
    assert {word for word, _, _ in whole} == {"good", "film", "bad"}
    for word, value, is_blue in whole:
        assert value == pytest.approx(sums[word], abs=5e-4)
        assert is_blue == (value > 0)
    page = Reader(display._repr_html_())
    assert "unknown" in page.text
    for name in ("one", "two", "(intercept)"):
        total = explain(pipeline, [document]).query("source == @name")
        assert f"{name}{total['contribution'].sum():+.3f}" in page.text


def test_texts_are_escaped_and_keep_their_direction():
    pipeline = text_pipeline(effort="fast")
    texts = ["<b>good</b> & fine", "bad & <script>", "سيئ جدا", "טוב"] * 3
    pipeline.fit(texts, ["~<yes>", "no", "no", "~<yes>"] * 3)
    display = make_display(pipeline, texts[:4])
    page = display._repr_html_()
    assert "<script>" not in page
    assert "<b>good" not in page
    assert "&lt;yes&gt;" in page
    assert page.count('<p dir="auto">') >= 4
    reader = Reader(page)
    assert "<b>good</b> & fine" in reader.text
    assert any(word == "سيئ" for word, _ in reader.marks)


def test_the_highest_class_is_shown_unless_another_is_asked_for():
    labels = np.random.default_rng(0).integers(3, size=24)
    model = make_pipeline(PretrainedVectorizer(GOOD), RidgeClassifier())
    model.fit(DOCUMENTS, labels)
    display = make_display(model, DOCUMENTS[:5])
    shown = display.contributions.groupby("document")["class"].first()
    assert shown.tolist() == model.predict(DOCUMENTS[:5]).tolist()
    display = make_display(model, DOCUMENTS[:1], target=[0, 2])
    assert Reader(display._repr_html_()).text.count("Document 0") == 2


def test_bars_are_the_largest_words_and_all_sources(pipeline):
    display = make_display(pipeline, [["good", "film", "bad"]])
    rows = display.contributions
    labels = [t.get_text() for t in display.plot(top=2).ax_.get_yticklabels()]
    sums = rows.dropna().groupby("word", observed=True)["contribution"].sum().abs()
    assert labels == sums.sort_values().index[-2:].tolist()
    ax = display.plot(of="sources").ax_
    widths = {
        label.get_text(): bar.get_width()
        for label, bar in zip(ax.get_yticklabels(), ax.patches)
    }
    expected = rows.groupby("source", observed=True)["contribution"].sum().to_dict()
    assert widths == pytest.approx(expected)
    for wrong in ({"document": 3}, {"of": "letters"}):
        with pytest.raises(ValueError, match="a document, 0 to 0, and"):
            display.plot(**wrong)


NOISE = {"good": [0.2], "bad": [0.2], "film": [0.2], "fine": [0.2]}


def test_a_source_that_alone_knows_is_important():
    meta = MetaEmbeddingVectorizer([("words", GOOD), ("noise", NOISE)])
    pipeline = make_pipeline(meta, RidgeClassifier())
    table = source_importance(pipeline, DOCUMENTS, LABELS, cv=3)
    assert list(table.index) == ["words", "noise"]
    splits = table.filter(regex=r"^split\d_importance$")
    assert splits.shape == (2, 3)
    for name, row in table.iterrows():
        assert row["importance"] == pytest.approx(splits.loc[name].mean())
        assert row["low"] <= row["importance"] <= row["high"]
        assert row["p_value"] == corrected_t_test(splits.loc[name])
    assert table.loc["words", "importance"] > 0.2
    assert table.loc["noise", "importance"] == 0
    assert table["share"].to_dict() == pytest.approx({"words": 1, "noise": 0}, abs=1e-5)
    difference = table["score"] - table["score_without"]
    np.testing.assert_allclose(difference, table["importance"])


def test_the_interval_is_that_of_the_corrected_test():
    union = FeatureUnion(
        [("a", PretrainedVectorizer(GOOD)), ("b", PretrainedVectorizer(FINE))]
    )
    labels = np.random.default_rng(0).integers(0, 2, 24)
    pipeline = make_pipeline(union, RidgeClassifier())
    differences = source_importance(
        pipeline, DOCUMENTS, labels, cv=4, confidence_level=0.9
    )
    for _, row in differences.iterrows():
        values = row.filter(regex="^split").to_numpy()
        p_value = corrected_t_test(values - row["low"])  # at its end it is 0.1
        if values.std():
            assert p_value == pytest.approx(0.1)


def test_importance_takes_other_scores_and_what_is_not_linear():
    pipeline = make_pipeline(
        MetaEmbeddingVectorizer([("one", GOOD), ("two", FINE)], pooling="max"), Ridge()
    )
    numbers = np.linspace(0, 1, 24)
    table = source_importance(
        pipeline, DOCUMENTS, numbers, cv=2, scoring="neg_mean_absolute_error"
    )
    assert table["share"].isna().all()
    assert (table["score"] < 0).all()
    with pytest.raises(ValueError, match="at least two sources"):
        source_importance(make_pipeline(PretrainedVectorizer(GOOD)), DOCUMENTS, LABELS)
    with pytest.raises(ValueError, match="confidence_level=2"):
        source_importance(pipeline, DOCUMENTS, numbers, confidence_level=2)


def test_importances_are_drawn(pipeline):
    pytest.importorskip("matplotlib")
    from skmeta.plot import SourceImportanceDisplay

    display = SourceImportanceDisplay.from_estimator(pipeline, DOCUMENTS, LABELS, cv=2)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert len(labels) == 2
    assert labels[-1].startswith(display.importance.index[0])
    [points] = display.ax_.containers
    drawn = points.lines[0].get_xdata()
    np.testing.assert_allclose(drawn, display.importance["importance"][::-1])


RNG = np.random.default_rng(1)
MANY = [RNG.choice([f"w{i}" for i in range(30)], 8).tolist() for _ in range(40)]


def test_fits_of_one_seed_are_alike_and_of_others_are_not():
    w2v = Word2VecVectorizer(vector_size=6, min_count=1, epochs=1)
    table = stability(w2v, MANY, n_fits=3, n_neighbors=4)
    assert list(table.index) == [(0, 1), (0, 2), (1, 2)]
    assert table["predictions"].isna().all()
    values = table[["word_neighbors", "document_neighbors"]].to_numpy()
    assert ((values >= 0) & (values < 1)).all()
    again = stability(w2v, MANY, n_fits=3, n_neighbors=4)
    pd.testing.assert_frame_equal(table, again)
    other = stability(w2v, MANY, n_fits=3, n_neighbors=4, random_state=1)
    assert not np.allclose(other.iloc[:, :2], table.iloc[:, :2])


def test_overlap_is_the_jaccard_index_of_neighbours():
    w2v = Word2VecVectorizer(vector_size=6, min_count=1, epochs=1)
    seeds = np.random.RandomState(0).randint(2**31 - 1, size=2)
    fits = [w2v.set_params(random_state=int(seed)).fit(MANY) for seed in seeds[:1]]
    first = fits[0].transform(MANY)
    second = w2v.set_params(random_state=int(seeds[1])).fit(MANY).transform(MANY)
    overlaps = []
    for i in range(len(MANY)):
        near = []
        for rows in (first, second):
            units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
            order = np.argsort(-(units @ units[i]))
            near.append({j for j in order.tolist() if j != i} and set(
                [j for j in order.tolist() if j != i][:4]
            ))  # fmt: skip
        overlaps.append(len(near[0] & near[1]) / len(near[0] | near[1]))
    [found] = stability(w2v, MANY, n_fits=2, n_neighbors=4)["document_neighbors"]
    assert found == pytest.approx(np.mean(overlaps))


def test_predictions_of_several_seeds_are_compared():
    w2v = Word2VecVectorizer(vector_size=4, min_count=1, epochs=1)
    labels = np.arange(40) % 2
    pipeline = make_pipeline(w2v, RidgeClassifier())
    table = stability(pipeline, MANY, labels, X_test=MANY[:20], n_fits=2, n_neighbors=3)
    assert table.notna().all(axis=None)
    assert (table["predictions"] * 20 % 1 == 0).all()
    numbers = stability(make_pipeline(w2v, Ridge()), MANY, labels, n_fits=2)
    assert 0 <= numbers["predictions"].iloc[0] <= 1


def test_what_has_no_seed_has_no_stability():
    with pytest.raises(ValueError, match="no random_state"):
        stability(PretrainedVectorizer(GOOD), DOCUMENTS)
    with pytest.raises(ValueError, match="at least 2 fits"):
        stability(Word2VecVectorizer(), DOCUMENTS, n_fits=1)


def run_explain(*arguments, **options):
    pytest.importorskip("typer")
    from command import run_command

    return run_command("explain", *arguments, **options)


def test_the_command_explains_texts(pipeline, tmp_path):
    path = tmp_path / "model.joblib"
    joblib.dump(pipeline, path)
    done = run_explain(path, "Good film", "bad [red]film[/red]\x1b[0m", "--top", 2)
    assert "prediction: yes" in done.stdout
    assert "prediction: no" in done.stdout
    assert "[red]film[/red]\\x1b[0m" in done.stdout
    assert "\x1b" not in done.stdout
    why = explain(pipeline, [["good", "film"]])
    score = why["contribution"].sum()
    assert f"score of yes: {score:+.3f}" in done.stdout
    sums = why.groupby("source", observed=True)["contribution"].sum()
    for name, value in sums.items():
        assert re.search(
            rf"{re.escape(name)} +{re.escape(f'{value:+.3f}')}", done.stdout
        )
    done = run_explain(path, "bad", "--target", "yes")
    assert "score of yes: -" in done.stdout
    done = run_explain(path, "bad", "--target", "maybe", check=False)
    assert done.returncode == 1
    assert "--target maybe, expected one of the classes yes, no" in done.stderr


def test_the_command_says_that_no_word_contributes(pipeline, tmp_path):
    joblib.dump(pipeline, tmp_path / "model.joblib")
    done = run_explain(tmp_path / "model.joblib", "unheard")
    assert "no word of the text contributes to the score" in done.stdout
    assert "word   sum" not in done.stdout


def test_the_command_refuses_what_predicts_nothing(tmp_path):
    path = tmp_path / "vectorizer.joblib"
    joblib.dump(PretrainedVectorizer(GOOD).fit(DOCUMENTS), path)
    done = run_explain(path, "good", check=False)
    assert done.returncode == 1
    assert "predicts nothing" in done.stderr
