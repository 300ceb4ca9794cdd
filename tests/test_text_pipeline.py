import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from skmeta import text_pipeline

TEXTS = ["a good film", "good fun to see", "a bad film", "bad acting, no fun"] * 8
CLASSES = ["pro", "pro", "con", "con"] * 8


@pytest.mark.parametrize("effort", ["fast", "default", "best"])
def test_texts_become_classes(effort):
    pipeline = text_pipeline(effort=effort).fit(TEXTS, CLASSES)
    assert pipeline.predict(["good film", "bad film"]).tolist() == ["pro", "con"]
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(
        again.predict_proba(TEXTS), pipeline.predict_proba(TEXTS)
    )


def test_numbers_are_predicted():
    numbers = np.array([1.0, 0.9, -1.0, -0.8] * 8)
    pipeline = text_pipeline("regression", effort="fast").fit(TEXTS, numbers)
    good, bad = pipeline.predict(["good film", "bad film"])
    assert good > 0 > bad


def test_several_labels_are_predicted():
    labels = np.array([[1, 0], [1, 1], [0, 0], [0, 1]] * 8)  # praise, fun
    pipeline = text_pipeline("multilabel", effort="fast").fit(TEXTS, labels)
    np.testing.assert_array_equal(pipeline.predict(TEXTS[:4]), labels[:4])


def test_given_vectors_are_a_source_of_their_own():
    rng = np.random.default_rng(0)
    given = {word: rng.normal(size=5) for word in ["good", "bad", "film", "fun"]}
    pipeline = text_pipeline(vectors=[given], effort="fast").fit(TEXTS, CLASSES)
    assert "vectors" in pipeline["features"].sources_


def test_every_part_has_a_name_to_search_by():
    pipeline = text_pipeline(effort="fast")
    assert clone(pipeline).get_params().keys() == pipeline.get_params().keys()
    grid = {
        "features__characters": ["drop"],
        "features__words__tfidf__ngram_range": [(1, 1), (1, 2)],
        "classifier__C": [1.0, 10.0],
    }
    search = GridSearchCV(pipeline, grid, cv=2).fit(TEXTS, CLASSES)
    assert list(search.best_estimator_["features"].sources_) == ["words"]


def test_unsound_parameters_are_refused():
    with pytest.raises(ValueError, match="task"):
        text_pipeline("translation")
    with pytest.raises(ValueError, match="effort"):
        text_pipeline(effort="none")
