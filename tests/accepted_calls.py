"""Documented calls, each of which a type checker must accept; test_typed_calls.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pandas as pd
from gensim.models import Word2Vec
from sklearn.feature_extraction.text import TfidfVectorizer

import skmeta.dask
import skmeta.plot
from skmeta import (
    BM25Vectorizer,
    Doc2VecVectorizer,
    ELMoVectorizer,
    FastTextVectorizer,
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    MetaRetriever,
    PhraseJoiner,
    PPMIVectorizer,
    PretrainedVectorizer,
    QueryExpansion,
    SentenceEncoderVectorizer,
    Tokenizer,
    VectorFormatError,
    Word2VecVectorizer,
    WordVectors,
    inspection,
    load_vectors,
    save_vectors,
    show_versions,
    text_pipeline,
    trusted_types,
)
from skmeta.combine import (
    GCCA,
    SVD,
    Autoencoder,
    Average,
    Combiner,
    Concatenate,
    GeometryAware,
    Imputer,
    LocallyLinear,
    MeanImputer,
    NeighborsImputer,
    OneToN,
    Procrustes,
    RegressionImputer,
    Views,
)
from skmeta.datasets import (
    TextFiles,
    fetch_model,
    fetch_vectors,
    load_analogies,
    load_csv,
    load_docstrings,
    load_retrieval,
    load_sts,
    load_table,
    load_word_pairs,
)
from skmeta.elmo import BiLM, LayerMix, load_bilm, train_bilm
from skmeta.evaluate import (
    analogies,
    compare_vectorizers,
    corrected_t_test,
    document_similarity,
    retrieval,
    stability,
    word_similarity,
)
from skmeta.pooling import Partition
from skmeta.postprocess import center, normalize, remove_components, retrofit
from skmeta.weighting import (
    IDF,
    SIF,
    USIF,
    Correlation,
    FeatureWeighter,
    LabelWeighting,
    LogOdds,
    Weighting,
)

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
    PPMIVectorizer(vector_size=50, max_vocab=20_000, sample=0, shift=1.5)
    PPMIVectorizer(pooling=("mean", "partition"), weighting=Correlation(smoothing=2))
    PPMIVectorizer(max_memory=10**9, unknown="error", random_state=None, n_jobs=-1)
    PPMIVectorizer(norm=None)
    PPMIVectorizer(norm="information", n_iter=5)
    ppmi = PPMIVectorizer(weighting="usif", remove_components=0, scale="auto")
    assert_type(ppmi.fit(documents), PPMIVectorizer)
    assert_type(ppmi.fit_transform(documents, labels), np.ndarray)
    assert_type(ppmi.coverage(documents), pd.DataFrame)


def methods(column: pd.Series, rows: np.ndarray, lazy: Iterator[list[str]]) -> None:
    word2vec = Word2VecVectorizer()
    assert_type(word2vec.fit(documents), Word2VecVectorizer)
    assert_type(word2vec.fit(column, labels).transform(lazy), np.ndarray)
    assert_type(word2vec.fit_transform(TextFiles("a.txt", per="file")), np.ndarray)
    assert_type(word2vec.fit(rows, rows).coverage(rows), pd.DataFrame)
    word2vec.iter_transform(lazy, 100, out="rows.npy")
    Tokenizer(tokenizer=str.split, stop_words=["the"]).fit(column).transform(column)
    Tokenizer(stop_words="english", ngram_range=(1, 2), token_pattern=r"\w+")


def phrases(lazy: Iterator[list[str]]) -> None:
    def score(worda_count: int, wordb_count: int, *others: float) -> float:
        return 1 / (worda_count * wordb_count)

    PhraseJoiner(min_count=2, threshold=0.5, scoring="npmi", delimiter=" ")
    PhraseJoiner(scoring=score, connector_words=["of", "the"])
    joiner = PhraseJoiner(connector_words="english")
    assert_type(joiner.fit(lazy), PhraseJoiner)
    joiner.fit(TextFiles(["a.txt", Path("b.txt")])).transform(documents)
    joiner.fit_transform(documents)


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
    text_pipeline("multilabel", encoder="minilm", effort="fast", n_jobs=2)
    text_pipeline(encoder=SentenceEncoderVectorizer(Path("minilm"), prompt=None))
    text_pipeline(encoder=lambda texts: np.ones((len(texts), 2)))
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
    views = Views(
        [np.eye(2), np.eye(3)], [np.arange(2), np.arange(3)], names=["a", "b"]
    )
    assert_type(views.with_step(MeanImputer().fit(views)), Views)
    LocallyLinear().fit(views, labels).transform([np.eye(2), np.eye(3)])


def by_their_bases(combiner: Combiner, imputer: Imputer, own: LabelWeighting) -> None:
    weighting: Weighting = own
    sources = [("a", "a.txt"), ("b", "b.txt")]
    MetaEmbeddingVectorizer(sources, combiner=combiner, missing=imputer, weighting=own)
    PretrainedVectorizer(fruit, weighting=weighting)
    FeatureWeighter(own)


class Encoder:
    def encode(self, texts: list[str], batch_size: int = 32) -> np.ndarray:
        return np.ones((len(texts), 2))


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
    SentenceEncoderVectorizer("minilm", pooling=("mean", "max"), normalize=False)
    SentenceEncoderVectorizer(Encoder(), cache="memory", batch_size=8, verbose=1)
    SentenceEncoderVectorizer(lambda texts: np.ones((len(texts), 2)), prompt=None)
    SentenceEncoderVectorizer(fetch_model("a/b", revision="main"), cache=Path("kept"))
    encoder = SentenceEncoderVectorizer("minilm", max_length=256, device="cuda")
    assert_type(encoder.fit(["a text"]), SentenceEncoderVectorizer)
    assert_type(encoder.fit_transform(documents, labels), np.ndarray)
    assert_type(encoder.token_vectors(["a text"]), list[np.ndarray])
    assert_type(encoder.tokenize(["a text"]), list[list[str]])


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
    assert_type(fetch_vectors("glove-twitter-25", verbose=0), Path)
    load_vectors(fetch_vectors("glove-twitter-25"), limit=1_000)
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
    assert_type(remove_components(center("a.txt"), n_components=2), WordVectors)
    normalize(fruit).save("fruit")
    corrected_t_test([0.1, 0.2, 0.15])
    show_versions()
    sorted(trusted_types())
    issubclass(VectorFormatError, ValueError)


def data() -> None:
    texts, _ = load_csv("reviews.csv", text="body", label="stars", sep=";")
    assert_type(texts, pd.Series)
    assert_type(load_table(Path("reviews.parquet"))[1], pd.Series)
    X, y = load_docstrings(["numpy", "scipy"])
    Word2VecVectorizer().fit(X, y)
    document_similarity({"glove": "glove.txt"}, load_sts("sts.csv"), n_bootstraps=0)
    word_similarity("glove.txt", load_word_pairs("simlex.txt"), ignore_case=False)
    analogies("glove.txt", load_analogies("questions-words.txt"), limit=None)


def displays(axes: Any, table: pd.DataFrame, search: Any) -> None:
    plot = skmeta.plot
    plot.SenseMapDisplay.from_vectors(np.eye(2), labels, projection="lda")
    plot.SenseMapDisplay.from_estimator(ELMoVectorizer(), documents, [0, 1], labels)
    plot.AgreementDisplay.from_sources([fruit, "glove.txt"], n_neighbors=5)
    plot.WordMapDisplay.from_words({"fruit": fruit}, ["apple", "pear"], ax=axes)
    plot.WordMapDisplay.from_neighbors("glove.txt", "apple", n_neighbors=3)
    plot.LayerWeightsDisplay.from_weights([0.2, 0.8]).plot(ax=axes)
    plot.ComparisonDisplay.from_comparison(table, ax=axes)
    plot.CombinerComparisonDisplay.from_search(search, score="accuracy")


def clusters(collection: Any) -> None:
    vectors = skmeta.dask.fit_ppmi(PPMIVectorizer(), collection, "text")
    assert_type(vectors, WordVectors)
    skmeta.dask.fit_combiner("svd", [collection, collection], names=["a", "b"])
    skmeta.dask.fit_combiner(GCCA(50), [collection], normalize=True)
    skmeta.dask.transform(Word2VecVectorizer(), collection, tokenizer=Tokenizer())


def search(texts: pd.Series) -> None:
    assert_type(BM25Vectorizer(b=0).fit(documents), BM25Vectorizer)
    BM25Vectorizer().fit_transform(["an apple"]).toarray()
    BM25Vectorizer().fit(documents).transform_queries(["apples"])
    BM25Vectorizer(expansion=QueryExpansion("glove.txt", n_neighbors=5, weight=0.1))
    sources = [("bm25", BM25Vectorizer(k1=0.9)), ("fruit", fruit)]
    retriever = MetaRetriever(sources, fusion="rank", weights=[0.7, 0.3])
    assert_type(retriever.fit(["an apple", "a pear"]), MetaRetriever)
    _, numbers = retriever.kneighbors(["apples"], n_neighbors=1)
    BM25Vectorizer(expansion=QueryExpansion(fruit, n_neighbors=3, weight=0.5))
    retriever.fit(["an apple", "a pear"], out="index")
    assert_type(numbers, np.ndarray)
    retriever.save("index")
    assert_type(MetaRetriever.load(Path("index")), MetaRetriever)
    collection = load_retrieval("library", split="test")
    MetaRetriever(sources, weights="learn").fit(
        collection.documents, queries=collection.queries, relevance=collection.relevance
    )
    MetaRetriever(sources, tokenizer=Tokenizer(stop_words="english"), cv=3).fit(
        pd.Series({"a": "an apple"}),
        queries={"q": "apples"},
        relevance=pd.DataFrame({"query": ["q"], "document": ["a"], "relevance": [1]}),
    )
    assert_type(retrieval({"both": retriever}, collection, metrics="map"), pd.DataFrame)
    by_hand = {"documents": texts, "queries": texts, "relevance": pd.DataFrame()}
    retrieval([retriever, "glove.txt"], by_hand, metrics=["ndcg@10"], n_bootstraps=0)


def explanations(pipeline: Any) -> None:
    assert_type(
        inspection.explain(pipeline, documents, target="yes", top=10), pd.DataFrame
    )
    inspection.explain(pipeline, iter(documents), target=[0, 1])
    importance = inspection.source_importance(
        pipeline, documents, labels, cv=3, scoring="f1"
    )
    assert_type(importance, pd.DataFrame)
    trained = Word2VecVectorizer()
    assert_type(stability(trained, documents, n_fits=3, n_jobs=2), pd.DataFrame)
    stability(text_pipeline(), ["a film"], labels, X_test=["a film"], random_state=1)
    display = skmeta.plot.ExplanationDisplay.from_estimator(pipeline, documents)
    display.plot(document=0, of="sources", top=5)
    skmeta.plot.SourceImportanceDisplay(importance).plot()
