"""Where in a document the words stand that contribute to its score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from skmeta._documents._tokenized_texts import are_texts
from skmeta.inspection._linear_model import unwrap
from skmeta.inspection._row_steps import as_rows
from skmeta.inspection._trace import live_steps
from skmeta.tokenize import Tokenizer

__all__ = ["cut_text", "find_tokens", "place_contributions", "show_edges"]


def find_tokens(pipeline: Any, X: Any) -> list[list[str]]:
    """Return the tokens of documents as a pipeline makes them, before vectors.

    Texts that its vectorizer splits itself are split by a
    :class:`skmeta.Tokenizer`.
    """
    model = unwrap(pipeline)
    steps = live_steps(model)[:-1] if isinstance(model, Pipeline) else []
    for _, step in steps:
        if not hasattr(step, "transform") or are_token_lists(X):
            break
        made = step.transform(X)
        if as_rows(made) is not None:
            break
        X = made
    if are_texts(X):
        X = Tokenizer().transform(X)
    return [[str(token) for token in document] for document in X]


def are_token_lists(X: Any) -> bool:
    """Return whether the first document is a list of tokens."""
    rows = getattr(X, "iloc", X)
    return len(rows) > 0 and isinstance(rows[0], list | tuple | np.ndarray)


def place_contributions(
    contributions: pd.DataFrame, tokens: list[str]
) -> tuple[pd.DataFrame, pd.Series]:
    """Share the contributions of a document's words among its tokens.

    A word's is shared equally by its occurrences; that of an n-gram of words by the
    words in it, that of an n-gram of letters by the tokens that hold it.

    Parameters
    ----------
    contributions : DataFrame
        Of one document and class, see :func:`skmeta.inspection.explain`.
    tokens : list of str

    Returns
    -------
    placed : DataFrame of n_tokens x n_sources
    left : Series
        What of each source has no place in the document, by source.
    """
    sources = list(dict.fromkeys(contributions["source"].astype(str)))
    placed = np.zeros((len(tokens), len(sources)))
    left = np.zeros(len(sources))
    lowered = [token.lower() for token in tokens]
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        places.setdefault(token, []).append(place)
    found: dict[str, list[int]] = {}
    columns = zip(
        contributions["word"].astype(object),
        contributions["source"].astype(str),
        contributions["contribution"],
    )
    for word, source, value in columns:
        column = sources.index(source)
        if not isinstance(word, str):
            left[column] += value
            continue
        if word not in found:
            found[word] = places.get(word) or _find(word, lowered)
        if not found[word]:
            left[column] += value
        for place in found[word]:
            placed[place, column] += value / len(found[word])
    return pd.DataFrame(placed, columns=sources), pd.Series(left, index=sources)


def _find(word: str, tokens: list[str]) -> list[int]:
    """Return the places of the tokens that an n-gram is of, once for each time."""
    word = word.lower()
    parts = word.split()
    if len(parts) > 1:
        size = len(parts)
        starts = [i for i in range(len(tokens)) if tokens[i : i + size] == parts]
        if starts:
            return [start + i for start in starts for i in range(size)]
    same = [i for i, token in enumerate(tokens) if token == word]
    return same or [
        i for i, token in enumerate(tokens) for _ in range(_count(word, f" {token} "))
    ]


def _count(word: str, token: str) -> int:
    """Count how often a token holds letters, overlapping."""
    starts: Iterable[int] = range(len(token) - len(word) + 1)
    return sum(token.startswith(word, start) for start in starts)


def cut_text(text: str, tokens: list[str]) -> Iterator[tuple[str, int | None]]:
    """Cut a text into its tokens and what stands between them.

    Parameters
    ----------
    text : str
    tokens : list of str
        As a tokenizer made them, perhaps lower-cased.

    Yields
    ------
    part, place : str and int, or None for what is no token
        Together the text; the tokens, with spaces, where the text does not hold them.
    """
    lowered = text.lower()
    spans, stop = [], 0
    for token in tokens if len(lowered) == len(text) else []:
        start = lowered.find(token.lower(), stop)
        if start < 0:
            break
        stop = start + len(token)
        spans.append((start, stop))
    if len(spans) < len(tokens):
        for place, token in enumerate(tokens):
            if place:
                yield " ", None
            yield token, place
        return
    before = 0
    for place, (start, stop) in enumerate(spans):
        if start > before:
            yield text[before:start], None
        yield text[start:stop], place
        before = stop
    if before < len(text):
        yield text[before:], None


def show_edges(word: str) -> str:
    """Return an n-gram of letters with the spaces at its ends written as "_"."""
    inner = word.strip(" ")
    before = len(word) - len(word.lstrip(" "))
    return "_" * before + inner + "_" * (len(word) - before - len(inner))
