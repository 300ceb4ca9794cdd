"""Which word vectors a display speaks of, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from skmeta._documents._check import short_repr
from skmeta._meta._embeddings import name_sources, open_source
from skmeta._vectors._word_vectors import WordVectors

__all__ = ["open_sources"]


def open_sources(sources: Any, at_least: int = 1) -> dict[str, WordVectors]:
    """Open the sources of a list or of a dict of names and sources."""
    is_dict = isinstance(sources, Mapping)
    if not is_dict and not isinstance(sources, list | tuple):
        raise TypeError(
            f"Found sources={short_repr(sources)}, expected a dict of names and "
            "sources or a list of sources. Put a single one into a list."
        )
    if is_dict and any(isinstance(s, list | np.ndarray) for s in sources.values()):
        raise TypeError(
            f"Found sources={short_repr(sources)}, a dict of words and their vectors; "
            "expected a dict of names and sources. Put a source that is a dict into a "
            "list: [source]."
        )
    named = sources if is_dict else dict(zip(name_sources(sources), sources))
    if len(named) < at_least:
        raise ValueError(
            f"Found {len(named)} sources, expected at least {at_least}. Add some."
        )
    return {str(name): open_source(source) for name, source in named.items()}
