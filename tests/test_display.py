"""Displays of estimators: short and quick whatever parameters hold."""

from collections import Counter
from collections.abc import Mapping
from itertools import count, islice

import numpy as np
import pandas as pd
import pytest
import sklearn
from gensim.test.utils import common_texts
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline

from skmeta import (
    Doc2VecVectorizer,
    ELMoVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
)
from skmeta.combine import Average, Concatenate
from skmeta.weighting import SIF, USIF

WORDS = {"human": [1.0, 0.0], "computer": [0.6, 0.8], "trees": [0.0, 1.0]}


class Endless(Mapping):
    """Claims to have a thousand million entries; refuses to name more than fifty."""

    def __len__(self):
        return 10**9

    def __getitem__(self, word):
        return 1

    def __iter__(self):
        yield from map(str, islice(count(), 50))
        raise AssertionError("more entries are read than are shown")


class Unprinted(np.ndarray):
    """An array that is too large to print or to compare."""

    def __repr__(self):
        raise AssertionError("a large array is printed")

    __str__ = __repr__

    def __eq__(self, other):
        raise AssertionError("a large array is compared")


def unprinted(*shape):
    return np.zeros(shape, np.float32).view(Unprinted)


def many_arrays():
    return {str(number): unprinted(300) for number in range(1_000)}


def endless_sif():
    return SIF(word_counts=Endless())


LARGE = {
    "dict": lambda: PretrainedVectorizer(many_arrays()),
    "mapping": lambda: PretrainedVectorizer(Endless()),
    "pair": lambda: PretrainedVectorizer((list(map(str, range(90))), unprinted(90, 9))),
    "weighting": lambda: PretrainedVectorizer(
        WORDS, weighting=SIF(word_counts=Endless())
    ),
    "layers": lambda: ELMoVectorizer(layer_weights=unprinted(1_000)),
    "static": lambda: ELMoVectorizer(static_vectors=many_arrays()),
    "raw source": lambda: MetaEmbeddingVectorizer([("a", many_arrays())]),
    "source": lambda: MetaEmbeddingVectorizer(
        [("a", PretrainedVectorizer(many_arrays())), ("b", WORDS)],
        combiner=Average(weights=Endless()),
        weighting=USIF(word_counts=Endless()),
    ),
    "weights": lambda: MetaEmbeddingVectorizer([("a", WORDS)], weights=Endless()),
}
ENCLOSED = {
    "alone": lambda one: one,
    "pipeline": lambda one: make_pipeline(Tokenizer(), one, LogisticRegression()),
    "union": lambda one: FeatureUnion([("one", one), ("other", "drop")]),
    "search": lambda one: GridSearchCV(
        make_pipeline(one, LogisticRegression()), {"logisticregression__C": [1, 2]}
    ),
}


@pytest.mark.parametrize("enclosed", ENCLOSED)
@pytest.mark.parametrize("large", LARGE)
def test_displays_read_a_few_entries_of_large_parameters(large, enclosed):
    estimator = ENCLOSED[enclosed](LARGE[large]())
    for changed_only in (True, False):
        with sklearn.config_context(print_changed_only=changed_only):
            assert len("".join(repr(estimator).split())) < 1_000
            assert str(estimator) == repr(estimator)
    estimator._repr_html_()


@pytest.mark.parametrize("large", LARGE)
def test_parameters_are_what_was_given_wherever_else_they_are_asked_for(large):
    estimator = LARGE[large]()
    for params in (estimator.get_params(), estimator.get_params(deep=False)):
        for name in type(estimator)._get_param_names():
            assert params[name] is getattr(estimator, name)


def test_clones_share_after_being_displayed():
    vectors = many_arrays()
    estimator = MetaEmbeddingVectorizer([("a", vectors)])
    estimator._repr_html_()
    assert clone(estimator).sources[0][1] is vectors
    counts = Endless()
    pipeline = make_pipeline(
        PretrainedVectorizer(WORDS, weighting=SIF(word_counts=counts))
    )
    repr(pipeline)
    assert clone(pipeline)[0].weighting.word_counts is counts


@pytest.mark.parametrize(
    ("estimator", "shown"),
    [
        (SIF(), "SIF()"),
        (SIF(word_counts={"b": 5, "a": 1}), "SIF(word_counts={'a': 1, 'b': 5})"),
        (
            SIF(word_counts={str(n): n for n in range(100)}),
            "SIF(word_counts={'0': 0, '1': 1, '2': 2, ... 97 more})",
        ),
        (
            SIF(word_counts=Counter(dict.fromkeys("abcd" * 20, 2))),
            "SIF(word_counts=Counter({'a': 2, 'b': 2, 'c': 2, 'd': 2}))",
        ),
        (
            SIF(word_counts=pd.Series([1, 2], ["a", "b"])),
            "SIF(word_counts=Series(..., shape=(2,), dtype=int64))",
        ),
        (Concatenate(weights=[0.5, 2]), "Concatenate(weights=[0.5, 2])"),
        (Concatenate(weights=np.ones(2)), "Concatenate(weights=array([1., 1.]))"),
        (
            Concatenate(weights=np.ones(20)),
            "Concatenate(weights=ndarray(..., shape=(20,), dtype=float64))",
        ),
        (
            PretrainedVectorizer(load_vectors(WORDS)),
            "PretrainedVectorizer(word_vectors=WordVectors(3 words x 2))",
        ),
        (
            MetaEmbeddingVectorizer([("a", "a.txt"), ("b", Word2VecVectorizer(sg=1))]),
            "MetaEmbeddingVectorizer(sources=[('a', 'a.txt'), "
            "('b', Word2VecVectorizer(sg=1))])",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "of",
)  # fmt: skip
def test_small_parameters_are_shown_whole_and_large_ones_by_their_start(
    estimator, shown
):
    assert " ".join(repr(estimator).split()) == shown
    pipeline = " ".join(repr(make_pipeline(estimator)).split())
    assert shown in pipeline


def boxes(estimator):
    """Count the boxes that stand side by side, beyond the names of their styles."""
    html = estimator._repr_html_()
    return html.count('<div class="sk-parallel-item">')


def test_a_notebook_shows_sources_side_by_side():
    w2v = Word2VecVectorizer(vector_size=3, min_count=1, random_state=0)
    meta = MetaEmbeddingVectorizer(
        [("w2v", w2v), ("known", WORDS), ("file", "<a>.txt"), ("none", "drop")]
    )
    assert boxes(meta) == 4
    html = meta._repr_html_()
    assert "&lt;a&gt;.txt" in html
    assert "<a>.txt" not in html
    assert boxes(make_pipeline(Tokenizer(), meta)) == 4
    meta.set_params(file="drop").fit(common_texts)
    assert boxes(meta) == 4
    assert "PretrainedVectorizer" in meta._repr_html_()  # as it was fitted
    assert boxes(MetaEmbeddingVectorizer("nonsense")) == 0


def test_a_display_does_not_make_what_is_only_made_when_asked_for():
    meta = MetaEmbeddingVectorizer([("a", WORDS), ("b", WORDS)]).fit(common_texts)
    meta._repr_html_()
    assert "word_vectors_" in dir(meta)
    assert "word_vectors" not in vars(meta._level)
    assert len(meta.word_vectors_) == 3
    assert "word_vectors_" in dir(meta)
    assert "word_vectors_" not in dir(clone(meta))
    meta.set_params(level="document").fit(common_texts)
    assert "word_vectors_" not in dir(meta)


@pytest.mark.parametrize(("dm", "has_words"), [(0, False), (1, True)])
def test_dir_lists_word_vectors_where_there_are_some(dm, has_words):
    doc2vec = Doc2VecVectorizer(dm=dm, vector_size=4, min_count=1, epochs=1)
    assert "word_vectors_" not in dir(doc2vec)
    doc2vec.fit(common_texts)
    assert ("word_vectors_" in dir(doc2vec)) == has_words
    assert hasattr(doc2vec, "word_vectors_") == has_words
