from itertools import chain

import numpy as np
import pandas as pd
import pytest
from gensim.models import KeyedVectors

from skmeta import MetaEmbeddings, WordVectors
from skmeta.evaluate import _offsets as offsets
from skmeta.evaluate import analogies

DIFFERENCES = ["difference", "difference_low", "difference_high"]
COLUMNS = ["accuracy", "low", "high", *DIFFERENCES, "questions", "covered"]


def make_vectors(n_words, seed, noise=0.3):
    """Return vectors in which word 2k + 1 is word 2k moved by about the same."""
    rng = np.random.default_rng(seed)
    plain = rng.standard_normal((n_words // 2, 8))
    moved = plain + [2.0, *[0] * 7] + noise * rng.standard_normal(plain.shape)
    vectors = np.stack([plain, moved], axis=1).reshape(n_words, 8)
    return WordVectors([f"word{i}" for i in range(n_words)], vectors)


@pytest.fixture
def questions():
    """Return three sections of questions, one of them syntactic."""
    rng = np.random.default_rng(4)
    sections = {}
    for section in ("capitals", "gram1-plural", "family"):
        pairs = [rng.choice(30, 2, replace=False) * 2 for _ in range(25)]
        sections[section] = [
            (f"word{i}", f"word{i + 1}", f"word{j}", f"word{j + 1}") for i, j in pairs
        ]
    return sections


def write(questions, path):
    lines = []
    for section, rows in questions.items():
        lines += [f": {section}", *map(" ".join, rows)]
    path.write_text("\n".join(lines))
    return path


def gensims(vectors, path, **options):
    _, sections = vectors.to_gensim().evaluate_word_analogies(str(path), **options)
    n_right = {s["section"]: len(s["correct"]) for s in sections}
    n_asked = {s["section"]: len(s["correct"]) + len(s["incorrect"]) for s in sections}
    n_right["total"] = n_right.pop("Total accuracy")
    n_asked["total"] = n_asked.pop("Total accuracy")
    return n_right, n_asked


@pytest.mark.parametrize("limit", [300_000, None, 40])
def test_gensim_gives_the_same(questions, limit, tmp_path):
    vectors = make_vectors(60, seed=0, noise=0.8)
    path = write(questions, tmp_path / "questions.txt")
    table = analogies(vectors, path, limit=limit).droplevel("model")
    n_right, n_asked = gensims(vectors, path, restrict_vocab=limit)
    assert n_right["total"] > 0
    for section in (*questions, "total"):
        row = table.loc[section]
        assert row["questions"] == n_asked[section]
        assert np.isclose(row["accuracy"] * row["questions"], n_right[section])


def test_sections_then_their_sums(questions):
    table = analogies({"one": make_vectors(60, seed=0)}, questions)
    assert table.index.names == ["section", "model"]
    assert table.columns.to_list() == COLUMNS
    sums = ["semantic", "syntactic", "total"]
    assert [section for section, _ in table.index] == [*questions, *sums]
    right = (table["accuracy"] * table["questions"]).droplevel("model")
    assert np.isclose(right["semantic"], right["capitals"] + right["family"])
    assert np.isclose(right["syntactic"], right["gram1-plural"])
    assert np.isclose(right["total"], right["semantic"] + right["syntactic"])
    assert (table["low"] <= table["accuracy"]).all()
    assert (table["accuracy"] <= table["high"]).all()
    only = analogies(make_vectors(60, seed=0), questions["capitals"])
    assert [section for section, _ in only.index] == ["questions", "total"]


def test_common_questions(questions):
    models = {
        "all": make_vectors(60, 0),
        "few": make_vectors(40, 1),
        "meta": MetaEmbeddings([make_vectors(60, 0), make_vectors(40, 1)]),
    }
    table = analogies(models, questions)
    known = [
        all(int(word[4:]) < 40 for word in question)
        for question in chain.from_iterable(questions.values())
    ]
    assert (table.loc["total", "questions"] == sum(known)).all()
    expected = [1, np.mean(known), 1]
    np.testing.assert_allclose(table.loc["total", "covered"], expected)
    some = [
        q
        for q, is_known in zip(chain.from_iterable(questions.values()), known)
        if is_known
    ]
    for name, model in models.items():
        alone = analogies(model, some).loc["total"].iloc[0]
        assert np.isclose(table.loc[("total", name), "accuracy"], alone["accuracy"])
    own = analogies(models, questions, common=False)
    assert own.loc[("total", "all"), "questions"] == len(known)
    assert own[DIFFERENCES].isna().all(axis=None)


def test_order_of_models_does_not_matter_and_the_same_differs_by_nothing(questions):
    one, two = make_vectors(60, 0), make_vectors(60, 1, noise=0.6)
    table = analogies({"one": one, "two": two, "again": one}, questions)
    turned = analogies({"two": two, "one": one}, questions)
    some = [c for c in COLUMNS if c not in DIFFERENCES]
    pd.testing.assert_frame_equal(
        turned[some].sort_index(), table.loc[turned.index, some].sort_index()
    )
    assert (table.xs("again", level="model")[DIFFERENCES] == 0).all(axis=None)
    total = table.loc["total"]
    assert (
        total["difference"]["two"]
        == total["accuracy"]["two"] - total["accuracy"]["one"]
    )


def test_blocks_do_not_matter(questions, monkeypatch):
    vectors = make_vectors(60, 0)
    table = analogies(vectors, questions)
    monkeypatch.setattr(offsets, "_WORDS_BLOCK_SIZE", 7)
    monkeypatch.setattr(offsets, "_QUESTIONS_BLOCK_SIZE", 4)
    pd.testing.assert_frame_equal(analogies(vectors, questions), table)


def test_length_of_vectors_does_not_matter(questions):
    vectors = make_vectors(60, 0)
    lengths = np.random.default_rng(0).uniform(0.1, 10, (60, 1))
    scaled = WordVectors(vectors.words, vectors.vectors * lengths)
    pd.testing.assert_frame_equal(
        analogies(scaled, questions), analogies(vectors, questions)
    )


ROYAL = {"man": [1, 0, 0.1], "king": [1, 1, 0.1], "woman": [-1, 0, 0.1]}
ROYAL |= {"queen": [-1, 1, 0.1], "zero": [0, 0, 0]}
QUESTIONS = [("man", "king", "woman", "queen"), ("man", "woman", "king", "queen")]


def accuracy(vectors, **options):
    return analogies([vectors], QUESTIONS, **options).loc["total", "accuracy"].item()


def test_capitals_do_not_matter_unless_asked_for():
    upper = {word.upper(): vector for word, vector in ROYAL.items()}
    assert accuracy(upper) == 1
    with pytest.raises(ValueError, match="language and spelling of the words"):
        accuracy(upper, ignore_case=False)
    answer = {**ROYAL, "Queen": [-1, 0.55, 0.1]}
    assert accuracy(answer) == 1  # either is right
    assert accuracy(answer, ignore_case=False) == 0
    question = {**ROYAL, "KING": [-1, 0.55, 0.1]}
    assert accuracy(question) == 1  # KING is no answer
    assert accuracy(question, ignore_case=False) == 0


def test_words_of_the_question_are_no_answers_and_may_leave_none():
    assert accuracy({w: ROYAL[w] for w in ("man", "king", "woman", "queen")}) == 1
    alone = analogies([ROYAL], [("man", "king", "woman", "king")] * 2)
    assert alone["accuracy"].to_list() == [0, 0]
    two = {"man": [1.0, 0.0], "king": [0.0, 1.0]}
    none = analogies([two], [("man", "king", "man", "king")] * 2)
    assert none["accuracy"].to_list() == [0, 0]


def test_zeros_are_no_vector():
    table = analogies([ROYAL], [*QUESTIONS, ("man", "king", "zero", "queen")])
    assert table.loc["total", "questions"].item() == 2
    assert table.loc["total", "covered"].item() == 2 / 3


def test_one_question_has_no_interval():
    table = analogies([ROYAL], QUESTIONS[:1])
    assert table["accuracy"].to_list() == [1, 1]
    assert table[["low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("questions", "message"),
    [
        ([("a", "b", "c")], r"Question 0 of 'questions' is \('a', 'b', 'c'\)"),
        ({"one": [("a", "b", "c", 3)]}, "Question 0 of 'one'"),
        ([], "Found no questions in 'questions'"),
        (7, "Found no questions"),
        ("nowhere.txt", "is not there"),
        ([("a", "b", "c", "d")], "0 by dict are covered"),
    ],
)
def test_what_is_no_question_is_refused(questions, message):
    with pytest.raises((TypeError, ValueError, OSError), match=message):
        analogies([ROYAL], questions)


def test_sections_without_common_questions_are_named():
    sections = {"royal": QUESTIONS, "other": [("a", "b", "c", "d")]}
    with pytest.warns(UserWarning, match="Of the 1 question of 'other'"):
        table = analogies([ROYAL], sections)
    assert np.isnan(table.loc["other", "accuracy"].item())
    assert table.loc["total", "accuracy"].item() == 1


@pytest.mark.parametrize("limit", [0, -3])
def test_limits_that_leave_no_word_are_refused(limit):
    with pytest.raises(ValueError, match=f"limit={limit}"):
        accuracy(ROYAL, limit=limit)


def test_progress_over_blocks(questions, capsys):
    analogies(make_vectors(60, 0), questions, verbose=1)
    assert "1/1" in capsys.readouterr().err


@pytest.mark.timeout(300)
def test_gensim_gives_the_same_on_real_vectors(data):
    path = data / "vectors" / "glove6b_50d_9k.txt.gz"
    vectors = WordVectors.from_gensim(
        KeyedVectors.load_word2vec_format(path, limit=4000)
    )
    file = data / "analogy" / "questions-words.txt"
    table = analogies(vectors, file).droplevel("model")
    n_right, n_asked = gensims(vectors, file)
    for section in n_right:
        row = table.loc[section]
        assert row["questions"] == n_asked[section]
        assert abs(row["accuracy"] * row["questions"] - n_right[section]) < 1.5  # ties
