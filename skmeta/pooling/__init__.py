"""Poolings with parameters of their own."""

from skmeta._pooling._partition import Partition

__all__ = ["Partition"]
