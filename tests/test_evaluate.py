import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, Word2VecVectorizer
from skmeta.evaluate import compare_vectorizers
from skmeta.evaluate._comparison import _in_rounds, compare_rows


@pytest.fixture
def labels():
    return np.array(["even", "odd"] * 20)


@pytest.fixture
def vectorizers(word_vectors):
    w2v = Word2VecVectorizer(vector_size=4, min_count=1, random_state=0)
    given = PretrainedVectorizer(word_vectors)
    sources = [("w2v", w2v), ("given", given)]
    return {
        "TF-IDF": TfidfVectorizer(analyzer=list),
        "meta": MetaEmbeddingVectorizer(sources),
        "w2v": w2v,
        "given": given,
        "meta document": MetaEmbeddingVectorizer(sources, level="document"),
    }


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scores_are_those_of_cross_validate(vectorizers, documents, labels, n_jobs):
    cv = StratifiedKFold(3, shuffle=True, random_state=0)
    comparison = compare_vectorizers(
        vectorizers, documents, labels, cv=cv, n_jobs=n_jobs
    )
    assert list(comparison.index) == list(vectorizers)
    for name, vectorizer in vectorizers.items():
        classifier = LogisticRegression(C=10, max_iter=2000)
        scores = cross_validate(
            make_pipeline(vectorizer, Normalizer(), classifier),
            documents,
            labels,
            cv=cv,
            scoring=["accuracy", "f1_macro"],
        )
        row = comparison.loc[name]
        folds = row[["split0_accuracy", "split1_accuracy", "split2_accuracy"]]
        np.testing.assert_allclose(folds.to_list(), scores["test_accuracy"])
        assert np.isclose(row["accuracy"], scores["test_accuracy"].mean())
        assert np.isclose(row["accuracy_std"], scores["test_accuracy"].std())
        assert np.isclose(row["macro_f1"], scores["test_f1_macro"].mean())
        assert np.isclose(row["macro_f1_std"], scores["test_f1_macro"].std())


def test_sources_in_the_table_are_trained_once_a_fold(documents, labels):
    n_fits = []

    class Counting(Word2VecVectorizer):
        def _fit_words(self, documents, y):
            n_fits.append(1)
            super()._fit_words(documents, y)

    w2v = Counting(vector_size=4, min_count=1, random_state=0)
    vectorizers = {
        "words": MetaEmbeddingVectorizer([("w2v", w2v)]),
        "documents": MetaEmbeddingVectorizer([("w2v", w2v)], level="document"),
        "w2v": w2v,
    }
    comparison = compare_vectorizers(vectorizers, documents, labels, cv=2)
    assert len(n_fits) == 2
    assert (comparison["fit_seconds"] >= comparison.loc["w2v", "fit_seconds"]).all()


def test_coverage_and_dimensions(vectorizers, documents, labels, word_vectors):
    comparison = compare_vectorizers(vectorizers, documents, labels, cv=2)
    assert comparison["dimensions"].to_dict() == {
        "TF-IDF": comparison.loc["TF-IDF", "dimensions"],
        "meta": 10,
        "w2v": 4,
        "given": 6,
        "meta document": 10,
    }
    tokens = [token for document in documents for token in document]
    known = np.mean([token in word_vectors for token in tokens])
    assert np.isclose(comparison.loc["given", "coverage"], known, atol=0.05)
    assert comparison.loc["TF-IDF", "coverage"] == comparison.loc["w2v", "coverage"]
    assert comparison.loc["meta", "coverage"] >= comparison.loc["given", "coverage"]


def test_any_classifier_and_transformer(documents, labels):
    class Lengths(TransformerMixin, BaseEstimator):
        def fit(self, X, y=None):
            return self

        def transform(self, X):
            return np.array([[len(document)] for document in X])

    comparison = compare_vectorizers(
        {"length": Lengths()}, documents, labels, classifier=GaussianNB(), cv=2
    )
    assert np.isnan(comparison.loc["length", "coverage"])
    assert np.isfinite(comparison.loc["length", "accuracy"])


def test_progress_over_all_steps(vectorizers, documents, labels, capsys):
    compare_vectorizers(
        vectorizers,
        pd.Series(documents),
        pd.Series(labels),
        cv=2,
        verbose=1,
    )
    assert "10/10" in capsys.readouterr().err


def test_predictions_are_those_of_cross_val_predict(vectorizers, documents, labels):
    cv = StratifiedKFold(3)
    comparison, predictions = compare_vectorizers(
        vectorizers, documents, labels, cv=3, n_jobs=2, return_predictions=True
    )
    plain = compare_vectorizers(vectorizers, documents, labels, cv=3)
    assert list(predictions) == list(vectorizers)
    timed = ["fit_seconds", "transform_seconds"]
    pd.testing.assert_frame_equal(
        plain.drop(columns=timed), comparison.drop(columns=timed)
    )
    for name in ("TF-IDF", "given"):
        classifier = make_pipeline(
            vectorizers[name], Normalizer(), LogisticRegression(C=10, max_iter=2000)
        )
        expected = cross_val_predict(classifier, documents, labels, cv=cv)
        np.testing.assert_array_equal(predictions[name], expected)


def test_documents_that_no_fold_tests_have_no_prediction(documents, labels):
    folds = [(np.arange(20), np.arange(20, 30)), (np.arange(10, 40), np.arange(9))]
    _, predictions = compare_vectorizers(
        {"TF-IDF": TfidfVectorizer(analyzer=list)},
        *(documents, labels),
        cv=folds,
        return_predictions=True,
    )
    known = predictions["TF-IDF"].notna()
    assert set(np.flatnonzero(known)) == {*range(9), *range(20, 30)}
    assert set(predictions["TF-IDF"][known]) <= {"even", "odd"}


def test_rows_are_compared_after_their_sources_and_long_ones_early():
    reused = {"tfidf": {}, "cbow": {}, "skipgram": {}, "plain": {}}
    reused |= {"short": {"a": "cbow"}, "long": {"a": "cbow", "b": "skipgram"}}
    assert _in_rounds(reused, reused) == (
        ["skipgram", "cbow", "plain", "tfidf"],
        ["long", "short"],
    )


def test_errors_name_the_vectorizer(documents, labels):
    w2v = Word2VecVectorizer(min_count=10**6)
    with pytest.raises(ValueError, match="Vectorizer 'rare words': No word occurs"):
        compare_vectorizers({"rare words": w2v}, documents, labels)
    with pytest.raises(ValueError, match="Vectorizer 'rare words': No word occurs"):
        compare_rows({"rare words": w2v}, documents, labels, leave_out_failed=True)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_vectorizers_that_fail_are_left_out(vectorizers, documents, labels, n_jobs):
    failing = Word2VecVectorizer(min_count=10**6)
    meta = MetaEmbeddingVectorizer(
        [("given", vectorizers["given"]), ("rare", failing)], level="document"
    )
    rows = vectorizers | {"rare words": failing, "meta of it": meta}
    table, predictions, failures = compare_rows(
        rows, documents, labels, cv=2, n_jobs=n_jobs, leave_out_failed=True
    )
    expected, predicted = compare_vectorizers(
        vectorizers, documents, labels, cv=2, return_predictions=True
    )
    scores = ["accuracy", "macro_f1", "coverage", "dimensions", "split1_accuracy"]
    pd.testing.assert_frame_equal(table[scores], expected[scores])
    pd.testing.assert_frame_equal(predictions, predicted)
    assert failures["rare words"].startswith("No word occurs")
    assert failures["meta of it"] == "Its source 'rare' is left out."
    assert failures.keys() == {"rare words", "meta of it"}
