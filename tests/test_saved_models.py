import importlib

import joblib
import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skmeta import (
    Doc2VecVectorizer,
    FastTextVectorizer,
    MetaEmbeddingVectorizer,
    PPMIVectorizer,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    WordVectors,
    text_pipeline,
    trusted_types,
)
from skmeta._io._saved_models import load_model, save_model

SMALL = {"vector_size": 5, "min_count": 1, "epochs": 1, "random_state": 0}
VECTORIZERS = {
    "pretrained": lambda wv: PretrainedVectorizer(wv),
    **{
        name: lambda wv, name=name: PretrainedVectorizer(wv, weighting=name)
        for name in ("idf", "sif", "usif")
    },
    "counts": lambda wv: PPMIVectorizer(vector_size=3, min_count=1),
    "word2vec": lambda wv: Word2VecVectorizer(**SMALL),
    "fasttext": lambda wv: FastTextVectorizer(**SMALL, bucket=100, unknown="subword"),
    **{
        f"{combiner}, {level}": lambda wv, combiner=combiner, level=level: (
            MetaEmbeddingVectorizer(
                [("given", wv), ("w2v", Word2VecVectorizer(**SMALL))],
                combiner=combiner,
                level=level,
            )
        )
        for combiner in ("concatenate", "average", "svd", "gcca", "procrustes")
        for level in ("word", "document")
    },
    "weights": lambda wv: MetaEmbeddingVectorizer(
        [("given", wv), ("tfidf", TfidfVectorizer(analyzer=list))],
        level="document",
        weights="learn",
    ),
}


@pytest.mark.parametrize(
    ("task", "effort"),
    [("classification", "best"), ("regression", "best"), ("multilabel", "fast")],
)
def test_skops_keeps_text_pipelines(task, effort, documents, tmp_path):
    pytest.importorskip("skops.io")
    texts = [" ".join(document) for document in documents]
    y = np.array([[0, 1], [1, 0]] * 20)
    pipeline = text_pipeline(task, effort=effort)
    pipeline.fit(texts, y if task == "multilabel" else y[:, 0])
    save_model(tmp_path / "model.skops", pipeline)
    loaded = load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(loaded.predict(texts), pipeline.predict(texts))
    rows, expected = loaded[:-1].transform(texts), pipeline[:-1].transform(texts)
    np.testing.assert_array_equal(rows.toarray(), expected.toarray())


@pytest.mark.parametrize("name", VECTORIZERS)
def test_skops_keeps_pipelines_of_trusted_types(
    name, word_vectors, documents, tmp_path
):
    skops = pytest.importorskip("skops.io")
    texts = [" ".join(document) for document in documents]
    pipeline = make_pipeline(
        Tokenizer(), VECTORIZERS[name](word_vectors), LogisticRegression()
    ).fit(texts, [0, 1] * 20)
    skops.dump(pipeline, tmp_path / "model.skops")
    loaded = load_model(tmp_path / "model.skops")
    np.testing.assert_array_equal(
        loaded.predict_proba(texts), pipeline.predict_proba(texts)
    )
    vectorizer = loaded[1]
    if hasattr(vectorizer, "word_vectors_"):
        assert vectorizer.word_vectors_.words == pipeline[1].word_vectors_.words


def test_skops_keeps_classifiers_that_keep_sparse_rows(documents):
    skops = pytest.importorskip("skops.io")
    texts = [" ".join(document) for document in documents]
    features = text_pipeline(effort="fast")[:-1]
    pipeline = make_pipeline(features, KNeighborsClassifier(3, algorithm="brute"))
    pipeline.fit(texts, [0, 1] * 20)
    loaded = skops.loads(skops.dumps(pipeline), trusted=trusted_types())
    np.testing.assert_array_equal(
        loaded.predict_proba(texts), pipeline.predict_proba(texts)
    )


def test_skops_keeps_opened_vectors_as_their_folder(word_vectors, tmp_path):
    skops = pytest.importorskip("skops.io")
    word_vectors.save(tmp_path / "vectors")
    vectorizer = PretrainedVectorizer(WordVectors.open(tmp_path / "vectors"))
    data = skops.dumps(vectorizer.fit([["word1"]]))
    loaded = skops.loads(data, trusted=trusted_types())
    assert loaded.word_vectors_.folder == str(tmp_path / "vectors")
    np.testing.assert_array_equal(
        loaded.transform([["word1", "word2"]]),
        vectorizer.transform([["word1", "word2"]]),
    )
    PretrainedVectorizer(word_vectors).fit([["x"]]).word_vectors_.save(
        tmp_path / "vectors"
    )
    with pytest.raises(ValueError, match="were changed"):
        skops.loads(data, trusted=trusted_types())


def test_joblib_keeps_the_others(documents, tmp_path):
    vectorizer = Doc2VecVectorizer(**SMALL).fit(documents)
    joblib.dump(vectorizer, tmp_path / "model.joblib")
    loaded = load_model(tmp_path / "model.joblib")
    np.testing.assert_array_equal(
        loaded.transform(documents), vectorizer.transform(documents)
    )
    assert load_model(tmp_path / "model.joblib") is loaded


def test_other_types_are_refused(documents, tmp_path):
    skops = pytest.importorskip("skops.io")
    vectorizer = Doc2VecVectorizer(**SMALL).fit(documents)
    skops.dump(vectorizer, tmp_path / "model.skops")
    with pytest.raises(ValueError, match="holds other types"):
        load_model(tmp_path / "model.skops")


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("model.pkl", ValueError, "ends in '.pkl', expected a fitted model in .skops"),
        ("model", ValueError, "has no ending, expected a fitted model in .skops or"),
        (".", ValueError, "is not a file, expected a fitted model in .skops or"),
        ("other.joblib", FileNotFoundError, "There is no file"),
        ("other.pkl", FileNotFoundError, "There is no file"),
    ],
)
def test_what_is_no_model_is_refused(name, error, message, tmp_path):
    for there in ("model.pkl", "model"):
        (tmp_path / there).touch()
    with pytest.raises(error, match=message):
        load_model(tmp_path / name)


def test_trusted_types_are_there():
    assert trusted_types() == sorted(set(trusted_types()))
    for name in trusted_types():
        module, _, name = name.rpartition(".")
        assert hasattr(importlib.import_module(module), name)
