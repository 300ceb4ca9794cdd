"""The types of documents, for annotations."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Documents"]

Documents = Iterable[Iterable[str]]
