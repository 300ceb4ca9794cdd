"""Inspect predictions: what words and sources contribute to them."""

from skmeta.inspection._explain import explain
from skmeta.inspection._source_importance import source_importance

__all__ = ["explain", "source_importance"]
