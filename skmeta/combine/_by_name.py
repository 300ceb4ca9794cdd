"""The names of combiners, and of imputers of missing rows."""

from __future__ import annotations

from typing import Any, Literal

from sklearn.base import clone

from skmeta.combine._autoencoder import Autoencoder
from skmeta.combine._average import Average
from skmeta.combine._combiner import Combiner, check_installed
from skmeta.combine._concatenate import Concatenate
from skmeta.combine._gcca import GCCA
from skmeta.combine._geometry_aware import GeometryAware
from skmeta.combine._imputers import Imputer, MeanImputer, RegressionImputer
from skmeta.combine._locally_linear import LocallyLinear
from skmeta.combine._neighbors import NeighborsImputer
from skmeta.combine._one_to_n import OneToN
from skmeta.combine._procrustes import Procrustes
from skmeta.combine._svd import SVD

__all__ = [
    "COMBINERS",
    "MISSING",
    "CombinerName",
    "MissingName",
    "get_combiner",
    "get_imputer",
]

CombinerName = Literal[
    "autoencoder",
    "average",
    "concatenate",
    "gcca",
    "geometry_aware",
    "locally_linear",
    "one_to_n",
    "procrustes",
    "svd",
]
MissingName = Literal["mean", "neighbors", "regress", "zero"]
COMBINERS: dict[str, type[Combiner]] = {
    "autoencoder": Autoencoder,
    "average": Average,
    "concatenate": Concatenate,
    "gcca": GCCA,
    "geometry_aware": GeometryAware,
    "locally_linear": LocallyLinear,
    "one_to_n": OneToN,
    "procrustes": Procrustes,
    "svd": SVD,
}
MISSING: dict[str, type[Imputer] | None] = {
    "mean": MeanImputer,
    "neighbors": NeighborsImputer,
    "regress": RegressionImputer,
    "zero": None,
}


def get_combiner(combiner: str | Combiner) -> Combiner:
    """Return an unfitted combiner: the named one with its defaults, or a clone.

    Parameters
    ----------
    combiner : str or Combiner
        A key of COMBINERS, or an object such as ``Average(weights=[2, 1])``.

    Returns
    -------
    combiner : Combiner

    Raises
    ------
    ModuleNotFoundError
        If it cannot be fitted, for want of a package.
    TypeError, ValueError
        If it is not a combiner, or the name is unknown.

    Examples
    --------
    >>> from skmeta.combine._by_name import get_combiner
    >>> get_combiner("average")
    Average()
    """
    if isinstance(combiner, Combiner):
        chosen = clone(combiner)
    elif isinstance(combiner, str) and combiner in COMBINERS:
        chosen = COMBINERS[combiner]()
    else:
        raise _error(
            *("combiner", combiner, COMBINERS),
            "a combiner object, e.g. skmeta.combine.SVD()",
        )
    check_installed(chosen)
    return chosen


def get_imputer(missing: str | Imputer) -> Imputer | None:
    """Return an unfitted imputer of missing rows; None where they stay absent.

    Parameters
    ----------
    missing : str or Imputer
        A key of MISSING, or an object such as ``NeighborsImputer(5)``.

    Returns
    -------
    imputer : Imputer or None

    Raises
    ------
    TypeError, ValueError
        If it is not an imputer, or the name is unknown.
    """
    if isinstance(missing, Imputer):
        return clone(missing)
    if isinstance(missing, str) and missing in MISSING:
        imputer = MISSING[missing]
        return None if imputer is None else imputer()
    raise _error(
        "missing", missing, MISSING, "an object, e.g. skmeta.combine.NeighborsImputer()"
    )


def _error(parameter: str, found: Any, names: Any, otherwise: str) -> Exception:
    """List the names that are allowed."""
    error = ValueError if isinstance(found, str) else TypeError
    return error(
        f"Found {parameter}={found!r}, expected one of {', '.join(names)}, or "
        f"{otherwise}."
    )
