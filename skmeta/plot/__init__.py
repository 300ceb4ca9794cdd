"""Displays of results, in the manner of scikit-learn."""

from skmeta.plot._agreement import AgreementDisplay
from skmeta.plot._combiner_comparison import CombinerComparisonDisplay
from skmeta.plot._comparison import ComparisonDisplay
from skmeta.plot._coverage import CoverageDisplay
from skmeta.plot._explanation import ExplanationDisplay
from skmeta.plot._layer_weights import LayerWeightsDisplay
from skmeta.plot._sense_map import SenseMapDisplay
from skmeta.plot._source_importance import SourceImportanceDisplay
from skmeta.plot._word_map import WordMapDisplay

__all__ = [
    "AgreementDisplay",
    "CombinerComparisonDisplay",
    "ComparisonDisplay",
    "CoverageDisplay",
    "ExplanationDisplay",
    "LayerWeightsDisplay",
    "SenseMapDisplay",
    "SourceImportanceDisplay",
    "WordMapDisplay",
]
