"""Wrong calls, one a line: a type checker must reject each; test_typed_calls.py."""

from __future__ import annotations

from skmeta import (
    BM25Vectorizer,
    Doc2VecVectorizer,
    ELMoVectorizer,
    FastTextVectorizer,
    MetaEmbeddings,
    MetaEmbeddingVectorizer,
    MetaRetriever,
    PretrainedVectorizer,
    QueryExpansion,
    Tokenizer,
    Word2VecVectorizer,
    load_vectors,
    save_vectors,
    text_pipeline,
)
from skmeta.combine import SVD, Autoencoder, LocallyLinear, Procrustes
from skmeta.datasets import TextFiles
from skmeta.elmo import LayerMix
from skmeta.plot import CoverageDisplay
from skmeta.weighting import SIF, FeatureWeighter

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
    MetaRetriever([("bm25", BM25Vectorizer())], fusion="mean")
    BM25Vectorizer(1.2)
    BM25Vectorizer(expansion="glove.txt")
    QueryExpansion("glove.txt", weight="idf")
