"""The types of what encodes texts, for annotations."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

__all__ = ["EncoderModel"]


class _WithEncode(Protocol):
    """An object that encodes texts, of sentence-transformers, model2vec or others."""

    @property
    def encode(self) -> Callable[..., Any]: ...


EncoderModel = str | os.PathLike[str] | Callable[[list[str]], Any] | _WithEncode
