import pickle

import numpy as np
import pytest
from gensim.models import KeyedVectors
from sklearn.frozen import FrozenEstimator

from skmeta import PretrainedVectorizer, WordVectors


def test_mean_of_gensims_own_vectors(word_vectors, documents):
    keyed_vectors = word_vectors.to_gensim()
    pooled = PretrainedVectorizer(keyed_vectors, scale=1).fit_transform(documents)
    for document, row in zip(documents, pooled, strict=True):
        known = [token for token in document if token in keyed_vectors]
        if known:
            expected = keyed_vectors.get_mean_vector(known, pre_normalize=False)
            np.testing.assert_allclose(row, expected, atol=1e-6)
        else:
            assert not row.any()


def test_a_fitted_vectorizer_on_a_folder_pickles_small(
    word_vectors, documents, tmp_path
):
    word_vectors.save(tmp_path)
    opened = WordVectors.open(tmp_path)
    vectorizer = PretrainedVectorizer(opened).fit(documents)
    data = pickle.dumps(vectorizer)
    assert len(data) < 2_000
    again = pickle.loads(data)
    assert again.word_vectors is again.word_vectors_ is opened
    np.testing.assert_array_equal(
        again.transform(documents), vectorizer.transform(documents)
    )


def test_a_path_to_text_makes_a_fitted_vectorizer_that_stands_alone(
    word_vectors, documents, tmp_path
):
    path = tmp_path / "vectors.txt"
    word_vectors.to_gensim().save_word2vec_format(path)
    vectorizer = PretrainedVectorizer(str(path)).fit(documents)
    expected = vectorizer.transform(documents)
    path.unlink()
    again = pickle.loads(pickle.dumps(vectorizer))
    np.testing.assert_array_equal(again.transform(documents), expected)


def test_wrong_parameters_are_named(documents):
    with pytest.raises(ValueError, match="'pooling' parameter of PretrainedVectorizer"):
        PretrainedVectorizer({"a": [1.0]}, pooling="median").fit(documents)
    with pytest.raises(ValueError, match="'weighting' parameter of PretrainedVectoriz"):
        PretrainedVectorizer({"a": [1.0]}, weighting="tfidf").fit(documents)
    with pytest.raises(TypeError, match="expected a WordVectors"):
        PretrainedVectorizer(KeyedVectors).fit(documents)


def test_frozen_vectorizer_stays_as_it_is(word_vectors, documents):
    vectorizer = PretrainedVectorizer(word_vectors, weighting="idf").fit(documents)
    frozen = FrozenEstimator(vectorizer).fit(documents[:2], None)
    np.testing.assert_array_equal(
        frozen.transform(documents), vectorizer.transform(documents)
    )
