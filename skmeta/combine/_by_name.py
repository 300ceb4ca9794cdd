"""The short names of the combiners."""

from __future__ import annotations

from sklearn.base import clone

from skmeta.combine._average import Average
from skmeta.combine._combiner import Combiner
from skmeta.combine._concatenate import Concatenate
from skmeta.combine._locally_linear import LocallyLinear

__all__ = ["COMBINERS", "get_combiner"]

COMBINERS: dict[str, type[Combiner]] = {
    "average": Average,
    "concatenate": Concatenate,
    "locally_linear": LocallyLinear,
}


def get_combiner(combiner: str | Combiner) -> Combiner:
    """Give a combiner to fit: of that name with its defaults, or a clone.

    Parameters
    ----------
    combiner : str or Combiner
        "average", "concatenate", "locally_linear", or an object such as
        ``Average(weights=[2, 1])``.

    Returns
    -------
    combiner : Combiner

    Raises
    ------
    TypeError, ValueError
        If it is no combiner, or there is none of that name.

    Examples
    --------
    >>> from skmeta.combine._by_name import get_combiner
    >>> get_combiner("average")
    Average()
    """
    if isinstance(combiner, Combiner):
        return clone(combiner)
    if isinstance(combiner, str) and combiner in COMBINERS:
        return COMBINERS[combiner]()
    error = ValueError if isinstance(combiner, str) else TypeError
    raise error(
        f"Found combiner={combiner!r}, expected one of {', '.join(COMBINERS)}, or a "
        "combiner object, e.g. skmeta.combine.Average()."
    )
