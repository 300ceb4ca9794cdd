import pickle
import re
import sys
import warnings
from unicodedata import category

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skmeta import PhraseJoiner, Tokenizer, Word2VecVectorizer

TEXTS = ["The cat sat: it's 3 o'clock!", "", "고양이가  앉았다.", "Ünïcödé_x"]


def test_words_of_any_script():
    assert Tokenizer().transform(TEXTS) == [
        ["the", "cat", "sat", "it", "s", "3", "o", "clock"],
        [],
        ["고양이가", "앉았다"],
        ["ünïcödé_x"],
    ]


@pytest.mark.parametrize("text", ["हिन्दी", "தமிழ்", "مُحَمَّد", "ที่นี่", "cafe\u0301"])
def test_marks_stay_with_their_letters(text):
    assert Tokenizer().transform([f"{text}, {text}."]) == [[text, text]]
    assert Tokenizer(token_pattern=r"\w+").transform([text]) != [[text]]


@pytest.mark.parametrize(
    "word",
    [
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala: zero-width joiner
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: non-joiner
        "\u0d05\u0d35\u0d28\u0d4d\u200d",  # Malayalam: a joiner at the end
        "\u0915\u094d\u200d\u0937",  # Hindi
        "co\u00adoperate",
        "word\u2060joiner",
        "\u845b\U000e0100\u98fe",  # a variant of a character
    ],
    ids=ascii,
)
def test_words_are_not_torn_at_joiners_and_variants(word):
    assert Tokenizer().transform([f"{word}, {word}."]) == [[word, word]]


def test_format_characters_within_words_end_none_but_the_zero_width_space():
    characters = map(chr, range(sys.maxunicode + 1))
    for c in (c for c in characters if category(c) == "Cf" and c != "\u200b"):
        assert Tokenizer().transform([f"one{c}word"]) == [[f"one{c}word"]]
        assert Tokenizer().transform([f"one{c}{c}word {c}"]) == [[f"one{c}{c}word"]]
    assert Tokenizer().transform(["two\u200bwords"]) == [["two", "words"]]
    assert Tokenizer().transform(["\u200fone\u200f word\u00ad "]) == [["one", "word"]]


def test_every_mark_stays_with_its_letter():
    marks = [c for c in map(chr, range(sys.maxunicode + 1)) if category(c)[0] == "M"]
    assert len(marks) > 2_000
    texts = [f"a{mark}b" for mark in marks]
    found = Tokenizer(lowercase=False).transform(texts)
    assert found == [[text] for text in texts]


@pytest.mark.parametrize(
    ("text", "is_warned_of"),
    [
        ("\u8fd9" * 21, True),
        ("\u3053" * 21, True),
        ("\u0e17\u0e35\u0e48" * 8, True),
        ("a \u8fd9" + "\u662f" * 20, True),
        ("\u8fd9" * 20, False),
        ("\u8fd9\u662f\uff0c" * 21, False),
        ("\uace0" * 30, False),
        ("\u00e9" * 30, False),
        ("a" * 30, False),
    ],
    ids=ascii,
)
def test_a_sentence_that_becomes_one_token_is_warned_of_once(text, is_warned_of):
    texts = ["plain", text, text]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Tokenizer().transform(texts)
        Tokenizer(tokenizer=str.split).transform(texts)
    assert len(caught) == is_warned_of
    for warning in caught:
        assert "Text 1 has a token of 2" in str(warning.message)
        assert "jieba.lcut" in str(warning.message)
        assert warning.filename == __file__


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"lowercase": False}, ["The", "cat", "sat", "it", "s", "3", "o", "clock"]),
        ({"min_length": 3}, ["the", "cat", "sat", "clock"]),
        ({"max_length": 2}, ["it", "s", "3", "o"]),
        ({"min_length": 2, "max_length": 2}, ["it"]),
        (
            {"token_pattern": r"[a-z]+'?[a-z]+"},
            ["the", "cat", "sat", "it's", "o'clock"],
        ),
        ({"token_pattern": r"(\w)at"}, ["c", "s"]),
        ({"tokenizer": str.split}, ["the", "cat", "sat:", "it's", "3", "o'clock!"]),
        (
            {"tokenizer": str.split, "lowercase": False, "max_length": 3},
            ["The", "cat", "3"],
        ),
    ],
)
def test_parameters(parameters, expected):
    assert Tokenizer(**parameters).fit_transform(TEXTS)[0] == expected


@given(st.lists(st.text()))
def test_tokens_are_the_matches_of_the_pattern(texts):
    expected = [re.findall(r"\w+", text.lower()) for text in texts]
    assert Tokenizer(token_pattern=r"\w+").transform(texts) == expected


@pytest.mark.parametrize("tokenizer", [str.upper, set, len, lambda text: [1, 2]])
def test_tokenizers_that_give_no_tokens_are_refused(tokenizer):
    with pytest.raises(TypeError, match="expected a list of str"):
        Tokenizer(tokenizer=tokenizer).transform(["some text"])


@pytest.mark.parametrize(
    "make", [tuple, iter, np.array, lambda X: np.array(X, dtype=object), pd.Series]
)
def test_any_iterable_of_texts(make):
    assert list(Tokenizer().transform(make(TEXTS))) == Tokenizer().transform(TEXTS)


def test_a_series_keeps_its_index_and_name():
    texts = pd.Series(["a b", "c d"], index=[5, 3], name="text")
    tokens = Tokenizer().transform(texts)
    expected = pd.Series([["a", "b"], ["c", "d"]], index=[5, 3], name="text")
    pd.testing.assert_series_equal(tokens, expected)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ("one text", "For one text pass a list"),
        (b"bytes", "expected a collection of texts"),
        (3, "expected a collection of texts"),
        (None, "expected a collection of texts"),
        (pd.DataFrame({"text": ["a"], "n": [1]}), r"X\['text'\]"),
        (["a", None], "Text 1 is None of type NoneType.*Fill missing texts"),
        (pd.Series(["a", np.nan]), "Text 1 is nan.*Fill missing texts"),
        ([1, 2], "Text 0 is 1 of type int.*Convert numbers"),
        (np.array([3]), "Text 0 is .*3.* of type int64.*Convert numbers"),
        ([b"a"], "Text 0 is b'a' of type bytes.*Decode"),
        ({"a text"}, "expected a collection of texts"),
        ([["a", "b"]], "leave the Tokenizer out"),
        (np.array([["a", "b"]]), "leave the Tokenizer out"),
    ],
)
def test_other_things_are_refused(X, message):
    with pytest.raises(TypeError, match=message):
        Tokenizer().fit_transform(X)


def test_a_pattern_with_several_groups_is_refused():
    with pytest.raises(ValueError, match="with 2 groups, expected at most one"):
        Tokenizer(token_pattern=r"(\w)(\w)").transform(TEXTS)


@pytest.mark.parametrize(
    "parameters",
    [
        {"min_length": 0},
        {"max_length": 0.5},
        {"tokenizer": "split"},
        {"lowercase": 1.5},
    ],
)
def test_wrong_parameters_are_named(parameters):
    [name] = parameters
    with pytest.raises(ValueError, match=f"The '{name}' parameter of Tokenizer"):
        Tokenizer(**parameters).fit(TEXTS)
    with pytest.raises(ValueError, match=f"The '{name}' parameter of Tokenizer"):
        Tokenizer(**parameters).transform(TEXTS)


def test_clone_and_pickle():
    tokenizer = Tokenizer(tokenizer=str.split, min_length=2)
    for again in (clone(tokenizer), pickle.loads(pickle.dumps(tokenizer))):
        assert again.get_params() == tokenizer.get_params()
        assert again.transform(TEXTS) == tokenizer.transform(TEXTS)


def test_first_step_of_a_search_in_processes():
    texts = pd.Series(["good fine nice", "bad poor ugly"] * 12)
    pipeline = make_pipeline(
        Tokenizer(),
        Word2VecVectorizer(vector_size=5, min_count=1, random_state=0),
        LogisticRegression(),
    )
    scores = cross_val_score(pipeline, texts, [1, 0] * 12, cv=2, n_jobs=2)
    assert np.isfinite(scores).all()


def test_column_of_texts_in_a_frame():
    frame = pd.DataFrame({"text": ["a b", "b c"], "size": [1.0, 2.0]}, index=[7, 8])
    words = make_pipeline(Tokenizer(), Word2VecVectorizer(vector_size=2, min_count=1))
    columns = ColumnTransformer([("words", words, "text")], remainder="passthrough")
    out = columns.set_output(transform="pandas").fit_transform(frame)
    assert list(out.index) == [7, 8]
    assert list(out.columns)[-1] == "remainder__size"


class Reversing(Tokenizer):
    """A user's own class, which scikit-learn treats as a new transformer."""

    def transform(self, X):
        return [tokens[::-1] for tokens in super().transform(X)]


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_token_lists_stay_lists_whatever_the_settings_of_scikit_learn(container):
    documents = [["new", "york", "is"], ["new", "york"]]
    with config_context(transform_output=container):
        assert Tokenizer().fit_transform(["a b", "c"]) == [["a", "b"], ["c"]]
        assert Reversing().fit_transform(["a b", "c"]) == [["b", "a"], ["c"]]
        joiner = PhraseJoiner(min_count=1, threshold=0.1)
        assert isinstance(joiner.fit_transform(documents), list)
        assert isinstance(joiner.fit(documents).transform(documents), list)
    pipeline = make_pipeline(
        Tokenizer(), PhraseJoiner(), Word2VecVectorizer(vector_size=2, min_count=1)
    )
    with config_context(transform_output="pandas"):
        assert list(pipeline.fit_transform(["a b", "b c"]).columns) == [
            "word2vecvectorizer0",
            "word2vecvectorizer1",
        ]


PHRASES = ["The cat sat on the mat", "so good", "one", ""]


@pytest.mark.parametrize("ngram_range", [(1, 2), (2, 2), (1, 3), (2, 3)])
@pytest.mark.parametrize("stop_words", [None, "english", ["the", "good"]])
def test_neighbours_stand_together_as_in_scikit_learn(ngram_range, stop_words):
    parameters = {"ngram_range": ngram_range, "stop_words": stop_words}
    analyze = CountVectorizer(token_pattern=r"\w+", **parameters).build_analyzer()
    found = Tokenizer(**parameters).transform(PHRASES)
    assert found == [analyze(text) for text in PHRASES]


@pytest.mark.parametrize("ngram_range", [(2, 1), (0, 1), (1,), (1, 1.5)])
def test_unsound_ranges_are_refused(ngram_range):
    with pytest.raises(ValueError, match=r"Found ngram_range=.*e\.g\. \(1, 2\)"):
        Tokenizer(ngram_range=ngram_range).transform(["a"])
