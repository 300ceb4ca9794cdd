"""Vectors of fitted vectorizers are loaded; a file's name tells how to save."""

import pytest
from gensim.test.utils import common_texts
from numpy.testing import assert_array_equal
from sklearn.frozen import FrozenEstimator

from skmeta import (
    Doc2VecVectorizer,
    ELMoVectorizer,
    FastTextVectorizer,
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
    save_vectors,
)
from skmeta._io.formats import detect_format

WORDS = {"human": [1.0, 0.0], "computer": [0.6, 0.8], "trees": [0.0, 1.0]}
SMALL = {"vector_size": 4, "min_count": 1, "random_state": 0}
FITTED = {
    "word2vec": Word2VecVectorizer(**SMALL),
    "fasttext": FastTextVectorizer(**SMALL, bucket=50),
    "doc2vec": Doc2VecVectorizer(**SMALL),
    "pretrained": PretrainedVectorizer(WORDS),
    "meta": MetaEmbeddingVectorizer([("a", WORDS), ("b", WORDS)]),
}


@pytest.mark.parametrize("name", FITTED)
def test_a_fitted_vectorizer_gives_its_word_vectors(name):
    fitted = FITTED[name].fit(common_texts)
    for source in (fitted, FrozenEstimator(fitted)):
        loaded = load_vectors(source)
        assert loaded.words == fitted.word_vectors_.words
        assert_array_equal(loaded.vectors, fitted.word_vectors_.vectors)
    assert load_vectors(fitted, vocabulary=["human"]).words == ("human",)


def test_combined_embeddings_are_loaded():
    meta = MetaEmbeddings([WORDS, WORDS])
    assert_array_equal(load_vectors(meta).vectors, meta.word_vectors.vectors)


@pytest.mark.parametrize(
    "source", [Word2VecVectorizer(), Tokenizer(), ELMoVectorizer()], ids=str
)
def test_what_has_no_word_vectors_is_refused_with_what_to_do(source):
    name = type(source).__name__
    with pytest.raises(TypeError, match=rf"{name}.* without word_vectors_.*Fit it"):
        load_vectors(source)


def test_a_vectorizer_as_a_parameter_is_refused_as_clones_would_lose_its_vectors():
    fitted = Word2VecVectorizer(**SMALL).fit(common_texts)
    for unsound in (fitted, Word2VecVectorizer()):
        with pytest.raises(TypeError, match="give its attribute word_vectors_"):
            PretrainedVectorizer(unsound).fit(common_texts)
    PretrainedVectorizer(fitted.word_vectors_).fit(common_texts)


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("w.txt", "word2vec"),
        ("w.vec", "word2vec"),
        ("w.bin", "word2vec_binary"),
        ("w.kv", "gensim"),
        ("w.model", "gensim"),
        ("w.safetensors", "safetensors"),
        ("w", "skmeta"),
        ("w.skmeta", "skmeta"),
    ],
)
def test_the_ending_tells_the_format(name, format, tmp_path):
    save_vectors(load_vectors(WORDS), tmp_path / name)
    assert detect_format(tmp_path / name) == format
    again = load_vectors(tmp_path / name)
    assert again.words == tuple(WORDS)
    assert_array_equal(again.vectors, load_vectors(WORDS).vectors)


@pytest.mark.parametrize("name", ["w.gz", "w.txt.gz", "w.300d"])
def test_an_ending_that_tells_no_format_is_refused(name, tmp_path):
    with pytest.raises(
        ValueError, match=r"does not determine a format.*\.txt.* pass the format"
    ):
        save_vectors(load_vectors(WORDS), tmp_path / name)
    save_vectors(load_vectors(WORDS), tmp_path / name, format="word2vec")


def test_what_is_no_word_vectors_is_not_saved(tmp_path):
    with pytest.raises(TypeError, match=r"type dict, expected WordVectors.*load_vec"):
        save_vectors(WORDS, tmp_path / "w.txt")
    assert not list(tmp_path.iterdir())
