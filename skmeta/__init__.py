"""Word embeddings and meta-embeddings as scikit-learn transformers, on gensim."""

from skmeta import combine, datasets, elmo, evaluate, postprocess, weighting
from skmeta._doc2vec import Doc2VecVectorizer
from skmeta._elmo import ELMoVectorizer
from skmeta._fasttext import FastTextVectorizer
from skmeta._formats import VectorFormatError, load_vectors, save_vectors
from skmeta._meta_embeddings import MetaEmbeddings
from skmeta._meta_vectorizer import MetaEmbeddingVectorizer
from skmeta._pretrained import PretrainedVectorizer
from skmeta._saved_models import trusted_types
from skmeta._show_versions import show_versions
from skmeta._word2vec import Word2VecVectorizer
from skmeta._word_vectors import WordVectors
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
    "postprocess",
    "save_vectors",
    "show_versions",
    "trusted_types",
    "weighting",
]
