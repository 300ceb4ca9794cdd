import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from skmeta import PretrainedVectorizer
from skmeta._weighting import weigh_words


def test_idf_is_that_of_scikit_learn(documents, word_vectors):
    tfidf = TfidfVectorizer(analyzer=list).fit(documents)
    weights = weigh_words("idf", documents, word_vectors.key_to_index)
    assert weights.dtype == np.float32
    for word, row in word_vectors.key_to_index.items():
        if word in tfidf.vocabulary_:
            expected = tfidf.idf_[tfidf.vocabulary_[word]]
        else:
            expected = np.log(1 + len(documents)) + 1
        assert np.isclose(weights[row], expected)


def test_no_weighting_means_no_weights(documents, word_vectors):
    assert weigh_words(None, documents, word_vectors.key_to_index) is None


def test_idf_is_learned_in_fit_alone(documents, word_vectors):
    vectorizer = PretrainedVectorizer(word_vectors, weighting="idf")
    vectorizer.fit(documents[:10])
    weights = vectorizer.word_weights_.copy()
    expected = weigh_words("idf", documents[:10], word_vectors.key_to_index)
    vectors = vectorizer.transform(documents)
    np.testing.assert_array_equal(vectorizer.word_weights_, expected)
    np.testing.assert_array_equal(vectorizer.word_weights_, weights)
    rows = [word_vectors.key_to_index[t] for t in documents[3] if t in word_vectors]
    by_hand = np.average(word_vectors.vectors[rows], axis=0, weights=weights[rows])
    np.testing.assert_allclose(vectors[3], by_hand, rtol=1e-5)
