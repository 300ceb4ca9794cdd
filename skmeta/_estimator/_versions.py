"""Pickles that hold the version they were written with, and warn in another."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from sklearn.exceptions import InconsistentVersionWarning

__all__ = ["VersionedPickle", "add_version", "pop_version"]

_KEY = "_skmeta_version"
_UNKNOWN = "of an unknown version"  # pickled before pickles held it


class VersionedPickle:
    """Mixin: the state of an estimator holds the version of skmeta."""

    def __getstate__(self) -> dict[str, Any]:
        return add_version(super().__getstate__())  # type: ignore[arg-type]

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = pop_version(state, type(self).__name__)
        super().__setstate__(state)  # type: ignore[misc]


def add_version(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state with the version of skmeta."""
    return {**state, _KEY: _current_version()}


def pop_version(state: dict[str, Any], class_name: str) -> dict[str, Any]:
    """Return a state without its version; warn if it is not the current one.

    Parameters
    ----------
    state : dict
        What :func:`add_version` returned.
    class_name : str
        Named in the warning.

    Warns
    -----
    InconsistentVersionWarning
        scikit-learn's category, so that one filter covers both packages.
    """
    state = dict(state)
    written, current = state.pop(_KEY, _UNKNOWN), _current_version()
    if written != current:
        warnings.warn(
            _OtherVersion(
                estimator_name=class_name,
                current_sklearn_version=current,
                original_sklearn_version=written,
            ),
            stacklevel=3,
        )
    return state


def _current_version() -> str:
    return sys.modules["skmeta"].__version__


class _OtherVersion(InconsistentVersionWarning):
    """scikit-learn's warning about another version, here of skmeta."""

    def __str__(self) -> str:
        return (
            f"Found a pickled {self.estimator_name} of skmeta "
            f"{self.original_sklearn_version}, expected one of skmeta "
            f"{self.current_sklearn_version}, which is in use. It may fail or give "
            "other results. Fit it again, or install that version."
        )
