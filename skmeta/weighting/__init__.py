"""Weightings: the weight of each word when a document's words are pooled."""

from skmeta.weighting._correlation import Correlation
from skmeta.weighting._feature_weighter import FeatureWeighter
from skmeta.weighting._idf import IDF
from skmeta.weighting._label_weighting import LabelWeighting
from skmeta.weighting._log_odds import LogOdds
from skmeta.weighting._sif import SIF
from skmeta.weighting._usif import USIF
from skmeta.weighting._weighting import Weighting

__all__ = [
    "IDF",
    "SIF",
    "USIF",
    "Correlation",
    "FeatureWeighter",
    "LabelWeighting",
    "LogOdds",
    "Weighting",
]
