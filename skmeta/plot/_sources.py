"""The word vectors that a display shows, by name."""

from __future__ import annotations

from typing import Any

from skmeta._meta._embeddings import open_source
from skmeta._vectors._word_vectors import WordVectors
from skmeta.evaluate._models import name_models

__all__ = ["open_sources"]


def open_sources(sources: Any, fewest: int = 1) -> dict[str, WordVectors]:
    """Open the sources of a list or of a dict of names and sources."""
    named = name_models(sources, "sources", fewest=fewest, may_be_one=False)
    return {name: open_source(source) for name, source in named.items()}
