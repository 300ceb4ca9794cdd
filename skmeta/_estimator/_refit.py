"""A fit succeeds whole, or leaves the estimator as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["refit"]

Estimator = TypeVar("Estimator")
_OF_INPUT = ("n_features_in_", "feature_names_in_")  # validate_data sets them before


@contextmanager
def refit(estimator: Estimator) -> Iterator[Estimator]:
    """Fit an unfitted twin, whose state replaces the estimator's on success.

    Whatever ends the block early, an interrupt included, leaves the estimator
    untouched, and other threads never see it half fitted.

    Parameters
    ----------
    estimator : estimator
        Its parameters are shared with the twin, not copied.

    Yields
    ------
    twin : estimator of the same type
        Nothing that an earlier fit learned is left in it.
    """
    learned = vars(estimator).get("_fit_attributes", ())
    kept = {
        name: value
        for name, value in vars(estimator).items()
        if name in _OF_INPUT or (name not in learned and not name.endswith("_"))
    }
    kept.pop("_fit_attributes", None)
    twin = object.__new__(type(estimator))
    vars(twin).update(kept)
    yield twin
    private = sorted(name for name in vars(twin) if name not in kept)
    vars(twin)["_fit_attributes"] = tuple(n for n in private if not n.endswith("_"))
    estimator.__dict__ = vars(twin)  # one assignment: an interrupt cannot split it
