"""Labelled documents, what people judged, and what is fetched by name."""

from skmeta.datasets._benchmarks import load_analogies, load_sts, load_word_pairs
from skmeta.datasets._docstrings import load_docstrings
from skmeta.datasets._table import load_csv, load_table
from skmeta.datasets._text_files import TextFiles

__all__ = [
    "TextFiles",
    "load_analogies",
    "load_csv",
    "load_docstrings",
    "load_sts",
    "load_table",
    "load_word_pairs",
]
