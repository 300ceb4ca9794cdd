"""Hashes and pickles of vectorizers whose parameters are paths.

``Pipeline(memory=...)`` knows a step by a hash of its state. A path stays the same when
its file is replaced, so the state holds what the file is like as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from typing import Any

from skmeta._disk._fingerprint import fingerprint

__all__ = ["FileParameters"]

_KEY = "_files"
_Path = str | os.PathLike


class FileParameters:
    """Mixin: hashes and pickles contain the fingerprints of files in parameters."""

    _source_parameters: tuple[str, ...] = ()  # those that may hold word vectors

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()  # type: ignore[assignment]
        values = [getattr(self, name, None) for name in self._source_parameters]
        paths = chain.from_iterable(map(_paths_in, values))
        files = tuple(map(fingerprint, paths))
        return {**state, _KEY: files} if any(files) else state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = {name: value for name, value in state.items() if name != _KEY}
        super().__setstate__(state)  # type: ignore[misc]


def _paths_in(value: Any) -> Iterator[_Path]:
    """Yield the paths in a parameter: one, a pair, or those of named sources."""
    if isinstance(value, _Path):
        yield value
    elif isinstance(value, list | tuple) and len(value) == 2 and _are_paths(value):
        yield from value
    elif isinstance(value, list):
        for entry in value:
            if isinstance(entry, tuple) and len(entry) == 2:
                yield from _paths_in(entry[1])


def _are_paths(values: Any) -> bool:
    return all(isinstance(value, _Path) for value in values)
