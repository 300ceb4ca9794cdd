"""Vectors of documents that a trained Doc2Vec model has not seen."""

from skmeta._doc2vec.inference._map import MostProbable
from skmeta._doc2vec.inference._sgd import Sampled

__all__ = ["MostProbable", "Sampled"]
