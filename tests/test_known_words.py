"""What sources tell of the words they know, in one way for all kinds of them."""

import pytest
from gensim.models import FastText
from gensim.test.utils import common_texts
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import make_pipeline

from skmeta import Doc2VecVectorizer, MetaEmbeddingVectorizer, PretrainedVectorizer
from skmeta._vectorizers._known_words import known_words, vocabulary_by_source

FRUIT = {"human": [1.0, 0.0], "apple": [0.6, 0.8]}
TF_IDF = TfidfVectorizer(analyzer=list)
SILENT = make_pipeline(TfidfVectorizer(analyzer=list), TruncatedSVD(2))
FASTTEXT = FastText(vector_size=4, min_count=1, bucket=50, seed=1, workers=1)
FASTTEXT.build_vocab(common_texts)


def meta(level, *sources, **parameters):
    named = [(str(number), source) for number, source in enumerate(sources)]
    return MetaEmbeddingVectorizer(named, level=level, **parameters)


@pytest.mark.parametrize(
    "source",
    [
        PretrainedVectorizer(FRUIT),
        Doc2VecVectorizer(vector_size=2, min_count=1, epochs=1),
        TF_IDF,
        meta("word", FRUIT),
        meta("document", FRUIT, SILENT),
        meta("document", meta("word", FRUIT), SILENT),
    ],
    ids=["words", "doc2vec", "tf-idf", "meta", "documents", "nested"],
)
@pytest.mark.parametrize("freeze", [lambda source: source, FrozenEstimator])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_sources_tell_what_they_know(source, freeze):
    known = known_words(freeze(source.fit(common_texts)))
    assert "human" in known.words
    assert "quince" not in known.words
    assert known.has_subword_vector is None


def test_others_tell_nothing():
    assert known_words(SILENT.fit(common_texts)) is None
    sources = {"silent": SILENT, "tf-idf": TF_IDF.fit(common_texts)}
    assert vocabulary_by_source(sources) == {"tf-idf": TF_IDF.vocabulary_}


@pytest.mark.parametrize("level", ["word", "document"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_words_with_n_grams_have_vectors(level):
    source = meta(level, FASTTEXT, FRUIT, unknown="subword").fit(common_texts)
    known = known_words(source)
    assert "humans" not in known.words
    assert known.has_subword_vector("humans")
    assert not known.has_subword_vector("")


def test_a_vectorizer_that_ignores_unknown_words_makes_none():
    for unknown in ("ignore", "subword"):
        source = PretrainedVectorizer(FASTTEXT, unknown=unknown).fit(common_texts)
        makes = known_words(source).has_subword_vector
        assert makes("humans") == (unknown == "subword")
