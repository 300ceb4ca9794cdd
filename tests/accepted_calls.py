"""Documented calls, each of which a type checker must accept; test_typed_calls.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pandas as pd
from gensim.models import Word2Vec
from sklearn.feature_extraction.text import TfidfVectorizer

import skmeta.plot
from skmeta import (
    BM25Vectorizer,
    Doc2VecVectorizer,
    ELMoVectorizer,
    FastTextVectorizer,
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    MetaRetriever,
    PretrainedVectorizer,
    Tokenizer,
    Word2VecVectorizer,
    WordVectors,
    load_vectors,
    save_vectors,
    text_pipeline,
)
from skmeta.combine import (
    GCCA,
    SVD,
    Autoencoder,
    Average,
    Concatenate,
    GeometryAware,
    LocallyLinear,
    NeighborsImputer,
    OneToN,
    Procrustes,
    RegressionImputer,
)
from skmeta.datasets import TextFiles, load_retrieval
from skmeta.elmo import BiLM, LayerMix, load_bilm, train_bilm
from skmeta.evaluate import (
    analogies,
    compare_vectorizers,
    retrieval,
    word_similarity,
)
from skmeta.pooling import Partition
from skmeta.postprocess import retrofit
from skmeta.weighting import IDF, SIF, USIF, FeatureWeighter, LogOdds

documents = [["a", "good", "film"], ["bad"]]
labels = [1, 0]
fruit = {"apple": [1.0, 0.0], "pear": [0.6, 0.8]}


def word_vectorizers(trained: Word2Vec, folder: Path) -> None:
    Word2VecVectorizer(vector_size=300, sg=True, epochs=20, alpha=0.05, random_state=0)
    Word2VecVectorizer(epochs="auto", solver="gensim", init_vectors="glove.txt")
    Word2VecVectorizer(pooling=("mean", "max", "min", 3), random_state=None)
    Word2VecVectorizer(pooling=["mean", Partition(2)], scale=1, remove_components=2)
    Word2VecVectorizer(weighting="log_odds", random_state=np.random.RandomState(0))
    FastTextVectorizer(min_n=2, max_n=5, unknown="subword", weighting=SIF(a=1e-2))
    PretrainedVectorizer(fruit, pooling=2.0, weighting=LogOdds(), unknown="error")
    PretrainedVectorizer(folder / "glove.txt", pooling="partition")
    PretrainedVectorizer(fruit, fallback=("lower", "title", "upper"))
    PretrainedVectorizer(folder, fallback="lower", tokenizer="model")
    PretrainedVectorizer(folder, fallback=["upper"], tokenizer=folder / "tokens.json")
    PretrainedVectorizer(trained, weighting=USIF(word_counts={"apple": 3}))
    PretrainedVectorizer(trained.wv, remove_components="auto", n_jobs=-1)
    PretrainedVectorizer((["apple", "pear"], np.eye(2)), weighting=None)
    PretrainedVectorizer(pd.DataFrame(np.eye(2), index=["apple", "pear"]))


def methods(column: pd.Series, rows: np.ndarray, lazy: Iterator[list[str]]) -> None:
    word2vec = Word2VecVectorizer()
    assert_type(word2vec.fit(documents), Word2VecVectorizer)
    assert_type(word2vec.fit(column, labels).transform(lazy), np.ndarray)
    assert_type(word2vec.fit_transform(TextFiles("a.txt", per="file")), np.ndarray)
    assert_type(word2vec.fit(rows, rows).coverage(rows), pd.DataFrame)
    word2vec.iter_transform(lazy, 100, out="rows.npy")
    Tokenizer(tokenizer=str.split, stop_words=["the"]).fit(column).transform(column)
    Tokenizer(stop_words="english", ngram_range=(1, 2), token_pattern=r"\w+")


def meta_embeddings(word_vectors: WordVectors) -> None:
    word2vec = Word2VecVectorizer()
    sources = [("a", "file.txt"), ("b", word2vec)]
    MetaEmbeddingVectorizer(sources=[("a", "file.txt"), ("b", Word2VecVectorizer())])
    MetaEmbeddingVectorizer(sources, combiner=SVD(200), center=True)
    MetaEmbeddingVectorizer(sources, missing=RegressionImputer(), pooling="max")
    MetaEmbeddingVectorizer(sources, missing="neighbors", weights=[2, 1])
    MetaEmbeddingVectorizer(sources, weights={"a": 0.5, "b": 2}, vocabulary="union")
    tfidf = TfidfVectorizer(analyzer=list)
    meta = MetaEmbeddingVectorizer(
        [("words", tfidf), ("given", word_vectors), ("dropped", "drop")],
        level="document",
        combiner="svd",
        weights="learn",
    )
    assert_type(meta.fit(documents, labels), MetaEmbeddingVectorizer)
    meta.set_params(combiner=Average()).fit_transform(documents).toarray()
    MetaEmbeddings(
        [fruit, "glove.txt", word2vec], combiner=GCCA(), names=["a", "b", "c"]
    )
    MetaEmbeddings(["a.bin", "b.bin"], combiner="one_to_n", missing=NeighborsImputer(5))
    text_pipeline(vectors=[word_vectors, "glove.txt", fruit], effort="best")
    vectors = [fruit, "glove.txt"]
    MetaEmbeddings(vectors)
    text_pipeline(vectors=vectors)
    text_pipeline("regression", random_state=None).predict(["good"])


def combiners() -> None:
    SVD("all", power=1, weights=[1.0, 2.0])
    SVD(n_components=None, weights=np.ones(2))
    Procrustes(target=0, output="concatenate")
    GeometryAware(output="average")
    LocallyLinear(100, multiplicity="paper")
    Autoencoder("daeme", activation="relu", loss="cosine", device="cuda")
    OneToN(100, weights={"a": 1.0})
    assert_type(Concatenate().fit([np.eye(2), [[1], [2]]]), Concatenate)


def contextual(model: BiLM) -> None:
    ELMoVectorizer(model, layer_weights=[0, 1, 2], pooling=("mean", "max"))
    ELMoVectorizer(("options.json", "weights.hdf5"), layer_weights="learn")
    ELMoVectorizer("folder", weighting="usif", dtype="bfloat16", initial_state="zeros")
    ELMoVectorizer(static_vectors=fruit, n_samples=None, layer_weights="all")
    assert_type(ELMoVectorizer().fit(documents, labels), ELMoVectorizer)
    assert_type(ELMoVectorizer().token_vectors(documents), list[np.ndarray])
    LayerMix(3, layer_weights=(1, 3)).fit(np.eye(3), labels)
    train_bilm(documents, n_samples="auto", optimizer="adagrad", random_state=0)
    load_bilm("folder", dtype="float32")


def paragraphs() -> None:
    Doc2VecVectorizer(dm=0, dbow_words=1, epochs=20, inference="sgd", infer_alpha=0.01)
    Doc2VecVectorizer(model=Path("d2v.model"), training_vectors="trained")
    assert_type(Doc2VecVectorizer().fit(documents), Doc2VecVectorizer)
    assert_type(Doc2VecVectorizer.load("d2v.model", n_jobs=2), Doc2VecVectorizer)


def files_and_functions(keyed_vectors: Any) -> None:
    assert_type(load_vectors("glove.txt", limit=10_000, errors="skip"), WordVectors)
    load_vectors(Path("vectors.bin"), format="word2vec_binary", vocabulary=documents)
    load_vectors("glove.txt", fallback=("title", "upper")).with_fallback("lower")
    load_vectors(Word2VecVectorizer().fit(documents))
    load_vectors(keyed_vectors, cache=True)
    save_vectors(load_vectors(fruit), "fruit.kv", format="gensim")
    retrofit(load_vectors(fruit), {"apple": ["pear"]}, n_iterations=None)
    word_similarity({"glove": "glove.txt", "mine": fruit}, random_state=1)
    analogies([fruit, Word2VecVectorizer().fit(documents)])
    compare_vectorizers({"words": Word2VecVectorizer()}, documents, labels, cv=3)
    FeatureWeighter("correlation", norm=None).fit_transform(np.eye(2), [0.5, 1.5])
    FeatureWeighter(LogOdds(smoothing=1), norm="l1")
    SIF(word_counts="vectors")
    assert_type(IDF().fit(documents, {"a": 0}), IDF)
    skmeta.plot.CoverageDisplay.from_sources({"fruit": fruit}, documents, of="words")
    skmeta.plot.SenseMapDisplay.from_vectors(np.eye(2), labels, projection="lda")


def search() -> None:
    sources = [("bm25", BM25Vectorizer(k1=0.9)), ("fruit", fruit)]
    retriever = MetaRetriever(sources, fusion="rank", weights=[0.7, 0.3])
    assert_type(retriever.fit(["an apple", "a pear"]), MetaRetriever)
    _, numbers = retriever.kneighbors(["apples"], n_neighbors=1)
    assert_type(numbers, np.ndarray)
    retriever.save("index")
    assert_type(MetaRetriever.load(Path("index")), MetaRetriever)
    collection = load_retrieval("library", split="test")
    MetaRetriever(sources, weights="learn").fit(
        collection.documents, queries=collection.queries, relevance=collection.relevance
    )
    assert_type(retrieval({"both": retriever}, collection, metrics="map"), pd.DataFrame)
