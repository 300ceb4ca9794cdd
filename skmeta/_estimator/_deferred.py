"""Fitted attributes that are computed when first accessed, but not for displays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["deferred", "name_deferred"]


class _DeferredProperty(property):
    """A property that knows whether it has been computed."""

    is_deferred: Callable[[Any], bool]


def deferred(
    is_deferred: Callable[[Any], bool],
) -> Callable[[Callable[[Any], Any]], Any]:
    """Convert a method to a property that displays and ``dir`` do not compute.

    Parameters
    ----------
    is_deferred : callable
        Takes the fitted estimator; returns whether it has the attribute, but has yet to
        compute it.
    """

    def decorate(compute: Callable[[Any], Any]) -> Any:
        attribute = _DeferredProperty(compute)
        attribute.is_deferred = is_deferred
        return attribute

    return decorate


def name_deferred(estimator: Any) -> set[str]:
    """List the attributes that an estimator has not computed yet."""
    found: dict[str, Any] = {}
    for kind in reversed(type(estimator).__mro__):
        found.update(vars(kind))
    deferred_properties = {
        name: attribute
        for name, attribute in found.items()
        if isinstance(attribute, _DeferredProperty)
    }
    if not deferred_properties or "_fit_attributes" not in vars(estimator):
        return set()  # it is not fitted
    return {
        name
        for name, attribute in deferred_properties.items()
        if attribute.is_deferred(estimator)
    }
