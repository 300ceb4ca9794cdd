"""Crops of published vectors load, combine, save and answer as they should."""

import numpy as np
import pytest
from gensim.models import KeyedVectors

from skmeta import MetaEmbeddings, load_vectors, save_vectors
from skmeta._io.formats import FORMATS_TO_SAVE

NAMES = [
    "glove6b_50d_9k",
    "googlenews_w2v_300d_8k",
    "glove_twitter27b_25d_12k",
    "lexicon_svd_100d_13k",
]


@pytest.fixture
def paths(data):
    return [data / "vectors" / f"{name}.txt.gz" for name in NAMES]


@pytest.mark.parametrize("number", range(4), ids=NAMES)
def test_crops_load_as_gensim_loads_them(paths, number):
    theirs = KeyedVectors.load_word2vec_format(paths[number])
    ours = load_vectors(paths[number])
    assert list(ours.words) == theirs.index_to_key
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)


@pytest.mark.timeout(200)
def test_crops_combine_and_come_back_from_every_format(paths, tmp_path):
    meta = MetaEmbeddings(paths, combiner="concatenate")
    assert meta.names == tuple(NAMES)
    near = [word for word, _ in meta.wv.most_similar("king", topn=10)]
    assert {"queen", "prince"} <= set(near)
    for format in FORMATS_TO_SAVE:
        save_vectors(meta.word_vectors, tmp_path / format, format=format)
        again = load_vectors(tmp_path / format)
        assert again.words == meta.word_vectors.words
        np.testing.assert_array_equal(again.vectors, meta.word_vectors.vectors)
