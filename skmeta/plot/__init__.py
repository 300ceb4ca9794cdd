"""Displays in the manner of scikit-learn: make one from results, then look at it."""

from skmeta.plot._comparison import ComparisonDisplay
from skmeta.plot._layer_weights import LayerWeightsDisplay
from skmeta.plot._sense_map import SenseMapDisplay

__all__ = ["ComparisonDisplay", "LayerWeightsDisplay", "SenseMapDisplay"]
