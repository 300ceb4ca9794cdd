"""A document's row is the same alone and among others, but for the order of sums."""

import numpy as np
import pytest

from skmeta import MetaEmbeddingVectorizer, PretrainedVectorizer, WordVectors

TOLERANCE = 1e-6  # of the largest number, as docs/safety.md states


@pytest.mark.parametrize("level", ["word", "document"])
@pytest.mark.parametrize(
    "combiner", ["svd", "gcca", "procrustes", "average", "concatenate"]
)
def test_rows_alone_equal_those_in_a_batch(combiner, level):
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(60)]
    sources = [
        (name, PretrainedVectorizer(WordVectors(words, rng.standard_normal((60, n)))))
        for name, n in (("wide", 40), ("narrow", 25))
    ]
    documents = [rng.choice(words, 5).tolist() for _ in range(80)]
    vectorizer = MetaEmbeddingVectorizer(sources, combiner=combiner, level=level)
    together = vectorizer.fit(documents).transform(documents)
    alone = np.vstack([vectorizer.transform([document]) for document in documents])
    halves = np.vstack([vectorizer.transform(documents[i::2]) for i in range(2)])
    halves = halves[np.argsort(np.r_[0:80:2, 1:80:2])]
    if level == "word":
        np.testing.assert_array_equal(alone, together)
        np.testing.assert_array_equal(halves, together)
    largest = np.abs(together).max()
    np.testing.assert_allclose(alone, together, rtol=0, atol=TOLERANCE * largest)
    np.testing.assert_allclose(halves, together, rtol=0, atol=TOLERANCE * largest)
