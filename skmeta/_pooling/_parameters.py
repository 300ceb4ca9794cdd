"""The parameters of all vectorizers that pool, and their constraints."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, NamedTuple, Protocol

from sklearn.utils._param_validation import Interval, StrOptions

from skmeta._pooling._partition import Partition
from skmeta._pooling._pool import POOLINGS
from skmeta._pooling._row_scale import SCALE
from skmeta._pooling._unknown_words import UNKNOWN
from skmeta.weighting import Weighting
from skmeta.weighting._by_name import WEIGHTINGS

__all__ = ["POOLING_CONSTRAINTS", "PoolingParameters", "PoolingSettings"]

POOLING_CONSTRAINTS: dict[str, list] = {
    "pooling": [
        StrOptions({*POOLINGS, "partition"}),
        Real,
        tuple,
        list,
        Partition,
    ],
    "weighting": [StrOptions(set(WEIGHTINGS)), Weighting, None],
    "remove_components": [
        StrOptions({"auto"}),
        Interval(Integral, 0, None, closed="left"),
    ],
    "scale": SCALE,
    "unknown": [StrOptions(set(UNKNOWN))],
    "n_jobs": [Integral, None],
}


class PoolingParameters(Protocol):
    """The parameters of the vectorizer that a DocumentPooler reads.

    It reads them each time: ``pooling``, ``unknown`` and ``n_jobs`` may be set after
    ``fit``.
    """

    @property
    def pooling(self) -> Any: ...
    @property
    def weighting(self) -> Any: ...
    @property
    def remove_components(self) -> Any: ...
    @property
    def scale(self) -> Any: ...
    @property
    def unknown(self) -> str: ...
    @property
    def n_jobs(self) -> int | None: ...


class PoolingSettings(NamedTuple):
    """Pooling parameters for a vectorizer that does not have all of them."""

    pooling: Any
    weighting: Any = None
    remove_components: Any = "auto"
    scale: Any = 1.0
    unknown: str = "ignore"
    n_jobs: int | None = None
