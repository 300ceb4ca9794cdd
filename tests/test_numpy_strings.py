"""Strings of numpy, as a search over an array of settings gives them, are strings."""

import inspect
from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils._param_validation import StrOptions

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PPMIVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    WordVectors,
    combine,
    weighting,
)
from skmeta.combine import Combiner, Imputer
from skmeta.weighting import Weighting

pytestmark = pytest.mark.filterwarnings("ignore")

RNG = np.random.default_rng(0)
WORDS = [f"word{i}" for i in range(30)]
FIRST = WordVectors(WORDS, RNG.standard_normal((30, 4)), range(60, 30, -1))
SECOND = WordVectors(WORDS[5:], RNG.standard_normal((25, 4)))
DOCUMENTS = [RNG.choice(WORDS, 8).tolist() for _ in range(24)]
LABELS = np.arange(24) % 2
SMALL = {"vector_size": 4, "min_count": 1, "epochs": 1, "random_state": 0}
SOURCES = [("first", FIRST), ("second", SECOND)]
HAS_TORCH = bool(find_spec("torch") and find_spec("h5py"))

VECTORIZERS = {
    "pretrained": PretrainedVectorizer(FIRST),
    "counts": PPMIVectorizer(vector_size=4, min_count=1),
    "word2vec": Word2VecVectorizer(**SMALL),
    "fasttext": FastTextVectorizer(**SMALL, bucket=20),
    "doc2vec": Doc2VecVectorizer(**SMALL),
    "meta": MetaEmbeddingVectorizer(SOURCES),
    "meta document": MetaEmbeddingVectorizer(SOURCES, level="document"),
}
if HAS_TORCH:
    from elmo_models import make_bilm

    from skmeta import ELMoVectorizer

    VECTORIZERS["elmo"] = ELMoVectorizer(make_bilm(scale=0.3))
    VECTORIZERS["elmo trained"] = ELMoVectorizer(
        vector_size=4, hidden_size=4, epochs=1, random_state=0
    )


def answer(run, *arguments):
    """Return the bytes that something gives, or the type of its error."""
    np.random.seed(0)  # noqa: NPY002  what random_state=None draws from
    try:
        rows = run(*arguments)
    except (ValueError, TypeError) as error:
        return type(error)
    return (rows.shape, np.ascontiguousarray(rows).tobytes())


def options_of(estimator):
    """Yield each string parameter with each of its values."""
    for name, constraints in estimator._parameter_constraints.items():
        if isinstance(constraints, str):
            continue
        for constraint in constraints:
            if isinstance(constraint, StrOptions):
                for option in sorted(constraint.options):
                    yield name, option
            elif constraint is str and isinstance(getattr(estimator, name), str):
                yield name, getattr(estimator, name)


CASES = [
    pytest.param(vectorizer, name, option, id=f"{kind}-{name}-{option}")
    for kind, vectorizer in VECTORIZERS.items()
    for name, option in options_of(vectorizer)
]


@pytest.mark.parametrize(("vectorizer", "name", "option"), CASES)
def test_vectorizers_give_the_same_bytes(vectorizer, name, option):
    if option == "autoencoder":
        pytest.importorskip("torch")

    def run(value):
        changed = clone(vectorizer).set_params(**{name: value})
        return changed.fit_transform(DOCUMENTS, LABELS)

    assert answer(run, np.str_(option)) == answer(run, option)


def public(module, kind):
    """Return the concrete classes of a kind that a module offers."""
    classes = [getattr(module, name) for name in module.__all__]
    return [
        found
        for found in classes
        if inspect.isclass(found)
        and issubclass(found, kind)
        and not inspect.isabstract(found)
    ]


OBJECTS = [
    *[("combiner", found) for found in public(combine, Combiner)],
    *[("missing", found) for found in public(combine, Imputer)],
    *[("weighting", found) for found in public(weighting, Weighting)],
]
OBJECT_CASES = [
    pytest.param(role, found, name, option, id=f"{found.__name__}-{name}-{option}")
    for role, found in OBJECTS
    for name, option in options_of(found())
    if found.__name__ != "Autoencoder" or HAS_TORCH
]


@pytest.mark.parametrize(("role", "found", "name", "option"), OBJECT_CASES)
def test_combiners_imputers_and_weightings_give_the_same_bytes(
    role, found, name, option
):
    settings = {"max_iter": 2, "random_state": 0} if "device" in vars(found()) else {}

    def run(value):
        part = found(**{**settings, name: value})
        meta = MetaEmbeddingVectorizer(SOURCES).set_params(**{role: part})
        return meta.fit_transform(DOCUMENTS, LABELS)

    assert answer(run, np.str_(option)) == answer(run, option)


def test_the_cases_cover_every_kind():
    roles = {case.values[0] for case in OBJECT_CASES}
    assert {"combiner", "weighting"} <= roles
    assert len(CASES) > 60


@pytest.mark.parametrize("level", ["word", "document"])
def test_parameters_without_options_take_strings_of_numpy_too(level):
    def run(as_string):
        sources = [(as_string(name), source) for name, source in SOURCES]
        return MetaEmbeddingVectorizer(
            [*sources, (as_string("none"), as_string("drop"))],
            level=as_string(level),
            weights=as_string("learn"),
            pooling=(as_string("mean"), as_string("max")),
        ).fit_transform(DOCUMENTS, LABELS)

    np.testing.assert_array_equal(run(np.str_), run(str))


def test_tokens_and_patterns_of_numpy():
    texts = ["One two, three", "four"]
    expected = Tokenizer(token_pattern=r"\w+").fit_transform(texts)
    found = Tokenizer(token_pattern=np.str_(r"\w+")).fit_transform(map(np.str_, texts))
    assert found == expected
