"""Phrases are gensim's, in scikit-learn's pipelines."""

import pickle

import numpy as np
import pandas as pd
import pytest
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS, Phrases
from gensim.test.utils import lee_corpus_list
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.estimator_checks import estimator_checks_generator

from skmeta import PhraseJoiner, Tokenizer, Word2VecVectorizer

DOCUMENTS = lee_corpus_list[:150]
ENGLISH = list(ENGLISH_CONNECTOR_WORDS)


def by_frequency(
    worda_count, wordb_count, bigram_count, len_vocab, min_count, corpus_word_count
):
    return bigram_count - min_count


SETTINGS = {
    "defaults": {},
    "connectors": {"connector_words": ENGLISH, "min_count": 2},
    "npmi": {"scoring": "npmi", "threshold": 0.3},
    "many": {"min_count": 1, "threshold": 1, "delimiter": " "},
    "long delimiter": {"min_count": 2, "threshold": 3.5, "delimiter": "<>"},
    "function": {"scoring": by_frequency, "threshold": 3},
}


def join_by_gensim(documents, settings, to_join=None):
    model = Phrases(documents, **{"min_count": 5, **settings})
    return list(model[documents if to_join is None else to_join])


@pytest.mark.parametrize("name", SETTINGS)
def test_phrases_are_those_of_gensim(name):
    settings, others = SETTINGS[name], lee_corpus_list[150:200]
    joiner = PhraseJoiner(**settings).fit(DOCUMENTS)
    assert joiner.transform(DOCUMENTS) == join_by_gensim(DOCUMENTS, settings)
    assert joiner.transform(others) == join_by_gensim(DOCUMENTS, settings, others)
    exported = Phrases(DOCUMENTS, **{"min_count": 5, **settings}).export_phrases()
    delimiter = joiner.delimiter
    assert {delimiter.join(k): s for k, s in joiner.phrases_.items()} == exported
    assert exported


@pytest.mark.parametrize("name", SETTINGS)
def test_phrases_of_phrases_are_those_of_gensim(name):
    """Where tokens hold the delimiter, gensim's frozen model differs from gensim's."""
    settings = SETTINGS[name]
    once = join_by_gensim(DOCUMENTS, settings)
    twice = PhraseJoiner(**settings).fit_transform(once)
    assert twice == join_by_gensim(once, settings)
    delimiter = settings.get("delimiter", "_")
    assert any(t.count(delimiter) > 1 for document in twice for t in document)


def test_tokens_are_kept_and_in_order():
    documents = [["snake_case", "a", "_", "__", "b_"], ["", "a"], [], *DOCUMENTS]
    joined = PhraseJoiner(min_count=1, threshold=0.1).fit_transform(documents)
    for before, after in zip(documents, joined):
        kept = [token for token in before if token]
        assert "_".join(kept) == "_".join(after)
    assert documents[-1] is DOCUMENTS[-1]


def test_english_connectors_stand_within_phrases():
    documents = [["state", "of", "the", "art"], ["the", "state"], ["art", "of"]] * 3
    joiner = PhraseJoiner(min_count=1, threshold=0.1, connector_words="english")
    assert joiner.fit_transform(documents)[0] == ["state_of_the_art"]
    assert joiner.transform([["of", "art"]]) == [["of", "art"]]


class Lines:
    """Documents that are read again at each pass."""

    def __init__(self):
        self.n_passes = 0

    def __iter__(self):
        self.n_passes += 1
        return iter(DOCUMENTS)


def test_what_can_be_read_again_is_joined_while_it_is_read():
    expected = PhraseJoiner().fit_transform(DOCUMENTS)
    lines = Lines()
    joiner = PhraseJoiner().fit(lines)
    assert lines.n_passes == 1
    joined = joiner.transform(lines)
    assert lines.n_passes == 1
    assert list(joined) == list(joined) == expected
    w2v = Word2VecVectorizer(vector_size=3, epochs=1, random_state=0)
    from_stream = make_pipeline(PhraseJoiner(), w2v).fit(lines)
    in_memory = make_pipeline(PhraseJoiner(), w2v).fit(DOCUMENTS)
    np.testing.assert_array_equal(
        from_stream.transform(DOCUMENTS), in_memory.transform(DOCUMENTS)
    )


@pytest.mark.parametrize("make", [tuple, iter, lambda X: pd.Series(X).to_numpy()])
def test_any_iterable_of_token_lists(make):
    expected = PhraseJoiner().fit_transform(DOCUMENTS)
    joiner = PhraseJoiner().fit(make(DOCUMENTS))
    assert joiner.transform(make(DOCUMENTS)) == expected


def test_a_series_keeps_its_index():
    series = pd.Series(DOCUMENTS, index=range(9, 159), name="words")
    joined = PhraseJoiner().fit_transform(series)
    pd.testing.assert_index_equal(joined.index, series.index)
    assert joined.name == "words"


def test_clones_pickles_and_searches():
    joiner = PhraseJoiner(min_count=2, connector_words=ENGLISH).fit(DOCUMENTS)
    again = pickle.loads(pickle.dumps(joiner))
    assert again.transform(DOCUMENTS) == joiner.transform(DOCUMENTS)
    assert not hasattr(clone(joiner), "phrases_")
    pipeline = Pipeline(
        [
            ("tokens", Tokenizer()),
            ("phrases", PhraseJoiner(min_count=2)),
            ("words", Word2VecVectorizer(vector_size=3, epochs=1, random_state=0)),
            ("classes", LogisticRegression()),
        ]
    )
    grid = [
        {"phrases": [PhraseJoiner()], "phrases__threshold": [5, 10]},
        {"phrases": ["passthrough"]},
    ]
    texts = pd.Series([" ".join(document) for document in DOCUMENTS[:40]])
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2).fit(texts, [0, 1] * 20)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert list(search.best_estimator_[:1].get_feature_names_out()) == ["tokens"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"threshold": 0}, r"threshold=0, expected a number above 0 .*scoring='def"),
        ({"scoring": "npmi"}, r"threshold=10.0, expected a number from -1 to 1 .*0\.5"),
        ({"scoring": "npmi", "threshold": -2}, "from -1 to 1"),
        ({"delimiter": ""}, "delimiter='', expected characters .* Use '_'"),
        ({"min_count": 0}, "The 'min_count' parameter of PhraseJoiner"),
        ({"scoring": "lift"}, "The 'scoring' parameter of PhraseJoiner"),
        ({"connector_words": "german"}, "The 'connector_words' parameter"),
        ({"threshold": np.nan}, "The 'threshold' parameter|expected a number above 0"),
    ],
    ids=lambda value: None if isinstance(value, str) else "-".join(value),
)
def test_unsound_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        PhraseJoiner(**parameters).fit(DOCUMENTS)


@pytest.mark.parametrize(
    "X", [["a text"], "text", [["a", 1]], pd.DataFrame({"a": [1]})]
)
def test_what_are_no_token_lists_is_refused(X):
    with pytest.raises(TypeError, match="expected"):
        PhraseJoiner().fit(X)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        PhraseJoiner().transform(DOCUMENTS)


CHECKS = list(estimator_checks_generator(PhraseJoiner()))


@pytest.mark.parametrize(
    "check", [c for _, c in CHECKS], ids=[c.func.__name__ for _, c in CHECKS]
)
def test_checks_of_scikit_learn(check):
    check(PhraseJoiner())
