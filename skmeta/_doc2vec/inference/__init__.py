"""Vectors of documents that a trained Doc2Vec model has not seen."""

from skmeta._doc2vec.inference._map import MAPInference
from skmeta._doc2vec.inference._sgd import SGDInference

__all__ = ["MAPInference", "SGDInference"]
