"""How good vectors are: cross-validated comparisons on labelled documents."""

from skmeta.evaluate._comparison import compare_vectorizers

__all__ = ["compare_vectorizers"]
