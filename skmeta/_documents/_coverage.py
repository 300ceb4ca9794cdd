"""Coverage: the share of documents' tokens and words that sources know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from itertools import chain

import pandas as pd

__all__ = ["count_known"]


def count_known(
    documents: Iterable[list[str]],
    sources: Mapping[str, Container[str]],
    makes: Mapping[str, Callable[[str], bool]] | None = None,
) -> pd.DataFrame:
    """Count the tokens and the distinct words that each source knows.

    ``makes`` tells, for some sources, which unknown words they compose vectors for.
    """
    counts = Counter(chain.from_iterable(documents))
    n_tokens, n_words = counts.total(), len(counts)
    table = []
    for name, words in sources.items():
        known = [n for word, n in counts.items() if word in words]
        row = {
            "tokens": n_tokens,
            "known_tokens": sum(known),
            "token_share": sum(known) / max(n_tokens, 1),
            "words": n_words,
            "known_words": len(known),
            "word_share": len(known) / max(n_words, 1),
        }
        if makes is not None:
            has = makes.get(name, lambda word: False)
            made = [n for word, n in counts.items() if word not in words and has(word)]
            row |= {"subword_tokens": sum(made), "subword_words": len(made)}
        table.append(row)
    return pd.DataFrame(table, index=pd.Index(sources, name="source"))
