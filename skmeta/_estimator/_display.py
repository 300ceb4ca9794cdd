"""Displays of estimators whose cost does not depend on the size of parameters.

scikit-learn formats parameters in full and then truncates the text, several times in
pipelines and notebooks: a dict of 100,000 word counts takes minutes. It calls
``get_params`` like everyone else, so the only place to abridge parameters in the
display of an enclosing estimator is ``get_params``, when the displaying code calls it.
"""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from typing import Any

import numpy as np

from skmeta._estimator._deferred import name_deferred

__all__ = ["ShortDisplay", "abridge_if_displayed", "display_text"]

_N_SHOWN = 30  # entries of a list, as scikit-learn shows
_N_SHOWN_OF_LARGE = 3  # entries of a dict that is larger than that
_N_NUMBERS_SHOWN = 10
_DEEPEST = 4
_SCALARS = (str, bytes, int, float, complex, type(None), np.generic)
_short = reprlib.Repr()
_short.maxother = 80
_leaves_deferred_out: ContextVar[bool] = ContextVar(
    "leaves_deferred_out", default=False
)


class ShortDisplay:
    """Mixin: text and HTML displays that are fast for large parameters."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Get the parameters of this estimator.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the parameters of nested estimators.

        Returns
        -------
        params : dict of str to value
        """
        params = super().get_params(deep=deep)  # type: ignore[misc]
        return abridge_if_displayed(params)

    def __dir__(self) -> list[str]:
        """List the attributes, without computing the deferred ones."""
        deferred = name_deferred(self)
        listed = set() if _leaves_deferred_out.get() else deferred
        return [
            name
            for name in object.__dir__(self)
            if name in listed or (name not in deferred and hasattr(self, name))
        ]

    def _get_fitted_attr_html(self, doc_link: str = "") -> Any:
        """Show the fitted attributes (scikit-learn 1.9 or later), except deferred."""
        with _leaving_deferred_out():
            return super()._get_fitted_attr_html(doc_link)  # type: ignore[misc]


@contextmanager
def _leaving_deferred_out() -> Iterator[None]:
    before = _leaves_deferred_out.get()
    try:
        _leaves_deferred_out.set(True)  # within, as an interrupt may follow at once
        yield
    finally:
        _leaves_deferred_out.set(before)


def abridge_if_displayed(params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters, with large values abridged if scikit-learn displays them.

    Parameters
    ----------
    params : dict of str to value
        The result of a method ``get_params``, which calls this function.

    Returns
    -------
    params : dict of str to value
    """
    if not _is_displayed():
        return params
    return {name: _abridge(value, _DEEPEST) for name, value in params.items()}


def display_text(value: Any) -> str:
    """Return a parameter's value as displays show it."""
    return repr(_abridge(value, _DEEPEST))


def _is_displayed() -> bool:
    """Return whether scikit-learn's displaying code calls ``get_params``."""
    frame = sys._getframe(2)
    while frame.f_code.co_name == "get_params" and frame.f_back is not None:
        frame = frame.f_back
    return (
        frame.f_globals.get("__name__") == "sklearn.utils._pprint"
        or frame.f_code.co_name == "_get_params_html"
    )


class _Abridged:
    """A placeholder for a value, with a short text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _abridge(value: Any, depth: int) -> Any:
    """Return a small value as it is, a placeholder for a large one."""
    if isinstance(value, _SCALARS) or hasattr(value, "get_params"):
        return value  # estimators are asked for their own parameters
    if isinstance(value, Mapping):
        return _abridge_mapping(value, depth)
    if type(value) in (list, tuple) and depth:
        shown = [_abridge(entry, depth - 1) for entry in value[:_N_SHOWN]]
        if len(value) > _N_SHOWN:
            shown.append(_Abridged(f"... {len(value) - _N_SHOWN:,} more"))
        return type(value)(shown)
    if hasattr(value, "shape"):
        return _abridge_table(value)
    if hasattr(value, "__len__") or hasattr(value, "__array__"):
        return _Abridged(_short.repr(value))  # else scikit-learn makes an array of it
    return value


def _abridge_mapping(value: Mapping, depth: int) -> Any:
    """Return a dict of abridged values, or the first entries of a large one."""
    n, kind = len(value), type(value)
    n_shown = n if n <= _N_SHOWN and depth else min(n, _N_SHOWN_OF_LARGE)
    shown = {
        key: _abridge(entry, max(depth - 1, 0))
        for key, entry in islice(value.items(), n_shown)
    }
    if kind is dict and n_shown == n:
        return shown
    parts = [f"{key!r}: {entry!r}" for key, entry in shown.items()]
    if n_shown < n:
        parts.append(f"... {n - n_shown:,} more")
    text = "{" + ", ".join(parts) + "}"
    return _Abridged(text if kind is dict else f"{kind.__name__}({text})")


def _abridge_table(value: Any) -> Any:
    """Return a small array as it is, else the shape of an array or a data frame."""
    if isinstance(value, np.ndarray) and value.size <= _N_NUMBERS_SHOWN:
        return value
    dtype = f", dtype={value.dtype}" if hasattr(value, "dtype") else ""
    return _Abridged(f"{type(value).__name__}(..., shape={value.shape}{dtype})")
