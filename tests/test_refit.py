"""A fit that fails anywhere leaves the estimator as it was; one that ends, all new."""

from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from interrupts import InterruptedCall
from sklearn.base import clone

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Word2VecVectorizer,
    WordVectors,
)
from skmeta.combine import GCCA, SVD, Average, LocallyLinear, Views

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

RNG = np.random.default_rng(0)
WORDS = [f"word{i}" for i in range(30)]
FIRST = WordVectors(WORDS, RNG.standard_normal((30, 4)))
SECOND = WordVectors(WORDS[5:], RNG.standard_normal((25, 3)))
DOCUMENTS = [RNG.choice(WORDS, 8).tolist() for _ in range(24)]
OTHERS = [RNG.choice(WORDS, 5).tolist() for _ in range(24)]
LABELS = np.arange(24) % 2
BAD = [*DOCUMENTS[:12], ["word1", 7], *DOCUMENTS[12:]]
SMALL = {"vector_size": 4, "min_count": 1, "epochs": 2, "random_state": 0}
MISSING = str(Path(__file__).with_name("no-such-file.txt"))


def meta(**parameters):
    given = [("first", FIRST), ("second", SECOND)]
    return MetaEmbeddingVectorizer(given, **parameters)


VECTORIZERS = {
    "pretrained": (
        PretrainedVectorizer(FIRST, weighting="sif"),
        [{"word_vectors": MISSING}, {"pooling": -1.0}, {"unknown": "subword"}],
    ),
    "word2vec": (
        Word2VecVectorizer(**SMALL, remove_components=1),
        [{"min_count": 10**6}, {"negative": 0}, {"pooling": ()}],
    ),
    "fasttext": (FastTextVectorizer(**SMALL, bucket=20), [{"negative": 0}]),
    "doc2vec": (Doc2VecVectorizer(**SMALL), [{"model": MISSING}, {"negative": 0}]),
    "meta": (
        meta(weighting="idf"),
        [{"first": MISSING}, {"weights": [1, -1]}, {"unknown": "subword"}],
    ),
    "meta trained": (
        meta(combiner=SVD(3)).set_params(second=Word2VecVectorizer(**SMALL)),
        [{"second__min_count": 10**6}, {"weights": [1.0]}],
    ),
    "meta learned": (
        meta(weights="learn"),
        [{"second": MISSING}, {"weights": {"first": 1}}],
    ),
    "meta document": (
        meta(level="document", combiner="average", missing="mean"),
        [{"second": MISSING}, {"weights": [0, 0]}],
    ),
}
if find_spec("torch") and find_spec("h5py"):
    from elmo_models import make_bilm

    from skmeta import ELMoVectorizer

    VECTORIZERS["elmo"] = (
        ELMoVectorizer(
            make_bilm(scale=0.3), layer_weights="learn", remove_components=1
        ),
        [{"model": MISSING}, {"layer_weights": [1.0]}],
    )
LEARNING = {
    "meta learned": VECTORIZERS["meta learned"][0],
    "meta document learned": meta(level="document", weights="learn"),
}
if "elmo" in VECTORIZERS:
    LEARNING["elmo"] = VECTORIZERS["elmo"][0]


@pytest.fixture(params=VECTORIZERS)
def fitted(request):
    """Return a fitted vectorizer, and parameters with which it cannot be fitted."""
    vectorizer, breaking = VECTORIZERS[request.param]
    return clone(vectorizer).fit(DOCUMENTS, LABELS), breaking


def assert_same_state(estimator, state):
    assert vars(estimator).keys() == state.keys()
    assert all(vars(estimator)[name] is value for name, value in state.items())


@pytest.mark.parametrize("fit", ["fit", "fit_transform"])
def test_parameters_that_cannot_be_fitted_leave_the_old_state(fitted, fit):
    vectorizer, breaking = fitted
    expected = vectorizer.transform(OTHERS)
    good = vectorizer.get_params()
    for parameters in breaking:
        vectorizer.set_params(**parameters)
        state = dict(vars(vectorizer))
        with pytest.raises((ValueError, TypeError, OSError)):
            getattr(vectorizer, fit)(OTHERS, LABELS)
        assert_same_state(vectorizer, state)
        vectorizer.set_params(**{name: good[name] for name in parameters})
        np.testing.assert_array_equal(vectorizer.transform(OTHERS), expected)


class Failing:
    """A stream of documents that fails in the middle of a later pass."""

    def __init__(self, error, n_passes):
        self.error, self.n_passes = error, n_passes

    def __iter__(self):
        self.n_passes -= 1
        yield from OTHERS[:12]
        if self.n_passes < 0:
            raise self.error
        yield from OTHERS[12:]


@pytest.mark.parametrize("fit", ["fit", "fit_transform"])
def test_documents_that_cannot_be_fitted_leave_the_old_state(fitted, fit):
    vectorizer, _ = fitted
    state, expected = dict(vars(vectorizer)), vectorizer.transform(OTHERS)
    for documents in (BAD, [], Failing(OSError("gone"), 0), "text"):
        with pytest.raises((ValueError, TypeError, OSError)):
            getattr(vectorizer, fit)(documents, LABELS)
        assert_same_state(vectorizer, state)
    np.testing.assert_array_equal(vectorizer.transform(OTHERS), expected)


@pytest.mark.timeout(100)
def test_an_interrupt_anywhere_leaves_the_old_state_or_the_new(fitted):
    vectorizer, _ = fitted
    with InterruptedCall(0) as calls:
        clone(vectorizer).fit(OTHERS, LABELS)
    n_interrupted = 0
    for number in np.unique(np.linspace(1, calls.n_calls, 15).astype(int)):
        state = dict(vars(vectorizer))
        interrupted = clone(vectorizer)
        vars(interrupted).update(state)
        try:
            with InterruptedCall(number):
                interrupted.fit(OTHERS, LABELS)
        except KeyboardInterrupt:
            n_interrupted += 1
        if vars(interrupted).get("_fit_attributes") is state["_fit_attributes"]:
            assert_same_state(interrupted, state)
        else:
            assert not any(
                vars(interrupted)[name] is vars(vectorizer)[name]
                for name in ("word_vectors_", "sources_", "model_")
                if name in state and not isinstance(vectorizer, PretrainedVectorizer)
            )
    assert n_interrupted >= 10


def test_a_refit_forgets_what_the_fit_before_it_learned():
    vectorizer = meta().fit(DOCUMENTS)
    assert vectorizer.word_vectors_.vector_size == 7
    vectorizer.set_params(level="document").fit(DOCUMENTS)
    fresh = meta(level="document").fit(DOCUMENTS)
    assert vars(vectorizer).keys() == vars(fresh).keys()
    assert not hasattr(vectorizer, "word_vectors_")


def test_a_refit_keeps_what_no_fit_set():
    vectorizer = PretrainedVectorizer(FIRST).set_output(transform="pandas")
    vectorizer.fit(DOCUMENTS)
    vectorizer.note = "mine"
    frame = vectorizer.fit(OTHERS).transform(OTHERS)
    assert vectorizer.note == "mine"
    assert list(frame.columns) == list(vectorizer.get_feature_names_out())


def test_a_subclass_may_check_its_input_before_the_fit():
    class Checked(PretrainedVectorizer):
        def fit(self, X, y=None):
            self.n_features_in_ = len(X)
            return super().fit(X, y)

    vectorizer = Checked(FIRST).fit(DOCUMENTS)
    assert vectorizer.n_features_in_ == 24
    assert vectorizer.fit(OTHERS[:5]).n_features_in_ == 5


def test_unsound_labels_leave_the_old_state():
    vectorizer = meta(weights="learn").fit(DOCUMENTS, LABELS)
    state = dict(vars(vectorizer))
    for labels in (None, LABELS[:5], np.zeros(24), [["a", "b"]] * 24):
        with pytest.raises((ValueError, TypeError)):
            vectorizer.fit(OTHERS, labels)
        assert_same_state(vectorizer, state)


VIEWS = Views([RNG.standard_normal((20, 4)), RNG.standard_normal((20, 4))])
NARROW = Views([RNG.standard_normal((20, 1)), np.zeros((20, 4))])


@pytest.mark.parametrize(
    ("make", "broken"),
    [
        (partial(SVD, 2), {"weights": [1, 1, 1]}),
        (partial(GCCA, 2), {"n_components": 0}),
        (Average, {"weights": [0, 0]}),
        (partial(LocallyLinear, 2, n_neighbors=3), {"weights": [-1, 1]}),
    ],
    ids=["svd", "gcca", "average", "locally linear"],
)
def test_combiners_keep_their_state_when_a_fit_fails(make, broken):
    combiner = make().fit(VIEWS)
    expected, state = combiner.transform(VIEWS), dict(vars(combiner))
    with pytest.raises((ValueError, TypeError)):
        combiner.fit([])
    assert_same_state(combiner, state)
    combiner.set_params(**broken)
    with pytest.raises(ValueError, match=r"Found|must be"):
        combiner.fit(NARROW)
    np.testing.assert_array_equal(combiner.transform(VIEWS), expected)


@pytest.mark.parametrize("name", ["meta learned", "meta document learned", "elmo"])
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS[:-1], r"inconsistent numbers of samples: \[24, 23\]"),
        (np.append(LABELS, 1), r"inconsistent numbers of samples: \[24, 25\]"),
        (np.eye(2, dtype=int)[LABELS], r"y should be a 1d array"),
        (LABELS + 0.5, "Unknown label type: continuous"),
        (None, r"no labels"),
    ],
    ids=["short", "long", "multilabel", "continuous", "none"],
)
def test_labels_are_refused_before_any_long_work(name, labels, message, monkeypatch):
    if name not in LEARNING:
        pytest.skip("needs torch and h5py")
    vectorizer = clone(LEARNING[name])
    if "meta" in name and message.startswith(("y should", "Unknown")):
        vectorizer.fit(DOCUMENTS, labels)  # weights are learned from these too
        assert vectorizer.weights_.max() == 1
        return
    for work in ("_fit_sources", "_open"):
        monkeypatch.setattr(type(vectorizer), work, None, raising=False)
    for fit in (vectorizer.fit, vectorizer.fit_transform):
        with pytest.raises(ValueError, match=message):
            fit(DOCUMENTS, labels)


@pytest.mark.parametrize("name", ["meta learned", "meta document learned", "elmo"])
@pytest.mark.parametrize(
    "shaped", [np.atleast_2d, pd.DataFrame], ids=["array", "frame"]
)
def test_one_column_of_labels_teaches_what_its_labels_do(name, shaped):
    if name not in LEARNING:
        pytest.skip("needs torch and h5py")
    expected = clone(LEARNING[name]).fit_transform(DOCUMENTS, LABELS)
    column = shaped(LABELS) if shaped is pd.DataFrame else shaped(LABELS).T
    fitted = clone(LEARNING[name]).fit(DOCUMENTS, column)
    np.testing.assert_array_equal(fitted.transform(DOCUMENTS), expected)


def test_labels_of_a_stream_are_counted_when_it_was_read():
    stream = Failing(None, 10**6)
    vectorizer = meta(weights="learn").fit(stream, LABELS)
    expected = meta(weights="learn").fit(OTHERS, LABELS)
    np.testing.assert_array_equal(vectorizer.weights_, expected.weights_)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        vectorizer.fit(stream, LABELS[:-1])
