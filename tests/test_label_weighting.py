"""Words weighted by labels, without the training rows knowing theirs."""

import pickle

import numpy as np
import pytest
from gensim.test.utils import lee_corpus_list
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmeta import ELMoVectorizer, MetaEmbeddingVectorizer, PretrainedVectorizer
from skmeta.pooling import Partition
from skmeta.weighting import Correlation, FeatureWeighter, LogOdds

RNG = np.random.default_rng(0)
WORDS = [f"w{i}" for i in range(120)]
VECTORS = {word: RNG.standard_normal(8) for word in WORDS}


def draw_documents(n, rng, classes=None):
    """Draw documents; words of a class's own tenth are likelier there."""
    documents = []
    for i in range(n):
        p = np.ones(len(WORDS))
        if classes is not None:
            first = 10 * classes[i]
            p[first : first + 10] = 12
        documents.append(list(rng.choice(WORDS, 9, p=p / p.sum())))
    return documents


def log_odds_by_hand(word, documents, labels, s):
    """Look at each class in a loop."""
    best, n = 0.0, len(documents)
    holds = [word in document for document in documents]
    for label in set(labels):
        p = sum(h for h, one in zip(holds, labels) if one == label)
        q, share = sum(holds) - p, labels.count(label) / n
        inside = np.log((p + s) / (sum(holds) * share + s))
        outside = np.log((q + s) / (sum(holds) * (1 - share) + s))
        best = max(best, abs(inside - outside))
    return 1 + best


def test_log_odds_by_hand():
    labels = [0, 1, 2, 2] * 10
    documents = draw_documents(40, np.random.default_rng(1), labels)
    fitted = LogOdds(smoothing=2).fit(
        documents, dict(zip(WORDS, range(99))), y=labels, keep_unknown=True
    )
    expected = [log_odds_by_hand(word, documents, labels, 2) for word in WORDS]
    np.testing.assert_allclose(fitted.word_weights_, expected[:99], rtol=1e-5)
    unknown = fitted.weigh_unknown([*WORDS[99:], "never"])
    np.testing.assert_allclose(unknown, [*expected[99:], 1], rtol=1e-5)


def test_an_indicator_matrix_is_many_questions():
    labels = np.array([0, 1, 2, 2] * 10)
    documents = draw_documents(40, np.random.default_rng(1), labels)
    indicators = np.eye(3, dtype=int)[labels]
    index = dict(zip(WORDS, range(120)))
    one = LogOdds().fit(documents, index, y=labels).word_weights_
    for y in (indicators, csr_array(indicators)):
        np.testing.assert_allclose(
            LogOdds().fit(documents, index, y=y).word_weights_, one
        )


def test_correlation_by_hand():
    documents, y = [["a", "b"], ["a"], ["b", "b"], []], [3.0, 4.0, 9.0, 0.0]
    z = (np.array(y) - 4) / np.std(y)
    expected = [1 + abs(z[0] + z[1]) / 3, 1 + abs(z[0] + z[2]) / 3]
    fitted = Correlation(smoothing=1).fit(documents, {"a": 0, "b": 1}, y=y)
    np.testing.assert_allclose(fitted.word_weights_, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("y", "match"),
    [
        (None, "requires y to be passed.* or use a weighting that needs"),
        ([1, 1, 1], "Found one class, 1, .* use a weighting"),
        ([0.5, 1.5, 2.5], "found continuous y.* weighting='correlation'"),
        ([0, 1], "2 labels for 3 documents.* same length"),
    ],
)
def test_labels_are_refused(y, match):
    vectorizer = PretrainedVectorizer(VECTORS, weighting="log_odds")
    for fit in (vectorizer.fit, vectorizer.fit_transform):
        with pytest.raises(ValueError, match=match):
            fit([["w1"], ["w2"], ["w3"]], y)
    counts = csr_array(np.eye(3))
    if y is None or len(y) == 3:
        with pytest.raises(ValueError, match=match):
            FeatureWeighter().fit(counts, y)


def test_correlation_refuses_names():
    with pytest.raises(ValueError, match="holds 'a', expected numbers"):
        Correlation().fit([["w1"], ["w2"]], {"w1": 0}, y=["a", "b"])


def test_elmo_refuses_labels():
    pytest.importorskip("torch")
    pytest.importorskip("h5py")
    with pytest.raises(ValueError, match=r"which learns from labels.* Use 'idf'"):
        ELMoVectorizer(
            vector_size=2, hidden_size=2, epochs=1, weighting="log_odds", random_state=0
        ).fit([["a", "b"]] * 4, [0, 1, 0, 1])


def test_fit_transform_weighs_a_fold_by_the_others():
    labels = np.array([0, 1, 2] * 20)
    documents = draw_documents(60, np.random.default_rng(2), labels)
    vectorizer = PretrainedVectorizer(VECTORS, weighting=LogOdds(), scale=1)
    rows = vectorizer.fit_transform(documents, labels)
    plain = PretrainedVectorizer(VECTORS, scale=1)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for train, test in folds.split(labels, labels):
        alone = clone(vectorizer).fit([documents[i] for i in train], labels[train])
        expected = alone.transform([documents[i] for i in test])
        np.testing.assert_allclose(rows[test], expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(rows, vectorizer.transform(documents))
    assert not np.allclose(rows, plain.fit_transform(documents))


SPARSE = TfidfVectorizer(analyzer=list)
WEIGHTED = {
    "words": PretrainedVectorizer(VECTORS, weighting="log_odds"),
    "tf-idf": make_pipeline(SPARSE, FeatureWeighter()),
    "both": MetaEmbeddingVectorizer(
        [
            ("words", PretrainedVectorizer(VECTORS, weighting="log_odds")),
            ("tf-idf", make_pipeline(SPARSE, FeatureWeighter())),
        ],
        level="document",
        weights="learn",
    ),
    "combined words": MetaEmbeddingVectorizer(
        [("a", VECTORS), ("b", {word: VECTORS[word][:3] for word in WORDS[:60]})],
        weighting="log_odds",
        weights="learn",
    ),
    **{
        f"parts, {level}": MetaEmbeddingVectorizer(
            [("a", VECTORS), ("b", {word: VECTORS[word][:3] for word in WORDS[:60]})],
            level=level,
            pooling=Partition(4, n_components=6),
            weighting="log_odds",
        )
        for level in ("word", "document")
    },
}


@pytest.mark.parametrize("name", WEIGHTED)
def test_random_labels_teach_nothing(name):
    rng = np.random.default_rng(0)
    classifier, n = LogisticRegression(), 200
    folds = StratifiedKFold(3, shuffle=True, random_state=1)
    judged, seen, told = [], [], []
    for _ in range(20):
        labels = rng.permutation(np.arange(n) % 2)
        documents = draw_documents(n, rng)
        vectorizer = clone(WEIGHTED[name])
        pipeline = make_pipeline(vectorizer, classifier)
        judged.append(cross_val_score(pipeline, documents, labels, cv=folds).mean())
        rows = vectorizer.fit_transform(documents, labels)
        seen.append(cross_val_score(classifier, rows, labels, cv=folds).mean())
        rows = vectorizer.transform(documents)  # by weights that know the labels
        told.append(cross_val_score(classifier, rows, labels, cv=folds).mean())
    for accuracies in (judged, seen):
        error = np.std(accuracies, ddof=1) / np.sqrt(len(accuracies))
        assert np.mean(accuracies) < 0.5 + 2 * error
    assert np.mean(told) > np.mean(seen)  # what cross-fitting is for


def test_labels_help_where_they_say_something():
    rng = np.random.default_rng(4)
    labels = np.array([0, 1] * 150)
    documents = draw_documents(300, rng, labels)
    few = {word: vector[:4] for word, vector in VECTORS.items()}
    scores = [
        cross_val_score(
            make_pipeline(PretrainedVectorizer(few, weighting=w), LogisticRegression()),
            documents,
            labels,
            cv=5,
        ).mean()
        for w in (None, "log_odds")
    ]
    assert scores[1] > scores[0]


def test_weighted_columns_by_hand():
    labels = [0, 1, 2, 2] * 10
    documents = draw_documents(40, np.random.default_rng(1), labels)
    counter = CountVectorizer(analyzer=list, vocabulary=WORDS)
    counts = counter.fit_transform(documents)
    weighter = FeatureWeighter(norm=None).fit(counts, labels)
    expected = [log_odds_by_hand(word, documents, labels, 0.5) for word in WORDS]
    np.testing.assert_allclose(weighter.feature_weights_, expected)
    np.testing.assert_allclose(
        weighter.transform(counts).toarray(), counts.toarray() * expected
    )
    dense = clone(weighter).fit_transform(counts.toarray(), labels)
    sparse = clone(weighter).fit_transform(counts, labels)
    np.testing.assert_allclose(dense, sparse.toarray())
    unit = FeatureWeighter().fit(counts, labels).transform(counts)
    np.testing.assert_allclose(np.linalg.norm(unit.toarray(), axis=1), 1)


@pytest.mark.parametrize("n_classes", [2, 19])
@pytest.mark.parametrize("weighting", ["log_odds", "correlation"])
@pytest.mark.parametrize("is_sparse", [True, False], ids=["sparse", "dense"])
def test_columns_of_a_fold_are_weighted_by_the_others(n_classes, weighting, is_sparse):
    rng = np.random.RandomState(0)
    rows = rng.poisson(0.5, (120, 30)) * rng.uniform(1, 2, (120, 30))
    y = np.arange(120) % n_classes
    X = csr_array(rows) if is_sparse else rows
    found = FeatureWeighter(weighting, norm=None).fit_transform(X, y)
    expected = np.empty_like(rows)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(y, y):
        alone = {"log_odds": LogOdds(), "correlation": Correlation()}[weighting]
        targets = alone.encode(y, len(y))  # numbers are standardized over all rows
        expected[test] = rows[test] * alone.weigh(
            csr_array((rows[train] > 0) * 1.0), targets[train]
        )
    found = found.toarray() if is_sparse else found
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_search_over_weightings_and_pickles():
    labels = np.array([0, 1] * 20)
    documents = draw_documents(40, np.random.default_rng(5), labels)
    pipeline = make_pipeline(PretrainedVectorizer(VECTORS), LogisticRegression())
    grid = {"pretrainedvectorizer__weighting": [None, "idf", LogOdds(smoothing=2)]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(documents, labels)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(
        again.predict(documents), search.best_estimator_.predict(documents)
    )


def test_numbers_to_predict():
    y = np.linspace(-1, 1, 30)
    documents = lee_corpus_list[:30]
    vectors = {w: RNG.standard_normal(3) for d in documents for w in d}
    vectorizer = PretrainedVectorizer(vectors, weighting="correlation")
    assert vectorizer.fit_transform(documents, y).shape == (30, 3)


@parametrize_with_checks([FeatureWeighter("correlation"), FeatureWeighter(norm=None)])
def test_feature_weighter_is_a_transformer(estimator, check):
    check(estimator)
