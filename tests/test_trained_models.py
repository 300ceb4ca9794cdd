"""Vectorizers that train a gensim model keep it, and pickle its arrays once."""

import copy
import pickle

import joblib
import numpy as np
import pytest
from gensim.models import FastText, Word2Vec
from gensim.test.utils import common_texts
from numpy.testing import assert_array_equal
from sklearn.base import clone

from skmeta import FastTextVectorizer, MetaEmbeddingVectorizer, Word2VecVectorizer

KINDS = {
    "word2vec": Word2VecVectorizer(vector_size=50, min_count=1, random_state=0),
    "softmax": Word2VecVectorizer(
        vector_size=50, min_count=1, random_state=0, hs=1, negative=0
    ),
    "fasttext": FastTextVectorizer(
        vector_size=50, min_count=1, random_state=0, bucket=50, unknown="subword"
    ),
}
UNSEEN = [["computers", "human"], ["survey"], []]


@pytest.fixture(params=KINDS)
def fitted(request):
    return clone(KINDS[request.param]).fit(common_texts)


def train_further(vectorizer):
    """Train a vectorizer's model on, and return all its vectors."""
    model = vectorizer.model_
    model.random.seed(1)
    model.train(common_texts, total_examples=len(common_texts), epochs=2)
    return model.wv.vectors


def test_the_model_is_gensims_over_the_same_memory(fitted):
    is_fasttext = isinstance(fitted, FastTextVectorizer)
    assert type(fitted.model_) is (FastText if is_fasttext else Word2Vec)
    assert np.shares_memory(fitted.model_.wv.vectors, fitted.word_vectors_.vectors)
    assert fitted.model_.wv.index_to_key == list(fitted.word_vectors_.words)
    assert not hasattr(clone(fitted), "model_")


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v)), copy.copy],
    ids=["deepcopy", "pickle", "copy"],
)
def test_a_pickled_model_transforms_and_trains_on_alike(fitted, duplicate):
    again = duplicate(fitted)
    assert vars(again).keys() == vars(fitted).keys()
    assert_array_equal(again.transform(UNSEEN), fitted.transform(UNSEEN))
    assert_array_equal(again.word_vectors_.counts, fitted.word_vectors_.counts)
    assert np.shares_memory(again.model_.wv.vectors, again.word_vectors_.vectors)
    if duplicate is not copy.copy:  # which shares what is trained on
        assert_array_equal(train_further(again), train_further(fitted))


def test_pickles_hold_each_array_once(fitted):
    model = fitted.model_
    arrays = [model.wv.vectors]
    arrays += [getattr(model, n) for n in ("syn1", "syn1neg") if hasattr(model, n)]
    if isinstance(model, FastText):
        arrays += [model.wv.vectors_vocab, model.wv.vectors_ngrams]
    size = sum(array.nbytes for array in arrays)
    assert size < len(pickle.dumps(fitted)) < size + 16_000
    expected = fitted.transform(UNSEEN)
    del fitted.model_  # nothing else needs it
    kept = fitted.word_vectors_.vectors.nbytes
    if isinstance(model, FastText):
        kept += model.wv.vectors_ngrams.nbytes
    assert kept < len(pickle.dumps(fitted)) < kept + 3_000
    again = pickle.loads(pickle.dumps(fitted))
    assert_array_equal(again.transform(UNSEEN), expected)
    assert not hasattr(again, "model_")


def test_two_trainings_have_the_same_hash(fitted):
    again = clone(fitted).fit(common_texts)
    assert joblib.hash(again) == joblib.hash(fitted)
    assert pickle.dumps(again) == pickle.dumps(fitted)
    assert fitted.model_.lifecycle_events  # the model itself knows its times


def test_vectors_stay_when_the_model_gets_other_ones(fitted):
    expected = fitted.transform(UNSEEN)
    fitted.model_.build_vocab([["new", "words"]], update=True)
    assert len(fitted.model_.wv) == len(fitted.word_vectors_) + 2
    again = pickle.loads(pickle.dumps(fitted))
    assert_array_equal(again.transform([["human"]]), fitted.transform([["human"]]))
    assert len(again.word_vectors_) == len(fitted.word_vectors_)
    assert len(again.model_.wv) == len(fitted.model_.wv)
    assert expected.shape == again.transform(UNSEEN).shape


def test_sources_keep_their_models():
    meta = MetaEmbeddingVectorizer([("w2v", KINDS["word2vec"])]).fit(common_texts)
    again = pickle.loads(pickle.dumps(meta))
    assert isinstance(again.sources_["w2v"].model_, Word2Vec)
    assert_array_equal(again.transform(UNSEEN), meta.transform(UNSEEN))
