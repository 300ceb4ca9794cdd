"""The first words and numbers of word vectors, as a notebook shows them."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

__all__ = ["WORDS_SHOWN", "html_table"]

WORDS_SHOWN = 5
_NUMBERS_SHOWN = 4


def html_table(
    words: Sequence[str], vectors: np.ndarray, counts: np.ndarray | None
) -> str:
    """Return a table with a row for each of the words, "" without words."""
    if not words:
        return ""
    n_shown = min(vectors.shape[1], _NUMBERS_SHOWN)
    are_more = vectors.shape[1] > n_shown
    heads = [*map(str, range(n_shown)), *[""] * are_more]
    heads += ["count"] * (counts is not None)
    rows = []
    for row, word in enumerate(words):
        cells = [f"{number:.3f}" for number in vectors[row, :n_shown]]
        cells += ["..."] * are_more
        if counts is not None:
            cells.append(f"{counts[row]:,}")
        shown = html.escape(word if len(word) <= 40 else f"{word[:37]}...")
        numbers = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f"<tr><th>{shown}</th>{numbers}</tr>")
    head = "".join(f"<th>{name}</th>" for name in ["word", *heads])
    body = f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
    return f"<table>{body}</table>"
