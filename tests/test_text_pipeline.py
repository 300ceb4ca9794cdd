"""A pipeline from texts, of parts that can be seen, searched and replaced."""

import pickle

import numpy as np
import pandas as pd
import pytest
from gensim.test.utils import lee_corpus_list
from sklearn import config_context
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline

from skmeta import (
    PretrainedVectorizer,
    SentenceEncoderVectorizer,
    WordVectors,
    load_vectors,
    text_pipeline,
)
from skmeta._meta._letter_counts import LetterCounts
from skmeta.cli._compare import (
    _compare_with_tf_idf,
    _make_vectorizers,
    _read_vectors,
)

TEXTS = [" ".join(document[:25]) for document in lee_corpus_list[:60]]
IS_LONG = np.array([len(text) > np.median([*map(len, TEXTS)]) for text in TEXTS])
CLASSES = np.where(IS_LONG, "long", "short")
GIVEN = {word: np.eye(4)[len(word) % 4] for text in TEXTS for word in text.split()}


def quick(**parameters):
    pipeline = text_pipeline(**parameters)
    if parameters.get("effort") != "fast":
        vectors = {"vector_size": 5, "epochs": 1}
        own = {f"features__vectors__skipgram__{n}": v for n, v in vectors.items()}
        pipeline.set_params(**own)
    return pipeline


@pytest.mark.parametrize("effort", ["fast", "default"])
@pytest.mark.parametrize("vectors", [None, [GIVEN]], ids=["own", "given"])
def test_texts_become_classes(effort, vectors):
    pipeline = quick(effort=effort, vectors=vectors)
    assert isinstance(pipeline, Pipeline)
    fitted = clone(pipeline).fit(TEXTS, CLASSES)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(TEXTS), fitted.predict(TEXTS))
    expected = ["words", "characters"]
    expected += ["vectors"] * (vectors is not None or effort == "default")
    assert list(fitted["features"].sources_) == expected
    names = fitted["features"].get_feature_names_out()
    assert len(names) == fitted[:-1].transform(TEXTS[:2]).shape[1]


@pytest.mark.parametrize("kind", ["dict", "WordVectors", "file", "chosen", "own"])
def test_cased_vectors_are_found_by_lower_cased_tokens(kind, tmp_path):
    """Unless the vectors, or a vectorizer of them, have a fallback of their own."""
    cased = {w if len(w) < 5 else w.title(): row for w, row in GIVEN.items()}
    vectors = {
        "dict": lambda: cased,
        "WordVectors": lambda: load_vectors(cased),
        "file": lambda: tmp_path / "cased.txt",
        "chosen": lambda: load_vectors(cased).with_fallback("upper"),
        "own": lambda: PretrainedVectorizer(cased),
    }[kind]()
    load_vectors(cased).to_gensim().save_word2vec_format(tmp_path / "cased.txt")
    pipeline = clone(text_pipeline(effort="fast", vectors=[vectors]))
    fitted = pipeline.fit(TEXTS, CLASSES)
    [source] = fitted["features"].sources_["vectors"].sources_.values()
    share = source.coverage(fitted["tokens"].transform(TEXTS))["token_share"].iloc[0]
    short = sum(len(w) < 5 for t in TEXTS for w in t.split()) / (25 * len(TEXTS))
    expected = short if kind in ("chosen", "own") else 1
    assert share == pytest.approx(expected)
    if kind == "WordVectors":
        assert np.shares_memory(source.word_vectors_.vectors, vectors.vectors)


def test_compare_finds_cased_vectors(tmp_path):
    words = ["Paris", "of", "OF", "NATO", "Lyon"]
    file = tmp_path / "cased.txt"
    WordVectors(words, np.eye(5)).to_gensim().save_word2vec_format(file)
    documents = [["paris", "of", "nato"], ["nato", "berlin"]]
    [words] = _read_vectors([file], documents).values()
    found = [token for token in ("paris", "of", "nato", "berlin") if token in words]
    assert found == ["paris", "of", "nato"]
    np.testing.assert_array_equal(words["of"], np.eye(5)[1])
    vectorizers = _make_vectorizers(documents, {"cased": words}, None, 1, 0)
    coverage = vectorizers["cased"].fit(documents).coverage(documents)
    assert coverage["known_tokens"].iloc[0] == 4


@pytest.mark.parametrize(
    "encoder", [None, lambda texts: [[len(t)] for t in texts]], ids=["none", "lengths"]
)
def test_sparse_columns_stay_sparse_whatever_the_settings_of_scikit_learn(encoder):
    expected = quick(vectors=[GIVEN], encoder=encoder).fit(TEXTS, CLASSES)
    with config_context(transform_output="pandas"):
        found = clone(quick(vectors=[GIVEN], encoder=encoder)).fit(TEXTS, CLASSES)
        probabilities = found.predict_proba(pd.DataFrame({"text": TEXTS}))
    np.testing.assert_allclose(probabilities, expected.predict_proba(TEXTS), atol=1e-6)


def test_best_effort_pools_parts_as_well():
    pipeline = quick(effort="best")
    small = {"vector_size": 5, "epochs": 1}
    pipeline.set_params(
        **{f"features__vectors__cbow__{n}": v for n, v in small.items()},
        **{f"features__parts__{n}": v for n, v in small.items()},
        features__parts__pooling__n_components=6,
    )
    fitted = pipeline.fit(TEXTS, CLASSES)
    assert fitted["features"].sources_["parts"].transform([["the"]]).shape == (1, 6)


def test_texts_become_numbers_and_several_labels():
    lengths = np.array([*map(len, TEXTS)], float)
    fitted = quick(task="regression").fit(TEXTS, lengths)
    assert fitted.predict(TEXTS[:3]).shape == (3,)
    labels = np.column_stack([IS_LONG, ["police" in text for text in TEXTS]])
    fitted = quick(task="multilabel").fit(TEXTS, labels.astype(int))
    assert fitted.predict(TEXTS[:3]).shape == (3, 2)


def test_every_part_can_be_searched_and_dropped():
    grid = {
        "features__characters": ["drop"],
        "features__words__tfidf__ngram_range": [(1, 1), (1, 2)],
        "classifier__C": [1, 10],
    }
    search = GridSearchCV(quick(effort="fast"), grid, cv=2).fit(TEXTS, CLASSES)
    assert list(search.best_estimator_["features"].sources_) == ["words"]


def test_same_predictions_again():
    fits = [quick().fit(TEXTS, CLASSES).decision_function(TEXTS) for _ in range(2)]
    np.testing.assert_array_equal(*fits)


WORDS = [f"word{i}" for i in range(300)]


def write_texts(labels, rng):
    """Write texts of eight words, with five words of their own for each class."""
    texts = []
    for label in labels:
        p = np.ones(len(WORDS))
        p[5 * label : 5 * label + 5] = 30
        texts.append(" ".join(rng.choice(WORDS, 8, p=p / p.sum())))
    return texts


def test_many_classes_of_very_different_sizes():
    rng = np.random.default_rng(0)
    sizes = [max(1, 24 // (label + 1)) for label in range(52)]
    labels = np.repeat(np.arange(52), sizes)
    assert min(sizes) == 1
    texts, later = write_texts(labels, rng), np.repeat(np.arange(6), 8)
    fitted = quick().fit(texts, labels)
    assert len(fitted.classes_) == 52
    baseline = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10))
    X, reached = write_texts(later, rng), []
    for pipeline in (fitted, baseline.fit(texts, labels)):
        reached.append(np.mean(pipeline.predict(X) == later))
    assert reached[0] >= reached[1] - 0.1


@pytest.mark.parametrize("effort", ["fast", "default"])
@pytest.mark.parametrize(
    "labels",
    [[0, 1] * 19 + [2, 0], [0, 1, 2, 3] * 3, list(range(12)), [0, 1], [0, 1, 1]],
    ids=["one alone", "twelve", "each alone", "two", "three"],
)
def test_few_texts(effort, labels):
    texts = write_texts(labels, np.random.default_rng(1))
    fitted = quick(effort=effort).fit(texts, labels)
    assert set(fitted.predict(texts)) <= set(labels)


def test_numbers_without_a_signal_are_predicted_by_their_mean():
    rng = np.random.default_rng(0)
    texts = write_texts(np.zeros(300, int), rng)
    numbers = rng.normal(size=300)
    pipeline = quick(task="regression", effort="fast").fit(texts[:150], numbers[:150])
    assert pipeline.score(texts[150:], numbers[150:]) > -0.05
    fixed = pipeline.set_params(regressor=Ridge()).fit(texts[:150], numbers[:150])
    assert fixed.score(texts[150:], numbers[150:]) < -0.1


def test_texts_without_a_word_are_classified():
    labels = np.arange(40) % 2
    texts = write_texts(labels, np.random.default_rng(2))
    texts[3] = texts[4] = ""
    texts[5] = "!?"
    fitted = quick().fit(pd.Series(texts, index=range(60, 100)), labels)
    assert np.isfinite(fitted.predict_proba(["", "...", "other words"])).all()


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA], ids=["None", "nan", "NA"])
def test_missing_texts_are_refused(missing):
    texts = [*TEXTS[:9], missing]
    with pytest.raises(TypeError, match=r"Text 9 is .*fillna\(''\)"):
        quick().fit(texts, [0, 1] * 5)
    fitted = quick(effort="fast").fit(TEXTS, CLASSES)
    with pytest.raises(TypeError, match=r"Text 9 is .*fillna\(''\)"):
        fitted.predict(texts)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "no labels|requires y"),
        (np.zeros(60), "one class"),
        (np.linspace(0, 1, 60), "continuous y, expected classes"),
        ([0, 1], "2 labels for 60|inconsistent numbers|same length"),
    ],
    ids=["none", "one class", "numbers", "too few"],
)
def test_labels_that_teach_nothing_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        text_pipeline(effort="fast").fit(TEXTS, y)


def test_random_labels_teach_nothing():
    rng = np.random.default_rng(0)
    accuracies = []
    for _ in range(20):
        labels = rng.permutation(np.arange(60) % 2)
        scores = cross_val_score(text_pipeline(effort="fast"), TEXTS, labels, cv=3)
        accuracies.append(scores.mean())
    error = np.std(accuracies, ddof=1) / np.sqrt(20)
    assert np.mean(accuracies) < 0.5 + 2 * error


@pytest.mark.parametrize("parameters", [{"task": "ranking"}, {"effort": 3}])
def test_unsound_parameters_are_refused(parameters):
    with pytest.raises(ValueError, match=r"The '\w+' parameter of text_pipeline must"):
        text_pipeline(**parameters)


def test_compare_trains_each_source_once():
    from skmeta.evaluate._comparison import sources_in

    documents = [text.split() for text in TEXTS]
    vectorizers = _make_vectorizers(documents, {}, None, 1, 0)
    shared = sources_in(vectorizers, "meta text_pipeline")
    assert shared == {
        "vectors__word2vec CBOW": "word2vec CBOW",
        "vectors__word2vec skip-gram": "word2vec skip-gram",
        "vectors__PPMI": "PPMI",
    }


def test_difference_is_to_the_better_tf_idf():
    names = ["TF-IDF", "TF-IDF of words and pairs", "meta"]
    splits = [[0.5, 0.5], [0.6, 0.8], [0.7, 0.9]]
    table = pd.DataFrame(splits, names, ["split0_accuracy", "split1_accuracy"])
    table.insert(0, "accuracy", table.mean(axis=1))
    found = _compare_with_tf_idf(table)
    np.testing.assert_allclose(found["difference"], [-0.2, 0, 0.1])
    assert found["p_value"].iloc[1] == 1


@pytest.mark.parametrize("ngram_range", [(2, 4), (1, 3), (5, 6)], ids=str)
def test_letters_are_those_of_scikit_learn(ngram_range):
    documents = [text.split() for text in TEXTS[:20]]
    documents += [[], ["", "a", "in  two\nwords", " "], ["a" * 40, "ab", "a b"]]
    theirs = CountVectorizer(
        preprocessor=" ".join, analyzer="char_wb", ngram_range=ngram_range
    )
    ours = clone(LetterCounts(ngram_range))
    expected, found = theirs.fit_transform(documents), ours.fit_transform(documents)
    names = ours.get_feature_names_out().tolist()
    assert names == theirs.get_feature_names_out().tolist()
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found.toarray(), expected.toarray())
    new = [["abc", "xyzzy", "aaa", "aaa"], [], ["q"]]
    expected, found = theirs.transform(new), ours.transform(doc for doc in new)
    np.testing.assert_array_equal(found.toarray(), expected.toarray())


def test_tf_idf_of_letters_is_that_of_scikit_learn():
    documents = [text.split() for text in TEXTS[:20]]
    theirs = TfidfVectorizer(
        preprocessor=" ".join,
        analyzer="char_wb",
        ngram_range=(2, 4),
        sublinear_tf=True,
        dtype=np.float32,
    )
    ours = dict(text_pipeline(effort="fast")["features"].sources)["characters"][:-1]
    expected, found = theirs.fit_transform(documents), ours.fit_transform(documents)
    np.testing.assert_array_equal(found.toarray(), expected.toarray())


def count_marks(texts):
    """Encode what tokens do not tell."""
    return np.array([[t.count("!"), t.count("?"), len(t)] for t in texts], float)


def test_an_encoder_is_given_the_texts():
    texts = ["so good", "so good!", "so bad", "so bad!"] * 10
    labels = [0, 1, 0, 1] * 10  # told by marks alone, which are no tokens
    plain = text_pipeline(effort="fast").fit(texts, labels)
    assert plain.score(texts, labels) == 0.5
    for encoder in (count_marks, SentenceEncoderVectorizer(count_marks)):
        pipeline = text_pipeline(effort="fast", encoder=encoder).fit(texts, labels)
        assert pipeline.score(texts, labels) == 1
        assert list(pipeline["features"].sources_) == ["words", "characters", "encoder"]
        assert pipeline.predict(["so so!"]).tolist() == [1]
