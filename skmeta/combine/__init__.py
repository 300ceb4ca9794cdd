"""Combiners: several views of the same rows, words or documents, become one matrix."""

from skmeta.combine._average import Average
from skmeta.combine._combiner import Combiner
from skmeta.combine._concatenate import Concatenate
from skmeta.combine._locally_linear import LocallyLinear
from skmeta.combine._views import Views

__all__ = ["Average", "Combiner", "Concatenate", "LocallyLinear", "Views"]
