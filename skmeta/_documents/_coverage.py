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
    as_written: Mapping[str, Container[str] | None] | None = None,
) -> pd.DataFrame:
    """Count the tokens and the distinct words that each source knows.

    Parameters
    ----------
    documents : iterable of lists of str
    sources : dict of str to container of str
        The words that each source knows.
    makes : dict of str to callable, default=None
        Tells, for some sources, which unknown words they compose vectors for.
    as_written : dict of str to container of str or None, default=None
        Of sources that know words in other forms, those that they know as written.

    Returns
    -------
    coverage : DataFrame with one row a source
    """
    counts = Counter(chain.from_iterable(documents))
    n_tokens, n_words = counts.total(), len(counts)
    table = []
    has_forms = any(exact is not None for exact in (as_written or {}).values())
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
        if as_written is not None and has_forms:
            exact = as_written.get(name)
            exact = words if exact is None else exact
            other = [
                n for word, n in counts.items() if word in words and word not in exact
            ]
            row |= {"fallback_tokens": sum(other), "fallback_words": len(other)}
        if makes is not None:
            has = makes.get(name, lambda word: False)
            made = [n for word, n in counts.items() if word not in words and has(word)]
            row |= {"subword_tokens": sum(made), "subword_words": len(made)}
        table.append(row)
    return pd.DataFrame(table, index=pd.Index(sources, name="source"))
