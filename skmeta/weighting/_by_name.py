"""The names of weightings."""

from __future__ import annotations

from typing import Literal

from sklearn.base import clone

from skmeta.weighting._correlation import Correlation
from skmeta.weighting._idf import IDF
from skmeta.weighting._log_odds import LogOdds
from skmeta.weighting._sif import SIF
from skmeta.weighting._usif import USIF
from skmeta.weighting._weighting import Weighting

__all__ = ["WEIGHTINGS", "WeightingName", "get_weighting", "uses_labels"]

WeightingName = Literal["idf", "sif", "usif", "log_odds", "correlation"]
WEIGHTINGS: dict[str, type[Weighting]] = {
    "idf": IDF,
    "sif": SIF,
    "usif": USIF,
    "log_odds": LogOdds,
    "correlation": Correlation,
}


def get_weighting(weighting: WeightingName | Weighting | None) -> Weighting | None:
    """Return an unfitted weighting: the named one with its defaults, or a clone.

    Parameters
    ----------
    weighting : None, key of WEIGHTINGS, or Weighting

    Returns
    -------
    weighting : Weighting, or None for equal weights

    Examples
    --------
    >>> from skmeta.weighting._by_name import get_weighting
    >>> get_weighting("sif")
    SIF()
    """
    if weighting is None:
        return None
    if isinstance(weighting, Weighting):
        return clone(weighting)
    return WEIGHTINGS[weighting]()


def uses_labels(weighting: str | Weighting | None) -> bool:
    """Return whether the weighting of that name, or a weighting, learns from labels."""
    if isinstance(weighting, str):
        return weighting in WEIGHTINGS and WEIGHTINGS[weighting].uses_labels
    return getattr(weighting, "uses_labels", False)
