"""Explained documents as HTML: words in color, and bars of sources."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from skmeta.inspection._tokens import cut_text

__all__ = ["Panel", "render_page", "render_text"]

_FOR, _AGAINST = "0,114,178", "213,94,0"  # of Okabe and Ito: for the color-blind, too
_DARKEST = 0.6  # so that text stays legible, on white as on black
_STYLE = """
.skmeta-why{font:inherit;line-height:2;max-width:60rem}
.skmeta-why p{margin:.2em 0 .6em;overflow-wrap:anywhere;text-align:start}
.skmeta-why mark{color:inherit;background:none;padding:.1em .12em;border-radius:.2em;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
.skmeta-why table{border-collapse:collapse;line-height:1.5;font-size:.9em;margin:0}
.skmeta-why td,.skmeta-why th{padding:.05em .6em .05em 0;text-align:left;border:none;
font-weight:normal;background:none;color:inherit}
.skmeta-why .n{text-align:right;font-variant-numeric:tabular-nums}
.skmeta-why .bar{display:block;height:.8em;min-width:1px;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
.skmeta-why .neg{border:1px dashed;box-sizing:border-box}
.skmeta-why summary{cursor:pointer}
.skmeta-why section{margin:0 0 1.2em;break-inside:avoid}
"""


class Panel(NamedTuple):
    """Why one document has its score for one class."""

    document: int
    label: str
    score: float
    tokens: list[str]
    text: str | None  # as it was written
    placed: pd.DataFrame  # n_tokens x n_sources
    left: pd.Series  # what has no place in the document, by source


def render_page(panels: Iterable[Panel]) -> str:
    """Render explained documents, with their style; all text is escaped."""
    sections = "".join(map(_render, panels))
    return f'<div class="skmeta-why"><style>{_STYLE}</style>{sections}</div>'


def render_text(panel: Panel, values: np.ndarray, largest: float) -> str:
    """Render a document, its tokens colored by values.

    Parameters
    ----------
    panel : Panel
    values : ndarray of shape (n_tokens,)
    largest : float
        The size of a value that has the darkest color.
    """
    text = panel.text if panel.text is not None else " ".join(panel.tokens)
    parts = []
    for part, place in cut_text(text, panel.tokens):
        escaped = html.escape(part)
        value = 0.0 if place is None else float(values[place])
        share = abs(value) / largest if largest else 0.0
        if share < 0.02:
            parts.append(escaped)
            continue
        color = _FOR if value > 0 else _AGAINST
        line = "solid" if value > 0 else "dashed"
        style = (
            f"background:rgba({color},{_DARKEST * share:.2f});"
            f"border-bottom:2px {line} rgba({color},{min(1, 0.25 + share):.2f})"
        )
        parts.append(f'<mark style="{style}" title="{value:+.3f}">{escaped}</mark>')
    return f'<p dir="auto">{"".join(parts)}</p>'


def _render(panel: Panel) -> str:
    """Render one document."""
    values = panel.placed.sum(axis=1).to_numpy()
    largest = float(np.abs(values).max(initial=0))
    head = (
        f"Document {panel.document}: score {panel.score:+.3f} for "
        f"<b><bdi>{html.escape(panel.label)}</bdi></b>"
    )
    by_source = ""
    named = [str(name) for name in panel.placed if panel.placed[name].any()]
    if len(named) > 1:
        texts = "".join(
            f"<div><bdi>{html.escape(name)}</bdi></div>"
            + render_text(panel, panel.placed[name].to_numpy(), largest)
            for name in named
        )
        by_source = f"<details><summary>words by source</summary>{texts}</details>"
    return (
        f"<section><div>{head}</div>{render_text(panel, values, largest)}"
        f"{_render_sources(panel)}{by_source}</section>"
    )


def _render_sources(panel: Panel) -> str:
    """Render the sums over sources as bars on both sides of a line."""
    of_words, left = panel.placed.sum(), panel.left
    totals = of_words + left
    largest = float(np.abs(totals.to_numpy()).max(initial=0)) or 1.0
    rows = []
    for name in totals.abs().sort_values(ascending=False, kind="stable").index:
        total = float(totals[name])
        color = _FOR if total > 0 else _AGAINST
        width = 8 * abs(total) / largest
        sign = "" if total > 0 else " neg"
        bar = (
            f'<span class="bar{sign}" style="width:{width:.2f}em;'
            f'background:rgba({color},.75);border-color:rgb({color})"></span>'
        )
        aside = ""
        if of_words[name] and abs(left[name]) > 5e-4:
            aside = f"{left[name]:+.3f} without a word"
        rows.append(
            f"<tr><th><bdi>{html.escape(str(name))}</bdi></th>"
            f'<td class="n">{total:+.3f}</td><td>{bar}</td><td>{aside}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"
