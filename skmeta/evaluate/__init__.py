"""Evaluate vectors: on labeled documents, and against human judgements."""

from skmeta.evaluate._analogies import analogies
from skmeta.evaluate._comparison import compare_vectorizers
from skmeta.evaluate._corrected_t_test import corrected_t_test
from skmeta.evaluate._document_similarity import document_similarity
from skmeta.evaluate._retrieval import retrieval
from skmeta.evaluate._stability import stability
from skmeta.evaluate._word_similarity import word_similarity

__all__ = [
    "analogies",
    "compare_vectorizers",
    "corrected_t_test",
    "document_similarity",
    "retrieval",
    "stability",
    "word_similarity",
]
