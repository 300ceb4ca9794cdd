"""Labeled documents, human judgements, and models downloaded by name."""

from skmeta.datasets._benchmarks import load_analogies, load_sts, load_word_pairs
from skmeta.datasets._docstrings import load_docstrings
from skmeta.datasets._fetch_model import fetch_model
from skmeta.datasets._fetch_vectors import fetch_vectors
from skmeta.datasets._retrieval import load_retrieval
from skmeta.datasets._table import load_csv, load_table
from skmeta.datasets._text_files import TextFiles

__all__ = [
    "TextFiles",
    "fetch_model",
    "fetch_vectors",
    "load_analogies",
    "load_csv",
    "load_docstrings",
    "load_retrieval",
    "load_sts",
    "load_table",
    "load_word_pairs",
]
