"""Displays in the manner of scikit-learn: make one from results, then look at it."""

from skmeta.plot._comparison import ComparisonDisplay

__all__ = ["ComparisonDisplay"]
