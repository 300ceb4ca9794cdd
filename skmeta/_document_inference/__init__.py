"""Vectors of documents that a trained Doc2Vec model has not seen."""

from skmeta._document_inference._most_probable import MostProbable
from skmeta._document_inference._sampled import Sampled

__all__ = ["MostProbable", "Sampled"]
