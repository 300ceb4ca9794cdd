"""Caches notice that a file was replaced whose path is a parameter."""

import copy
import os
import pickle

import joblib
import numpy as np
import pytest
from gensim.models import Doc2Vec, Word2Vec
from gensim.models.doc2vec import TaggedDocument
from gensim.test.utils import common_texts
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from skmeta import (
    Doc2VecVectorizer,
    ELMoVectorizer,
    MetaEmbeddingVectorizer,
    PretrainedVectorizer,
    load_vectors,
    save_vectors,
)
from skmeta._disk._fingerprint import fingerprint
from skmeta.datasets import TextFiles

OLD = {"human": [1.0, 0.0], "computer": [0.0, 1.0], "trees": [0.0, 1.0]}
NEW = {"human": [0.0, 1.0], "computer": [1.0, 0.0], "trees": [1.0, 0.0]}
LABELS = [0, 0, 0, 0, 1, 1, 1, 1, 1]


def write(vectors, path, format="word2vec"):
    """Write vectors, a second later than the file that they replace."""
    later = fingerprint(path)[0][2] + 10**9 if path.is_file() else None
    save_vectors(load_vectors(vectors), path, format=format)
    if later:
        os.utime(path, ns=(later, later))


ESTIMATORS = {
    "path": lambda path: PretrainedVectorizer(path),
    "str": lambda path: PretrainedVectorizer(str(path)),
    "source": lambda path: MetaEmbeddingVectorizer([("a", OLD), ("b", str(path))]),
    "nested": lambda path: MetaEmbeddingVectorizer(
        [("a", PretrainedVectorizer(path))], level="document"
    ),
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_cached_pipeline_reads_a_replaced_file(name, tmp_path):
    path = tmp_path / "w.txt"
    write(OLD, path)
    pipeline = Pipeline(
        [("words", ESTIMATORS[name](path)), ("classify", LogisticRegression())],
        memory=str(tmp_path / "cache"),
    )
    pipeline.fit(common_texts, LABELS)
    first = clone(pipeline).fit(common_texts, LABELS)[0].transform([["human"]])
    write(NEW, path)  # of the same size
    again = clone(pipeline).fit(common_texts, LABELS)[0].transform([["human"]])
    expected = ESTIMATORS[name](path).fit(common_texts).transform([["human"]])
    assert_array_equal(again, expected)
    assert not np.array_equal(first, again)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_hashes_hold_files_and_parameters_stay_as_given(name, tmp_path):
    path = tmp_path / "w.txt"
    estimator = ESTIMATORS[name](path)
    missing = joblib.hash(estimator)
    write(OLD, path)
    there = joblib.hash(estimator)
    assert there == joblib.hash(clone(estimator)) == joblib.hash(copy.copy(estimator))
    assert there == joblib.hash(pickle.loads(pickle.dumps(estimator)))
    assert "_files" not in vars(pickle.loads(pickle.dumps(estimator)))
    write(NEW, path)
    assert len({missing, there, joblib.hash(estimator)}) == 3
    assert repr(estimator) == repr(ESTIMATORS[name](path))


def test_other_files_in_the_folder_are_no_matter(tmp_path):
    write(OLD, tmp_path / "w.txt")
    estimator = PretrainedVectorizer(tmp_path / "w.txt")
    before = joblib.hash(estimator)
    write(NEW, tmp_path / "other.txt")
    assert joblib.hash(estimator) == before


def test_parts_beside_a_file_count(tmp_path):
    np.save(tmp_path / "w.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "w.txt").write_text("human\ntrees\n")
    by_matrix = PretrainedVectorizer(tmp_path / "w.npy")
    before = joblib.hash(by_matrix)
    assert by_matrix.fit(common_texts).word_vectors_.words == ("human", "trees")
    (tmp_path / "w.txt").write_text("trees\nhumans\n")
    assert joblib.hash(by_matrix) != before
    assert by_matrix.fit(common_texts).word_vectors_.words == ("trees", "humans")


def test_arrays_that_gensim_put_beside_its_file_count(tmp_path):
    model = Word2Vec(common_texts, vector_size=4, min_count=1, seed=1)
    model.save(str(tmp_path / "w.model"), sep_limit=0)
    by_model = PretrainedVectorizer(tmp_path / "w.model")
    before, old = joblib.hash(by_model), by_model.fit_transform(common_texts)
    [matrix] = tmp_path.glob("w.model.wv.vectors.npy")
    np.save(matrix, -model.wv.vectors)
    os.utime(matrix, ns=(1, 1))
    assert joblib.hash(by_model) != before
    assert_array_equal(by_model.fit_transform(common_texts), -old)


def test_a_folder_of_vectors_counts(tmp_path):
    load_vectors(OLD).save(tmp_path / "w")
    by_folder = make_pipeline(PretrainedVectorizer(tmp_path / "w"))
    before = joblib.hash(by_folder)
    load_vectors(NEW).save(tmp_path / "w")
    assert joblib.hash(by_folder) != before


def test_paths_of_models_count(tmp_path):
    documents = [TaggedDocument(words, [n]) for n, words in enumerate(common_texts)]
    Doc2Vec(documents, vector_size=4, min_count=1).save(str(tmp_path / "d2v"))
    (tmp_path / "options.json").write_text("{}")
    (tmp_path / "weights.hdf5").write_text("")
    pair = (str(tmp_path / "options.json"), str(tmp_path / "weights.hdf5"))
    for estimator, path in (
        (Doc2VecVectorizer(model=tmp_path / "d2v"), tmp_path / "d2v"),
        (ELMoVectorizer(pair), tmp_path / "weights.hdf5"),
        (ELMoVectorizer(static_vectors=tmp_path / "d2v"), tmp_path / "d2v"),
    ):
        before = joblib.hash(estimator)
        os.utime(path, ns=(1, 1))
        assert joblib.hash(estimator) != before
        os.utime(path, ns=(2, 2))


def test_texts_in_files_count(tmp_path):
    (tmp_path / "a.txt").write_text("human trees\n")
    texts = TextFiles(tmp_path / "a.txt")
    before = joblib.hash(texts)
    assert joblib.hash(TextFiles(tmp_path / "a.txt")) == before
    copied = pickle.loads(pickle.dumps(texts))
    assert vars(copied) == vars(texts)
    assert joblib.hash(copied) == before
    (tmp_path / "a.txt").write_text("trees and humans\n")
    assert joblib.hash(texts) != before
    (tmp_path / "a.txt").unlink()
    assert pickle.loads(pickle.dumps(texts)).paths == texts.paths


def test_a_list_of_words_is_not_taken_for_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["human", "trees"]
    estimator = PretrainedVectorizer((words, np.eye(2)))
    before = joblib.hash(estimator)
    (tmp_path / "human").write_text("a file called like a word")
    assert joblib.hash(estimator) == before
