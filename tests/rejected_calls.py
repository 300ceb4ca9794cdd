"""Wrong calls, one a line: a type checker must reject each; test_typed_calls.py."""

from __future__ import annotations

import numpy as np

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
    Word2VecVectorizer,
    WordVectors,
    inspection,
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
from skmeta.plot import (
    AgreementDisplay,
    CombinerComparisonDisplay,
    ComparisonDisplay,
    CoverageDisplay,
    ExplanationDisplay,
    LayerWeightsDisplay,
    SenseMapDisplay,
    SourceImportanceDisplay,
    WordMapDisplay,
)
from skmeta.pooling import Partition
from skmeta.postprocess import center, normalize, remove_components, retrofit
from skmeta.weighting import IDF, SIF, USIF, Correlation, FeatureWeighter, LogOdds

documents = [["a", "good", "film"], ["bad"]]


def wrong() -> None:
    Word2VecVectorizer(pooling="meen")
    Word2VecVectorizer(pooling=("mean", "maximum"))
    Word2VecVectorizer(weighting="tfidf")
    Word2VecVectorizer(weighting=SIF)
    Word2VecVectorizer(remove_components="all")
    Word2VecVectorizer(scale="none")
    Word2VecVectorizer(unknown="subword")
    Word2VecVectorizer(solver="Gensim")
    Word2VecVectorizer(epochs="many")
    Word2VecVectorizer(size=100)
    Word2VecVectorizer(100)
    Word2VecVectorizer(vector_size="100")
    Word2VecVectorizer(init_vectors=3)
    Word2VecVectorizer().fit(3)
    Word2VecVectorizer().fit([1, 2])
    Word2VecVectorizer().transform()
    FastTextVectorizer(unknown="subwords")
    FastTextVectorizer(max_n=6.5)
    PretrainedVectorizer()
    PretrainedVectorizer(3)
    PretrainedVectorizer(["glove.txt", "fasttext.bin"])
    MetaEmbeddingVectorizer(["a.txt", "b.txt"])
    MetaEmbeddingVectorizer({"a": "a.txt"})
    MetaEmbeddingVectorizer([3])
    MetaEmbeddingVectorizer([("a", "a.txt")], combiner="SVD")
    MetaEmbeddingVectorizer([("a", "a.txt")], combiner=SVD)
    MetaEmbeddingVectorizer([("a", "a.txt")], level="documents")
    MetaEmbeddingVectorizer([("a", "a.txt")], missing="regression")
    MetaEmbeddingVectorizer([("a", "a.txt")], vocabulary="all")
    MetaEmbeddingVectorizer([("a", "a.txt")], weights="learned")
    MetaEmbeddings(["a.txt"], combiner="pca")
    MetaEmbeddings(["a.txt"], missing="none")
    MetaEmbeddings("a.txt")
    ELMoVectorizer(layer_weights="last")
    ELMoVectorizer(pooling="partition")
    ELMoVectorizer(weighting="log_odds")
    ELMoVectorizer(dtype="float16")
    LayerMix(layer_weights="all")
    Doc2VecVectorizer(inference="gensim")
    Doc2VecVectorizer(training_vectors=True)
    Tokenizer(stop_words="german")
    Tokenizer(ngram_range=2)
    SVD("most")
    Procrustes(output="concat")
    LocallyLinear(multiplicity=1)
    Autoencoder("vae")
    FeatureWeighter("idf")
    FeatureWeighter(norm="max")
    SIF(word_counts="corpus")
    TextFiles("a.txt", per="paragraph")
    load_vectors("a.txt", format="text")
    load_vectors("a.txt", errors="drop")
    load_vectors(None)
    save_vectors(load_vectors("a.txt"), "b.txt", format="glove")
    text_pipeline("clustering")
    text_pipeline(effort="fastest")
    text_pipeline(vectors="glove.txt")
    CoverageDisplay.from_sources(["a.txt"], documents, of="types")
    CoverageDisplay.from_sources(["a.txt"], 3)
    MetaRetriever([("bm25", BM25Vectorizer())], fusion="mean")
    MetaRetriever([("bm25", BM25Vectorizer())], weights="equal")
    MetaRetriever([("bm25", BM25Vectorizer())], cv="all")
    MetaRetriever([("bm25", BM25Vectorizer())], weights=0.5)
    MetaRetriever([BM25Vectorizer(), "glove.txt"])
    MetaRetriever({"bm25": BM25Vectorizer()})
    MetaRetriever("glove.txt")
    MetaRetriever([("bm25", BM25Vectorizer())]).fit(3)
    MetaRetriever([("bm25", BM25Vectorizer())]).fit(documents, queries=3)
    MetaRetriever([("bm25", BM25Vectorizer())]).kneighbors(documents, n_neighbors="all")
    MetaRetriever([("bm25", BM25Vectorizer())]).kneighbors()
    MetaRetriever.load()
    BM25Vectorizer(1.2)
    BM25Vectorizer(k1="1.2")
    BM25Vectorizer(b=None)
    BM25Vectorizer(k3=7)
    BM25Vectorizer(expansion=10)
    QueryExpansion("glove.txt", 5)
    QueryExpansion("glove.txt", weight="0.1")
    BM25Vectorizer().fit(3)
    BM25Vectorizer().transform_queries()
    retrieval("glove.txt")
    retrieval("glove.txt", "library")
    retrieval("glove.txt", {}, metrics=10)
    retrieval("glove.txt", {}, confidence="95%")
    load_retrieval(3)
    load_retrieval("library", split=1)
    load_retrieval("library", "test")
    PPMIVectorizer(100)
    PPMIVectorizer(vector_size="100")
    PPMIVectorizer(max_vocab=1e5)
    PPMIVectorizer(max_memory="2 GB")
    PPMIVectorizer(norm="l2")
    PPMIVectorizer(pooling="average")
    PPMIVectorizer(weighting="tfidf")
    PPMIVectorizer(unknown="subword")
    PPMIVectorizer(alpha=0.05)
    PhraseJoiner(5)
    PhraseJoiner(scoring="pmi")
    PhraseJoiner(connector_words="german")
    PhraseJoiner(delimiter=None)
    PhraseJoiner().fit(3)
    SentenceEncoderVectorizer()
    SentenceEncoderVectorizer(3)
    SentenceEncoderVectorizer("minilm", pooling="average")
    SentenceEncoderVectorizer("minilm", pooling=("cls", "first"))
    SentenceEncoderVectorizer("minilm", normalize="l2")
    SentenceEncoderVectorizer("minilm", max_length="all")
    SentenceEncoderVectorizer("minilm", device="gpu")
    SentenceEncoderVectorizer("minilm", cache=True)
    SentenceEncoderVectorizer("minilm").transform(3)
    text_pipeline(encoder=3)
    text_pipeline(["a text"])
    fetch_vectors(25)
    fetch_vectors("glove-twitter-25", 0)
    fetch_model(None)
    fetch_model("a/b", revision=3)
    fetch_model("minilm", "main")
    Average([0.5, 0.5])
    Concatenate(weights="learn")
    GCCA("all")
    GeometryAware(output="mean")
    NeighborsImputer("all")
    OneToN(n_components=1.5)
    RegressionImputer(0.1)
    Views(3)
    Views([np.eye(2)], names=3)
    Partition("auto")
    Partition(20, 2)
    IDF().fit("a text")
    USIF(1e-3)
    Correlation(smoothing="none")
    LogOdds(0.5)
    WordVectors({"apple": [1.0, 0.0]})
    WordVectors(3, np.eye(2))
    BiLM()
    load_bilm("folder", dtype="float64")
    train_bilm(documents, optimizer="sgd")
    word_similarity("glove.txt", n_bootstraps="many")
    document_similarity("glove.txt", ignore_case=True)
    analogies("glove.txt", limit="none")
    compare_vectorizers(["a", "b"], documents, [1, 0])
    compare_vectorizers({"words": Word2VecVectorizer()}, documents)
    corrected_t_test()
    center(3)
    normalize(["apple"])
    remove_components("a.txt", n_components="auto")
    retrofit("a.txt")
    load_analogies(3)
    load_csv("a.csv", label=1)
    load_docstrings(3)
    load_sts()
    load_table("a.csv", sheet=1)
    load_word_pairs("a.csv", ",")
    AgreementDisplay.from_sources(["a.txt", "b.txt"], n_neighbors="all")
    CombinerComparisonDisplay.from_results(["a"])
    ComparisonDisplay.from_comparison()
    LayerWeightsDisplay.from_weights()
    SenseMapDisplay.from_vectors(np.eye(2), ["a", "b"], projection="tsne")
    WordMapDisplay.from_words("a.txt", 3)
    skmeta.dask.fit_combiner("average", [])
    skmeta.dask.fit_ppmi("ppmi", None)
    skmeta.dask.transform()
    inspection.explain()
    inspection.source_importance("pipeline", cv=3)
    stability(Word2VecVectorizer(), documents, n_fits="many")
    ExplanationDisplay.from_estimator()
    SourceImportanceDisplay()
