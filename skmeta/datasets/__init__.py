"""Labeled documents, human judgements, and models downloaded by name."""

from typing import TYPE_CHECKING

from skmeta._lazy_imports import import_lazily

if TYPE_CHECKING:
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

# Imported at first use: a table is read without scikit-learn and gensim.
_HOMES = {
    "TextFiles": "skmeta.datasets._text_files",
    "fetch_model": "skmeta.datasets._fetch_model",
    "fetch_vectors": "skmeta.datasets._fetch_vectors",
    "load_analogies": "skmeta.datasets._benchmarks",
    "load_csv": "skmeta.datasets._table",
    "load_docstrings": "skmeta.datasets._docstrings",
    "load_retrieval": "skmeta.datasets._retrieval",
    "load_sts": "skmeta.datasets._benchmarks",
    "load_table": "skmeta.datasets._table",
    "load_word_pairs": "skmeta.datasets._benchmarks",
}

__getattr__, __dir__ = import_lazily(globals(), _HOMES)
