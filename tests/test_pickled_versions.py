"""Pickles name the version that wrote them, and warn in another one."""

import copy
import pickle
import warnings

import joblib
import pytest
from gensim.test.utils import common_texts
from sklearn.base import clone
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.pipeline import make_pipeline

import skmeta
from skmeta import (
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
)
from skmeta.combine import SVD, MeanImputer
from skmeta.elmo import LayerMix
from skmeta.weighting import SIF

WORDS = {"human": [1.0, 0.0], "computer": [0.6, 0.8], "trees": [0.0, 1.0]}
PICKLED = {
    "vectorizer": PretrainedVectorizer(WORDS),
    "fitted": PretrainedVectorizer(WORDS).fit(common_texts),
    "trained": Word2VecVectorizer(vector_size=2, min_count=1).fit(common_texts),
    "meta": MetaEmbeddingVectorizer([("a", WORDS)]).fit(common_texts),
    "embeddings": MetaEmbeddings([WORDS, WORDS]),
    "tokenizer": Tokenizer(),
    "combiner": SVD(),
    "imputer": MeanImputer(),
    "weighting": SIF(),
    "layers": LayerMix(),
    "pipeline": make_pipeline(Tokenizer(), PretrainedVectorizer(WORDS)),
}


@pytest.mark.parametrize("name", PICKLED)
def test_another_version_is_warned_of(name, monkeypatch):
    monkeypatch.setattr(skmeta, "__version__", "9.8.7")
    pickled = pickle.dumps(PICKLED[name])
    monkeypatch.undo()
    with pytest.warns(InconsistentVersionWarning) as caught:
        pickle.loads(pickled)
    warning = caught[0].message
    assert warning.original_sklearn_version == "9.8.7"
    assert warning.current_sklearn_version == skmeta.__version__
    assert f"of skmeta 9.8.7, expected one of skmeta {skmeta.__version__}" in str(
        warning
    )


@pytest.mark.parametrize("name", PICKLED)
def test_the_same_version_is_no_matter(name, tmp_path):
    original = PICKLED[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        joblib.dump(original, tmp_path / "it")
        loaded = joblib.load(tmp_path / "it")
        copied = copy.deepcopy(original)
    for other in (loaded, copied):
        assert repr(other) == repr(original)
        assert vars(other).keys() == vars(original).keys()


def test_a_pickle_without_a_version_is_warned_of():
    state = SIF(a=0.5).__getstate__()
    del state["_skmeta_version"]
    sif = SIF.__new__(SIF)
    with pytest.warns(InconsistentVersionWarning, match="of an unknown version"):
        sif.__setstate__(state)
    assert sif.a == 0.5
    assert clone(sif).a == 0.5
