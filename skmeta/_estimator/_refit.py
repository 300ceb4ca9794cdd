"""A fit succeeds completely, or leaves the estimator as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

__all__ = ["refit"]

Estimator = TypeVar("Estimator")


@contextmanager
def refit(estimator: Estimator, continued: Collection[str] = ()) -> Iterator[Estimator]:
    """Fit an unfitted copy, whose state replaces the estimator's on success.

    Whatever ends the block early, an interrupt included, leaves the estimator
    unchanged, and other threads never see it half fitted.

    Parameters
    ----------
    estimator : estimator
        Its parameters are shared with the twin, not copied.
    continued : collection of str, default=()
        Attributes of an earlier fit that this one continues from.

    Yields
    ------
    twin : estimator of the same type
        Without the attributes of an earlier fit, but with those that others set, such
        as ``n_features_in_`` of a subclass that checks X before it calls this fit.
    """
    learned = {"_fit_attributes", *vars(estimator).get("_fit_attributes", ())}
    kept = {
        name: value
        for name, value in vars(estimator).items()
        if (name not in learned or name in continued)
        and not isinstance(getattr(type(estimator), name, None), cached_property)
    }
    twin = object.__new__(type(estimator))
    vars(twin).update(kept)
    yield twin
    vars(twin)["_fit_attributes"] = tuple(
        sorted(vars(twin).keys() - (kept.keys() - set(continued)))
    )
    estimator.__dict__ = vars(twin)  # one assignment: an interrupt cannot split it
