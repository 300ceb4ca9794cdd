"""Displays of results, in the manner of scikit-learn."""

from skmeta.plot._agreement import AgreementDisplay
from skmeta.plot._combiner_comparison import CombinerComparisonDisplay
from skmeta.plot._comparison import ComparisonDisplay
from skmeta.plot._coverage import CoverageDisplay
from skmeta.plot._layer_weights import LayerWeightsDisplay
from skmeta.plot._sense_map import SenseMapDisplay
from skmeta.plot._word_map import WordMapDisplay

__all__ = [
    "AgreementDisplay",
    "CombinerComparisonDisplay",
    "ComparisonDisplay",
    "CoverageDisplay",
    "LayerWeightsDisplay",
    "SenseMapDisplay",
    "WordMapDisplay",
]
