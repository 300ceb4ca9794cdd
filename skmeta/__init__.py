"""Word embeddings and meta-embeddings as scikit-learn transformers, on gensim."""

from __future__ import annotations

from skmeta._lazy_imports import import_lazily

TYPE_CHECKING: bool = False  # importing typing would take longer than all of this
if TYPE_CHECKING:
    from skmeta import (
        combine,
        datasets,
        elmo,
        evaluate,
        inspection,
        pooling,
        postprocess,
        weighting,
    )
    from skmeta._doc2vec._vectorizer import Doc2VecVectorizer
    from skmeta._encoders._vectorizer import SentenceEncoderVectorizer
    from skmeta._io._saved_models import trusted_types
    from skmeta._io.formats import VectorFormatError, load_vectors, save_vectors
    from skmeta._meta._embeddings import MetaEmbeddings
    from skmeta._meta._text_pipeline import text_pipeline
    from skmeta._meta._vectorizer import MetaEmbeddingVectorizer
    from skmeta._retrieval._bm25 import BM25Vectorizer
    from skmeta._retrieval._expansion import QueryExpansion
    from skmeta._retrieval._retriever import MetaRetriever
    from skmeta._show_versions import show_versions
    from skmeta._vectorizers._fasttext import FastTextVectorizer
    from skmeta._vectorizers._ppmi import PPMIVectorizer
    from skmeta._vectorizers._pretrained import PretrainedVectorizer
    from skmeta._vectorizers._word2vec import Word2VecVectorizer
    from skmeta._vectors._word_vectors import WordVectors
    from skmeta.elmo._vectorizer import ELMoVectorizer
    from skmeta.tokenize._phrase_joiner import PhraseJoiner
    from skmeta.tokenize._tokenizer import Tokenizer

__version__ = "0.1.0.dev0"

__all__ = [
    "BM25Vectorizer",
    "Doc2VecVectorizer",
    "ELMoVectorizer",
    "FastTextVectorizer",
    "MetaEmbeddingVectorizer",
    "MetaEmbeddings",
    "MetaRetriever",
    "PPMIVectorizer",
    "PhraseJoiner",
    "PretrainedVectorizer",
    "QueryExpansion",
    "SentenceEncoderVectorizer",
    "Tokenizer",
    "VectorFormatError",
    "Word2VecVectorizer",
    "WordVectors",
    "combine",
    "datasets",
    "elmo",
    "evaluate",
    "inspection",
    "load_vectors",
    "pooling",
    "postprocess",
    "save_vectors",
    "show_versions",
    "text_pipeline",
    "trusted_types",
    "weighting",
]

# Imported at first use: gensim and scikit-learn take seconds, and the skmeta
# command shows its help without them. A test compares this with the imports above.
_HOMES = {
    "BM25Vectorizer": "skmeta._retrieval._bm25",
    "Doc2VecVectorizer": "skmeta._doc2vec._vectorizer",
    "ELMoVectorizer": "skmeta.elmo._vectorizer",
    "FastTextVectorizer": "skmeta._vectorizers._fasttext",
    "MetaEmbeddingVectorizer": "skmeta._meta._vectorizer",
    "MetaEmbeddings": "skmeta._meta._embeddings",
    "MetaRetriever": "skmeta._retrieval._retriever",
    "PPMIVectorizer": "skmeta._vectorizers._ppmi",
    "PhraseJoiner": "skmeta.tokenize._phrase_joiner",
    "PretrainedVectorizer": "skmeta._vectorizers._pretrained",
    "QueryExpansion": "skmeta._retrieval._expansion",
    "SentenceEncoderVectorizer": "skmeta._encoders._vectorizer",
    "Tokenizer": "skmeta.tokenize._tokenizer",
    "VectorFormatError": "skmeta._io.formats",
    "Word2VecVectorizer": "skmeta._vectorizers._word2vec",
    "WordVectors": "skmeta._vectors._word_vectors",
    "load_vectors": "skmeta._io.formats",
    "save_vectors": "skmeta._io.formats",
    "show_versions": "skmeta._show_versions",
    "text_pipeline": "skmeta._meta._text_pipeline",
    "trusted_types": "skmeta._io._saved_models",
}
_SUBMODULES = {
    *("combine", "dask", "datasets", "elmo", "evaluate", "inspection", "plot"),
    *("pooling", "postprocess", "tokenize", "weighting"),
}
_NEEDS = {"dask": ("dask", "distributed", "pyarrow"), "plot": ("matplotlib",)}

__getattr__, __dir__ = import_lazily(globals(), _HOMES, _SUBMODULES, needs=_NEEDS)
