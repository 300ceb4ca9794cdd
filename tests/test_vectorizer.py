import tracemalloc

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skmeta import (
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Word2VecVectorizer,
    WordVectors,
)


@pytest.fixture(scope="module")
def sources():
    """Return a hundred megabytes of vectors as everything that may hold them."""
    words = [f"word{i}" for i in range(25_000)]
    big = WordVectors(words, np.ones((25_000, 1_000), dtype=np.float32))
    return {
        "WordVectors": big,
        "KeyedVectors": big.to_gensim(),
        "dict": dict(zip(words, big.vectors)),
        "DataFrame": pd.DataFrame(big.vectors, index=words),
        "path": "vectors.txt",
    }


@pytest.mark.parametrize(
    "kind", ["WordVectors", "KeyedVectors", "dict", "DataFrame", "path"]
)
def test_clones_share_what_holds_vectors(kind, sources):
    source = sources[kind]
    inner = PretrainedVectorizer(source, pooling="max")
    meta = MetaEmbeddingVectorizer(
        [("inner", inner), ("raw", source), ("w2v", Word2VecVectorizer())]
    )
    tracemalloc.start()
    cloned, cloned_meta = clone(inner), clone(meta)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert cloned.word_vectors is source
    assert cloned.pooling == "max"
    assert cloned_meta.sources is not meta.sources
    assert cloned_meta.get_params()["raw"] is source
    assert cloned_meta.get_params()["inner"] is not inner
    assert cloned_meta.get_params()["inner__word_vectors"] is source
    assert cloned_meta.get_params()["w2v"] is not meta.get_params()["w2v"]


def test_clones_are_unfitted_and_keep_their_output(word_vectors, documents):
    vectorizer = PretrainedVectorizer(word_vectors).set_output(transform="pandas")
    cloned = clone(vectorizer.fit(documents))
    assert not hasattr(cloned, "word_vectors_")
    assert vectorizer.word_vectors is word_vectors
    with pytest.raises(NotFittedError):
        cloned.transform(documents)
    assert isinstance(cloned.fit_transform(documents), pd.DataFrame)


def test_fitting_and_transforming_share_the_vectors(sources):
    vectorizer = PretrainedVectorizer(sources["KeyedVectors"])
    documents = [["word1", "word2"], ["word3"]]
    tracemalloc.start()
    vectorizer.fit(documents).transform(documents)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000  # of 100,000,000: words and their rows
    shared = vectorizer.word_vectors_.vectors
    assert np.shares_memory(shared, sources["KeyedVectors"].vectors)


def test_coverage_counts_tokens_and_words(word_vectors):
    vectorizer = PretrainedVectorizer(word_vectors).fit([["word1"]])
    coverage = vectorizer.coverage([["word1", "word1", "?"], ["word2"], []])
    assert coverage.loc["pretrainedvectorizer"].to_dict() == {
        "tokens": 4,
        "known_tokens": 3,
        "token_share": 0.75,
        "words": 3,
        "known_words": 2,
        "word_share": 2 / 3,
    }
    assert vectorizer.coverage([[]])["token_share"].to_list() == [0]
    with pytest.raises(NotFittedError):
        clone(vectorizer).coverage([["word1"]])


def test_feature_names_count_all_poolings(word_vectors, documents):
    vectorizer = PretrainedVectorizer(word_vectors, pooling=("mean", "max"))
    names = vectorizer.fit(documents).get_feature_names_out()
    assert list(names[[0, -1]]) == ["pretrainedvectorizer0", "pretrainedvectorizer11"]
