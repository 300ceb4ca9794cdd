"""Combiners: combine several views of the same words or documents to one matrix."""

from skmeta.combine._autoencoder import Autoencoder
from skmeta.combine._average import Average
from skmeta.combine._combiner import Combiner
from skmeta.combine._concatenate import Concatenate
from skmeta.combine._gcca import GCCA
from skmeta.combine._geometry_aware import GeometryAware
from skmeta.combine._imputers import Imputer, MeanImputer, RegressionImputer
from skmeta.combine._locally_linear import LocallyLinear
from skmeta.combine._neighbors import NeighborsImputer
from skmeta.combine._one_to_n import OneToN
from skmeta.combine._procrustes import Procrustes
from skmeta.combine._svd import SVD
from skmeta.combine._views import Views

__all__ = [
    "GCCA",
    "SVD",
    "Autoencoder",
    "Average",
    "Combiner",
    "Concatenate",
    "GeometryAware",
    "Imputer",
    "LocallyLinear",
    "MeanImputer",
    "NeighborsImputer",
    "OneToN",
    "Procrustes",
    "RegressionImputer",
    "Views",
]
