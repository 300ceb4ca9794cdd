"""Word embeddings and meta-embeddings as scikit-learn transformers, on gensim."""

from skmeta import (
    combine,
    datasets,
    elmo,
    evaluate,
    pooling,
    postprocess,
    weighting,
)
from skmeta._doc2vec._vectorizer import Doc2VecVectorizer
from skmeta._io._saved_models import trusted_types
from skmeta._io.formats import VectorFormatError, load_vectors, save_vectors
from skmeta._meta._embeddings import MetaEmbeddings
from skmeta._meta._vectorizer import MetaEmbeddingVectorizer
from skmeta._show_versions import show_versions
from skmeta._text_pipeline import text_pipeline
from skmeta._vectorizers._fasttext import FastTextVectorizer
from skmeta._vectorizers._pretrained import PretrainedVectorizer
from skmeta._vectorizers._word2vec import Word2VecVectorizer
from skmeta._vectors._word_vectors import WordVectors
from skmeta.elmo._vectorizer import ELMoVectorizer
from skmeta.tokenize import Tokenizer

__version__ = "0.1.0.dev0"

__all__ = [
    "Doc2VecVectorizer",
    "ELMoVectorizer",
    "FastTextVectorizer",
    "MetaEmbeddingVectorizer",
    "MetaEmbeddings",
    "PretrainedVectorizer",
    "Tokenizer",
    "VectorFormatError",
    "Word2VecVectorizer",
    "WordVectors",
    "combine",
    "datasets",
    "elmo",
    "evaluate",
    "load_vectors",
    "pooling",
    "postprocess",
    "save_vectors",
    "show_versions",
    "text_pipeline",
    "trusted_types",
    "weighting",
]
